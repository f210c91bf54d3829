"""The line that was being typed when Ctrl-C came.

A terminal throws away what is typed and not sent yet when Ctrl-C is pressed, unless it is told to keep it. Where line
editing is on, the editor has it. Without `termios`, on Windows, nothing of this is done.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

try:
    import termios
except ImportError:  # Windows
    _HAS_MODES = False
else:
    _HAS_MODES = True


@contextmanager
def kept_when_broken(descriptor: int) -> Iterator[None]:
    """Have this terminal keep an unfinished line at Ctrl-C; `take_unfinished` must then take it, or a shell gets it."""
    if not _HAS_MODES:
        yield
        return
    try:
        before = termios.tcgetattr(descriptor)
    except termios.error:  # no terminal after all
        yield
        return
    try:
        _set(descriptor, before, local=before[3] | termios.NOFLSH)
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSANOW, before)


def take_unfinished(descriptor: int) -> str:
    """What was typed of a line that Ctrl-C broke off, "" for nothing. The terminal is left as it was found."""
    edited = sys.modules.get("readline")
    if edited is not None and (line := edited.get_line_buffer()):
        return str(line)
    if not _HAS_MODES:
        return ""
    try:
        before = termios.tcgetattr(descriptor)
    except termios.error:
        return ""
    control = list(before[6])
    control[termios.VMIN], control[termios.VTIME] = 0, 0
    try:
        _set(descriptor, before, local=before[3] & ~termios.ICANON, control=control)
        typed = os.read(descriptor, 65536)
    except OSError:
        return ""
    finally:
        termios.tcsetattr(descriptor, termios.TCSANOW, before)
    return typed.decode("utf-8", "ignore")


def _set(descriptor: int, settings: list[Any], *, local: int, control: list[Any] | None = None) -> None:
    """Change local modes and control characters at once, throwing nothing away."""
    changed = [*settings[:3], local, *settings[4:6], settings[6] if control is None else control]
    termios.tcsetattr(descriptor, termios.TCSANOW, changed)
