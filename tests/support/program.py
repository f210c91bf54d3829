"""The real program, in a process and at a terminal of its own."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from typing import Self

__all__ = ["Program"]

_PATIENCE = 60.0
_ESCAPE = re.compile(r"\x1b(?:\[[0-9;?>=]*[a-zA-Z]|[=>78])")
_LEFT = "\x1b[?1049l"
"""What leaves the screen that the interface draws on."""


class Program:
    """`mockdl` with these arguments, at a terminal of 80 columns and 24 lines."""

    def __init__(self, *arguments: str) -> None:
        self._master, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "interviewer", *arguments],
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            env={**os.environ, "TERM": "xterm-256color"},
            start_new_session=True,
        )
        os.close(terminal)
        self._said = ""
        self._seen = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._master)

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._master, keys.encode())

    def interrupt(self) -> None:
        """What a terminal sends for Ctrl-C."""
        self._process.send_signal(signal.SIGINT)

    def wait_for(self, text: str) -> None:
        """Wait until this is written, after all that was waited for before."""
        until = time.monotonic() + _PATIENCE
        while text not in self._said[self._seen :]:
            assert self._hear(), f"it ended before {text!r}:\n{self.plain()}"
            assert time.monotonic() < until, f"waited in vain for {text!r}:\n{self.plain()}"
        self._seen = self._said.index(text, self._seen) + len(text)

    def end(self) -> int:
        """Wait for its end; returns the exit code."""
        while self._hear():
            pass
        return self._process.wait(_PATIENCE)

    def plain(self) -> str:
        """What stands on the terminal: all that was written, or what was after the interface had closed."""
        return _ESCAPE.sub("", self._said.rpartition(_LEFT)[2])

    def _hear(self) -> bool:
        """Take in what is written within a while; False when nothing more can come."""
        if not select.select([self._master], [], [], 0.5)[0]:
            return self._process.poll() is None
        try:
            more = os.read(self._master, 65536)
        except OSError:  # how Linux says that the other side is closed
            return False
        self._said += more.decode(errors="replace")
        return bool(more)
