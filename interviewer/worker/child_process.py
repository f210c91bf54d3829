"""One run of the worker process: its pipes, and the threads that keep them moving.

Writing has a thread of its own because a pipe holds 64 kB: a process that is busy loading,
or stopped, would otherwise hold up whoever asks, and that is the interface.
"""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from interviewer.worker.protocol import read_message

__all__ = ["HOST_COMMAND", "Child"]

# -P: the folder the user happens to stand in is no place to import `torch.py` from.
HOST_COMMAND = (sys.executable, "-P", "-m", "interviewer.worker.host")

_CLOSE = b""


class Child:
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
        on_death: Callable[[Child], None],
    ) -> None:
        self._on_message = on_message
        self._on_death = on_death
        self._outbox: queue.SimpleQueue[bytes] = queue.SimpleQueue()
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
        self.last_heard = time.monotonic()
        self._why = ""
        self._start_thread("write", self._write, self._process.stdin)
        self._start_thread("read", self._read, self._process.stdout)

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def end(self) -> str:
        """How the process ended, in a few words."""
        code = self._process.returncode
        return self._why or (f"killed by signal {-code}" if code is not None and code < 0 else f"exit code {code}")

    def send(self, packed: bytes) -> None:
        """Queue a packed message; returns at once."""
        self._outbox.put(packed)

    def kill(self, why: str) -> None:
        """End the process now, for this reason."""
        self._why = self._why or why
        self._process.kill()

    def close(self, grace: float) -> None:
        """Close the process's input, which ends it; kill it after `grace` seconds. Leaves no zombie."""
        self._outbox.put(_CLOSE)
        try:
            self._process.wait(timeout=grace)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _start_thread(self, name: str, target: Callable[[IO[bytes]], None], stream: IO[bytes]) -> None:
        threading.Thread(target=target, args=(stream,), name=f"mockdl-worker-{name}", daemon=True).start()

    def _write(self, stream: IO[bytes]) -> None:
        # A pipe that breaks means a process that died, and the reading thread handles that.
        with suppress(OSError, ValueError):
            while packed := self._outbox.get():
                stream.write(packed)
                stream.flush()
        with suppress(OSError):
            stream.close()

    def _read(self, stream: IO[bytes]) -> None:
        try:
            while (message := read_message(stream)) is not None:
                self.last_heard = time.monotonic()
                self._on_message(message)
        except (ValueError, KeyError, TypeError, OSError) as error:
            self.kill(f"it sent something else than messages: {type(error).__name__}")
        # End of stream, or nonsense: either way this process is of no more use.
        self._outbox.put(_CLOSE)
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self.kill("it closed its pipe")
            self._process.wait()
        with suppress(OSError):
            stream.close()
        self._on_death(self)


def _environment() -> dict[str, str]:
    """The own environment; in a checkout with the checkout on the path, since it may not be installed."""
    root = Path(__file__).resolve().parents[2]
    if not (root / "pyproject.toml").is_file():
        return dict(os.environ)
    path = os.pathsep.join(filter(None, (str(root), os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": path}
