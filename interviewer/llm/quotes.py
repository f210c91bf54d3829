"""Evidence, verified by code: a judge's quote must stand in the answer, or it is no evidence."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from interviewer.core.grade import Span

__all__ = ["LEAST", "find_quote"]

LEAST = 12
"""Characters a quote must have: shorter ones are found in any text."""
_SAME = {
    **dict.fromkeys("‘’‚‛′`´", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    "…": "...",
}
_EDGES = " \"'.,;:-"


def find_quote(quote: str, answer: str, closed: Sequence[Span] = ()) -> Span | None:
    """Find a quote in an answer, whatever its case, white space, and form of quotation marks and dashes.

    Args:
        quote: as the judge gave it; an ellipsis at either end does not count.
        answer: as typed.
        closed: stretches of it in which nothing counts.

    Returns:
        The first place outside `closed` where it stands in the answer as typed; None when there is none, or
        when it has fewer than `LEAST` characters and is not the whole answer.
    """
    wanted = "".join(char for char, _ in _plain(quote)).strip(_EDGES)
    plain = _plain(answer)
    text = "".join(char for char, _ in plain)
    whole = text.strip(_EDGES)
    if not wanted or (len(wanted) < LEAST and wanted != whole):
        return None
    at = text.find(wanted)
    while at >= 0:
        start, end = plain[at][1], plain[at + len(wanted) - 1][1] + 1
        if not any(each.start < end and start < each.end for each in closed):
            return Span(start=start, end=end)
        at = text.find(wanted, at + 1)
    return None


def _plain(text: str) -> list[tuple[str, int]]:
    """Characters as compared, each with its place in the text as typed; runs of white space are one space."""
    found: list[tuple[str, int]] = []
    for place, char in enumerate(text):
        if char.isspace():
            if found and found[-1][0] != " ":
                found.append((" ", place))
            continue
        if unicodedata.category(char) in ("Cf", "Cc"):
            continue
        found += [(each, place) for each in _SAME.get(char, unicodedata.normalize("NFKC", char)).casefold()]
    return found
