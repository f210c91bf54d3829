"""The report as plain text for a terminal or a pipe: no colour is needed to read it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from interviewer.core.interview.scoring import QuestionScore
from interviewer.core.interview.session import Turn
from interviewer.core.interview.summary import QuestionSummary, SessionSummary
from interviewer.core.interview.utterance import Act, Utterance
from interviewer.core.text import clean, clean_line
from interviewer.wording import verdicts
from interviewer.wording.model_costs import describe_ledger
from interviewer.wording.prose import read_blocks, rejoin
from interviewer.wording.replies import describe_asked, describe_reply
from interviewer.wording.worth import describe_passport


def render_terminal(summary: SessionSummary, width: int = 80) -> str:
    """Return the whole report, wrapped to `width` columns, ending in a new line."""
    lines = render_head(summary, width)
    for number, question in enumerate(summary.questions, 1):
        lines += ["", "─" * width, *render_question(question, width, number=number)]
    if summary.last_words is not None:
        lines += ["", "─" * width, *_turn(summary.last_words, width)]
        brought = verdicts.describe_closing(summary)
        lines += wrap_text(brought, width) if brought else []
    lines += ["", "─" * width, *wrap_text(f"Grader: {describe_passport(summary)}", width)]
    lines += ["", "What was sent where:"]
    for line in describe_ledger(summary):
        lines += wrap_text(f"- {line}", width, indent="  ")
    return "\n".join(lines) + "\n"


def render_head(summary: SessionSummary, width: int) -> list[str]:
    """The lines above the questions: score, topics, notes, what to study next."""
    return list(_head(summary, width))


def _head(summary: SessionSummary, width: int) -> Iterable[str]:
    state = "" if summary.finished else ", not finished"
    yield f"Interview of {verdicts.local_time(summary.started_at)}, {summary.config.level} level{state}"
    yield f"Session {summary.session_id}, {summary.config.mode} mode"
    yield ""
    yield f"Score: {verdicts.describe_result(summary)}"
    if shares := verdicts.describe_shares(summary.core, summary.depth):
        yield from wrap_text(f"Earned: {shares}", width)
        yield from wrap_text(f"{verdicts.HOW_EARNED} {verdicts.HOW_SCORED}", width)
    yield f"Answering time: {verdicts.describe_time(summary.seconds)}"
    for topic in summary.topics:
        yield f"  {topic.topic:<22} {topic.value:3.0f}  ({topic.questions} question{'s' * (topic.questions != 1)})"
    for note in summary.notes:
        yield from wrap_text(f"Note: {note}", width)
    for each in summary.left_out:
        yield from wrap_text(f"Left out of the score: {each}", width)
    yield from _calibration(summary, width)
    if summary.strengths:
        yield ""
        yield "You said well:"
    for strength in summary.strengths:
        yield from wrap_text(f"- {verdicts.quote(strength.words)}", width, indent="  ")
    if summary.study:
        yield ""
        yield "Study next:"
    for item in summary.study:
        source = f" ({verdicts.describe_place(item.reference)})" if item.reference else ""
        yield from wrap_text(f"- {verdicts.describe_study(item)}{source}", width, indent="  ")


def _calibration(summary: SessionSummary, width: int) -> Iterable[str]:
    lines = verdicts.describe_calibration(summary.calibration)
    if lines:
        yield ""
        yield "How sure you were:"
    for line in lines:
        yield from wrap_text(line, width, indent="  ")


def render_question(summary: QuestionSummary, width: int, *, number: int | None = None) -> list[str]:
    """The lines of one question: what was said, the verdicts, the model answer, the references."""
    question = summary.item.question
    prefix = f"{number}. " if number is not None else ""
    lines = wrap_text(f"{prefix}{question.title} ({question.id}, {question.level})", width)
    if not summary.is_open:
        lines += wrap_text(f"Score: {verdicts.describe_score(summary.score)}", width)
    if summary.score.flags and not summary.is_open:
        lines += wrap_text(verdicts.describe_flags(summary.score.flags), width)
    for turn in summary.talk:
        for fact in summary.facts(turn):
            lines += ["", *_prose(f"Interviewer: {fact.text}", width, "")]
        lines += ["", *_turn(turn, width, summary.words(Act.CLARIFICATION, turn))]
        for fact in summary.facts(turn, at_end=True):
            lines += ["", *_prose(f"Interviewer: {fact.text}", width, "")]
    if summary.is_open:
        return [*lines, "", "This question is still open."]
    lines += _verdicts(summary.score, width)
    lines += ["", "A strong answer:", *_prose(question.model_answer, width, "  ")]
    if question.worked_solution:
        lines += ["", "Worked solution:", *_paragraphs(question.worked_solution, width, "  ")]
    if question.references:
        lines += ["", "References:"]
        for reference in question.references:
            lines += wrap_text(f"- {verdicts.describe_reference(reference)}", width, indent="  ")
    return lines


def _verdicts(score: QuestionScore, width: int) -> list[str]:
    lines: list[str] = []
    if score.points:
        lines += ["", "Key points:"]
    for number, point in enumerate(verdicts.sort_points(score), 1):
        text = f"{number}. {verdicts.describe_point(point)}: {point.point.statement}"
        lines += wrap_text(text, width, indent="  ")
        if point.evidence:
            lines += wrap_text(f"you said: {verdicts.quote(point.evidence)}", width, indent="      ")
        if ruling := verdicts.describe_rulings(point):
            lines += wrap_text(ruling, width, indent="      ")
        if opinion := verdicts.describe_opinion(point):
            lines += wrap_text(opinion, width, indent="      ")
        if claim := verdicts.describe_claim(point):
            lines += wrap_text(claim, width, indent="      ")
    if score.misconceptions:
        lines += ["", "Misconceptions:"]
    for wrong in score.misconceptions:
        cost = verdicts.describe_penalty(wrong)
        lines += wrap_text(f"✗ you said: {verdicts.quote(wrong.evidence)} ({cost})", width, indent="  ")
        lines += wrap_text(f"correct: {wrong.misconception.correction}", width, indent="      ")
    if score.hint_cost:
        lines += ["", f"Hints used cost {score.hint_cost:g} points."]
    return lines


def wrap_text(text: str, width: int, *, indent: str = "") -> list[str]:
    """One paragraph of outside text, made safe and wrapped; continuation lines hang by two."""
    hang = indent + ("  " if indent else "")
    return textwrap.wrap(clean_line(text), max(width, 20), initial_indent=indent, subsequent_indent=hang) or [indent]


def _turn(turn: Turn, width: int, asked: Sequence[Utterance] = ()) -> list[str]:
    """What was asked, what the candidate asked about it, and the reply."""
    text = f"{describe_asked(turn.kind)}: {turn.prompt}"
    said_you = turn.prompt.startswith("You said")  # what quotes the candidate is no authored text
    lines = wrap_text(text, width) if said_you else _prose(text, width, "")
    for each in asked:
        lines += [*_paragraphs(f"You asked: {each.asked}", width, "  "), ""]
        lines += [*_paragraphs(f"Interviewer: {rejoin(each.text)}", width, ""), ""]
    return lines + _paragraphs(f"You: {describe_reply(turn)}", width, "  ")


def _prose(text: str, width: int, indent: str) -> list[str]:
    """Authored text: paragraphs set anew to the width; code and lists as they stand."""
    lines: list[str] = []
    for block in read_blocks(text):
        if lines:
            lines.append("")
        if block.kept:
            lines += [f"{indent}{line}".rstrip() for line in clean(block.text).split("\n")]
        else:
            words = clean_line(block.text)
            lines += textwrap.wrap(words, max(width, 20), initial_indent=indent, subsequent_indent=indent)
    return lines


def _paragraphs(text: str, width: int, indent: str) -> list[str]:
    """Outside text with its own line breaks kept, each line wrapped."""
    lines: list[str] = []
    for line in clean(text).strip("\n").split("\n"):
        wrapped = textwrap.wrap(
            line, max(width, 20), initial_indent=indent, subsequent_indent=indent, replace_whitespace=False
        )
        lines += wrapped or [""]
    return lines
