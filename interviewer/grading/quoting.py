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
from interviewer.grading.stepwise import Pair, Steps

if TYPE_CHECKING:
    import numpy

_CANDIDATES = 6
_AGAINST = 4
"""The same for words against a claim, so many nearest to it and so many nearest to its contradictions, all of which are
read: with six of each 21 of 332 quotes would be others."""
_AT_ONCE = 1
"""Stretches read in one step where not all need to be: what they say rules most of the others out."""
_MOST = 0.9
"""So probably at most an unread stretch is taken to carry a point: few do with more, and of 2,742 quotes 42 are others
than if all were read, each within a tenth of the best. Of two readers' marks from 0 to 2 a stretch that ranks up to
0.05 below the best gets 0.03 less, one 0.05 to 0.15 below it 0.4 less (134 stretches of 160 points)."""
_AS_GOOD = 0.1
"""Of words against a claim a shorter stretch is preferred to one that says so with so much more probability at most."""
_NEAREST_WORDINGS = 3
"""How many wordings a stretch has to lie near to; one alone may share no more than a term with it."""
CARRIES = 0.3
"""Less probable than this, a stretch alone does not carry a point."""
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
    least: float = CARRIES
    """Less probable than this, a stretch alone does not carry the claim."""


def find_evidence(
    sought: Sequence[Sought], spans: Sequence[TextSpan], vectors: numpy.ndarray, may_earn: Sequence[bool]
) -> Steps[list[int | None]]:
    """Read the nearest stretches alone, for all claims in one go, then those that could be the better quote.

    Args:
        sought: at least one span must be open when there are any.
        spans: of the answer.
        vectors: of the spans, unit length.
        may_earn: False for spans that a guard closed.

    Returns:
        For each claim the index of the span to quote; None when none carries it.
    """
    searches = [_Search(each, spans, vectors, may_earn) for each in sought]
    while any(chosen := [each.choose() for each in searches]):
        shares = yield [
            Pair(claim_text(each.claim, vectors[[at]]), spans[at].text)
            for each, own in zip(sought, chosen, strict=True)
            for at in own
        ]
        for search, own in zip(searches, chosen, strict=True):
            search.read.update(zip(own, shares[: len(own)].tolist(), strict=True))
            shares = shares[len(own) :]
    return [each.found() for each in searches]


_Rank = tuple[bool, float]
_DIGITS = 4
"""Of a rank that count. Of stretches of the same words the first is quoted, whatever they were read with."""


class _Search:
    """For the words on one claim: what was read, and what is to be read next."""

    def __init__(
        self, sought: Sought, spans: Sequence[TextSpan], vectors: numpy.ndarray, may_earn: Sequence[bool]
    ) -> None:
        self._sought, self._spans = sought, spans
        self._rest = _nearest(sought, vectors, may_earn)
        self._all = sought.opposed is not None
        self._unread = {at: _rank_unread(sought, spans[at], vectors[at]) for at in self._rest}
        if not self._all:
            free = [at for at in self._rest if not spans[at].refuted]
            self._rest = sorted(free, key=self._unread.__getitem__, reverse=True)
        self.read: dict[int, list[float]] = {}
        """Probabilities by span."""

    def choose(self) -> list[int]:
        """The spans to read in the next step; none when no other could be quoted any more."""
        if not self._all and (best := self._best()) is not None:
            self._rest = [at for at in self._rest if _with_share(self._unread[at], _MOST) > self._rank(best)]
        most = len(self._rest) if self._all else _AT_ONCE
        now, self._rest = self._rest[:most], self._rest[most:]
        return now

    def found(self) -> int | None:
        """The span to quote."""
        if self._sought.opposed is None:
            return self._best()
        carries = {at: told[3] for at, told in self.read.items()}
        most = max(carries.values())
        near = [at for at in self._good(carries) if carries[at] >= most - _AS_GOOD]
        return min(near, key=lambda at: _worse(self._spans[at]), default=self._sought.opposed)

    def _best(self) -> int | None:
        """The best quote that makes the claim, of what was read."""
        carries = {at: _covered(told) for at, told in self.read.items()}
        return max(sorted(self._good(carries)), key=self._rank, default=None)

    def _good(self, carries: Mapping[int, float]) -> list[int]:
        return [at for at, share in carries.items() if share >= self._sought.least and not self._spans[at].refuted]

    def _rank(self, at: int) -> _Rank:
        return _with_share(self._unread[at], _covered(self.read[at]))


def _covered(told: Sequence[float]) -> float:
    return told[0] + 0.5 * told[1]


def _with_share(rank: _Rank, share: float) -> _Rank:
    return rank[0], round(rank[1] + share, _DIGITS)


def _rank_unread(sought: Sought, span: TextSpan, vector: numpy.ndarray) -> _Rank:
    """Order of stretches that carry a point, the best last, but for the probability that they do: not taken back by
    its own words, most of this point.

    The weights are read off 162 credited points of natural answers, of which two readers marked every stretch that
    carries the point: of the quotes 146 do, and 122 where the shortest of the most probable was quoted.
    """
    cosines = [float(each) for each in sought.claim.support_vectors @ vector]
    nearest = sorted(cosines, reverse=True)[:_NEAREST_WORDINGS]
    near = cosines[0] + sum(nearest) / len(nearest)
    elsewhere = 0.0 if sought.others is None else float((sought.others @ vector).max())
    fragment = len(span.text.split()) < _FRAGMENT
    return not is_taken_back(span.text), round(near - elsewhere - (_FRAGMENT_COSTS if fragment else 0.0), _DIGITS)


def _worse(span: TextSpan) -> tuple[bool, bool, int]:
    """Order of stretches that contradict a point, best first: not taken back by its own words, no fragment, short."""
    return is_taken_back(span.text), len(span.text.split()) < _FRAGMENT, span.end - span.start


def _nearest(sought: Sought, vectors: numpy.ndarray, may_earn: Sequence[bool]) -> list[int]:
    """The open spans nearest to any wording, in order; where words against it are sought, to a contradiction, too."""
    usable = [i for i, free in enumerate(may_earn) if free]
    tables, most = [sought.claim.support_vectors], _CANDIDATES
    if sought.opposed is not None and sought.claim.opposing:
        tables, most = [*tables, sought.claim.oppose_vectors], _AGAINST
    own: list[int] = []
    for table in tables:
        order = (-(vectors[usable] @ table.T).max(1)).argsort(kind="stable")[:most]
        own += [usable[int(at)] for at in order]
    return sorted(set(own))
