"""All that is measured for one answer and one claim, as a vector of numbers.

The signals of `features.py` come from sentence vectors alone; here token states and the joint
reading join them. Kept apart from the decision, so that fitting and grading see exactly the
same numbers.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from interviewer.grading.answer_reading import AnswerReading
from interviewer.grading.direction import CHECKS, check_direction
from interviewer.grading.features import FEATURES, ClaimReadings, ClaimTexts, Matched, WordWeights, match_claim
from interviewer.grading.joint_text import claim_text, cut_passage
from interviewer.grading.recall import PieceWeights, least_said, soft_recall
from interviewer.grading.stepwise import Pair, Steps
from interviewer.grading.style import MANNERS, describe_manner
from interviewer.grading.unread import Unread, leave_unread

if TYPE_CHECKING:
    import numpy

RECALLS = ("recall", "recall_best", "recall_opposed", "recall_span", "span_used", "least_said")
JOINT = ("joint_covered", "joint_partial", "joint_missing", "joint_contradicted")
"""What the joint reader says of the passage nearest to the claim, all of them probabilities."""
COMPANY = ("others_covered", "best_other", "ahead", "others_contradicted")
"""Of the answer as a whole: how well it covers the other claims on average, and the best of them; the share of them
that it covers better than this one; and how much it contradicts them on average. The length of the answer is left out
on purpose: words to the grader and padding would earn by it."""
STANDING = ("core", "weight")
"""Of the claim in its rubric: 1 for a core point at the question's own level, which people make four times as often as
one of the depth pool, and the logarithm of its weight beside the mean of the rubric. What is read in an answer decides;
these are the odds before it is read."""
BEFORE = (*FEATURES, *RECALLS, *CHECKS, *MANNERS)
"""What is measured before anything is read jointly."""
SIGNALS = (*BEFORE, *JOINT, *COMPANY, *STANDING)
"""After those of `features.py`: recall: soft recall of the statement by the whole answer; recall_best: the best
over all wordings; recall_opposed: the best over the contradictions; recall_span: of the matched wording by the
matched span; span_used: the share of that span the wording accounts for; least_said: recall of the third of that
wording's content that the span says least of; then the direction checks and the manner of the span, beside the
wording; what the joint reader says; the other claims; and what the claim is to its rubric.
"""
REFERENCE_SIGNALS = (
    *SIGNALS,
    *("cosine", "length_of_content", "ratio", "keywords", "whole_recall", "whole_new", "whole_used", "several"),
)
"""For bare references, which have no phrasings: the means of `SIGNALS` over the points, and of the whole
answer: cosine with the whole reference; length_of_content: logarithm of its content words that may earn credit;
ratio: the same words for each content word of the reference, at most 1.5; keywords: share of the
reference's stems that the answer has, those of the question left out; whole_recall: soft recall of the
whole reference, the best of its alternatives; whole_new: the same with the question's tokens nearly left
out; whole_used: the share of the answer's tokens that the reference accounts for; several: 1 when the
reference has more than one point, 0 when it is one statement or alternatives of one.
"""
_ALONE = (0.0,) * (len(COMPANY) + len(STANDING))
_FIRST_JOINT = len(BEFORE)


class Signals(NamedTuple):
    """What was found for one claim."""

    features: tuple[float, ...]
    """In the order of `SIGNALS`."""
    span: int
    """Index of the span that would earn the point."""
    opposed_span: int
    """Index of the span that speaks most for a contradiction."""
    claim: ClaimTexts

    @property
    def joint(self) -> tuple[float, ...]:
        """In the order of `JOINT`."""
        return self.features[_FIRST_JOINT : _FIRST_JOINT + len(JOINT)]


def _joint_pairs(claims: Sequence[ClaimTexts], text: str, answer: AnswerReading, asked: str = "") -> list[Pair]:
    """What the joint reader is to read of an answer beside each claim.

    Args:
        claims: with their vectors.
        text: the answer without its layout.
        answer: the same, cut and read; some span of it is open.
        asked: the follow-up it replies to, on which it may lean.
    """
    usable = [i for i, free in enumerate(answer.may_earn) if free]
    near = answer.vectors[usable]
    found = []
    for claim in claims:
        passage = cut_passage(text, claim, answer.spans, answer.vectors, answer.may_earn)
        found.append(Pair(claim_text(claim, near), f"{asked} {passage}".lstrip()))
    return found


def collect_signals(
    claims: Sequence[tuple[ClaimTexts, ClaimReadings]],
    text: str,
    answer: AnswerReading,
    weights: WordWeights,
    pieces: PieceWeights,
    asked: set[str],
    asked_pieces: Collection[str],
    recalls: numpy.ndarray,
    follow_up: str,
    unread: Sequence[Unread | None],
) -> Steps[list[Signals | None]]:
    """Compare an answer with each claim, and read it beside all that may be in it in one step.

    Args:
        claims: wordings with their sentence vectors, and the same wordings read token by token.
        text: the answer without its layout.
        answer: what was said.
        weights: of stems.
        pieces: of word pieces.
        asked: stems of the question.
        asked_pieces: word pieces of the question.
        recalls: of all texts of the claims by the answer, see `RecallTable.recalls`.
        follow_up: what the answer replies to.
        unread: for each claim what tells whether it is left unread; None where it is read in any case.

    Returns:
        For each claim what was found; None when no span may earn credit.
    """
    if not any(answer.may_earn):
        return [None] * len(claims)
    matched: list[Matched] = []
    before: list[tuple[float, ...]] = []
    for own, readings in claims:
        match = match_claim(own, answer.spans, answer.vectors, answer.may_earn, weights, asked)
        assert match is not None  # some span is open
        matched.append(match)
        measured = _beside_wording(own, readings, match, answer, pieces, asked, asked_pieces, recalls)
        before.append((*match.features, *measured))
    left = leave_unread(unread, before)
    wanted = [own for (own, _), each in zip(claims, left, strict=True) if each is None]
    joint = yield _joint_pairs(wanted, text, answer, follow_up)
    told = iter(joint.tolist())
    return [
        Signals((*each, *(taken or next(told)), *_ALONE), match.span, match.opposed_span, own)
        for (own, _), match, each, taken in zip(claims, matched, before, left, strict=True)
    ]


def _beside_wording(
    claim: ClaimTexts,
    readings: ClaimReadings,
    matched: Matched,
    answer: AnswerReading,
    pieces: PieceWeights,
    asked: set[str],
    asked_pieces: Collection[str],
    recalls: numpy.ndarray,
) -> tuple[float, ...]:
    """Recalls, direction checks and manner of the matched span beside the wording nearest to it."""

    supporting = [float(recalls[row]) for row in readings.supporting_rows]
    opposing = [float(recalls[row]) for row in readings.opposing_rows]
    nearest = int((claim.support_vectors @ answer.vectors[matched.span]).argmax())
    wording, wanted = claim.supporting[nearest], readings.supporting[nearest]
    span, said = answer.spans[matched.span], answer.read[matched.span]
    assert said is not None  # a matched span is an open one
    weight = pieces.of(wanted.pieces, asked_pieces)
    return (
        *(supporting[0], max(supporting), max(opposing, default=0.0)),
        soft_recall(wanted.plain, said.plain, weight),
        soft_recall(said.plain, wanted.plain, pieces.of(said.pieces, asked_pieces)),
        least_said(wanted.plain, said.plain, weight),
        *check_direction(wording, span.text),
        *describe_manner(span.text, answer.sentence(span.sentence), wording, asked),
    )


def add_company(
    found: Mapping[str, Signals | None], standing: Mapping[str, tuple[float, float]]
) -> dict[str, Signals | None]:
    """Fill in `COMPANY`, for which all claims must be known, and `STANDING`, zeros where a claim has none."""
    full: dict[str, Signals | None] = {}
    for name, own in found.items():
        full[name] = None
        if own is not None:
            others = [each.joint for other, each in found.items() if each and other != name]
            size = max(1, len(others))
            margin = _margin(own.joint)
            company = (
                sum(each[0] for each in others) / size,
                max((each[0] for each in others), default=0.0),
                sum(_margin(each) > margin for each in others) / size,
                sum(each[3] for each in others) / size,
            )
            of_itself = standing.get(name, (0.0, 0.0))
            full[name] = own._replace(features=(*own.features[: -len(_ALONE)], *company, *of_itself))
    return full


def _margin(joint: Sequence[float]) -> float:
    """How much likelier covered is than missing, as the logarithm of the odds."""
    return math.log(joint[0] + 1e-4) - math.log(joint[2] + 1e-4)
