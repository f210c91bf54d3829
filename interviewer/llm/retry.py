"""How long to wait before a request is repeated."""

from __future__ import annotations

import json
import math
import random
import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

_DELAY = re.compile(
    r"(?:retry ?(?:delay|after|in)|try again in)\W{0,6}(\d{1,4}(?:\.\d{1,9})?)\s*s(?:ec|\b)", re.IGNORECASE
)
_MOST_READ = 20_000
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


def retry_after_in(body: object) -> float | None:
    """Seconds that the body of an error asks to wait ("retryDelay": "21s", "retry in 21.5s"); None when it does not."""
    found = _DELAY.search(body if isinstance(body, str) else json.dumps(body, default=str)[:_MOST_READ])
    return _number(found[1]) if found else None


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None
