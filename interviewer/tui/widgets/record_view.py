"""One session in a few lines: score, topics as bars, what is missing."""

from __future__ import annotations

from textual.content import Content

from interviewer.core.progress.record import Record
from interviewer.core.text import shorten
from interviewer.tui.safe_text import fit, show
from interviewer.wording.verdicts import describe_interval, describe_shares, local_time


def bar(value: float | None, width: int) -> str:
    """A score from 0 to 100 as a bar of blocks on dots; the number belongs beside it."""
    filled = 0 if value is None else round(value / 100 * width)
    return "█" * filled + "·" * (width - filled)


def describe_record(record: Record, width: int, grade_key: str) -> Content:
    """What is known about a session, the most important first; `grade_key` grades what it owes."""
    state = record.band if record.finished else f"unfinished, {len(record.titles)} of {record.planned} questions asked"
    score = describe_interval(record.value, record.low, record.high)
    demo = "  demonstration" if record.demo else ""
    head = [
        f"{local_time(record.started_at)}, {record.level}, {record.mode}, {record.id}{demo}",
        score if state == score else f"{score}: {state}",
    ]
    if shares := describe_shares(record.core, record.depth):
        head.append(f"Earned: {shares}")
    if record.owed:
        head.append(f"{record.owed} answer{'s' * (record.owed != 1)} without a grade; {grade_key} grades them")
    bars = [f"{fit(mark.topic, 22)} {mark.value:3.0f} {bar(mark.value, 20)} {mark.series}" for mark in record.marks]
    asked = [f"Asked: {'; '.join(record.titles)}"] if record.titles else []
    return show("\n".join([*(shorten(line, width) for line in head), *bars, *(shorten(line, width) for line in asked)]))
