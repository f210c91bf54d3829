"""The report on one screen or two: how it went, what to learn next, and a block of a few lines a question.

What was asked and answered, every point with its evidence and the model answers are in the full report.
"""

from __future__ import annotations

import textwrap
from collections import Counter
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
from interviewer.wording.worth import describe_worth

__all__ = ["render_blocks", "render_brief", "render_lists"]

_MOST_LINES = 6
"""Lines for the core points of a question; one asked at its own level has no more of them."""
_ADDED = 2
"""Points of the depth pool that are named at most, and lines that they take."""
_ABOUT = 30
"""Characters that must be left beside a short quote to say what it was about."""
_QUOTED = 0.35
"""Share of a line that a quote may take beside the point it earned."""
_TITLE = 36
"""Columns that a title has at least beside its score."""
_WIDE = 100
"""Columns from which on a point is told on one line; below, it may take two."""


def render_brief(summary: SessionSummary, width: int = 80) -> str:
    """Return the whole report, wrapped to `width` columns, ending in a new line."""
    lines = [*_head(summary, width), *render_lists(summary, width), *render_blocks(summary, width)]
    more = f"`mockdl report {summary.session_id} --full` shows every answer, every point and the model answers."
    return "\n".join([*lines, *wrap_text(more, width)]) + "\n"


def render_blocks(summary: SessionSummary, width: int) -> list[str]:
    """A block of lines a question, then the last words, what the grades are worth and what was sent where."""
    lines: list[str] = []
    for number, question in enumerate(summary.questions, 1):
        lines += ["", *_block(question, width, number)]
    lines += _closing(summary, width)
    lines += ["", *wrap_text(describe_worth(summary), width)]
    for line in describe_ledger(summary):
        lines += wrap_text(line, width)
    return lines


def _head(summary: SessionSummary, width: int) -> Iterator[str]:
    config = summary.config
    state = "" if summary.finished else ", not finished"
    begun = verdicts.local_time(summary.started_at)
    yield from wrap_text(f"Interview of {begun}, {config.level} level, {config.mode} mode{state}", width)
    shares = verdicts.describe_shares(summary.core, summary.depth)
    scale = ", on the scale of careful readers' marks" if shares else ""
    yield from wrap_text(f"Score: {verdicts.describe_result(summary)}{scale}", width)
    counts = verdicts.describe_counts([each for each in summary.questions if each.counts and not each.is_open])
    if said := "; ".join(filter(None, (shares, counts))):
        yield from wrap_text(f"{'Earned' if shares else 'Of it'}: {said}", width)
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
        sentence = read_formulas(verdicts.describe_study(item))
        lines += wrap_text(f"{'?' if item.perhaps else '○'} {sentence}{source}", width, indent="  ")
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
    shown = core if len(core) <= _MOST_LINES else core[: _MOST_LINES - 1]
    for at, point in enumerate(shown, 1):
        lines += _point(at, point, width)
    if rest := core[len(shown) :]:
        came_out = Counter(each.verdict for each in rest)
        told = ", ".join(f"{mark} {came_out[name]} {name}" for name, mark in verdicts.MARKS.items() if came_out[name])
        lines.append(f"      and {len(rest)} lighter one{'s' * (len(rest) != 1)}: {told}")
    for wrong in score.misconceptions:
        price = verdicts.describe_penalty(wrong)
        words = shorten(clean_line(wrong.evidence), width - len(price) - 10)
        lines.append(f"   ✗ {verdicts.quote(words)} ({price})")
        lines += wrap_text(f"Right is: {read_formulas(wrong.misconception.correction)}", width, indent="     ")
    if score.hint_cost:
        lines.append(f"   Hints used cost {score.hint_cost:g} points.")
    return lines + _added(summary, width)


def _titled(head: str, score: QuestionScore, width: int) -> list[str]:
    """The title with the score and the shares of core and depth behind it, or the reason why there is none below it."""
    if score.value is None:
        return [*wrap_text(head, width), *wrap_text(score.note, width, indent="   ")]
    value = f"{score.value:.0f} of 100 ({score.low:.0f} to {score.high:.0f})"
    if score.core is not None and score.depth is not None:
        value += f", core {score.core:.0%}, depth {score.depth:.0%}"
    if (room := width - len(value) - 3) < _TITLE:  # of few columns the title takes a line of its own
        return [*wrap_text(head, width), *wrap_text(value, width, indent="   ")]
    return [f"{shorten(head, room)}   {value}"]


def _point(number: int, score: PointScore, width: int) -> list[str]:
    """A core point with the words that earned it: on one line, or on two where there are few columns."""
    mark = verdicts.MARKS[score.verdict]
    asked = "added at the end: " if score.at_close else "when asked: "
    said = score.verdict in (VerdictName.COVERED, VerdictName.PARTIAL)
    how = "after contest: " if score.upheld else asked if score.prompted and said else ""
    doubt = "did you mean: " if score.verdict is VerdictName.UNSURE else ""
    head = f"  {number:>2} {mark} {how}{doubt}"
    words = clean_line(score.evidence) if score.credit > 0 or score.verdict is VerdictName.CONTRADICTED else ""
    statement = clean_line(read_formulas(score.point.statement)).rstrip(".")
    quoted = f" {verdicts.quote(words)}" if words else ""
    if len(head) + len(statement) + len(quoted) <= width:
        return [f"{head}{statement}{quoted}"]
    if width >= _WIDE:
        quoted = f" {verdicts.quote(shorten(words, int(width * _QUOTED)))}" if words else ""
        return [f"{head}{shorten(statement, width - len(head) - len(quoted))}{quoted}"]
    if not words:
        return textwrap.wrap(head + shorten(statement, 2 * width - 24), width, subsequent_indent=" " * 7)[:2]
    return [head + shorten(statement, width - len(head)), f"{' ' * 7}{verdicts.quote(shorten(words, width - 9))}"]


def _added(summary: QuestionSummary, width: int) -> list[str]:
    """What was said beyond the core, and what could have been added: the heaviest as whole as there is room."""
    beyond = [each for each in summary.score.points if not each.expected]
    said, half = sum(each.is_said for each in beyond), sum(each.is_perhaps for each in beyond)
    told = ", ".join([f"{said} said"] * (said > 0) + [f"{half} in part or perhaps"] * (half > 0))
    left = sorted((each for each in beyond if each.is_missed), key=lambda each: -each.point.weight)
    statements = [clean_line(read_formulas(each.point.statement)).rstrip(".") for each in left]
    if not statements:
        return [f"   Beyond that {told}."] if told else []
    lead = f"Beyond that {told}; could have added:" if told else "Could have added:"
    room = _ADDED * (width - 10) - len(lead) - len("; 10 more")
    named = [shorten(statements[0], room)]
    for each in statements[1:_ADDED]:
        if len("; ".join([*named, each])) <= room:
            named.append(each)
    more = f"; {len(statements) - len(named)} more" if len(statements) > len(named) else ""
    text = f"{lead} {'; '.join(named)}{more}"
    return textwrap.wrap(text, width, initial_indent="   ", subsequent_indent="     ")


def _closing(summary: SessionSummary, width: int) -> list[str]:
    """What was said to close, and which points it brought out."""
    words = summary.last_words
    if words is None or not words.answer:
        return []
    brought = verdicts.describe_closing(summary)
    said = verdicts.quote(shorten(clean_line(words.answer), max(20, width - 24)))
    return ["", *wrap_text(f"To close you said: {said}", width), *(wrap_text(brought, width) if brought else [])]
