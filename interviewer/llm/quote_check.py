"""Evidence, verified by code: a judge's quote must stand in the answer, or it is no evidence."""

from __future__ import annotations

import re
from collections.abc import Sequence

from interviewer.core.grade.grade import Span
from interviewer.core.grade.quotes import find_places, plain_quote

_GAP = re.compile(r"\s*(?:\[\s*)?(?:\.\.\.|…)(?:\s*\])?\s*")
_LEAD = re.compile(
    r"^\s*(?:the )?(?:candidate|answer|they)(?: says| said| writes| wrote| states)?\s*:\s*", re.IGNORECASE
)
_MOST_PARTS = 3
LEAST = 12
"""Characters a quote must have: shorter ones are found in any text."""


def find_quote(quote: str, answer: str, closed: Sequence[Span] = ()) -> Span | None:
    """Find a quote in an answer, whatever its case, white space, marks and contractions.

    Args:
        quote: as the judge gave it; an ellipsis at either end does not count, one within it stands for words left out.
        answer: as typed.
        closed: stretches of it in which nothing counts.

    Returns:
        The first place outside `closed` where it stands in the answer as typed; None when there is none, or
        when it has fewer than `LEAST` characters and is not the whole answer. Of a quote with words left out the
        stretch from its first part to its last.
    """
    quote = _LEAD.sub("", quote)
    return _find(quote, answer, closed) or _find_parts(quote, answer, closed)


def _find(quote: str, answer: str, closed: Sequence[Span]) -> Span | None:
    wanted = plain_quote(quote)
    if len(wanted) < LEAST and wanted != plain_quote(answer):
        return None
    return next((place for place in find_places(quote, answer) if not place.overlaps(closed)), None)


def _find_parts(quote: str, answer: str, closed: Sequence[Span]) -> Span | None:
    """Two or three parts that follow one another, each of them long enough to be a quote."""
    parts = [part for part in _GAP.split(quote) if plain_quote(part)]
    if not 2 <= len(parts) <= _MOST_PARTS or any(len(plain_quote(part)) < LEAST for part in parts):
        return None
    start = at = None
    for part in parts:
        place = next((each for each in find_places(part, answer) if at is None or each.start >= at), None)
        if place is None:
            return None
        start, at = (place.start if start is None else start), place.end
    assert start is not None
    assert at is not None
    whole = Span(start=start, end=at)
    return None if whole.overlaps(closed) else whole
