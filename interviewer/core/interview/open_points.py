"""Which key points of a graded question are left: to contest, to mark as said, or to add one level up."""

from __future__ import annotations

from collections.abc import Sequence

from interviewer.core.bank.kinds import Level
from interviewer.core.interview.contest_tries import turns_with_words
from interviewer.core.interview.point_scores import PointScore
from interviewer.core.interview.scoring import QuestionScore
from interviewer.core.interview.session import Turn


def level_above(level: Level) -> Level | None:
    """The next level up; None above the highest."""
    return next((each for each in Level if each.rank == level.rank + 1), None)


def points_above(score: QuestionScore, level: Level) -> list[PointScore]:
    """What a candidate one level up would have added: points of that level, and all others at the highest.

    In the second edition points of the depth pool count with the level at which they come unprompted.
    """
    above = level_above(level)
    beyond = [each for each in score.points if each.is_missed and not each.expected]
    if above is not None:
        beyond = [each for each in beyond if _comes_at(each, above)]
    return sorted(beyond, key=lambda each: -each.point.weight)


def _comes_at(score: PointScore, level: Level) -> bool:
    if score.edition > 1 and score.point.depth:
        return score.point.expected_at is level
    return score.point.is_core(level)


def open_to_contest(score: QuestionScore, turns: Sequence[Turn]) -> list[PointScore]:
    """Points that can be contested, in the order of `doubtful_points`."""
    return [each for each in doubtful_points(score, turns) if not each.is_said and each.has_tries]


def doubtful_points(score: QuestionScore, turns: Sequence[Turn]) -> list[PointScore]:
    """Points that were not said, or only after a contest, or are marked as said, heaviest expected first.

    None without a grade.
    """
    if not turns_with_words(turns):
        return []
    found = [each for each in score.points if not each.is_said or each.upheld or each.claimed]
    return sorted(found, key=lambda each: (not each.expected, -each.point.weight))


def may_mark(score: PointScore) -> bool:
    """Whether the candidate may mark a point as said, in practice, or take such a mark back."""
    return score.claimed or not score.is_said
