"""Evidence, verified by code: a judge's quote must stand in the answer, or it is no evidence."""

from __future__ import annotations

from collections.abc import Sequence

from interviewer.core.grade.grade import Span
from interviewer.core.grade.quotes import find_places, plain_quote

LEAST = 12
"""Characters a quote must have: shorter ones are found in any text."""


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
    wanted = plain_quote(quote)
    if len(wanted) < LEAST and wanted != plain_quote(answer):
        return None
    for place in find_places(quote, answer):
        if not any(each.start < place.end and place.start < each.end for each in closed):
            return place
    return None
