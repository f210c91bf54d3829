"""`mockdl` with the stub worker in place of the encoder; everything else is the real thing.

Started by tests as `python -m tests.support.stub_program COMMAND ...`.
"""

from __future__ import annotations

import sys

from interviewer.cli import main
from interviewer.worker.engine import WorkerEngine

if __name__ == "__main__":
    defaults = WorkerEngine.__init__.__kwdefaults__
    assert defaults is not None
    defaults["command"] = (sys.executable, "-m", "tests.support.stub_worker")
    sys.argv[0] = "mockdl"
    main()
