"""The core points that were missed as cards, in the text form that Anki imports.

The id of a card is that of its point, so that importing a later report updates a card and never doubles it
(https://docs.ankiweb.net/importing/text-files.html).
"""

from __future__ import annotations

import html
from collections.abc import Iterator

from interviewer.core.bank.content import Item
from interviewer.core.bank.rubric import KeyPoint
from interviewer.core.interview.study import rank_references
from interviewer.core.interview.summary import SessionSummary
from interviewer.core.text import clean_line
from interviewer.wording.formulas import read_formulas
from interviewer.wording.verdicts import describe_place, sort_points

__all__ = ["render_anki"]

_HEADER = (
    "#separator:tab",
    "#html:true",
    "#notetype:Basic",
    "#deck:mockdl",
    "#guid column:1",
    "#tags column:4",
)


def render_anki(summary: SessionSummary) -> str:
    """Return the file: a header, then a line a card with id, front, back and tags."""
    return "\n".join([*_HEADER, *_cards(summary)]) + "\n"


def _cards(summary: SessionSummary) -> Iterator[str]:
    for question in summary.questions:
        for score in sort_points(question.score):
            if score.expected and not score.is_said and not question.is_open:
                yield "\t".join(_card(question.item, score.point))


def _card(item: Item, point: KeyPoint) -> tuple[str, str, str, str]:
    """Asked is what the interviewer would have asked; to be known is the sentence, with where to read on."""
    question = item.question
    front = f"<b>{_text(question.title)}</b><br>{_text(point.probe)}"
    reference = next(iter(rank_references(item, point)), None)
    source = f"<br><small>{_text(describe_place(reference))}</small>" if reference else ""
    back = f"{_text(point.statement)}{source}"
    return f"mockdl:{question.id}:{point.id}", front, back, f"mockdl {question.topic} {question.level}"


def _text(text: str) -> str:
    return html.escape(clean_line(read_formulas(text)))
