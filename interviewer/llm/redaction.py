"""Keys never leave in a text: not in a reason, not in a reply, not in a log line.

A server may send back what it was sent, and error messages quote it. So every text that
comes from outside passes here before anything is made of it.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from urllib.parse import quote

from interviewer.core.text import shorten

HIDDEN = "[hidden]"
_SHAPES = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=*-]{4,}"), rf"\1 {HIDDEN}"),
    (re.compile(r"(?i)(://)[^/\s@]+@"), rf"\1{HIDDEN}@"),
    (re.compile(r"\bsk-[\w*.-]{4,}"), HIDDEN),
)
_LEAST = 4
"""Characters of a secret that is looked for; "x" stands in every text."""
_LEAST_IN_REPLY = 12
"""In a reply, which is quoted from, words like "ollama" that serve as keys must stay readable."""


class Secrets:
    """Texts that must not be shown."""

    def __init__(self, values: Iterable[str]) -> None:
        self._values = tuple(sorted({value for value in values if len(value) >= _LEAST}, key=len, reverse=True))

    def __repr__(self) -> str:
        return f"Secrets({len(self._values)} hidden)"

    def hide(self, text: str) -> str:
        """Return `text` without the secrets and without anything that looks like one."""
        text = _replace(text, self._values)
        for shape, instead in _SHAPES:
            text = shape.sub(instead, text)
        return text

    def hide_exact(self, text: str) -> str:
        """Return `text` without the secrets themselves; what only looks like one stays."""
        return _replace(text, tuple(value for value in self._values if len(value) >= _LEAST_IN_REPLY))

    def quote(self, text: str, most: int = 160) -> str:
        """Return foreign text as it may stand in a sentence: hidden secrets, one line, shortened."""
        return shorten(self.hide(text), most)


def _replace(text: str, values: Iterable[str]) -> str:
    for value in values:
        for form in (value, quote(value, safe=""), base64.b64encode(value.encode()).decode().rstrip("=")):
            text = text.replace(form, HIDDEN)
    return text
