"""The quality card: the pack in numbers, as Markdown, for its README."""

from __future__ import annotations

import math
from collections.abc import Sequence

from interviewer.audit.survey import Survey
from interviewer.core.bank.kinds import Level

CARD_BEGIN = "<!-- quality card: begin -->"
CARD_END = "<!-- quality card: end -->"


def render_card(survey: Survey, *, grader: str, broken: int) -> str:
    """Markdown tables by topic, by register, by kind of golden example and of natural answer.

    Args:
        survey: the numbers.
        grader: name and version of the grader that gave the verdicts, with its encoder.
        broken: questions whose golden examples come out in a wrong order.
    """
    lines = [*_topic_table(survey), "", *_register_table(survey), "", *_kind_table(survey, grader, broken)]
    if survey.natural.answers:
        lines += ["", *_natural_table(survey)]
    return "\n".join(lines) + "\n"


def place_card(text: str, card: str) -> str | None:
    """`text` with the card between its marker lines; None when it has no such lines."""
    begin, end = text.find(CARD_BEGIN), text.find(CARD_END)
    if begin < 0 or end < begin:
        return None
    return f"{text[:begin]}{CARD_BEGIN}\n{card}{text[end:]}"


def _topic_table(survey: Survey) -> list[str]:
    head = ("Topic", *Level, "Core", "Depth", "Wordings", "Contradictions", "Misconceptions", "Examples")
    rows: list[tuple[str, ...]] = []
    for row in survey.topics:
        counts = (row.key_points, row.depth_points, row.phrasings, row.contradictions, row.misconceptions, row.examples)
        rows.append((row.topic, *(str(row.questions[level]) for level in Level), *map(str, counts)))
    total = [str(sum(int(row[column]) for row in rows)) for column in range(1, len(head))]
    return _table(head, [*rows, (f"**{survey.questions} questions**", *total)])


def _kind_table(survey: Survey, grader: str, broken: int) -> list[str]:
    rows = [
        (row.kind, str(row.examples), str(row.verdicts), _percent(row.right, row.verdicts))
        for row in survey.kinds
        if row.verdicts
    ]
    right, verdicts = sum(row.right for row in survey.kinds), sum(row.verdicts for row in survey.kinds)
    rows.append(("**all**", str(sum(row.examples for row in survey.kinds)), str(verdicts), _percent(right, verdicts)))
    both, overlooked, alarms = survey.held
    order = f"in {broken} of {survey.questions} questions" if broken else "in no question"
    return [
        *_table(("Golden example", "Answers", "Verdicts", "Right"), rows),
        "",
        f"Verdicts by {grader}, one for each key point. Misconceptions in these answers: {both} found, "
        f"{overlooked} overlooked, {alarms} false alarms. The examples come out in a wrong order (strong below "
        f"partial, partial below nothing) {order}.",
    ]


def _register_table(survey: Survey) -> list[str]:
    used = {name: count for name, count in survey.registers.items() if count}
    return _table(("Wordings", *used), [("", *map(str, used.values()))])


def _natural_table(survey: Survey) -> list[str]:
    natural = survey.natural
    used = {name: count for name, count in natural.kinds.items() if count}
    right, graded = survey.grader_natural
    lines = [
        *_table(("Natural answers", *used), [(str(natural.answers), *map(str, used.values()))]),
        "",
        f"By {natural.writers} writers who had read only the prompt and the statements, with {natural.verdicts} "
        "verdicts and a score by feel for each answer. The labels are the project's own careful reading, not an exam "
        "graded by outsiders.",
    ]
    if natural.twice:
        lines[-1] += (
            f" A second reader labelled {natural.twice} of them without seeing the first labels: kappa "
            f"{natural.kappa:.2f}, scores r {natural.score_r:.2f} and {natural.score_gap:.1f} points apart."
        )
    if not math.isnan(natural.length_r):
        lines[-1] += f" Score and length: r {natural.length_r:.2f}."
    if graded:
        lines[-1] += f" The offline grader gives the first reader's verdict in {_percent(right, graded)}."
    return lines


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f}%" if whole else "–"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    rule = ["---"] + ["---:"] * (len(head) - 1)
    return ["| " + " | ".join(cells) + " |" for cells in (head, rule, *rows)]
