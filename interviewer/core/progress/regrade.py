"""Grading a session again: which grades may replace which, and what has changed, verdict by verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from interviewer.core.bank.content import Item
from interviewer.core.bank.kinds import VerdictName
from interviewer.core.frozen import Frozen
from interviewer.core.grade.grade import FIX_PREFIX, Grade, GradeResult, PointVerdict, Ungraded
from interviewer.core.interview.scoring import QuestionScore
from interviewer.core.interview.session import Turn, TurnKind
from interviewer.core.interview.summary import QuestionSummary, SessionSummary

Word = Literal["offline", "judge", "both"]
"""Whose word a verdict is."""


class VerdictChange(Frozen):
    """One key point of one answer, before and after."""

    point_id: str
    statement: str
    before: PointVerdict | None
    """None when the answer had no grade."""
    after: PointVerdict | None

    @property
    def changed(self) -> bool:
        """Whether the verdict is another one."""
        return _name(self.before) != _name(self.after)


class AnswerChange(Frozen):
    """One answer, before and after."""

    turn_id: int
    kind: TurnKind
    verdicts: tuple[VerdictChange, ...]
    gained: tuple[str, ...] = ()
    """Misconceptions that only the new grade holds against it."""
    dropped: tuple[str, ...] = ()
    """Those that only the old one did."""
    problem: str = ""
    """Why there is no new grade, or none by the judge that was asked."""
    kept_old: bool = False
    """Whether the old grade stands because of it."""


class QuestionChange(Frozen):
    """One question, before and after."""

    question_id: str
    title: str
    before: QuestionScore
    after: QuestionScore
    answers: tuple[AnswerChange, ...]


class SessionChange(Frozen):
    """A session that was graded again, or is read at another level."""

    before: SessionSummary
    after: SessionSummary
    read_before: SessionSummary | None = None
    """The same at another level; None when none was asked for."""
    read_after: SessionSummary | None = None
    questions: tuple[QuestionChange, ...]
    stored: bool
    """Whether the new grades are in the journal."""
    tried: int
    """Answers that were graded again."""

    @property
    def verdicts(self) -> tuple[VerdictChange, ...]:
        """All verdicts of the answers that were graded again."""
        return tuple(each for question in self.questions for answer in question.answers for each in answer.verdicts)

    @property
    def problems(self) -> tuple[AnswerChange, ...]:
        """Answers that could not be graded, or not by the judge."""
        return tuple(answer for question in self.questions for answer in question.answers if answer.problem)


def word_of(verdict: PointVerdict) -> Word:
    """Whose word a verdict is: that of the offline grader, of the judge against it, or of both."""
    opinion = verdict.opinion
    if opinion is None or not opinion.supported or opinion.verdict is VerdictName.UNSURE:
        return "offline"
    if opinion.verdict is not verdict.verdict:
        return "offline"
    return "both" if opinion.offline is verdict.verdict else "judge"


def needs_judge_again(result: GradeResult | None) -> bool:
    """Whether a grade is the offline one because the judge failed."""
    return isinstance(result, Grade) and result.judging is not None and bool(result.judging.problem)


def is_step_back(old: GradeResult | None, new: GradeResult) -> bool:
    """Whether `new` must not replace `old`: a failure no grade, an unjudged stand-in no judged grade."""
    if not isinstance(old, Grade):
        return False
    if isinstance(new, Ungraded):
        return True
    was_judged = old.judging is not None and not old.judging.problem
    return was_judged and needs_judge_again(new)


def compare_sessions(
    before: SessionSummary, after: SessionSummary, attempts: Mapping[int, GradeResult]
) -> tuple[QuestionChange, ...]:
    """What has changed between two summaries of the same session.

    Args:
        before: with the old grades.
        after: with the new ones.
        attempts: by turn, what came of grading it again; the others were not tried.
    """
    old = {each.item.question.id: each for each in before.questions}
    return tuple(
        QuestionChange(
            question_id=each.item.question.id,
            title=each.item.question.title,
            before=old[each.item.question.id].score,
            after=each.score,
            answers=tuple(_answers(old[each.item.question.id], each, attempts)),
        )
        for each in after.questions
        if each.item.question.id in old
    )


def _answers(old: QuestionSummary, new: QuestionSummary, attempts: Mapping[int, GradeResult]) -> list[AnswerChange]:
    before = {turn.id: turn for turn in old.turns}
    return [
        _answer(new.item, before[turn.id], turn, attempts[turn.id])
        for turn in new.turns
        if turn.id in attempts and turn.id in before
    ]


def _answer(item: Item, old: Turn, new: Turn, attempt: GradeResult) -> AnswerChange:
    was, now = _verdicts(old.result), _verdicts(new.result)
    names = dict.fromkeys((*was, *now))
    held, holds = _held(old.result), _held(new.result)
    return AnswerChange(
        turn_id=new.id,
        kind=new.kind,
        verdicts=tuple(
            VerdictChange(point_id=name, statement=_statement(item, name), before=was.get(name), after=now.get(name))
            for name in names
        ),
        gained=tuple(name for name in holds if name not in held),
        dropped=tuple(name for name in held if name not in holds),
        problem=problem_of(attempt),
        kept_old=is_step_back(old.result, attempt),
    )


def problem_of(attempt: GradeResult) -> str:
    """Why there is no grade, or none by the judge that was asked; "" when there is."""
    if isinstance(attempt, Ungraded):
        return attempt.reason
    return attempt.judging.problem if attempt.judging is not None else ""


def _verdicts(result: GradeResult | None) -> dict[str, PointVerdict]:
    return {each.point_id: each for each in result.verdicts} if isinstance(result, Grade) else {}


def _held(result: GradeResult | None) -> list[str]:
    return [each.misconception_id for each in result.misconceptions] if isinstance(result, Grade) else []


def _statement(item: Item, name: str) -> str:
    if name.startswith(FIX_PREFIX):
        return item.rubric.misconception(name.removeprefix(FIX_PREFIX)).correction
    return item.rubric.point(name).statement


def _name(verdict: PointVerdict | None) -> VerdictName | None:
    return verdict.verdict if verdict is not None else None
