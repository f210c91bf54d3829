"""All channels for one answer and one claim, as a vector of numbers.

The signals of `features.py` come from sentence vectors alone; here the token states and the
entailment channel join them. Kept apart from the decision, so that fitting and grading see
exactly the same numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from interviewer.grading.answer import AnswerReading
from interviewer.grading.direction import CHECKS, check_direction
from interviewer.grading.features import FEATURES, ClaimTexts, Matched, WordWeights, match_claim
from interviewer.grading.manner import MANNERS, describe_manner
from interviewer.grading.recall import PieceWeights, soft_recall

if TYPE_CHECKING:
    from interviewer.core.ports import Reader, Reading

__all__ = [
    "ENTAILED",
    "REFERENCE_SIGNALS",
    "SIGNALS",
    "ClaimReadings",
    "Signals",
    "add_rivals",
    "collect_signals",
]

ENTAILED = (
    "covers",
    "covers_mean",
    "covers_statement",
    "contradicts",
    "contradicts_best",
    "opposite_covers",
    "opposite_contradicts",
)
"""What the entailment channel says, all of them probabilities."""
SIGNALS = (
    *FEATURES,
    "recall",
    "recall_best",
    "recall_opposed",
    "recall_span",
    "span_used",
    *ENTAILED,
    "covers_net",
    "opposed_net",
    *CHECKS,
    *MANNERS,
    "rival",
)
"""After those of `features.py`: recall: soft recall of the statement by the whole answer;
recall_best: the best over all wordings; recall_opposed: the best over the contradictions;
recall_span: of the matched wording by the matched span; span_used: the share of that span the
wording accounts for; covers, contradicts: the highest P(covered) and P(contradicted) of any span
and wording; covers_mean: over wordings, the mean of the best P(covered); covers_statement: the
best with the statement itself; contradicts_best: P(contradicted) of the span that covers best;
opposite_covers, opposite_contradicts: the same with the contradictions in place of the wordings;
covers_net: best difference of the two at one span; opposed_net: the most a span speaks for a
contradiction rather than for the truth; then the direction checks and the manner of the span that
covers best, beside the wording it covers best; rival: P(covered) of another claim by that very span.
"""
REFERENCE_SIGNALS = (
    *SIGNALS,
    *("cosine", "length", "ratio", "keywords", "whole_recall", "whole_new", "whole_used", "several"),
)
"""For bare references, which have no phrasings: the means of `SIGNALS` over the points, and of the whole
answer: cosine with the whole reference; length: logarithm of its content words that may earn credit;
ratio: the same words for each content word of the reference, at most 1.5; keywords: share of the
reference's stems that the answer has, those of the question left out; whole_recall: soft recall of the
whole reference, the best of its alternatives; whole_new: the same with the question's tokens nearly left
out; whole_used: the share of the answer's tokens that the reference accounts for; several: 1 when the
reference has more than one point, 0 when it is one statement or alternatives of one.
"""
_SPANS = 4
"""Spans that are compared token by token with a claim: the nearest by cosine."""


class ClaimReadings(NamedTuple):
    """A claim's wordings, read token by token, in the order of its texts."""

    supporting: tuple[Reading, ...]
    opposing: tuple[Reading, ...]


class Signals(NamedTuple):
    """What was found for one claim."""

    features: tuple[float, ...]
    """In the order of `SIGNALS`."""
    span: int
    """Index of the span that would earn the point."""
    opposed_span: int
    """Index of the span that speaks most for a contradiction."""
    covering: Mapping[int, float]
    """Span -> the best P(covered) of this claim, for the spans that were compared."""


class _Entailed(NamedTuple):
    numbers: tuple[float, ...]
    span: int
    opposed_span: int
    wording: int
    """Index of the wording that `span` covers best."""
    covering: dict[int, float]


def collect_signals(
    claim: ClaimTexts,
    readings: ClaimReadings,
    answer: AnswerReading,
    reader: Reader,
    weights: WordWeights,
    pieces: PieceWeights,
    asked: set[str],
    asked_pieces: Collection[str],
) -> Signals | None:
    """Compare all spans with one claim.

    Args:
        claim: wordings with their sentence vectors.
        readings: the same wordings, read token by token.
        answer: what was said.
        reader: judges pairs.
        weights: of stems.
        pieces: of word pieces.
        asked: stems of the question.
        asked_pieces: word pieces of the question.

    Returns:
        None when no span may earn credit.
    """
    matched = match_claim(claim, answer.spans, answer.vectors, answer.may_earn, weights, asked)
    if matched is None:
        return None
    recalls = _recalls(readings, claim, matched, answer, pieces, asked_pieces)
    found = _entailed(readings, answer, _nearest(claim, answer, matched), reader)
    span, wording = answer.spans[found.span], claim.supporting[found.wording]
    checks = check_direction(wording, span.text)
    manner = describe_manner(span.text, answer.sentence(span.sentence), wording, asked)
    features = (*matched.features, *recalls, *found.numbers, *checks, *manner, 0.0)
    return Signals(features, found.span, found.opposed_span, found.covering)


