"""The score of one question, and why it has none: the one door to both formulas.

Which formula counts is the edition of the rubric that the session kept, so that old sessions, trends and reports never
move. A contradicted point earns nothing, and so does a missing one: credit without words to show for it would be
praise. What a missing verdict leaves open widens the interval instead.
"""

from __future__ import annotations

from collections.abc import Sequence

from interviewer.core.bank.content import Item
from interviewer.core.bank.kinds import Kind, Level, Standard
from interviewer.core.frozen import Frozen
from interviewer.core.grade.grade import Flag, Grade, Passport, Ungraded
from interviewer.core.interview.misconception_scores import MisconceptionScore, score_misconceptions
from interviewer.core.interview.point_scores import PointScore, score_point
from interviewer.core.interview.score_formula import Reading, read_first, read_second, read_shares
from interviewer.core.interview.session import Mode, Outcome, Turn, TurnKind


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
    core: float | None = None
    depth: float | None = None
    """Shares of core and depth, 0 to 1; None for a rubric of the first edition and where there is no score."""
    level: Level | None = None
    """At which core and depth were told apart; None in the first edition and where there is no score."""
    points: tuple[PointScore, ...] = ()
    misconceptions: tuple[MisconceptionScore, ...] = ()
    hint_cost: float = 0.0
    note: str = ""
    """Why there is no score, or what else the reader must know."""
    flags: tuple[Flag, ...] = ()
    passport: Passport | None = None


def score_question(item: Item, level: Level, turns: Sequence[Turn], mode: Mode = Mode.INTERVIEW) -> QuestionScore:
    """Score all turns about one question as read at `level`.

    A question whose answer could not be graded, that was not reached or left unanswered, or that was
    skipped in practice has no value, and the note says which.
    """
    question_id = item.question.id
    main = next((turn for turn in turns if turn.kind is TurnKind.QUESTION), None)
    if main is None or main.outcome in (None, Outcome.NOT_REACHED):
        note = "not reached" if main is None else "left unanswered"
        return QuestionScore(question_id=question_id, value=None, note=note)
    if main.outcome in (Outcome.SKIPPED, Outcome.DONT_KNOW):
        skipped = main.outcome is Outcome.SKIPPED
        unscored = skipped and mode is Mode.PRACTICE
        edition = item.rubric.edition
        share = 0.0 if edition > 1 and not unscored else None
        return QuestionScore(
            question_id=question_id,
            value=None if unscored else 0.0,
            low=0.0,
            high=0.0,
            core=share,
            depth=share,
            points=tuple(score_point(point, level, (), edition) for point in item.rubric.key_points),
            note="skipped" if skipped else "the candidate said they did not know",
        )
    if not isinstance(main.result, Grade):
        reason = main.result.reason if isinstance(main.result, Ungraded) else "no grade has arrived yet"
        return QuestionScore(question_id=question_id, value=None, note=f"ungraded: {reason}")
    return _score_graded(item, level, turns, main.result)


def as_shown(score: QuestionScore, item: Item, level: Level) -> QuestionScore:
    """The same score with points, core and depth as of one level, so that list and shares speak of the same points.

    That is the level asked or, where it has no core point, the one at which the answer was read. What the interview
    decides goes by `score_question` itself.

    Args:
        score: of a question.
        item: the question.
        level: asked at.
    """
    if item.rubric.edition == 1 or not score.points:
        return score
    if any(each.expected for each in score.points):
        if score.level in (None, level):
            return score
        core, depth = read_shares(item.rubric, level, score.points)
        return score.model_copy(update={"core": core, "depth": depth, "level": level})
    above = (each for each in Level if any(point.is_core(each) for point in item.rubric.key_points))
    at = score.level or next(above, level)
    points = tuple(each.model_copy(update={"expected": each.point.is_core(at)}) for each in score.points)
    return score.model_copy(update={"points": points, "level": at})


def _score_graded(item: Item, level: Level, turns: Sequence[Turn], main: Grade) -> QuestionScore:
    points = tuple(score_point(point, level, turns, item.rubric.edition) for point in item.rubric.key_points)
    wrongs = score_misconceptions(item, turns, points)
    first = item.rubric.edition == 1
    reading = read_first(points) if first else read_second(item.rubric, level, points, wrongs)
    if reading is None:
        note = f"no key point of this question is expected at {level} level"
        return QuestionScore(question_id=item.question.id, value=None, points=points, note=note)
    hint_cost = _hint_cost(item, turns)
    value = reading.value - sum(each.penalty for each in wrongs) - hint_cost
    return QuestionScore(
        question_id=item.question.id,
        value=_clamp(value),
        low=_clamp(value - reading.below),
        high=_clamp(value + reading.above),
        variance=reading.variance,
        core=reading.core,
        depth=reading.depth,
        level=reading.level,
        points=points,
        misconceptions=tuple(wrongs),
        hint_cost=hint_cost,
        note="; ".join(_notes(item, level, reading, turns)),
        flags=main.flags,
        passport=main.passport,
    )


def _clamp(value: float) -> float:
    return min(100.0, max(0.0, value))


def _notes(item: Item, level: Level, reading: Reading, turns: Sequence[Turn]) -> list[str]:
    notes = []
    if item.question.kind is Kind.WARMUP:
        notes.append("a warm-up, in no average")
    if reading.level not in (None, level):
        has_core = any(point.is_core(level) for point in item.rubric.key_points)
        best = f"because by what is core there the answer earns more than by what is core at {level} level"
        none = f"for no point of it is core at {level} level"
        notes.append(f"scored as at {reading.level} level, {best if has_core else none}")
    if item.rubric.standard is Standard.BASIC:
        notes.append("the rubric is a basic one, so the grade is less certain")
    lost = sum(isinstance(turn.result, Ungraded) for turn in turns)
    if lost:
        notes.append(f"{lost} follow-up answer{'s' if lost > 1 else ''} could not be graded")
    return notes


def _hint_cost(item: Item, turns: Sequence[Turn]) -> float:
    used = max((turn.hints for turn in turns), default=0)
    return sum(hint.price for hint in item.question.hints[:used])
