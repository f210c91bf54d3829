"""An answer, cut, guarded and read once, for all claims it is held against."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from interviewer.core.english import stop_share
from interviewer.grading.spans import TextSpan, whole_sentences

if TYPE_CHECKING:
    import numpy

    from interviewer.core.ports import Reader, Reading

_RELATED = 0.2
"""Cosine of two neighbouring sentences from which on they may carry one point together."""
_RELEVANT = 0.35
"""Cosine to any wording of the rubric from which on what is no prose counts for the recall of the whole answer and
may share a point with its neighbour."""
_PROSE = 0.2
"""Share of function words from which on a sentence is prose."""


class AnswerReading(NamedTuple):
    """An answer, cut, guarded and read."""

    spans: Sequence[TextSpan]
    vectors: numpy.ndarray
    """Sentence vectors of the spans, zeros for a closed one."""
    read: Sequence[Reading | None]
    """The spans, read; None for a closed one."""
    may_earn: Sequence[bool]
    """False for spans that a guard closed."""
    tokens: numpy.ndarray
    """Unit token states of the open sentences that speak of the subject, one after the other."""

    def sentence(self, number: int) -> str:
        """Text of a sentence."""
        return next((span.text for span in self.spans if span.sentence == number and not span.pair), "")


def read_answer(
    spans: Sequence[TextSpan],
    may_earn: Sequence[bool],
    reader: Reader,
    dimension: int,
    subject: numpy.ndarray | None = None,
) -> AnswerReading:
    """Read the open spans of an answer.

    Args:
        spans: of the answer.
        may_earn: False for spans that a guard closed.
        reader: of the encoder that made `subject`.
        dimension: of its vectors.
        subject: unit vectors of all that could be said, shape (n, dimension). Sentences far from all of it add
            nothing to the recall of the whole answer. None lets every open sentence count.
    """
    import numpy as np

    vectors = np.zeros((len(spans), dimension), dtype=np.float32)
    read: list[Reading | None] = [None] * len(spans)
    used = [i for i, free in enumerate(may_earn) if free]
    for row, reading in zip(used, reader.read([spans[i].text for i in used]) if used else (), strict=True):
        vectors[row], read[row] = reading.vector, reading
    first = whole_sentences(spans)
    far = {n for n, i in first.items() if subject is not None and _is_beside(spans[i].text, subject @ vectors[i])}
    own = [found for n, i in first.items() if n not in far and (found := read[i]) is not None]
    tokens = np.concatenate([np.zeros((0, dimension), dtype=np.float32), *(each.plain for each in own)])
    kept = [free and _coherent(span, first, vectors, far) for span, free in zip(spans, may_earn, strict=True)]
    return AnswerReading(spans, vectors, read, kept, tokens)


def _is_beside(text: str, cosines: numpy.ndarray) -> bool:
    """Whether a sentence is no prose (markup, code, percentages) and far from the subject; asides in prose count."""
    return bool(cosines.max() < _RELEVANT) and stop_share(text) < _PROSE


def _coherent(span: TextSpan, first: Mapping[int, int], vectors: numpy.ndarray, far: Container[int]) -> bool:
    """Whether a span may carry a point: not beside the subject, and no pair of sentences about different things."""
    one, other = span.sentence, span.sentence + 1
    if not span.pair or one not in first or other not in first:
        return one not in far
    return one not in far and other not in far and bool(vectors[first[one]] @ vectors[first[other]] >= _RELATED)
