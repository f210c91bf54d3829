"""Verdicts to a score, by the one formula that every grader shares.

score = clamp(100 (sum of w c over expected points + half the sum over bonus points)
              / (sum of w over expected points) - penalties - hint prices, 0, 100)

with c = P(covered) + P(partial) / 2, times 0.7 when the point came only after a
follow-up asked for it. A contradicted point has c = 0, and so has a missing one: credit
without words to show for it would be praise. What a missing verdict leaves open widens
the interval instead.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from interviewer.core.bank.content import Item, KeyPoint, Level, Misconception, VerdictName
from interviewer.core.frozen import Frozen
from interviewer.core.grade.contest import Ruling
from interviewer.core.grade.grade import FIX_PREFIX, Flag, Grade, Opinion, Passport, PointVerdict, Ungraded
from interviewer.core.interview.session import Mode, Outcome, Turn, TurnKind

PROMPTED_SHARE = 0.7
"""Share of a point's credit that is left when a follow-up had to ask for it."""
BONUS_SHARE = 0.5
FULL_CREDIT = 0.75
"""From this credit on there is nothing to contest, to explain or to add."""
INTERVAL_Z = 1.2816
"""Half-width of an 80% interval in standard deviations of a normal distribution."""


class PointScore(Frozen):
    """What became of one key point over all turns of its question."""

    point: KeyPoint
    expected: bool
    verdict: VerdictName
    credit: float
    """0 to 1, after the prompted share."""
    variance: float
    prompted: bool = False
    evidence: str = ""
    turn_id: int | None = None
    span: tuple[int, int] | None = None
    method: str = ""
    opinion: Opinion | None = None
    """A language model's, when one was asked about the turn that counts."""
    ruling: Ruling | None = None
    """How a contest about it ended."""
    contested: bool = False
    """Whether that raised its credit; `evidence` is then what was marked, and `verdict` still the grader's."""


class MisconceptionScore(Frozen):
    """A wrong claim that was held, and whether a challenge made the candidate correct it."""

    misconception: Misconception
    evidence: str
    turn_id: int
    corrected: bool
    penalty: float


class QuestionScore(Frozen):
    """The score of one question, or why it has none."""

    question_id: str
    value: float | None
    """0 to 100; None when it is left out of the averages."""
    low: float = 0.0
    high: float = 100.0
    """An 80% interval, from the probabilities of the verdicts."""
    variance: float = 0.0
    """Of `value`, in squared points."""
    points: tuple[PointScore, ...] = ()
    misconceptions: tuple[MisconceptionScore, ...] = ()
    hint_cost: float = 0.0
    note: str = ""
    """Why there is no score, or what else the reader must know."""
    flags: tuple[Flag, ...] = ()
    passport: Passport | None = None


class _Credit(NamedTuple):
    mean: float
    variance: float


def credit(verdict: PointVerdict) -> _Credit:
    """Expected credit of a verdict, 0 to 1, and its variance.

    A missing point keeps the little that its probabilities give it: with calibrated ones a score that jumps where
    the likeliest verdict changes would hang on words that mean nothing.
    """
    if verdict.verdict is VerdictName.CONTRADICTED:
        return _Credit(0.0, 0.0)
    mean = verdict.p_covered + 0.5 * verdict.p_partial
    variance = max(0.0, verdict.p_covered + 0.25 * verdict.p_partial - mean * mean)
    return _Credit(mean, variance)


def score_question(item: Item, level: Level, turns: Sequence[Turn], mode: Mode = Mode.INTERVIEW) -> QuestionScore:
    """Score all turns about one question as read at `level`.

    A question whose answer could not be graded, that was not reached, or that was
    skipped in practice has no value, and the note says which.
    """
    question_id = item.question.id
    main = next((turn for turn in turns if turn.kind is TurnKind.QUESTION), None)
    if main is None or main.outcome in (None, Outcome.NOT_REACHED):
        return QuestionScore(question_id=question_id, value=None, note="not reached")
    if main.outcome in (Outcome.SKIPPED, Outcome.DONT_KNOW):
        skipped = main.outcome is Outcome.SKIPPED
        return QuestionScore(
            question_id=question_id,
            value=None if skipped and mode is Mode.PRACTICE else 0.0,
            low=0.0,
            high=0.0,
            points=tuple(_point_score(point, level, ()) for point in item.rubric.key_points),
            note="skipped" if skipped else "the candidate said they did not know",
        )
    if not isinstance(main.result, Grade):
        reason = main.result.reason if isinstance(main.result, Ungraded) else "no grade has arrived yet"
        return QuestionScore(question_id=question_id, value=None, note=f"ungraded: {reason}")
    return _score_graded(item, level, turns, main.result)


