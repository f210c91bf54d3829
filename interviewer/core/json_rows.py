"""One line of JSON Lines as people's programs write them: with a byte order mark, with NaN, or with no JSON at all."""

from __future__ import annotations

import json
import math
import re
from typing import Any

MOST_BYTES = 16 * 1024 * 1024
"""Of a line; whoever reads a file need not hold more of it."""
_HALVES = re.compile("[\ud800-\udfff]")


def parse_row(line: bytes | str) -> dict[str, Any]:
    """The object on a line; numbers that JSON does not know, as pandas writes for an empty cell, are None.

    Raises:
        ValueError: there is none; the message goes on where "the line" was said.
    """
    if len(line) > MOST_BYTES:
        raise ValueError(f"is longer than {MOST_BYTES >> 20} MB")
    try:
        text = line.decode("utf-8") if isinstance(line, bytes) else line
    except UnicodeDecodeError as error:
        raise ValueError(f"is not UTF-8 text (byte {error.start + 1})") from error
    try:
        row = json.loads(text.lstrip("\ufeff"), parse_constant=lambda _: None, parse_float=_finite)
    except RecursionError as error:
        raise ValueError("is no JSON that can be read (it is nested too deeply)") from error
    except ValueError as error:
        raise ValueError(f"is no JSON ({error})") from error
    if not isinstance(row, dict):
        raise ValueError("is no JSON object")
    return row


def whole_characters(text: str) -> str:
    """The text with a sign for each half of a surrogate pair, which no reader takes; its length stays."""
    return _HALVES.sub("\ufffd", text)


def _finite(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None
