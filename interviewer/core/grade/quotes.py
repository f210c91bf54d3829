"""Finding a quote in a text as typed, whatever its case, white space, marks and contractions.

Judges quote answers, and candidates quote themselves; neither repeats every character as it was typed.
"""

from __future__ import annotations

import difflib
import html
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from interviewer.core.grade.grade import Span
from interviewer.core.text import clean_line

_SAME = {
    **dict.fromkeys("‘’‚‛′`´", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    "…": "...",
}
_DENIED = "do|does|did|is|are|was|were|has|have|had|would|could|should|must|need"
_LEVELLED = re.compile(
    rf"(?P<mark>\*\*|__|~~|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w))"
    rf"|\b(?P<denied>{_DENIED}|ca|wo)n'?t\b|\b(?P<one>cannot)\b|(?<=\w)'(?P<short>s|re|ve|ll|m)\b"
)
"""What is written in two ways: markup, and what may be contracted."""
_ENTITY = re.compile(r"&#?\w{1,8};")
_LONG = {"s": " is", "re": " are", "ve": " have", "ll": " will", "m": " am"}
_EDGES = " \"'.,;:-"
_LIKE = 0.6
"""Similarity, 0 to 1, from which on other words are worth showing."""


def plain_quote(text: str) -> str:
    """A quote as it is compared; what stands at its edges, such as an ellipsis, does not count."""
    return "".join(char for char, _ in _plain(text)).strip(_EDGES)


def find_places(quote: str, text: str) -> Iterator[Span]:
    """All places where a quote stands in a text, first to last; none for a quote without words."""
    wanted, plain = plain_quote(quote), _plain(text)
    compared = "".join(char for char, _ in plain)
    at = compared.find(wanted) if wanted else -1
    while at >= 0:
        yield Span(start=plain[at][1], end=plain[at + len(wanted) - 1][1] + 1)
        at = compared.find(wanted, at + 1)


def nearest_words(quote: str, text: str) -> str:
    """As many words of a text as the quote has, those most like it, on one line; "" when nothing is like it."""
    words = list(re.finditer(r"\S+", text))
    many = min(len(quote.split()), len(words))
    if not many:
        return ""
    stretches = [
        clean_line(text[words[at].start() : words[at + many - 1].end()]) for at in range(len(words) - many + 1)
    ]
    known = {stretch.lower(): stretch for stretch in reversed(stretches)}
    near = difflib.get_close_matches(clean_line(quote).lower(), known, n=1, cutoff=_LIKE)
    return known[near[0]] if near else ""


@lru_cache(maxsize=8)  # a judge quotes one answer again and again, of up to 40,000 characters
def _plain(text: str) -> tuple[tuple[str, int], ...]:
    """Characters as compared, each with its place in the text as typed; what can be written in two ways is in one."""
    found = _characters(text)
    compared = "".join(char for char, _ in found)
    levelled: list[tuple[str, int]] = []
    at = 0
    for match in _LEVELLED.finditer(compared):
        levelled += found[at : match.start()]
        levelled += [(char, found[match.end() - 1][1]) for char in _in_one_way(match)]
        at = match.end()
    return (*levelled, *found[at:])


def _in_one_way(match: re.Match[str]) -> str:
    if match["mark"]:
        return ""
    if match["denied"]:
        return {"ca": "can", "wo": "will"}.get(match["denied"], match["denied"]) + " not"
    return "can not" if match["one"] else _LONG[match["short"]]


def _characters(text: str) -> list[tuple[str, int]]:
    """Characters as compared, each with its place in the text as typed; runs of white space are one space."""
    found: list[tuple[str, int]] = []
    for char, place in _decoded(text):
        if char.isspace():
            if found and found[-1][0] != " ":
                found.append((" ", place))
            continue
        if unicodedata.category(char) in ("Cf", "Cc"):
            continue
        found += [(each, place) for each in _SAME.get(char, unicodedata.normalize("NFKC", char)).casefold()]
    return found


def _decoded(text: str) -> Iterator[tuple[str, int]]:
    """Characters with their places; those of an entity of HTML stand where it ends."""
    at = 0
    for match in _ENTITY.finditer(text):
        yield from ((char, at + n) for n, char in enumerate(text[at : match.start()]))
        plain = html.unescape(match.group())
        known = plain != match.group()
        yield from ((char, match.end() - 1 if known else match.start() + n) for n, char in enumerate(plain))
        at = match.end()
    yield from ((char, at + n) for n, char in enumerate(text[at:]))
