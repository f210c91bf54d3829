"""What a verdict on one question shows beside the score: numbered evidence, what may be contested, the next level."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from interviewer.core.content import Level, VerdictName
from interviewer.core.grade import Grade
from interviewer.core.scoring import PointScore, QuestionScore
from interviewer.core.session import Turn

__all__ = ["FULL_CREDIT", "Stretch", "cut_answer", "level_above", "open_to_contest", "points_above"]

FULL_CREDIT = 0.75
"""From this credit on there is nothing to contest or to explain."""


class Stretch(NamedTuple):
    """A piece of an answer as typed that belongs to the same key points from its beginning to its end."""

    text: str
    credited: bool
    """Whether it is evidence for a key point."""
    against: bool
    """Whether it contradicts one, or holds a misconception."""
    ends: tuple[int, ...]
    """Numbers, counted from 1, of the key points whose evidence ends here."""
    ends_against: bool
    """Whether something that counts against the answer ends here."""


def cut_answer(turn: Turn, points: Sequence[PointScore], wrong: Sequence[tuple[int, int]] = ()) -> list[Stretch]:
    """Cut an answer at the ends of its evidence.

    Args:
        turn: whose answer.
        points: in the order in which they are numbered.
        wrong: stretches that hold misconceptions.
    """
    spans = [
        (number, *each.span, each.verdict is VerdictName.CONTRADICTED and not each.contested)
        for number, each in enumerate(points, 1)
        if each.span is not None and each.turn_id == turn.id
    ]
    spans += [(0, start, end, True) for start, end in wrong]
    ends = {0, len(turn.answer)} | {min(at, len(turn.answer)) for _, start, end, _ in spans for at in (start, end)}
    found = []
    for start, end in pairwise(sorted(ends)):
        here = [each for each in spans if each[1] <= start and end <= each[2]]
        closing = [each for each in here if min(each[2], len(turn.answer)) == end]
        found.append(
            Stretch(
                text=turn.answer[start:end],
                credited=any(not bad for *_, bad in here),
                against=any(bad for *_, bad in here),
                ends=tuple(number for number, *_ in closing if number),
                ends_against=any(bad for *_, bad in closing),
            )
        )
    return found


def level_above(level: Level) -> Level | None:
    """The next level up; None above the highest."""
    return next((each for each in Level if each.rank == level.rank + 1), None)


def points_above(score: QuestionScore, level: Level) -> list[PointScore]:
    """What a candidate one level up would have added: points of that level, and the bonus ones at the highest."""
    above = level_above(level)
    beyond = [each for each in score.points if not each.expected and each.credit < FULL_CREDIT]
    if above is not None:
        beyond = [each for each in beyond if each.point.is_expected(above)]
    return sorted(beyond, key=lambda each: -each.point.weight)


def open_to_contest(score: QuestionScore, turns: Sequence[Turn]) -> list[PointScore]:
    """Points without full credit that have not been contested, heaviest expected first; none without a grade."""
    if not any(isinstance(turn.result, Grade) and turn.answer for turn in turns):
        return []
    found = [each for each in score.points if each.credit < FULL_CREDIT and each.ruling is None]
    return sorted(found, key=lambda each: (not each.expected, -each.point.weight))
