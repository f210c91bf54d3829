"""What home says about where you stand: what is due for review, what is left open, the streak and the last scores."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from interviewer.core.interview.summary import band
from interviewer.core.progress.agenda import Agenda
from interviewer.core.progress.record import Record
from interviewer.core.progress.trends import counted, spark, streak, trend
from interviewer.sessions.archive import local_day
from interviewer.tui.widgets.session_list import describe_title
from interviewer.wording.verdicts import local_time

FIRST_RUN = (
    "Questions are asked one by one; type your answer and press {submit}.",
    "Follow-ups aim at what was missing. At the end you get a scored report.",
    "Everything runs on this machine and is saved as you type.",
    "Nothing needs to be set up: choose a level and press Start.",
)
_LATEST = 10
_LINES = 2
"""Levels and kinds of grade of which scores are shown, the latest first."""


def describe_today(records: Sequence[Record], today: date, resume: str, submit: str) -> list[str]:
    """Lines for the home screen; on the very first run, what this program does.

    Args:
        records: past sessions, newest first.
        today: the day by this machine's calendar.
        resume: the key that goes on with an unfinished session.
        submit: the key that sends an answer.
    """
    if not records:
        return [line.replace("{submit}", submit) for line in FIRST_RUN]
    lines = []
    left = next((each for each in records if not each.finished and not each.demo), None)
    if left is not None:
        lines.append(
            f"Unfinished, {resume} goes on: {left.level}, {local_time(left.started_at)}, {describe_title(left)}"
        )
    days = streak({local_day(each.started_at) for each in counted(records)}, today)
    if days:
        lines.append(f"Streak: {days} day{'s' * (days != 1)} in a row with a finished session.")
    for (series, level), points in list(trend(records).items())[:_LINES]:
        values = [point.value for point in points[-_LATEST:]]
        word = band(values[-1], points[-1].edition)
        course = f"{spark(values)}  latest " if len(values) > 1 else ""
        lines.append(f"Last scores, {level}, {series}: {course}{values[-1]:.0f}, {word}")
    return lines


def describe_due(agenda: Agenda, most: int) -> str:
    """How many questions are due, and which, the most urgent first; as many as fit into `most` characters."""
    count = f"Due for review: {len(agenda.due)} question{'s' * (len(agenda.due) != 1)}"
    names = [each.question_id for each in agenda.due]
    for shown in range(len(names), 0, -1):
        line = f"{count} ({', '.join([*names[:shown], *['…'] * (shown < len(names))])})"
        if len(line) <= most:
            return line
    return count
