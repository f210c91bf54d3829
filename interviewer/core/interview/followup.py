"""Which follow-up a good interviewer asks next.

Challenge what was said wrongly, then probe the heaviest missing point, then, when the
answer was strong, go one level deeper. Two follow-ups at most for one question.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from interviewer.core.bank.content import Item
from interviewer.core.bank.kinds import Level, VerdictName
from interviewer.core.bank.rubric import KeyPoint, Misconception
from interviewer.core.grade.grade import FIX_PREFIX, Grade
from interviewer.core.interview.point_scores import PointScore
from interviewer.core.interview.scoring import score_question
from interviewer.core.interview.session import Turn, TurnKind
from interviewer.core.text import shorten

MOST_FOLLOW_UPS = 2
STRONG_SCORE = 80.0
"""From this score on an answer is strong and the interviewer goes deeper."""
_ENOUGH = 0.5
"""A point with this much credit needs no probe."""


class FollowUp(NamedTuple):
    """What to ask next about the same question."""

    kind: TurnKind
    target: str
    """What its answer will be graded against: a key-point id or `fix:<misconception id>`."""
    prompt: str


def pick_follow_up(item: Item, level: Level, turns: Sequence[Turn]) -> FollowUp | None:
    """Choose the follow-up after these turns about one question; None when there is none."""
    asked = {turn.target for turn in turns if turn.target is not None}
    if len(turns) > MOST_FOLLOW_UPS or not isinstance(turns[0].result, Grade):
        return None
    score = score_question(item, level, turns)
    for wrong in sorted(score.misconceptions, key=lambda each: -each.misconception.penalty):
        if FIX_PREFIX + wrong.misconception.id not in asked and wrong.misconception.key_point not in asked:
            return _challenge(wrong.misconception)
    missing = [each for each in score.points if each.expected and each.credit < _ENOUGH]
    missing = [each for each in missing if each.point.id not in asked and not _challenged(item, each.point, asked)]
    wrongly = [each for each in missing if each.verdict is VerdictName.CONTRADICTED]
    if wrongly:
        return _question_claim(_heaviest(wrongly))
    if missing:
        point = _heaviest(missing).point
        return FollowUp(TurnKind.PROBE, point.id, point.probe)
    if is_strong(item, level, turns):
        return _deeper(score.points, asked)
    return None


def is_strong(item: Item, level: Level, turns: Sequence[Turn]) -> bool:
    """Whether the answers so far score at least `STRONG_SCORE` without any hint."""
    score = score_question(item, level, turns)
    return score.value is not None and score.value >= STRONG_SCORE and score.hint_cost == 0


def _challenged(item: Item, point: KeyPoint, asked: set[str]) -> bool:
    """Whether a misconception about this very point has been challenged already."""
    return any(FIX_PREFIX + each.id in asked for each in item.rubric.misconceptions if each.key_point == point.id)


def _challenge(misconception: Misconception) -> FollowUp:
    return FollowUp(TurnKind.CHALLENGE, FIX_PREFIX + misconception.id, misconception.challenge)


def _question_claim(score: PointScore) -> FollowUp:
    quote = shorten(score.evidence, 120)
    prompt = f'You said: "{quote}" Let me stay with that. {score.point.probe}' if quote else score.point.probe
    return FollowUp(TurnKind.CHALLENGE, score.point.id, prompt)


def _deeper(points: Sequence[PointScore], asked: set[str]) -> FollowUp | None:
    """The heaviest point beyond what the level demands that was not said; once a question."""
    beyond = [each for each in points if not each.expected and each.credit < _ENOUGH]
    if not beyond or any(each.point.id in asked for each in points if not each.expected):
        return None
    nearest = min(each.point.expected_at.rank for each in beyond)
    point = _heaviest([each for each in beyond if each.point.expected_at.rank == nearest]).point
    return FollowUp(TurnKind.DEEPER, point.id, point.probe)


def _heaviest(points: Sequence[PointScore]) -> PointScore:
    return max(points, key=lambda each: each.point.weight)