def _score_graded(item: Item, level: Level, turns: Sequence[Turn], main: Grade) -> QuestionScore:
    points = tuple(_point_score(point, level, turns) for point in item.rubric.key_points)
    wrongs = tuple(_misconception_scores(item, turns))
    expected_weight = sum(each.point.weight for each in points if each.expected)
    if not expected_weight:
        note = f"no key point of this question is expected at {level} level"
        return QuestionScore(question_id=item.question.id, value=None, points=points, note=note)
    shares = [(each.point.weight * (1.0 if each.expected else BONUS_SHARE), each) for each in points]
    mean = 100 * sum(share * each.credit for share, each in shares) / expected_weight
    variance = 1e4 * sum(share**2 * each.variance for share, each in shares) / expected_weight**2
    hint_cost = _hint_cost(item, turns)
    value = mean - sum(each.penalty for each in wrongs) - hint_cost
    spread = INTERVAL_Z * math.sqrt(variance)
    return QuestionScore(
        question_id=item.question.id,
        value=_clamp(value),
        low=_clamp(value - spread),
        high=_clamp(value + spread),
        variance=variance,
        points=points,
        misconceptions=wrongs,
        hint_cost=hint_cost,
        note=_follow_up_note(turns),
        flags=main.flags,
        passport=main.passport,
    )


def _clamp(value: float) -> float:
    return min(100.0, max(0.0, value))


def _follow_up_note(turns: Sequence[Turn]) -> str:
    lost = sum(isinstance(turn.result, Ungraded) for turn in turns)
    return f"{lost} follow-up answer{'s' if lost > 1 else ''} could not be graded" if lost else ""


def _hint_cost(item: Item, turns: Sequence[Turn]) -> float:
    used = max((turn.hints for turn in turns), default=0)
    return sum(hint.price for hint in item.question.hints[:used])


def _point_score(point: KeyPoint, level: Level, turns: Sequence[Turn]) -> PointScore:
    """Best credit over the turns; a contradiction stands unless a later turn earns credit."""
    best: PointScore = PointScore(
        point=point,
        expected=point.is_expected(level),
        verdict=VerdictName.MISSING,
        credit=0.0,
        variance=0.0,
    )
    for turn in turns:
        verdict = turn.result.verdict(point.id) if isinstance(turn.result, Grade) else None
        if verdict is None:
            continue
        prompted = turn.kind is not TurnKind.QUESTION
        share = PROMPTED_SHARE if prompted else 1.0
        mean, variance = credit(verdict)
        wins = mean * share > best.credit or turn.kind is TurnKind.QUESTION
        contradicts = verdict.verdict is VerdictName.CONTRADICTED and best.credit < 0.25
        if wins or contradicts:
            span = verdict.evidence
            best = best.model_copy(
                update={
                    "verdict": verdict.verdict,
                    "credit": mean * share,
                    "variance": variance * share**2,
                    "prompted": prompted,
                    "evidence": span.cut(turn.answer) if span else "",
                    "span": (span.start, span.end) if span else None,
                    "turn_id": turn.id,
                    "method": verdict.method,
                    "opinion": verdict.opinion,
                }
            )
    return _after_contest(best, turns)


def _after_contest(score: PointScore, turns: Sequence[Turn]) -> PointScore:
    """Raise the credit to what an upheld contest says; the verdict stays what it was."""
    for turn in turns:
        for ruling in turn.rulings:
            if ruling.point_id != score.point.id:
                continue
            score = score.model_copy(update={"ruling": ruling})
            prompted = turn.kind is not TurnKind.QUESTION
            share = PROMPTED_SHARE if prompted else 1.0
            if not ruling.upheld or ruling.probability * share <= score.credit:
                continue
            raised = {
                "credit": ruling.probability * share,
                "variance": ruling.probability * (1 - ruling.probability) * share**2,
                "prompted": prompted,
                "evidence": ruling.span.cut(turn.answer),
                "span": (ruling.span.start, ruling.span.end),
                "turn_id": turn.id,
                "contested": True,
            }
            score = score.model_copy(update=raised)
    return score


def _misconception_scores(item: Item, turns: Sequence[Turn]) -> list[MisconceptionScore]:
    found: dict[str, MisconceptionScore] = {}
    for turn in turns:
        if not isinstance(turn.result, Grade):
            continue
        for held in turn.result.misconceptions:
            if held.misconception_id in found:
                continue
            misconception = item.rubric.misconception(held.misconception_id)
            corrected = _was_corrected(misconception, turn.id, turns)
            found[held.misconception_id] = MisconceptionScore(
                misconception=misconception,
                evidence=held.evidence.cut(turn.answer),
                turn_id=turn.id,
                corrected=corrected,
                penalty=misconception.penalty * (0.5 if corrected else 1.0),
            )
    return list(found.values())


def _was_corrected(misconception: Misconception, since: int, turns: Sequence[Turn]) -> bool:
    for turn in turns:
        if turn.id > since and isinstance(turn.result, Grade):
            verdict = turn.result.verdict(FIX_PREFIX + misconception.id)
            if verdict is not None and verdict.verdict is VerdictName.COVERED:
                return True
    return False
