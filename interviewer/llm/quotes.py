"""Evidence, verified by code: a judge's quote must stand in the answer, or it is no evidence."""

from __future__ import annotations

import unicodedata

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


def find_quote(quote: str, answer: str) -> Span | None:
    """Find a quote in an answer, whatever its case, white space, and form of quotation marks and dashes.

    Args:
        quote: as the judge gave it; an ellipsis at either end does not count.
        answer: as typed.

    Returns:
        Where it stands in the answer as typed; None when it does not, or when it has fewer than `LEAST`
        characters and is not the whole answer.
    """
    wanted = "".join(char for char, _ in _plain(quote)).strip(_EDGES)
    plain = _plain(answer)
    text = "".join(char for char, _ in plain)
    whole = text.strip(_EDGES)
    if not wanted or (len(wanted) < LEAST and wanted != whole):
        return None
    at = text.find(wanted)
    if at < 0:
        return None
    return Span(start=plain[at][1], end=plain[at + len(wanted) - 1][1] + 1)


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
