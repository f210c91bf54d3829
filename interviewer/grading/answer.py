"""One answer as it is graded: cut, guarded and read, and where its spans stand in what was typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from interviewer.core.grade.grade import Span
from interviewer.core.layout import Layout
from interviewer.grading.answer_reading import AnswerReading
from interviewer.grading.guards import Guarded
from interviewer.grading.quote_ends import complete_quote
from interviewer.grading.spans import TextSpan, whole_sentences

if TYPE_CHECKING:
    import numpy

MOST_CHARACTERS = 40_000
"""Of an answer that are read."""


def readable(text: str) -> str:
    """As much of an answer as is read."""
    return text[:MOST_CHARACTERS]


class Answer(NamedTuple):
    """What there is to decide by."""

    layout: Layout
    follow_up: str
    """What it replies to; "" for an answer to the question itself."""
    spans: list[TextSpan]
    vectors: numpy.ndarray
    """Of the spans, unit length, zeros for a closed one, shape (spans, dimension)."""
    read: AnswerReading | None
    """None without a reader."""
    guarded: Guarded

    def aside(self) -> Answer:
        """The same but for what it replies to."""
        return self._replace(follow_up="")

    def typed(self, span: TextSpan) -> Span:
        """Where a span stands in the answer as typed."""
        return Span.of(self.layout.typed(span.start, span.end))

    def quote(self, span: TextSpan) -> Span:
        """The same, of as many words as can be read by themselves."""
        return Span.of(self.layout.typed(*complete_quote(self.layout.text, span.start, span.end)))

    def closed(self) -> tuple[Span, ...]:
        """Sentences that a guard closed, or only those of their clauses that it closed."""
        found = []
        for number, whole in whole_sentences(self.spans).items():
            if self.guarded.open[whole]:
                continue
            own = [i for i, span in enumerate(self.spans) if span.sentence == number and not span.pair and i != whole]
            kept = any(self.guarded.open[i] for i in own)
            found += [self.spans[i] for i in (own if kept else [whole]) if not self.guarded.open[i]]
        return tuple(self.typed(span) for span in found)
