"""What a model said in the end, without what it thought aloud on the way.

Thoughts come between tags of many names, in channels, or without an opening tag, where the chat template wrote it. They
hold drafts, of verdicts too, and none of them was meant for anybody.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

__all__ = ["final_text", "json_values"]

_NAMES = r"(?:think(?:ing)?|thoughts?|reason(?:ing)?|reflection|analysis|scratchpad|inner_monologue)"
_OPEN = rf"<{_NAMES}(?:\s[^<>]*)?>|\[THINK\]|<\|begin_of_thought\|>|◁think▷"
_CLOSE = rf"</{_NAMES}\s*>|\[/THINK\]|<\|end_of_thought\|>|◁/think▷"
_TAG = re.compile(rf"(?P<open>{_OPEN})|(?P<close>{_CLOSE})", re.IGNORECASE)
_CHANNEL = re.compile(
    r"<\|channel\|>\s*(\w+)[^<]*?<\|message\|>(.*?)(?=<\|(?:end|return|call|start|channel)\|>|\Z)", re.DOTALL
)
_WRAPPER = re.compile(r"</?(?:answer|final|final_answer|output|response|result)\s*>", re.IGNORECASE)
_SPECIAL = re.compile(r"<\|[a-z_]{2,30}\|>|</?s>", re.IGNORECASE)
_MOST_VALUES = 60
"""So many places are tried as the beginning of a JSON value."""


def final_text(text: str) -> str:
    """The reply without thoughts, channel marks and special tokens; "" when it holds thoughts alone.

    A tag inside a JSON value is what somebody is quoted with, and stays.

    Args:
        text: as the model sent it, whole.
    """
    if _stands_outside("<|channel|>", text):
        said = [body for name, body in _CHANNEL.findall(text) if name.lower() == "final"]
        text = said[-1] if said else ""
    kept: list[str] = []
    at = depth = 0
    for tag in _tags(text):
        if tag["open"]:
            if not depth:
                kept.append(text[at : tag.start()])
            depth += 1
        elif depth:
            depth -= 1
            at = tag.end() if not depth else at
        else:  # the template had opened it: all that stands before was a thought
            kept, at = [], tag.end()
    if not depth:
        kept.append(text[at:])
    return _SPECIAL.sub("", _WRAPPER.sub("", "".join(kept))).strip()


def _stands_outside(mark: str, text: str) -> bool:
    """Whether a mark stands anywhere but in JSON values."""
    places = [found.start() for found in re.finditer(re.escape(mark), text)]
    values = [(start, end) for start, end, _ in json_values(text)] if places else []
    return any(not any(start < place < end for start, end in values) for place in places)


def _tags(text: str) -> list[re.Match[str]]:
    """The tags outside of JSON values."""
    found = list(_TAG.finditer(text))
    if not found:
        return []
    values = [(start, end) for start, end, _ in json_values(text)]
    return [tag for tag in found if not any(start < tag.start() < end for start, end in values)]


def json_values(text: str) -> Iterator[tuple[int, int, Any]]:
    """The JSON objects and lists that stand in a text, in order, none within another; with where each begins and ends.

    Line ends inside strings are taken as they are.
    """
    decoder = json.JSONDecoder(strict=False)
    at = tried = 0
    while tried < _MOST_VALUES and (start := re.compile(r"[{\[]").search(text, at)) is not None:
        tried += 1
        try:
            value, end = decoder.raw_decode(text, start.start())
        except (ValueError, RecursionError):
            at = start.end()
            continue
        yield start.start(), end, value
        at = end
