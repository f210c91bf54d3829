"""The first page of a report: how it went, in shapes and words, before every question in turn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from textual.content import Content

from interviewer.core.interview.summary import BANDS, SessionSummary
from interviewer.report.brief_report import render_lists
from interviewer.tui.safe_text import fit, show, show_line
from interviewer.tui.widgets.record_view import bar
from interviewer.tui.widgets.verdict_text import hang
from interviewer.wording import verdicts

_BAR = 24


def describe_report(summary: SessionSummary, width: int) -> Content:
    """Score and scale, topics, points, time, calibration, and the questions with the keys that open their verdicts."""
    return Content("\n").join([*_head(summary), *_lists(summary, width), *_questions(summary, width)])


def _head(summary: SessionSummary) -> Iterator[Content]:
    state = "" if summary.finished else ", not finished"
    yield show_line(f"Interview of {verdicts.local_time(summary.started_at)}, {summary.config.level} level{state}")
    yield show_line(f"Session {summary.session_id}, {summary.config.mode} mode")
    yield show_line(f"Score: {verdicts.describe_interval(summary.value, summary.low, summary.high)}", "bold")
    if summary.value is not None:
        yield show_line(f"{bar(summary.value, _BAR)} {_scale(summary.band)}")
    if shares := verdicts.describe_shares(summary.core, summary.depth):
        yield show_line(f"Earned: {shares}")
    asked, spent = len(summary.questions), sum(each.seconds for each in summary.questions)
    each = f", {verdicts.describe_time(spent / asked)} a question" if asked > 1 else ""
    with_last_words = " with last words" if asked > 1 and summary.seconds - spent >= 1 else ""
    yield show_line(f"Answering time: {verdicts.describe_time(summary.seconds)}{with_last_words}{each}")
    if summary.topics:
        yield Content()
        yield show("Topics", "bold")
    for topic in summary.topics:
        count = f"{topic.questions} question{'s' * (topic.questions != 1)}"
        yield show(f"  {fit(topic.topic, 22)} {topic.value:3.0f} {bar(topic.value, _BAR)} {count}")
    for text in (*(f"Note: {note}" for note in summary.notes), *(f"Left out: {each}" for each in summary.left_out)):
        yield show_line(text, "$text-muted")


def _scale(band: str) -> str:
    """All bands from the lowest to the highest, the one that was reached in brackets."""
    return " · ".join(f"[{name}]" if name == band else name for _, name in reversed(BANDS))


def _lists(summary: SessionSummary, width: int) -> Iterator[Content]:
    yield from (show(line) for line in render_lists(summary, width))
    yield from _list("How sure you were", "·", verdicts.describe_calibration(summary.calibration), width)


def _list(title: str, mark: str, rows: Iterable[str], width: int) -> Iterator[Content]:
    rows = list(rows)
    if rows:
        yield Content()
        yield show(title, "bold")
        for row in rows:
            yield from hang(f"  {mark} {row}", width, 4)


def _questions(summary: SessionSummary, width: int) -> Iterator[Content]:
    yield Content()
    yield show("Questions: 1 to 9 open their verdicts, v the first", "bold")
    for number, each in enumerate(summary.questions, 1):
        value = each.score.value
        score = "  -" if value is None else f"{value:3.0f}"
        used = f"{verdicts.describe_time(each.seconds)} of about {each.item.question.minutes} min"
        title = fit(each.item.question.title, max(12, width - len(used) - 12 - _BAR // 2))
        yield show(f"{number:>3} {score} {bar(value, _BAR // 2)} {title} {used}")
