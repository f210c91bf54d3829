"""What is due for review: from graded answers to a list of questions.

Each key point of each question that was asked is a card. Nothing about cards is stored: they are what the answers
of past sessions give when they are rated again, so a grade that was replaced or contested changes them too.

1. An answer rates the points that are expected at its session's level. Said unprompted: good. Said in part, only
   when a follow-up asked, or with a hint: hard. Not said, or said wrongly: again. A contest that was upheld is
   credit like any other, since the second edition of its rule as if a follow-up had asked. A bonus point is never
   rated: leaving it out is no failure.
2. A point that the grader is unsure of is not rated, and neither is an answer without a score: not graded, not
   reached, or skipped in practice, which says "not now". "I don't know" says all that a rating says, and a skip in
   an interview counts there as zero, so both rate every expected point "again".
3. A question is due when any of its points is that is expected at the level to be asked, so that a point nobody
   would ask for cannot stay due for ever. It rests on the day on which it was answered, whatever came of it.
4. The question with the most overdue weight comes first.

Days are those of the candidate's calendar, as everywhere progress is counted: practice at about the same time each
day must not miss its review by minutes. Pure: which day it is comes in as an argument, and so does the schedule.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from enum import IntEnum
from typing import NamedTuple

from interviewer.core.bank.content import Item
from interviewer.core.bank.kinds import Level, VerdictName
from interviewer.core.interview.point_scores import PointScore
from interviewer.core.interview.session import Mode, Outcome, Turn
from interviewer.core.interview.summary import QuestionSummary, SessionSummary


class Rating(IntEnum):
    """How well a point was recalled, in the words and numbers of spaced repetition."""

    AGAIN = 1
    HARD = 2
    GOOD = 3


class Answered(NamedTuple):
    """One question of one session, as far as it speaks for reviews."""

    question_id: str
    at: float
    """Unix time of the answer."""
    ratings: tuple[tuple[str, Rating], ...]
    """By key-point id; empty when the answer rates nothing."""


class Card(NamedTuple):
    """One key point and when it should be recalled next."""

    question_id: str
    point_id: str
    last: date
    """Of the latest review."""
    due: date
    """After `last`."""


class DuePoint(NamedTuple):
    """A key point that is due."""

    point_id: str
    weight: float
    due: date
    overdue: int
    """Days since it was due; 0 on the day itself."""


class DueQuestion(NamedTuple):
    """A question with at least one point that is due."""

    question_id: str
    title: str
    topic: str
    points: tuple[DuePoint, ...]
    expected: int
    """How many of its points are expected at the level."""

    @property
    def weight(self) -> float:
        """What decides who comes first: rubric weight times days, the due day counted as one."""
        return sum(point.weight * (point.overdue + 1) for point in self.points)

    @property
    def overdue(self) -> int:
        """Days since the first of its points was due."""
        return max(point.overdue for point in self.points)


class Agenda(NamedTuple):
    """What to review on one day at one level."""

    level: Level
    due: tuple[DueQuestion, ...] = ()
    """The most urgent first."""
    following: date | None = None
    """The first day on which another question is due; None when none was ever rated."""


def read_answers(summary: SessionSummary) -> tuple[Answered, ...]:
    """What the questions of a session say for reviews, in the order they were asked."""
    return tuple(_read(summary))


def _read(summary: SessionSummary) -> Iterator[Answered]:
    for each in summary.questions:
        main = each.turns[0]
        set_aside = not each.counts or (main.outcome is Outcome.SKIPPED and summary.config.mode is Mode.PRACTICE)
        if main.ended is None or main.outcome is Outcome.NOT_REACHED or set_aside:
            continue
        ratings = tuple(_ratings(each)) if each.score.value is not None else ()
        yield Answered(each.item.question.id, main.ended, ratings)


def _ratings(question: QuestionSummary) -> Iterator[tuple[str, Rating]]:
    for score in question.score.points:
        rating = _rate(score, question.turns) if score.expected else None
        if rating is not None:
            yield score.point.id, rating


def _rate(score: PointScore, turns: Iterable[Turn]) -> Rating | None:
    upheld = score.ruling is not None and score.ruling.upheld
    verdict = VerdictName.COVERED if upheld else score.verdict
    if verdict is VerdictName.UNSURE:
        return None
    if verdict in (VerdictName.MISSING, VerdictName.CONTRADICTED):
        return Rating.AGAIN
    hinted = any(turn.hints for turn in turns if score.turn_id is None or turn.id <= score.turn_id)
    return Rating.HARD if verdict is VerdictName.PARTIAL or score.prompted or hinted else Rating.GOOD


def build_agenda(
    cards: Iterable[Card], answered: Mapping[str, date], items: Mapping[str, Item], level: Level, today: date
) -> Agenda:
    """What is due.

    Args:
        cards: of any questions; those that are no longer in the bank, or in its rubric, are left out.
        answered: the day on which each question was last answered.
        items: the bank.
        level: at which the questions will be asked.
        today: the day for which it is asked.
    """
    dues: dict[str, dict[str, date]] = {}
    for card in cards:
        dues.setdefault(card.question_id, {})[card.point_id] = card.due
    due, later = [], []
    for question_id, stored in dues.items():
        points = _renamed(items[question_id], stored) if question_id in items else {}
        question = _due_question(items[question_id], points, level, today) if question_id in items else None
        if question is None:
            continue
        rests = answered.get(question_id) == today
        if not rests and question.points:
            due.append(question)
        else:
            later.append(_next_day(items[question_id], points, level, today))
    due.sort(key=lambda each: (-each.weight, each.question_id))
    return Agenda(level, tuple(due), min(later, default=None))


def _renamed(item: Item, dues: Mapping[str, date]) -> dict[str, date]:
    """Due days by the ids of today: what was merged into another point is due with it, whichever comes first."""
    points = {}
    for point in item.rubric.key_points:
        days = [dues[name] for name in (point.id, *point.formerly) if name in dues]
        if days:
            points[point.id] = min(days)
    return points


def _due_question(item: Item, dues: Mapping[str, date], level: Level, today: date) -> DueQuestion | None:
    """The question with those of its points that are due, maybe none; None when none that counts was ever rated."""
    expected = [point for point in item.rubric.key_points if point.is_core(level)]
    if not any(point.id in dues for point in expected):
        return None
    return DueQuestion(
        question_id=item.question.id,
        title=item.question.title,
        topic=item.question.topic,
        points=tuple(
            DuePoint(point.id, point.weight, dues[point.id], (today - dues[point.id]).days)
            for point in expected
            if point.id in dues and dues[point.id] <= today
        ),
        expected=len(expected),
    )


def _next_day(item: Item, dues: Mapping[str, date], level: Level, today: date) -> date:
    """When a question that is not due now will be: with its first point, tomorrow at the earliest."""
    first = min(dues[point.id] for point in item.rubric.key_points if point.is_core(level) and point.id in dues)
    return max(first, today + timedelta(days=1))
