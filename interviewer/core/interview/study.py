"""What went well, in the candidate's own words, and what to learn next, with where to read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import Field

from interviewer.core.bank.content import Item
from interviewer.core.bank.kinds import VerdictName
from interviewer.core.bank.question import Reference
from interviewer.core.bank.rubric import KeyPoint
from interviewer.core.frozen import Frozen
from interviewer.core.grade.contest import read_mark
from interviewer.core.grade.grade import Span
from interviewer.core.interview.point_scores import ENOUGH_CREDIT, FULL_CREDIT, PointScore
from interviewer.core.text import clean_line, count_words

__all__ = ["Strength", "StudyItem", "find_strengths", "find_study", "rank_references"]

_MOST = 3
_SENTENCE = 25
"""Words up to which the whole sentence is quoted for a strength."""
_LONGEST = 40
"""Of a quote that carries more, no part could be shown without a doubt."""
_CONTENT = 4
"""Different words with a meaning of their own, or numbers, that a quote must have to be praise."""


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
    perhaps: bool = Field(default=False, exclude=True)
    """Whether it may have been said: the report asks whether it was meant."""


def find_strengths(scored: Iterable[tuple[Item, PointScore]], answers: Mapping[int, str]) -> tuple[Strength, ...]:
    """The heaviest points that were surely covered, unasked, in words that can be quoted; core ones first, no words
    twice.

    Args:
        scored: points with their questions.
        answers: by the id of their turn.
    """
    good = [
        (item, each)
        for item, each in scored
        if each.verdict is VerdictName.COVERED and (each.credit >= FULL_CREDIT or each.upheld)
        if not each.prompted and each.evidence
    ]
    good.sort(key=lambda pair: (not pair[1].expected, -pair[1].point.weight * pair[1].credit))
    by_words: dict[str, Strength] = {}
    for item, each in good:
        words = _quotable(each, answers)
        if words and len(by_words) < _MOST:
            by_words.setdefault(words, Strength(statement=each.point.statement, words=words, question=item.question.id))
    return tuple(by_words.values())


def _quotable(score: PointScore, answers: Mapping[int, str]) -> str:
    """The sentence a point rests on, of a long one the part that says it; "" for what would be no praise.

    Words that take it back are never cut away: then there is nothing to quote.
    """
    from interviewer.core.english import content_words, is_taken_back, sentences_touched

    answer = answers.get(score.turn_id, "") if score.turn_id is not None else ""
    if score.span is None or not answer:
        return ""
    start, end = score.span
    whole = Span.of(sentences_touched(answer, start, end) or (start, end))
    text = clean_line(whole.cut(answer))
    read = read_mark(answer, whole).text
    if is_taken_back(text) or count_words(read) > count_words(text):
        return ""
    if count_words(text) > _SENTENCE:
        text = read_mark(answer, Span(start=start, end=end)).text
    return text if len(content_words(text)) >= _CONTENT and count_words(text) <= _LONGEST else ""


def find_study(scored: Iterable[tuple[Item, PointScore]]) -> tuple[StudyItem, ...]:
    """The heaviest core points that earned least, those last that may have been said. What was covered, if only when
    asked, is none of them."""
    poor = [(item, each) for item, each in scored if each.expected and not each.is_said and each.credit < ENOUGH_CREDIT]
    poor.sort(key=lambda pair: (_is_unsure(pair[1]), -pair[1].point.weight * (1 - pair[1].credit)))
    return tuple(
        StudyItem(
            statement=each.point.statement,
            reference=next(iter(rank_references(item, each.point)), None),
            question=item.question.id,
            perhaps=_is_unsure(each),
        )
        for item, each in poor[:_MOST]
    )


def _is_unsure(score: PointScore) -> bool:
    return score.verdict is VerdictName.UNSURE


def rank_references(item: Item, point: KeyPoint) -> list[Reference]:
    """The question's references that carry this very point; none where none does.

    Where a pack does not say which points its references carry, all of them, those first whose claims are nearest.
    """
    from interviewer.core.interview.leaks import overlap

    references = item.question.references
    if any(each.points for each in references):
        return [each for each in references if point.id in each.points]
    return sorted(references, key=lambda each: -overlap(point.statement, each.supports))
