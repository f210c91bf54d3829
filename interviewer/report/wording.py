"""The words and shapes that all report forms share, so that a verdict reads the same everywhere."""

from __future__ import annotations

from datetime import UTC, datetime

from interviewer.core.content import Reference, VerdictName
from interviewer.core.scoring import PointScore, QuestionScore
from interviewer.core.summary import SessionSummary
from interviewer.core.text import clean_line

__all__ = [
    "MARKS",
    "describe_interval",
    "describe_passport",
    "describe_point",
    "describe_reference",
    "describe_score",
    "describe_time",
    "local_time",
    "sort_points",
]

MARKS = {
    VerdictName.COVERED: "●",
    VerdictName.PARTIAL: "◐",
    VerdictName.MISSING: "○",
    VerdictName.CONTRADICTED: "✗",
    VerdictName.UNSURE: "?",
}
"""One shape a verdict; it always stands beside the word, never instead of it."""


def local_time(moment: float) -> str:
    """A Unix time as local date and time."""
    return f"{datetime.fromtimestamp(moment, UTC).astimezone():%Y-%m-%d %H:%M}"


def describe_time(seconds: float) -> str:
    """Minutes and seconds, e.g. "4 min 05 s"."""
    return f"{int(seconds) // 60} min {int(seconds) % 60:02d} s"


def describe_interval(value: float | None, low: float, high: float) -> str:
    """A score with its 80% interval, or that there is none."""
    if value is None:
        return "no score"
    return f"{value:.0f} of 100 (80% interval {low:.0f} to {high:.0f})"


def describe_score(score: QuestionScore) -> str:
    """A question's score, and its note."""
    text = describe_interval(score.value, score.low, score.high)
    return f"{text}; {score.note}" if score.note else text


def describe_point(score: PointScore) -> str:
    """Mark, verdict in words, and what qualifies it, e.g. "● covered, after a follow-up"."""
    parts = [f"{MARKS[score.verdict]} {score.verdict}"]
    if score.prompted and score.credit > 0:
        parts.append("after a follow-up")
    if not score.expected:
        parts.append("bonus")
    return ", ".join(parts)


def describe_reference(reference: Reference) -> str:
    """One line of bibliography."""
    place = reference.venue or ""
    arxiv = f"arXiv:{reference.arxiv}" if reference.arxiv else ""
    where = ", ".join(part for part in (place, arxiv) if part)
    return f"{reference.authors} ({reference.year}). {reference.title}. {where}."


def describe_passport(summary: SessionSummary) -> str:
    """Which graders the session's grades come from, and what they are worth."""
    passports = {
        (p.name, p.version, p.encoder, p.calibrated)
        for p in (question.score.passport for question in summary.questions)
        if p is not None
    }
    if not passports:
        return "No answer was graded."
    lines = []
    for name, version, encoder, calibrated in sorted(passports):
        remark = (
            "calibrated on answers graded by people"
            if calibrated
            else ("not calibrated on answers graded by people, so read the score as a guide")
        )
        lines.append(f"{name} {version} with encoder {encoder}: {remark}.")
    return " ".join(lines) + " Nothing left this machine."


def sort_points(score: QuestionScore) -> list[PointScore]:
    """Expected points first, heavier first."""
    return sorted(score.points, key=lambda each: (not each.expected, -each.point.weight))


def quote(text: str) -> str:
    """Evidence on one line, in quotation marks."""
    return f'"{clean_line(text)}"'
