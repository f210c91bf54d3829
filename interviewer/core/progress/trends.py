"""Progress over sessions: streaks, trends, and two sessions side by side."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from interviewer.core.bank.kinds import Level
from interviewer.core.progress.record import Record, Series
from interviewer.core.text import clean_line

_BARS = "▁▂▃▄▅▆▇█"


class Wanted(NamedTuple):
    """Which sessions to list; "" leaves a choice open."""

    text: str = ""
    level: str = ""
    state: str = ""
    """"finished" or "unfinished"."""
    grading: str = ""
    """"offline" or "judged"; a session with both kinds is in both lists."""


class Line(NamedTuple):
    """What may be held against each other: one kind of grade at one level."""

    series: Series
    level: Level


class TrendPoint(NamedTuple):
    """One session's score on one topic."""

    session_id: str
    started_at: float
    value: float
    edition: int
    """Of the formula it was scored by."""


class Compared(NamedTuple):
    """One topic in two sessions; None where a session has no score on it."""

    topic: str
    first: float | None
    second: float | None
    series: Series

    @property
    def change(self) -> float | None:
        """Points won from the first to the second."""
        return None if self.first is None or self.second is None else self.second - self.first


def streak(days: Collection[date], today: date) -> int:
    """Days in a row, up to today or yesterday, each of which is in `days`."""
    last = today if today in days else today - timedelta(days=1)
    length = 0
    while last - timedelta(days=length) in days:
        length += 1
    return length


def counted(records: Sequence[Record]) -> list[Record]:
    """The sessions that progress is made of, oldest first: finished, and not a demonstration."""
    return sorted((each for each in records if each.finished and not each.demo), key=lambda each: each.started_at)


def spark(values: Sequence[float]) -> str:
    """Scores from 0 to 100 as one bar character each."""
    top = len(_BARS) - 1
    return "".join(_BARS[min(top, max(0, int(value / 100 * len(_BARS))))] for value in values)


def trend(records: Sequence[Record], topic: str = "") -> dict[Line, list[TrendPoint]]:
    """Scores over time, oldest first, of one topic or ("") of whole sessions: a line for each level and kind of grade.

    The line with the latest session comes first.
    """
    found: dict[Line, list[TrendPoint]] = {}
    for each in counted(records):
        for series in each.series:
            marks = [mark for mark in each.marks if mark.series == series and topic in ("", mark.topic)]
            questions = sum(mark.questions for mark in marks)
            if questions:
                mean = sum(mark.value * mark.questions for mark in marks) / questions
                point = TrendPoint(each.id, each.started_at, mean, each.edition)
                found.setdefault(Line(series, each.level), []).append(point)
    return dict(sorted(found.items(), key=lambda item: -item[1][-1].started_at))


def compare(first: Record, second: Record) -> list[Compared]:
    """The topics of two sessions, each kind of grade by itself."""
    values = [{(mark.topic, mark.series): mark.value for mark in each.marks} for each in (first, second)]
    keys = sorted({*values[0], *values[1]})
    return [Compared(topic, values[0].get((topic, s)), values[1].get((topic, s)), s) for topic, s in keys]


def differences(first: Record, second: Record) -> list[str]:
    """What must be said before two scores are held against each other."""
    said = []
    if first.level is not second.level:
        said.append(f"Not the same level: {first.level} and {second.level} are other bars.")
    if first.grading and second.grading and first.grading != second.grading:
        said.append(f"Not the same grader: {first.grading} and {second.grading} scores are not comparable.")
    elif first.graders and second.graders and first.graders != second.graders:
        said.append("Graded by different versions; small differences may come from that.")
    if None not in (first.value, second.value) and first.edition != second.edition:
        said.append("Scored by different formulas: one tells core from depth, the other does not.")
    said += [f"Session {each.id} is a demonstration." for each in (first, second) if each.demo]
    said += [f"Session {each.id} is not finished." for each in (first, second) if not each.finished]
    return said


def filter_records(records: Sequence[Record], wanted: Wanted) -> list[Record]:
    """The sessions that fit, in the order given. Every word must stand in a name, title, topic, id, level or mode."""
    words = clean_line(wanted.text).lower().split()
    return [
        each
        for each in records
        if wanted.level in ("", each.level)
        and (not wanted.state or (wanted.state == "finished") is each.finished)
        and (not wanted.grading or wanted.grading in each.series)
        and all(word in _text_of(each) for word in words)
    ]


def _text_of(record: Record) -> str:
    demo = "demo" if record.demo else ""
    parts = (record.name, record.id, record.level, record.mode, record.band, demo, *record.titles, *record.topics)
    return clean_line(" ".join(parts)).lower()