def _recalls(
    readings: ClaimReadings,
    claim: ClaimTexts,
    matched: Matched,
    answer: AnswerReading,
    pieces: PieceWeights,
    asked: Collection[str],
) -> tuple[float, ...]:
    def recall(reading: Reading) -> float:
        return soft_recall(reading.plain, answer.tokens, pieces.of(reading.pieces, asked))

    supporting = [recall(reading) for reading in readings.supporting]
    opposing = [recall(reading) for reading in readings.opposing]
    wording = readings.supporting[int((claim.support_vectors @ answer.vectors[matched.span]).argmax())]
    span = answer.read[matched.span]
    assert span is not None  # a matched span is an open one
    here = soft_recall(wording.plain, span.plain, pieces.of(wording.pieces, asked))
    used = soft_recall(span.plain, wording.plain, pieces.of(span.pieces, asked))
    return supporting[0], max(supporting), max(opposing, default=0.0), here, used


def _nearest(claim: ClaimTexts, answer: AnswerReading, matched: Matched) -> list[int]:
    """The spans worth comparing token by token: nearest to the truth or to a contradiction."""
    usable = [i for i, free in enumerate(answer.may_earn) if free]
    near = (answer.vectors[usable] @ claim.support_vectors.T).max(1)
    if claim.opposing:
        near = near + 0.5 * (answer.vectors[usable] @ claim.oppose_vectors.T).max(1)
    order = (-near).argsort(kind="stable")[:_SPANS]
    return list(dict.fromkeys([matched.span, *(usable[int(i)] for i in order)]))


def _entailed(readings: ClaimReadings, answer: AnswerReading, chosen: Sequence[int], reader: Reader) -> _Entailed:
    import numpy as np

    wordings = (*readings.supporting, *readings.opposing)
    said = [reading for i in chosen if (reading := answer.read[i]) is not None for _ in wordings]
    found = reader.entail(said, [wording for _ in chosen for wording in wordings])
    table = found.reshape(len(chosen), len(wordings), 3)
    truths = len(readings.supporting)
    refuted = np.array([answer.spans[i].refuted for i in chosen])
    covers, contradicts = table[:, :truths, 0], table[:, :truths, 2]
    # A span the speaker calls wrong neither earns the claim nor asserts its opposite.
    covers = np.where(refuted[:, None], covers * 0.5, covers)
    contradicts = np.where(refuted[:, None], contradicts * 0.5, contradicts)
    if len(wordings) > truths:
        opposite = np.where(refuted[:, None], 0.0, table[:, truths:, 0])
        against = table[:, truths:, 2]
    else:
        opposite = against = np.zeros((len(chosen), 1))
    best = covers.max(1)
    at = int(best.argmax())
    net = best - contradicts.max(1)
    opposed = np.maximum(opposite.max(1), contradicts.max(1)) - best
    worst = int(opposed.argmax())
    numbers = (
        float(best[at]),
        float(covers.max(0).mean()),
        float(covers[:, 0].max()),
        float(contradicts.max()),
        float(contradicts[at].max()),
        float(opposite.max()),
        float(against.max()),
        float(net.max()),
        float(opposed[worst]),
    )
    covering = {i: float(value) for i, value in zip(chosen, best, strict=True)}
    return _Entailed(numbers, chosen[at], chosen[worst], int(covers[at].argmax()), covering)


def add_rivals(found: Mapping[str, Signals | None]) -> dict[str, Signals | None]:
    """Fill in `rival`: how well each claim's span covers the best of the other claims."""
    full: dict[str, Signals | None] = {}
    for name, own in found.items():
        if own is not None:
            others = [each.covering.get(own.span, 0.0) for other, each in found.items() if each and other != name]
            full[name] = own._replace(features=(*own.features[:-1], max(others, default=0.0)))
        else:
            full[name] = None
    return full
