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
from pathlib import Path
from typing import Self

__all__ = ["STUB_PROGRAM", "Program"]

STUB_PROGRAM = "tests.support.stub_program"
_ROOT = Path(__file__).resolve().parents[2]
_PATIENCE = 60.0
_ESCAPE = re.compile(r"\x1b(?:\[[0-9;?>=]*[a-zA-Z]|[=>78])")
_LEFT = "\x1b[?1049l"
"""What leaves the screen that the interface draws on."""


class Program:
    """`mockdl` with these arguments, at a terminal of 80 columns and 24 lines that is its controlling one.

    Args:
        arguments: of the command.
        module: what is run; `STUB_PROGRAM` for one with the toy grader.
    """

    def __init__(self, *arguments: str, module: str = "interviewer") -> None:
        self._master, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.settings_before = termios.tcgetattr(terminal)
        path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            env={**os.environ, "TERM": "xterm-256color", "PYTHONPATH": path},
            start_new_session=True,
            preexec_fn=_take_terminal,  # noqa: PLW1509 - one call of the system, no lock
        )
        os.close(terminal)
        self._said = ""
        self._seen = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self.hang_up()

    @property
    def pid(self) -> int:
        """Of its process."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether its process is there."""
        return self._process.poll() is None

    @property
    def said(self) -> str:
        """All that has been taken in of what it wrote, with its escape sequences."""
        return self._said

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._master, keys.encode())

    def interrupt(self) -> None:
        """What a terminal sends for Ctrl-C."""
        self.signal(signal.SIGINT)

    def signal(self, number: int) -> None:
        """Send a signal."""
        self._process.send_signal(number)

    def hang_up(self) -> None:
        """Close the terminal."""
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    def settings(self) -> list[object]:
        """The terminal's settings now, as `settings_before` has those of the beginning."""
        return termios.tcgetattr(self._master)

    def wait_for(self, text: str) -> None:
        """Wait until this is written, after all that was waited for before."""
        until = time.monotonic() + _PATIENCE
        while text not in self._said[self._seen :]:
            assert self._hear(), f"it ended before {text!r}:\n{self.plain()}"
            assert time.monotonic() < until, f"waited in vain for {text!r}:\n{self.plain()}"
        self._seen = self._said.index(text, self._seen) + len(text)

    def wait_until(self, text: str, until: float) -> bool:
        """Wait for this likewise, up to a moment of the monotonic clock; whether it was written."""
        while text not in self._said[self._seen :]:
            left = until - time.monotonic()
            if left <= 0 or not self._hear(left):
                return False
        self._seen = self._said.index(text, self._seen) + len(text)
        return True

    def listen(self, seconds: float) -> None:
        """Take in what is written within this time."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self._master < 0:
                time.sleep(left)
            elif not self._hear(left):
                return

    def end(self) -> int:
        """Wait for its end; returns the exit code."""
        while self._master >= 0 and self._hear():
            pass
        return self._process.wait(_PATIENCE)

    def plain(self) -> str:
        """What stands on the terminal: all that was written, or what was after the interface had closed."""
        return _ESCAPE.sub("", self._said.rpartition(_LEFT)[2])

    def _hear(self, within: float = 0.5) -> bool:
        """Take in what is written within a while; False when nothing more can come."""
        if not select.select([self._master], [], [], within)[0]:
            return self._process.poll() is None
        try:
            more = os.read(self._master, 65536)
        except OSError:  # how Linux says that the other side is closed
            return False
        self._said += more.decode(errors="replace")
        return bool(more)


def _take_terminal() -> None:
    """Make standard input the controlling terminal, so that Ctrl-C and a hang-up come as they do to a shell's child."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
