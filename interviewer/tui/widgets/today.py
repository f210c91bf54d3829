"""What home says about where you stand: the streak, the last scores, and what is left open.

Questions due for review will be one more line of `describe_today`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from interviewer.core.progress import counted, spark, streak, trend
from interviewer.core.record import Record
from interviewer.core.summary import band
from interviewer.report.wording import local_time
from interviewer.tui.widgets.session_list import describe_title

__all__ = ["FIRST_RUN", "describe_today"]

FIRST_RUN = (
    "Questions are asked one by one; type your answer and press ctrl+s.",
    "Follow-ups aim at what was missing. At the end you get a scored report.",
    "Everything runs on this machine and is saved as you type.",
    "Nothing needs to be set up: choose a level and press Start.",
)
_LATEST = 10


def describe_today(records: Sequence[Record], today: date) -> list[str]:
    """Lines for the home screen; on the very first run, what this program does."""
    if not records:
        return list(FIRST_RUN)
    lines = []
    left = next((each for each in records if not each.finished and not each.demo), None)
    if left is not None:
        lines.append(f"Unfinished, F6 goes on: {left.level}, {local_time(left.started_at)}, {describe_title(left)}")
    days = streak({_day(each.started_at) for each in counted(records)}, today)
    if days:
        lines.append(f"Streak: {days} day{'s' * (days != 1)} in a row with a finished session.")
    for series, points in trend(records).items():
        values = [point.value for point in points[-_LATEST:]]
        lines.append(f"Last scores, {series}: {spark(values)}  latest {values[-1]:.0f}, {band(values[-1])}")
    return lines


def _day(moment: float) -> date:
    return datetime.fromtimestamp(moment, UTC).astimezone().date()
