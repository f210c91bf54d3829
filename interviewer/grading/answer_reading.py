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
"""Cosine to any wording of the rubric from which on a stretch speaks of the subject. What lies further away is not read
beside a claim: what earns by being there would earn for anything. Nor does it count for the recall of the whole answer
unless it is prose."""
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
        subject: unit vectors of all that could be said, shape (n, dimension); what is far from all of it may not
            earn. None lets every open span count.
    """
    import numpy as np

    vectors = np.zeros((len(spans), dimension), dtype=np.float32)
    read: list[Reading | None] = [None] * len(spans)
    used = [i for i, free in enumerate(may_earn) if free]
    for row, reading in zip(used, reader.read([spans[i].text for i in used]) if used else (), strict=True):
        vectors[row], read[row] = reading.vector, reading
    first = whole_sentences(spans)
    cosines = np.ones(len(spans)) if subject is None else (vectors @ subject.T).max(1)
    beside = {i for i, cosine in enumerate(cosines) if cosine < _RELEVANT}
    own = [read[i] for i in first.values() if i not in beside or stop_share(spans[i].text) >= _PROSE]
    tokens = np.concatenate([np.zeros((0, dimension), dtype=np.float32), *(each.plain for each in own if each)])
    kept = [may_earn[i] and i not in beside and _coherent(span, first, vectors, beside) for i, span in enumerate(spans)]
    return AnswerReading(spans, vectors, read, kept, tokens)


def _coherent(span: TextSpan, first: Mapping[int, int], vectors: numpy.ndarray, beside: Container[int]) -> bool:
    """Whether a span is no pair of sentences about different things, of which one may be beside the subject."""
    one, other = first.get(span.sentence), first.get(span.sentence + 1)
    if not span.pair or one is None or other is None:
        return True
    return one not in beside and other not in beside and bool(vectors[one] @ vectors[other] >= _RELATED)
