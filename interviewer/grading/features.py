"""What the grader looks at for one answer and one key point, as a short vector of numbers.

Kept apart from the decision so that fitting and grading see exactly the same features.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from interviewer.core.english import content_stems, is_negated
from interviewer.grading.spans import TextSpan
from interviewer.grading.word_order import compare_order

if TYPE_CHECKING:
    import numpy

    from interviewer.core.ports import Reading

ORDER = ("in_order", "in_order_whole", "opposed_in_order", "opposed_in_order_whole", "outright", "denied_outright")
"""How far the answer says a wording, or a contradiction, in its very words and their order: vectors are nearly blind to
who does what to whom. See `word_order.Order`; the last two are 1 where a wording, or a contradiction, is said."""
FEATURES = (
    "bias",
    "support",
    "support_top",
    "contrast",
    "opposition",
    "worst_contrast",
    "word_recall",
    "flipped",
    "opposed_flipped",
    *ORDER,
)
"""Names of the numbers in `Matched.features`, in order:

support: best cosine of a span to the statement or a phrasing; support_top: mean of that
span's three best; contrast: support minus the same span's best cosine to a contradiction;
opposition: best cosine of any span to a contradiction; worst_contrast: the most by which a
span lies nearer to a contradiction than to the truth; word_recall: idf-weighted share of
the matched wording's content words found in the span; flipped: 1 when span and matched
wording differ in negation; opposed_flipped: the same for the contradiction; then `ORDER`.
"""


class WordWeights:
    """How telling a stem is: inverse document frequency over the texts of the bank."""

    def __init__(self, documents: Sequence[str]) -> None:
        counts: dict[str, int] = {}
        for document in documents:
            for each in set(content_stems(document)):
                counts[each] = counts.get(each, 0) + 1
        self._counts: Mapping[str, int] = counts
        self._total = max(1, len(documents))

    def __getitem__(self, stem: str) -> float:
        return math.log((1 + self._total) / (1 + self._counts.get(stem, 0))) + 0.1

    def recall(self, wanted: Sequence[str], found: set[str], asked: set[str]) -> float:
        """Weighted share of `wanted` stems that are in `found`; words of the question count a third."""
        weights = {each: self[each] * (0.33 if each in asked else 1.0) for each in set(wanted)}
        total = sum(weights.values())
        return sum(weight for each, weight in weights.items() if each in found) / total if total else 0.0


class ClaimTexts(NamedTuple):
    """The wordings of a claim and of its opposite, with their unit vectors as rows."""

    supporting: tuple[str, ...]
    opposing: tuple[str, ...]
    support_vectors: numpy.ndarray
    oppose_vectors: numpy.ndarray

    def turned(self) -> ClaimTexts:
        """The same with the opposite in the claim's place."""
        return ClaimTexts(self.opposing, self.supporting, self.oppose_vectors, self.support_vectors)


class ClaimReadings(NamedTuple):
    """A claim's wordings, read token by token, in the order of its texts."""

    supporting: tuple[Reading, ...]
    opposing: tuple[Reading, ...]
    supporting_rows: tuple[int, ...]
    """Which texts of the table of all claims they are."""
    opposing_rows: tuple[int, ...]

    def turned(self) -> ClaimReadings:
        """The same with the opposite in the claim's place."""
        return ClaimReadings(self.opposing, self.supporting, self.opposing_rows, self.supporting_rows)


class Matched(NamedTuple):
    """The best match of an answer with one claim."""

    features: tuple[float, ...]
    span: int
    """Index of the span that would earn the point."""
    opposed_span: int
    """Index of the span that lies nearest to a contradiction relative to the truth."""


def match_claim(
    claim: ClaimTexts,
    spans: Sequence[TextSpan],
    vectors: numpy.ndarray,
    may_earn: Sequence[bool],
    weights: WordWeights,
    asked: set[str],
) -> Matched | None:
    """Compare all spans with one claim.

    Args:
        claim: wordings and their vectors.
        spans: of the answer.
        vectors: of the spans, float32, shape (len(spans), dimension), unit length.
        may_earn: False for spans that a guard closed.
        weights: of stems.
        asked: stems of the question.

    Returns:
        None when no span may earn credit.
    """
    import numpy as np

    usable = [i for i, free in enumerate(may_earn) if free]
    if not usable:
        return None
    open_vectors = vectors[usable]
    support = open_vectors @ claim.support_vectors.T
    oppose = open_vectors @ claim.oppose_vectors.T
    best_support = support.max(1)
    best_oppose = oppose.max(1) if claim.opposing else np.zeros(len(usable), dtype=np.float32)
    refuted = np.array([spans[i].refuted for i in usable])
    # A span the speaker calls wrong can neither earn the claim nor assert its opposite.
    earning = np.where(refuted, best_support - 0.15, best_support)
    at = int(_tightest(earning, [spans[i] for i in usable]))
    margins = np.where(refuted, -1.0, best_oppose - best_support)
    against = int(np.argmax(np.where(best_oppose > 0.45, margins, -1.0)))
    wording = claim.supporting[int(support[at].argmax())]
    opposite = claim.opposing[int(oppose[against].argmax())] if claim.opposing else ""
    text, opposed = spans[usable[at]].text, spans[usable[against]].text
    top = np.sort(support[at])[-3:].mean()
    features = (
        1.0,
        float(earning[at]),
        float(top),
        float(best_support[at] - best_oppose[at]),
        float(np.where(refuted, 0.0, best_oppose).max()),
        float(max(margins[against], -0.5)),
        weights.recall(content_stems(wording), set(content_stems(text)), asked),
        float(is_negated(text) != is_negated(wording)),
        float(is_negated(opposed) != is_negated(opposite)),
        *_order(claim, [spans[i] for i in usable]),
    )
    return Matched(features, usable[at], usable[against])


def _order(claim: ClaimTexts, spans: Sequence[TextSpan]) -> tuple[float, ...]:
    """What `ORDER` names."""
    order = compare_order([each.text for each in spans if not each.refuted], claim.supporting, claim.opposing)
    return (*order, float(order.outright), float(order.turned().outright))


def _tightest(scores: numpy.ndarray, spans: Sequence[TextSpan]) -> int:
    """The shortest span whose score is within 0.02 of the best, so that evidence is no longer than needed."""
    best = float(scores.max())
    near = [i for i, score in enumerate(scores) if score >= best - 0.02]
    return min(near, key=lambda i: spans[i].end - spans[i].start)
