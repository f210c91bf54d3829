"""One line of the history: a session reduced to what lists, trends and comparisons need.

Grades of the offline grader and grades a language model had a say in are kept apart from
the start: a topic that was graded both ways has two marks.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from interviewer.core.bank.kinds import EDITION, Level
from interviewer.core.grade.grade import Grade, Ungraded
from interviewer.core.interview.session import Mode, Outcome
from interviewer.core.interview.summary import QuestionSummary, SessionSummary
from interviewer.core.progress.agenda import Answered, read_answers

Series = Literal["offline", "judged"]
"""Who graded: the offline grader alone, or with a language model's opinion."""


class TopicMark(NamedTuple):
    """Mean score of one session's questions on one topic, of one series."""

    topic: str
    series: Series
    value: float
    questions: int


class Record(NamedTuple):
    """A session as the history lists it."""

    id: str
    name: str
    started_at: float
    level: Level
    mode: Mode
    finished: bool
    demo: bool
    """Answered by a script: shown, and never part of a trend."""
    planned: int
    value: float | None
    low: float
    high: float
    band: str
    marks: tuple[TopicMark, ...]
    owed: int
    """Answers that have no grade yet."""
    titles: tuple[str, ...]
    """Of the questions that were asked."""
    topics: tuple[str, ...]
    graders: tuple[str, ...]
    """Name and version of each grader whose grades are in it."""
    answers: tuple[Answered, ...] = ()
    """What its questions say for reviews."""
    core: float | None = None
    depth: float | None = None
    """Mean shares of core and depth; None when no question has them."""

    @property
    def series(self) -> tuple[Series, ...]:
        """The kinds of grade in it; a question of zero points for "I don't know" was graded by nobody."""
        return tuple(sorted({mark.series for mark in self.marks}))

    @property
    def edition(self) -> int:
        """Of the formula it was scored by."""
        return 1 if self.core is None else EDITION

    @property
    def grading(self) -> str:
        """The kinds of grade in it, in one word; "" when nothing was graded or left to grade."""
        return "mixed" if len(self.series) > 1 else next(iter(self.series), "ungraded" if self.owed else "")


def build_record(summary: SessionSummary, *, name: str = "", planned: int = 0, demo: bool = False) -> Record:
    """Reduce a summary."""
    return Record(
        id=summary.session_id,
        name=name,
        started_at=summary.started_at,
        level=summary.config.level,
        mode=summary.config.mode,
        finished=summary.finished,
        demo=demo,
        planned=planned,
        value=summary.value,
        low=summary.low,
        high=summary.high,
        band=summary.band,
        core=summary.core,
        depth=summary.depth,
        marks=_marks(summary),
        owed=sum(_owed(each) for each in summary.questions),
        titles=tuple(each.item.question.title for each in summary.questions),
        topics=tuple(dict.fromkeys(each.item.question.topic for each in summary.questions)),
        graders=tuple(sorted({found for each in summary.questions if (found := _grader(each))})),
        answers=read_answers(summary),
    )


def _marks(summary: SessionSummary) -> tuple[TopicMark, ...]:
    values: dict[tuple[str, Series], list[float]] = {}
    for each in summary.questions:
        if each.score.value is not None and each.counts:
            values.setdefault((each.item.question.topic, _series(each)), []).append(each.score.value)
    return tuple(
        TopicMark(topic, series, sum(found) / len(found), len(found))
        for (topic, series), found in sorted(values.items())
    )


def _series(question: QuestionSummary) -> Series:
    judged = any(
        isinstance(turn.result, Grade) and turn.result.judging is not None and not turn.result.judging.problem
        for turn in question.turns
    )
    return "judged" if judged else "offline"


def _owed(question: QuestionSummary) -> int:
    return sum(
        turn.outcome is Outcome.ANSWERED and (turn.result is None or isinstance(turn.result, Ungraded))
        for turn in question.turns
    )


def _grader(question: QuestionSummary) -> str:
    passport = question.score.passport
    return f"{passport.name} {passport.version}" if passport is not None else ""
