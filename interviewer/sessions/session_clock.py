"""Time as a session counts it: it goes on, and never back, whatever is done to the machine's clock."""

from __future__ import annotations

from collections.abc import Callable


class SessionClock:
    """Seconds since the epoch, from a clock that may be set back.

    Args:
        clock: the machine's.
        since: no moment is earlier than this one.
    """

    def __init__(self, clock: Callable[[], float], since: float) -> None:
        self._clock = clock
        self._latest = since
        self._ahead = 0.0
        """By how much the machine's clock has been set back in all."""

    def __call__(self) -> float:
        """Now; after the clock was set back it goes on from the latest moment that was told."""
        now = self._clock() + self._ahead
        if now < self._latest:
            self._ahead += self._latest - now
            now = self._latest
        self._latest = now
        return now
