"""How long to wait before a request is repeated."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

_FIRST = 0.5
_MOST = 8.0


def pause_before(repeat: int, retry_after: float | None, chance: random.Random) -> float:
    """Seconds before repeat number `repeat` (from 0): doubling, with jitter, never less than the server asked for."""
    pause = min(_MOST, _FIRST * 2.0**repeat) * (0.5 + chance.random() / 2)
    # Jitter on top of what was asked for, or all who were turned away come back at once.
    return pause if retry_after is None else retry_after + pause * 0.25


def retry_after_of(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds that the headers of a reply ask to wait, whether they give seconds or a date; None when they do not.

    Args:
        headers: with lower-case or case-insensitive names.
        now: the time, in seconds since 1970.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    text = headers.get("retry-after")
    seconds = _number(text)
    if seconds is not None or not text:
        return seconds
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now)


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None
