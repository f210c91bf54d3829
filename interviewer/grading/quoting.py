"""The words a verdict rests on: the stretch that carries the point by itself, and this one more than any other.

What is nearest by its vector need not say the thing. So the nearest stretches are read alone beside the claim;
where none of them carries it, nothing is quoted. Of those that carry it a reader would show the one that speaks of
this point: it lies near to several of its wordings and not as near to what another point states.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from interviewer.core.english import is_taken_back
from interviewer.grading.features import ClaimTexts
from interviewer.grading.joint_text import claim_text
from interviewer.grading.spans import TextSpan

if TYPE_CHECKING:
    import numpy

    from interviewer.core.ports import Reader

_CANDIDATES = 6
_AS_GOOD = 0.1
"""Of words against a claim a shorter stretch is preferred to one that says so with so much more probability at most."""
_NEAREST_WORDINGS = 3
"""How many wordings a stretch has to lie near to; one alone may share no more than a term with it."""
_CARRIES = 0.3
"""Less probable than this, a stretch alone does not carry the point."""
_FRAGMENT = 4
"""A stretch of fewer words ("FLOPs idle.") shows nobody what was said; it is quoted where no longer one is as good."""
_FRAGMENT_COSTS = 0.3


class Sought(NamedTuple):
    """Of which claim words are sought."""

    claim: ClaimTexts
    opposed: int | None
    """Of words that contradict it are sought: the span nearest to a contradiction, quoted where none says so alone.
    None where words that make it are sought."""
    others: numpy.ndarray | None = None
    """Unit vectors of what the other points state, shape (n, dimension); None where nothing competes for the words."""


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
        carries = dict(zip(own, (covered if each.opposed is None else contradicted).tolist(), strict=True))
        quoted = _quoted(each, carries, spans, vectors)
        found.append(Evidence(quoted, float(covered.max())))
    return found


def _quoted(
    sought: Sought, carries: Mapping[int, float], spans: Sequence[TextSpan], vectors: numpy.ndarray
) -> int | None:
    """The stretch to quote of those that say by themselves, with these probabilities, what is sought."""
    good = [at for at, share in carries.items() if share >= _CARRIES and not spans[at].refuted]
    if sought.opposed is None:
        return max(good, key=lambda at: _better(sought, spans[at], vectors[at], carries[at]), default=None)
    near = [at for at in good if carries[at] >= max(carries.values()) - _AS_GOOD]
    return min(near, key=lambda at: _worse(spans[at]), default=sought.opposed)


def _better(sought: Sought, span: TextSpan, vector: numpy.ndarray, share: float) -> tuple[bool, float]:
    """Order of stretches that carry a point, the best last: not taken back by its own words, most of this point.

    The weights are read off 162 credited points of natural answers, of which two readers marked every stretch that
    carries the point: of the quotes 146 do, and 122 where the shortest of the most probable was quoted.
    """
    cosines = [float(each) for each in sought.claim.support_vectors @ vector]
    nearest = sorted(cosines, reverse=True)[:_NEAREST_WORDINGS]
    near = cosines[0] + sum(nearest) / len(nearest)
    elsewhere = 0.0 if sought.others is None else float((sought.others @ vector).max())
    fragment = len(span.text.split()) < _FRAGMENT
    return not is_taken_back(span.text), share + near - elsewhere - (_FRAGMENT_COSTS if fragment else 0.0)


def _worse(span: TextSpan) -> tuple[bool, bool, int]:
    """Order of stretches that contradict a point, best first: not taken back by its own words, no fragment, short."""
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
