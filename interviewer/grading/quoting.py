"""The words a verdict rests on: the smallest stretch that carries the point by itself.

What is nearest by its vector need not say the thing. So the nearest stretches are read alone beside the claim;
where none of them carries it, nothing is quoted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from interviewer.core.english import is_taken_back
from interviewer.grading.features import ClaimTexts
from interviewer.grading.joint_text import claim_text
from interviewer.grading.spans import TextSpan

if TYPE_CHECKING:
    import numpy

    from interviewer.core.ports import Reader

_CANDIDATES = 4
_AS_GOOD = 0.1
"""A shorter stretch is preferred to one that carries the point with so much more probability at most."""
_CARRIES = 0.3
"""Less probable than this, a stretch alone does not carry the point."""
_FRAGMENT = 4
"""A stretch of fewer words ("FLOPs idle.") shows nobody what was said; it is quoted where no longer one is as good."""


class Sought(NamedTuple):
    """Of which claim words are sought."""

    claim: ClaimTexts
    opposed: int | None
    """Of words that contradict it are sought: the span nearest to a contradiction, quoted where none says so alone.
    None where words that make it are sought."""


class Evidence(NamedTuple):
    """What the nearest stretches say by themselves."""

    span: int | None
    """Index of the span to quote; None when none carries the point."""
    covered: float
    """The highest P(covered) of any of them, half of P(partial) added."""


def find_evidence(
    sought: Sequence[Sought],
    spans: Sequence[TextSpan],
    vectors: numpy.ndarray,
    may_earn: Sequence[bool],
    reader: Reader,
) -> list[Evidence]:
    """Read the nearest stretches alone, for all claims in one go.

    Args:
        sought: at least one span must be open when there are any.
        spans: of the answer.
        vectors: of the spans, unit length.
        may_earn: False for spans that a guard closed.
        reader: reads pairs.
    """
    chosen = [_nearest(each, vectors, may_earn) for each in sought]
    claims = [claim_text(each.claim, vectors[[at]]) for each, own in zip(sought, chosen, strict=True) for at in own]
    shares = reader.read_jointly(claims, [spans[at].text for own in chosen for at in own])
    found, row = [], 0
    for each, own in zip(sought, chosen, strict=True):
        table = shares[row : row + len(own)]
        row += len(own)
        covered, contradicted = table[:, 0] + 0.5 * table[:, 1], table[:, 3]
        value = covered if each.opposed is None else contradicted
        good = [
            at
            for at, share in zip(own, value, strict=True)
            if share >= _CARRIES and share >= value.max() - _AS_GOOD and not spans[at].refuted
        ]
        quoted = min(good, key=lambda at: _worse(spans[at]), default=each.opposed)
        found.append(Evidence(quoted, float(covered.max())))
    return found


def _worse(span: TextSpan) -> tuple[bool, bool, int]:
    """Order of stretches that carry a point, best first: not taken back by its own words, no fragment, the shortest."""
    return is_taken_back(span.text), len(span.text.split()) < _FRAGMENT, span.end - span.start


def _nearest(sought: Sought, vectors: numpy.ndarray, may_earn: Sequence[bool]) -> list[int]:
    """The open spans nearest to any wording; also to a contradiction, when words against it are sought."""
    usable = [i for i, free in enumerate(may_earn) if free]
    tables = [sought.claim.support_vectors]
    if sought.opposed is not None and sought.claim.opposing:
        tables.append(sought.claim.oppose_vectors)
    own: list[int] = []
    for table in tables:
        order = (-(vectors[usable] @ table.T).max(1)).argsort(kind="stable")[:_CANDIDATES]
        own += [usable[int(at)] for at in order]
    return list(dict.fromkeys(own))
