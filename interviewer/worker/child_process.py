"""One run of the worker process: its pipes, and how it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from interviewer.worker.message_stream import MessageStream

# -P: the folder the user happens to stand in is no place to import `torch.py` from.
HOST_COMMAND = (sys.executable, "-P", "-m", "interviewer.worker.host")
_GRACE = 2.0
"""Seconds that a process may take to end."""


class ChildProcess(MessageStream):
    """A started process.

    Args:
        command: what to run.
        on_message: called with each message, from the reading thread.
        on_death: called once, from the reading thread, when the process has ended.

    Raises:
        OSError: the process could not be started.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        on_message: Callable[[dict[str, Any]], None],
        on_death: Callable[[ChildProcess], None],
    ) -> None:
        self._on_death = on_death
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,  # Ctrl-C in the terminal is for the interface
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._why = ""
        super().__init__(self._process.stdout, self._process.stdin, on_message=on_message, on_end=self._bury)
        self.begin()

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def end(self) -> str:
        """How the process ended, in a few words."""
        code = self._process.returncode
        return self._why or (f"killed by signal {-code}" if code is not None and code < 0 else f"exit code {code}")

    def kill(self, why: str) -> None:
        """End the process now, for this reason."""
        self._why = self._why or why
        self._process.kill()

    def stop(self) -> None:
        """Close the process's input, which ends it; kill it if it does not within 2 s. Leaves no zombie."""
        self.close()
        try:
            self._process.wait(timeout=_GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _bury(self, nonsense: Exception | None) -> None:
        """A process that says no more, or nonsense, is of no more use."""
        if nonsense is not None:
            self.kill(f"it sent something else than messages: {type(nonsense).__name__}")
        try:
            self._process.wait(timeout=_GRACE)
        except subprocess.TimeoutExpired:
            self.kill("it closed its pipe")
            self._process.wait()
        self._on_death(self)


def _environment() -> dict[str, str]:
    """The own environment; in a checkout with the checkout on the path, since it may not be installed."""
    root = Path(__file__).resolve().parents[2]
    if not (root / "pyproject.toml").is_file():
        return dict(os.environ)
    path = os.pathsep.join(filter(None, (str(root), os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": path}
