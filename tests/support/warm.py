"""Homes of tests, and what the program has on disk from its second start on: made once in a run, copied into them.

Every real worker of a test would else read the bank anew and embed three thousand texts beside what is tested.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock


def move_in(home: Path, patch: pytest.MonkeyPatch) -> None:
    """Make this MOCKDL_HOME; no setting or key of the developer's machine stays."""
    for name in list(os.environ):
        if name.startswith(("MOCKDL_", "OPENAI_")):
            patch.delenv(name)
    patch.setenv("MOCKDL_HOME", str(home))


def folder_of_the_run(factory: pytest.TempPathFactory) -> Path:
    """The folder that all workers of a run share."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def warm(home: Path, run: Path) -> None:
    """Put the bank as read and the vectors of its texts into a home that has none yet.

    Args:
        home: MOCKDL_HOME of the test, not made yet.
        run: `folder_of_the_run`.
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
