"""Line mode at a terminal of its own, typed into by a thread that waits for what it sees."""

from __future__ import annotations

import io
import os
import pty
import signal
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from interviewer.plain import Console

__all__ = ["Step", "Terminal", "press_ctrl_c"]

Step = tuple[str, str | Callable[[], None]]
"""Once this text has appeared (again), do that: type a string, or call a function."""
_PATIENCE = 20.0


def press_ctrl_c() -> None:
    """Interrupt the main thread, as Ctrl-C does."""
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


class Terminal:
    """A pseudo-terminal as standard input; what is written and said is kept in `text`."""

    def __init__(self) -> None:
        self._master, slave = pty.openpty()
        settings = termios.tcgetattr(slave)
        settings[3] &= ~termios.ECHO
        termios.tcsetattr(slave, termios.TCSANOW, settings)
        self._stdin = os.fdopen(slave, encoding="utf-8")
        self._screen = io.StringIO()

    @contextmanager
    def open(self) -> Iterator[Console]:
        """Line mode's side of it, for as long as it is the process's own standard input and output."""
        before = sys.stdin, sys.stdout
        sys.stdin, sys.stdout = self._stdin, self._screen  # `input` reads from the one and prompts on the other
        try:
            console = Console(err=self._screen)
            assert console.interactive
            yield console
        finally:
            sys.stdin, sys.stdout = before

    def close(self) -> None:
        """Hang up."""
        self._stdin.close()
        os.close(self._master)

    @property
    def text(self) -> str:
        """All that was on the screen, on one line."""
        return " ".join(self._screen.getvalue().split())

    def type(self, text: str) -> None:
        """Press keys; the terminal keeps them until they are read."""
        os.write(self._master, text.encode())

    def follow(self, *steps: Step) -> None:
        """Carry out steps while the session runs, each once its text has appeared after the one before."""

        def work() -> None:
            seen, until = 0, time.monotonic() + _PATIENCE
            for wanted, act in steps:
                while wanted not in self._screen.getvalue()[seen:] and time.monotonic() < until:
                    time.sleep(0.01)
                if wanted not in self._screen.getvalue()[seen:]:
                    return  # the test fails on what it asserts
                seen = self._screen.getvalue().index(wanted, seen) + len(wanted)
                if isinstance(act, str):
                    self.type(act)
                else:
                    act()

        threading.Thread(target=work, daemon=True).start()
