"""The report on one screen or two: how it went, what to learn next, and a block of a few lines a question.

What was asked and answered, every point with its evidence and the model answers are in the full report.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from interviewer.core.bank.kinds import VerdictName
from interviewer.core.interview.point_scores import PointScore
from interviewer.core.interview.scoring import QuestionScore
from interviewer.core.interview.summary import QuestionSummary, SessionSummary
from interviewer.core.text import clean_line, shorten
from interviewer.report.terminal_report import wrap_text
from interviewer.wording import verdicts
from interviewer.wording.formulas import read_formulas
from interviewer.wording.model_costs import describe_ledger

__all__ = ["render_blocks", "render_brief", "render_lists"]

_MOST_LINES = 6
"""Core points of a question that get a line; a question asked at its own level has no more."""
_ADDED = 2
"""Points of the depth pool that are named."""
_ABOUT = 30
"""Characters that must be left beside a short quote to say what it was about."""
_QUOTED = 0.45
"""Share of a line that a quote may take beside the point it earned."""


def render_brief(summary: SessionSummary, width: int = 80) -> str:
    """Return the whole report, wrapped to `width` columns, ending in a new line."""
    lines = [*_head(summary, width), *render_lists(summary, width), *render_blocks(summary, width)]
    more = f"`mockdl report {summary.session_id} --full` shows every answer, every point and the model answers."
    return "\n".join([*lines, *wrap_text(more, width)]) + "\n"


def render_blocks(summary: SessionSummary, width: int) -> list[str]:
    """A block of lines a question, then who graded and what was sent where."""
    lines: list[str] = []
    for number, question in enumerate(summary.questions, 1):
        lines += ["", *_block(question, width, number)]
    lines += ["", *wrap_text(f"Grader: {verdicts.describe_passport(summary)}", width)]
    for line in describe_ledger(summary):
        lines += wrap_text(line, width)
    return lines


def _head(summary: SessionSummary, width: int) -> Iterator[str]:
    config = summary.config
    state = "" if summary.finished else ", not finished"
    begun = verdicts.local_time(summary.started_at)
    yield from wrap_text(f"Interview of {begun}, {config.level} level, {config.mode} mode{state}", width)
    value = verdicts.describe_interval(summary.value, summary.low, summary.high)
    yield from wrap_text(f"Score: {value}: {summary.band}" if summary.value is not None else "Score: none yet", width)
    shares = verdicts.describe_shares(summary.core, summary.depth)
    counts = verdicts.describe_counts([each for each in summary.questions if each.counts and not each.is_open])
    if said := "; ".join(filter(None, (shares, counts))):
        yield from wrap_text(f"Of it: {said}", width)
    yield f"Answering time: {verdicts.describe_time(summary.seconds)}"
    for note in (*(f"Note: {each}" for each in summary.notes), *(f"Left out: {each}" for each in summary.left_out)):
        yield from wrap_text(note, width)
    if calibration := verdicts.describe_calibration(summary.calibration):
        yield from wrap_text(f"How sure you were: {calibration[0]}", width)


def render_lists(summary: SessionSummary, width: int) -> list[str]:
    """What was said well, in the candidate's words, and the sentences to learn next with where to read on."""
    lines: list[str] = []
    if summary.strengths:
        lines += ["", "You said well:"]
    for strength in summary.strengths:
        words = verdicts.quote(strength.words)  # whole: what is cut away might take it back
        room = width - len(words) - 6
        about = f": {shorten(clean_line(read_formulas(strength.statement)), room)}" if room > _ABOUT else ""
        lines += wrap_text(f"● {words}{about}", width, indent="  ")
    if summary.study:
        lines += ["", "Study next:"]
    for item in summary.study:
        source = f" ({verdicts.describe_place(item.reference)})" if item.reference else ""
        lines += wrap_text(f"○ {read_formulas(item.statement)}{source}", width, indent="  ")
    return lines


def _block(summary: QuestionSummary, width: int, number: int) -> list[str]:
    """The lines of one question: its score, its core points, and what could have been added."""
    question, score = summary.item.question, summary.score
    head = f"{number}. {question.title} ({question.id}, {question.level})"
    if summary.is_open:
        return [*wrap_text(head, width), "   This question is still open."]
    lines = _titled(head, score, width)
    if score.flags:
        lines += wrap_text(verdicts.describe_flags(score.flags), width, indent="   ")
    core = [each for each in verdicts.sort_points(score) if each.expected]
    lines += [_point(at, point, width) for at, point in enumerate(core[:_MOST_LINES], 1)]
    if rest := core[_MOST_LINES:]:
        said = sum(each.verdict is VerdictName.COVERED for each in rest)
        lines.append(f"      and {len(rest)} lighter ones, {said} of them said")
    for wrong in score.misconceptions:
        price = "put right later" if wrong.corrected else f"-{wrong.penalty:g}"
        lines.append(f"   ✗ {verdicts.quote(shorten(clean_line(wrong.evidence), width - 24))} ({price})")
        lines += wrap_text(f"Right is: {read_formulas(wrong.misconception.correction)}", width, indent="     ")
    if score.hint_cost:
        lines.append(f"   Hints used cost {score.hint_cost:g} points.")
    return lines + _added(summary, width)


def _titled(head: str, score: QuestionScore, width: int) -> list[str]:
    """The title with the score behind it, or the reason why there is none below it."""
    if score.value is None:
        return [*wrap_text(head, width), *wrap_text(score.note, width, indent="   ")]
    value = f"{score.value:.0f} of 100 ({score.low:.0f} to {score.high:.0f})"
    return [f"{shorten(head, width - len(value) - 3)}   {value}"]


def _point(number: int, score: PointScore, width: int) -> str:
    """A core point on one line, with the words that earned it."""
    mark = verdicts.MARKS[score.verdict]
    said = score.verdict in (VerdictName.COVERED, VerdictName.PARTIAL)
    asked = "after contest: " if score.upheld else "when asked: " if score.prompted and said else ""
    doubt = "did you mean: " if score.verdict is VerdictName.UNSURE else ""
    head = f"  {number:>2} {mark} {asked}{doubt}"
    words = clean_line(score.evidence) if score.credit > 0 or score.verdict is VerdictName.CONTRADICTED else ""
    quoted = f" {verdicts.quote(shorten(words, int(width * _QUOTED)))}" if words else ""
    statement = clean_line(read_formulas(score.point.statement)).rstrip(".")
    return f"{head}{shorten(statement, max(20, width - len(head) - len(quoted)))}{quoted}"


def _added(summary: QuestionSummary, width: int) -> list[str]:
    """What could have been added beyond the core, and how much more there is."""
    score = summary.score
    beyond = [each for each in score.points if not each.expected and not each.is_full]
    said = sum(not each.expected and each.is_full for each in score.points)
    if not beyond:
        return []
    heaviest = sorted(beyond, key=lambda each: -each.point.weight)[:_ADDED]
    room = max(20, (width - 28) // _ADDED)
    named = "; ".join(shorten(clean_line(read_formulas(each.point.statement)).rstrip("."), room) for each in heaviest)
    more = f"; {len(beyond) - len(heaviest)} more" if len(beyond) > len(heaviest) else ""
    lead = f"Beyond that {said} said; could have added:" if said else "Could have added:"
    return textwrap.wrap(f"{lead} {named}{more}", width, initial_indent="   ", subsequent_indent="     ")
