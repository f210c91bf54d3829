"""The app that `mockdl serve` runs for each browser: `python -m interviewer.cli.visitor`.

Not a command of its own: it speaks textual-serve's protocol instead of a terminal's. It ends
with the server, also when that was killed and could not say so.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

from interviewer.cli.start import open_home
from interviewer.core.text import clean
from interviewer.errors import MockdlError

_LOOKS_EVERY = 1.0
_GRACE = 3.0
"""Seconds between being asked to end and being ended."""


def main() -> None:
    """Open the home screen for one visitor."""
    os.umask(0o077)
    threading.Thread(target=_outlive_nobody, args=(os.getppid(),), name="mockdl-parent", daemon=True).start()
    try:
        sys.exit(open_home())
    except MockdlError as error:
        print(f"mockdl: {clean(str(error))}", file=sys.stderr)
        sys.exit(error.exit_code)


def _outlive_nobody(server: int) -> None:
    """End this process when its parent is another one, since nobody can see or use it then."""
    while os.getppid() == server:
        time.sleep(_LOOKS_EVERY)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE)
    os._exit(1)


if __name__ == "__main__":
    main()
