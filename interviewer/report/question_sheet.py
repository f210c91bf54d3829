"""A question with its rubric as plain text, for pack authors."""

from __future__ import annotations

from interviewer.core.bank.content import Item
from interviewer.core.bank.rubric import KeyPoint
from interviewer.core.text import clean_line
from interviewer.report.terminal_report import wrap_text
from interviewer.wording.verdicts import describe_reference


def render_item(item: Item, width: int) -> list[str]:
    """All that a pack says about one question, wrapped to `width` columns."""
    question, rubric = item.question, item.rubric
    lines = [clean_line(f"{question.id}: {question.title}")]
    lines += [f"{question.topic}, {question.level}, {question.kind}, {question.minutes} minutes", ""]
    lines += wrap_text(question.prompt, width)
    for alternative in question.alternatives:
        lines += ["", *wrap_text(f"or: {alternative}", width)]
    for hint in question.hints:
        lines += ["", *wrap_text(f"hint ({hint.price:g} points): {hint.text}", width)]
    lines += ["", f"Key points (rubric {item.rubric_hash}):"]
    for point in rubric.key_points:
        lines += _point(point, width)
    lines += ["", "Misconceptions:"]
    for wrong in rubric.misconceptions:
        lines += wrap_text(f"{wrong.id} (-{wrong.penalty:g}): {wrong.claim}", width, indent="  ")
        lines += wrap_text(f"correct: {wrong.correction}", width, indent="      ")
        lines += wrap_text(f"challenge: {wrong.challenge}", width, indent="      ")
    lines += ["", "A strong answer:"]
    for paragraph in question.model_answer.split("\n\n"):
        lines += [*wrap_text(paragraph, width, indent="  "), ""]
    lines += ["References:"]
    for reference in question.references:
        lines += wrap_text(f"- {describe_reference(reference)}", width, indent="  ")
    return lines


def _point(point: KeyPoint, width: int) -> list[str]:
    expected = "bonus" if point.bonus else f"{'depth' if point.depth else 'from'} {point.expected_at}"
    stage = f", {point.stage}" if point.stage else ""
    lines = wrap_text(f"{point.id} (weight {point.weight:g}, {expected}{stage}): {point.statement}", width, indent="  ")
    for phrasing in point.wordings:
        lines += wrap_text(f"+ {phrasing}", width, indent="      ")
    for contradiction in point.contradictions:
        lines += wrap_text(f"- {contradiction}", width, indent="      ")
    return [*lines, *wrap_text(f"probe: {point.probe}", width, indent="      ")]
