"""What the program has on disk from its second start on: made once in a run of the tests, copied into their homes.

Every real worker of a test would else read the bank anew and embed three thousand texts beside what is tested.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from filelock import FileLock


def warm(home: Path, run: Path) -> None:
    """Put the bank as read and the vectors of its texts into a home that has none yet.

    Args:
        home: MOCKDL_HOME of the test, not made yet.
        run: folder of the whole run, shared by its workers.
    """
    seed = run / "warm"
    with FileLock(run / "warm.lock"):
        if not (seed / "done").exists():
            subprocess.run(
                [sys.executable, "-m", "interviewer", "search", "anything"],
                env={**os.environ, "MOCKDL_HOME": str(seed)},
                stdout=subprocess.DEVNULL,
                check=True,
            )
            (seed / "done").touch()
    home.mkdir(mode=0o700)
    shutil.copytree(seed / "cache", home / "cache", ignore=shutil.ignore_patterns("*.log"))
