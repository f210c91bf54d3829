"""Holds `pytest -m "not encoder"` to its word: no torch, and no worker of its own.

Python loads this by its name into every process that has the folder on its path, so that commands which a test starts
are held to it too.
"""

from __future__ import annotations

import sys
from typing import Any


def refuse_encoder(event: str, details: tuple[Any, ...]) -> None:
    """An audit hook that raises where torch is imported or the worker is started."""
    if event == "import" and details[0] == "torch":
        raise AssertionError("torch is imported by a test without the mark `encoder`")
    if event == "subprocess.Popen" and "interviewer.worker.host" in details[1]:
        raise AssertionError("the worker is started by a test without the mark `encoder`")


sys.addaudithook(refuse_encoder)
