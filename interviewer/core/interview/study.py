"""What went well, in the candidate's own words, and what to learn next, with where to read it."""

from __future__ import annotations

from collections.abc import Iterable

from interviewer.core.bank.content import Item
from interviewer.core.bank.kinds import VerdictName
from interviewer.core.bank.question import Reference
from interviewer.core.bank.rubric import KeyPoint
from interviewer.core.frozen import Frozen
from interviewer.core.interview.point_scores import ENOUGH_CREDIT, FULL_CREDIT, PointScore

__all__ = ["Strength", "StudyItem", "find_strengths", "find_study", "rank_references"]

_MOST = 3


class Strength(Frozen):
    """A point that was said unprompted."""

    statement: str
    words: str
    """The candidate's."""
    question: str
    """Id."""


class StudyItem(Frozen):
    """A core point that earned little or nothing."""

    statement: str
    """The sentence to learn."""
    reference: Reference | None
    question: str
    """Id."""


def find_strengths(scored: Iterable[tuple[Item, PointScore]]) -> tuple[Strength, ...]:
    """The heaviest points that were surely covered, unasked, in words that can be quoted; core ones first, no words
    twice.
    """
    good = [
        (item, each)
        for item, each in scored
        if each.verdict is VerdictName.COVERED and (each.credit >= FULL_CREDIT or each.upheld)
        if not each.prompted and each.evidence
    ]
    good.sort(key=lambda pair: (not pair[1].expected, -pair[1].point.weight * pair[1].credit))
    by_words = {
        each.evidence: Strength(statement=each.point.statement, words=each.evidence, question=item.question.id)
        for item, each in reversed(good)
    }
    return tuple(reversed(by_words.values()))[:_MOST]


def find_study(scored: Iterable[tuple[Item, PointScore]]) -> tuple[StudyItem, ...]:
    """The heaviest core points that earned least. What was covered, if only when asked, is none of them."""
    poor = [(item, each) for item, each in scored if each.expected and not each.is_said and each.credit < ENOUGH_CREDIT]
    poor.sort(key=lambda pair: -pair[1].point.weight * (1 - pair[1].credit))
    return tuple(
        StudyItem(
            statement=each.point.statement,
            reference=next(iter(rank_references(item, each.point)), None),
            question=item.question.id,
        )
        for item, each in poor[:_MOST]
    )


def rank_references(item: Item, point: KeyPoint) -> list[Reference]:
    """The question's references, those first that back this very point."""
    from interviewer.core.interview.leaks import overlap

    return sorted(item.question.references, key=lambda each: -overlap(point.statement, each.supports))
