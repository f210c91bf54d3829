"""Signals that end the interface: what is under way is saved, and the terminal is left as it was found."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
_GRACE = 5
"""Seconds after which the process is ended in any case, such as when its terminal takes nothing any more."""


def end_when_told(keep: Callable[[], str | None], leave: Callable[[str | None], None]) -> None:
    """Save and leave at an interrupt, a request to end or a hang-up; to be called in the running loop.

    Windows knows none of it, and there the process ends as it always did.

    Args:
        keep: saves what is under way, and returns what is to be said of it.
        leave: ends the program with these words.
    """
    loop = asyncio.get_running_loop()

    def end() -> None:
        with suppress(AttributeError):
            signal.alarm(_GRACE)
        words = None
        try:
            words = keep()
        finally:  # whatever was wrong with it, no request to end goes unheard
            leave(words)

    for name in _SIGNALS:
        with suppress(AttributeError, NotImplementedError):
            loop.add_signal_handler(getattr(signal, name), end)
