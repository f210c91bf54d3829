"""Ctrl-C in line mode, in the middle of a line: what was typed of it is kept, and the terminal stays as it was."""

from __future__ import annotations

import os
import pty
import select
import sys
import termios
import time

import pytest

from interviewer.plain import run_plain
from interviewer.services import Services
from tests.support.terminal import Terminal, press_ctrl_c
from tests.unit.test_plain_confidence import services, start, terminal

__all__ = ["services", "terminal"]


def leave_in_the_middle(services: Services, terminal: Terminal, typed: str) -> str:
    """Type this, press Ctrl-C, and come back; returns the draft."""
    conductor = start(services, count=1, mode="interview")

    def interrupt() -> None:
        terminal.type(typed)
        time.sleep(0.3)  # whole lines are read meanwhile
        terminal.type("\x03")
        press_ctrl_c()

    settings = termios.tcgetattr(terminal._stdin.fileno())
    terminal.follow(("> ", interrupt))
    with terminal.open() as console:
        assert run_plain(conductor, console, services.engine().status) == 130
    assert termios.tcgetattr(terminal._stdin.fileno()) == settings
    again = services.sessions.resume()
    again.open()
    draft = again.draft()
    return draft.text if draft else ""


@pytest.mark.parametrize("typed", ["one line\nand a second one", "the only line", "naïve – and ünfinished 日本"])
def test_the_unfinished_line_belongs_to_the_draft(services: Services, terminal: Terminal, typed: str) -> None:
    assert leave_in_the_middle(services, terminal, typed) == typed


def test_a_command_that_was_begun_does_not(services: Services, terminal: Terminal) -> None:
    assert leave_in_the_middle(services, terminal, "one line\n/qu") == "one line"


def test_nothing_is_left_for_the_shell(services: Services, terminal: Terminal) -> None:
    leave_in_the_middle(services, terminal, "half a line")
    ready, _, _ = select.select([terminal._stdin.fileno()], [], [], 0)
    assert not ready


PROGRAM = """
from interviewer.plain import Console
console = Console()
try:
    console.read_line("> ")
except KeyboardInterrupt:
    print("kept:", console.unfinished)
"""


def test_with_line_editing_too() -> None:
    child, screen = pty.fork()
    if child == 0:
        os.execv(sys.executable, [sys.executable, "-c", PROGRAM])  # noqa: S606 - it has this terminal for its own
    shown = read_until(screen, "> ")
    os.write(screen, b"half a line")
    shown += read_until(screen, "half a line")
    # CPython's line editing sees a signal that comes between a letter and the wait for the next only at the next.
    for _ in range(5):
        time.sleep(0.2)
        os.write(screen, b"\x03")
        shown += read_until(screen, "kept: half a line", seconds=2)
        if "kept" in shown:
            break
    os.close(screen)
    os.waitpid(child, 0)
    assert "kept: half a line" in shown


def read_until(screen: int, wanted: str, seconds: float = 10) -> str:
    """What a program shows until this is among it, for so long at most."""
    shown, until = "", time.monotonic() + seconds
    while wanted not in shown and time.monotonic() < until:
        if select.select([screen], [], [], 0.1)[0]:
            try:
                shown += os.read(screen, 4096).decode()
            except OSError:  # it has ended
                break
    return shown
