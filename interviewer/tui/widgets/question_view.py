"""A question as the bank previews it, with the model answer kept back until it is asked for."""

from __future__ import annotations

from textual.content import Content

from interviewer.core.bank.content import Item
from interviewer.tui.safe_text import show
from interviewer.wording.prose import reflow
from interviewer.wording.verdicts import describe_reference


def describe_question(item: Item) -> Content:
    """Title, what kind of question it is, the prompt and the references."""
    question, points = item.question, item.rubric.key_points
    expected = sum(point.is_core(question.level) for point in points)
    parts = [
        show(question.title, "bold"),
        show(
            f"{question.topic} · {question.level} · {question.kind} · about {question.minutes} min · "
            f"{len(points)} key points, {expected} core at {question.level} level",
            "$text-muted",
        ),
        Content(),
        show(reflow(question.prompt)),
        Content(),
    ]
    if question.references:
        parts += [show("References", "bold")]
        parts += [show(f"- {describe_reference(each)}") for each in question.references]
        parts += [Content()]
    return Content("\n").join(parts)


def describe_answer(item: Item) -> Content:
    """What is kept back until it is asked for: the model answer, the calculation, the key points."""
    question = item.question
    parts = [show("A strong answer", "bold"), show(reflow(question.model_answer)), Content()]
    if question.worked_solution:
        parts += [show("Worked solution", "bold"), show(question.worked_solution.strip("\n")), Content()]
    parts += [show("Key points", "bold"), *(show(f"- {point.statement}") for point in item.rubric.key_points)]
    return Content("\n").join(parts)
