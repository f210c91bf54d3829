"""What is shown while somebody waits: a sign that moves, and how long it has been once that is long."""

from __future__ import annotations

SAYS_SECONDS = 10
"""From so many seconds on they are said."""
_SIGNS = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
FIRST_READING = " (the first takes longer)"
"""Said while the encoder is still being loaded."""
IS_LOADED = "Waiting for the judge: its server is loading the model"
"""Said once where lines follow each other."""
STEPS = 4
"""Of the sign a second."""


def describe_waiting(seconds: float, *, moves: bool = True) -> str:
    """A sign that moves, unless that is unwanted, and after `SAYS_SECONDS` the seconds, e.g. "⠙ 12 s"."""
    sign = _SIGNS[int(seconds * STEPS) % len(_SIGNS)] if moves else "..."
    return f"{sign} {seconds:.0f} s" if seconds >= SAYS_SECONDS else sign
