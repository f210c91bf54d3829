"""All channels for one answer and one claim, as a vector of numbers.

The signals of `features.py` come from sentence vectors alone; here the token states and the
entailment channel join them. Kept apart from the decision, so that fitting and grading see
exactly the same numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from interviewer.grading.answer_reading import AnswerReading
from interviewer.grading.direction import CHECKS, check_direction
from interviewer.grading.entailment_pairs import ClaimReadings, Entailed, compare_spans
from interviewer.grading.features import FEATURES, ClaimTexts, Matched, WordWeights, match_claim
from interviewer.grading.recall import PieceWeights, least_said, soft_recall
from interviewer.grading.style import MANNERS, describe_manner

if TYPE_CHECKING:
    from interviewer.core.ports import Reader, Reading

RIVALS = ("rival", "crowd", "outranked")
"""Of the span that covers best: how well it covers the best of the other claims; how many of these it covers, as a
share of five; and how many it covers better than this one, as a share of four. A sentence makes a point or two."""
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
    "least_said",
    *RIVALS,
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
covers best, beside the wording it covers best; least_said: recall of the third of that wording's content
that this span says least of; and the other claims that this span speaks for.
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
_ALONE = (0.0,) * len(RIVALS)
_COVERED = 0.5
"""P(covered) from which on a span speaks for a claim."""
_SPANS = 4
"""Spans that are compared token by token with a claim: the nearest by cosine."""


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


def collect_signals(
    claims: Sequence[tuple[ClaimTexts, ClaimReadings]],
    answer: AnswerReading,
    reader: Reader,
    weights: WordWeights,
    pieces: PieceWeights,
    asked: set[str],
    asked_pieces: Collection[str],
) -> list[Signals | None]:
    """Compare all spans with each claim.

    Args:
        claims: wordings with their sentence vectors, and the same wordings read token by token.
        answer: what was said.
        reader: judges pairs.
        weights: of stems.
        pieces: of word pieces.
        asked: stems of the question.
        asked_pieces: word pieces of the question.

    Returns:
        For each claim what was found; None when no span may earn credit.
    """
    matches = [match_claim(own, answer.spans, answer.vectors, answer.may_earn, weights, asked) for own, _ in claims]
    chosen = [
        [] if matched is None else _nearest(own, answer, matched)
        for (own, _), matched in zip(claims, matches, strict=True)
    ]
    entailed = compare_spans([readings for _, readings in claims], chosen, answer, reader)
    found: list[Signals | None] = []
    for (own, readings), matched, told in zip(claims, matches, entailed, strict=True):
        if matched is None or told is None:
            found.append(None)
            continue
        recalls = _recalls(readings, own, matched, answer, pieces, asked_pieces)
        manner = _manner(own, readings, told, answer, pieces, asked, asked_pieces)
        features = (*matched.features, *recalls, *told.numbers, *manner, *_ALONE)
        found.append(Signals(features, told.span, told.opposed_span, told.covering))
    return found


def _manner(
    claim: ClaimTexts,
    readings: ClaimReadings,
    told: Entailed,
    answer: AnswerReading,
    pieces: PieceWeights,
    asked: set[str],
    asked_pieces: Collection[str],
) -> tuple[float, ...]:
    """Direction and manner of the span that covers best, beside the wording it covers best."""
    span, wording = answer.spans[told.span], claim.supporting[told.wording]
    said, wanted = answer.read[told.span], readings.supporting[told.wording]
    assert said is not None  # only open spans are compared
    return (
        *check_direction(wording, span.text),
        *describe_manner(span.text, answer.sentence(span.sentence), wording, asked),
        least_said(wanted.plain, said.plain, pieces.of(wanted.pieces, asked_pieces)),
    )


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


def add_rivals(found: Mapping[str, Signals | None]) -> dict[str, Signals | None]:
    """Fill in `RIVALS`, for which all claims must be known."""
    full: dict[str, Signals | None] = {}
    for name, own in found.items():
        full[name] = None
        if own is not None:
            others = [each.covering.get(own.span, 0.0) for other, each in found.items() if each and other != name]
            crowd = sum(each >= _COVERED for each in others)
            ahead = sum(each > own.covering[own.span] for each in others)
            rivals = (max(others, default=0.0), min(1.0, crowd / 5), min(1.0, ahead / 4))
            full[name] = own._replace(features=(*own.features[: -len(RIVALS)], *rivals))
    return full
