"""The first offline grader: an answer's spans against a rubric's claims and their opposites."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from interviewer.core.content import Item, KeyPoint, VerdictName
from interviewer.core.grade import (
    FIX_PREFIX,
    Flag,
    Grade,
    GradeRequest,
    GradeResult,
    HeldMisconception,
    Passport,
    PointVerdict,
    Span,
    Ungraded,
)
from interviewer.core.ports import Encoder
from interviewer.grading.decision import DecisionModel, load_model
from interviewer.grading.features import ClaimTexts, Matched, WordWeights, match_claim
from interviewer.grading.guards import Guarded, guard_spans, other_language
from interviewer.grading.spans import MOST_SPANS, TextSpan, cut_spans
from interviewer.grading.values import find_quantities, match_value
from interviewer.grading.words import content_stems

if TYPE_CHECKING:
    import numpy

__all__ = ["OfflineGrader", "build_grader"]

NAME = "offline-contrast"
_MOST_CHARACTERS = 40_000
_KEPT_RUBRICS = 64


class _Claims(NamedTuple):
    points: dict[str, ClaimTexts]
    misconceptions: dict[str, ClaimTexts]
    asked: set[str]
    weights: WordWeights


class _Answer(NamedTuple):
    text: str
    spans: list[TextSpan]
    vectors: numpy.ndarray
    guarded: Guarded


def build_grader(encoder: Encoder, rubric_encoder: Encoder | None = None) -> OfflineGrader:
    """Return the offline grader.

    Args:
        encoder: for answers, which are private and must not be cached on disk.
        rubric_encoder: for the wordings of rubrics; may be cached. The same one when None.
    """
    return OfflineGrader(encoder, rubric_encoder or encoder, load_model())


class OfflineGrader:
    """Grades answers with sentence vectors, contrast, exact values and guards."""

    def __init__(self, encoder: Encoder, rubric_encoder: Encoder, model: DecisionModel) -> None:
        self._encoder = encoder
        self._rubric_encoder = rubric_encoder
        self._model = model
        self._claims: OrderedDict[str, _Claims] = OrderedDict()

    def prepare(self, item: Item) -> None:
        """Embed all wordings of a rubric, so that the first grade needs no more than the answer."""
        self._claims_of(item)

    def grade(self, item: Item, request: GradeRequest) -> GradeResult:
        """Grade one answer.

        Raises:
            KeyError: the request names a point or misconception that the rubric has not.
        """
        began = time.perf_counter()
        language = other_language(request.answer)
        if language is not None:
            return Ungraded(reason=f"the answer seems to be in {language}; the bank and this grader speak English")
        claims = self._claims_of(item)
        answer = self._read(item, request.answer)
        ids = request.point_ids or tuple(point.id for point in item.rubric.key_points)
        verdicts = tuple(self._verdict(item, each, claims, answer) for each in ids)
        flags: tuple[Flag, ...] = answer.guarded.flags
        if len(request.answer) > _MOST_CHARACTERS or len(answer.spans) >= MOST_SPANS:
            flags = (*flags, "too-long")
        return Grade(
            verdicts=verdicts,
            misconceptions=tuple(self._misconceptions(item, claims, answer)),
            flags=flags,
            passport=self.passport(item),
            seconds=time.perf_counter() - began,
        )

    def passport(self, item: Item) -> Passport:
        """Who grades, with what."""
        return Passport(
            name=NAME, version=self._model.version, rubric_hash=item.rubric_hash, encoder=self._encoder.name
        )

    def match(self, item: Item, answer: str) -> dict[str, Matched | None]:
        """The features of every key point and, under `fix:<id>`, of every misconception."""
        claims, read = self._claims_of(item), self._read(item, answer)
        found = {each: self._match(texts, claims, read) for each, texts in claims.points.items()}
        wrong = {FIX_PREFIX + each: self._match(texts, claims, read) for each, texts in claims.misconceptions.items()}
        return {**found, **wrong}

    def _read(self, item: Item, text: str) -> _Answer:
        spans = cut_spans(text[:_MOST_CHARACTERS])
        guarded = guard_spans(text[:_MOST_CHARACTERS], item.question.prompt, spans)
        import numpy as np

        vectors = np.zeros((len(spans), self._encoder.dimension), dtype=np.float32)
        used = [i for i, free in enumerate(guarded.open) if free]
        if used:
            vectors[used] = self._encoder.encode([spans[i].text for i in used])
        return _Answer(text, spans, vectors, guarded)

    def _match(self, texts: ClaimTexts, claims: _Claims, answer: _Answer) -> Matched | None:
        return match_claim(texts, answer.spans, answer.vectors, answer.guarded.open, claims.weights, claims.asked)

    def _verdict(self, item: Item, point_id: str, claims: _Claims, answer: _Answer) -> PointVerdict:
        if point_id.startswith(FIX_PREFIX):
            return self._correction(point_id, claims, answer)
        matched = self._match(claims.points[point_id], claims, answer)
        if matched is None:
            return PointVerdict(
                point_id=point_id, verdict=VerdictName.MISSING, p_covered=0.0, p_partial=0.0, method="guard"
            )
        decision = self._model.decide(matched.features)
        verdict = PointVerdict(
            point_id=point_id,
            verdict=decision.verdict,
            p_covered=decision.p_covered,
            p_partial=decision.p_partial,
            p_contradicted=decision.p_contradicted,
            evidence=_evidence(decision.verdict, matched, answer.spans),
            method="similarity and contrast",
        )
        point = item.rubric.point(point_id)
        return _with_value(point, verdict, matched, answer) if point.value else verdict

    def _correction(self, point_id: str, claims: _Claims, answer: _Answer) -> PointVerdict:
        """Whether a challenged misconception was put right: a claim whose support is the correction."""
        wrong = claims.misconceptions[point_id.removeprefix(FIX_PREFIX)]
        texts = ClaimTexts(wrong.opposing, wrong.supporting, wrong.oppose_vectors, wrong.support_vectors)
        matched = self._match(texts, claims, answer)
        if matched is None:
            return PointVerdict(
                point_id=point_id, verdict=VerdictName.MISSING, p_covered=0.0, p_partial=0.0, method="guard"
            )
        decision = self._model.decide(matched.features)
        return PointVerdict(
            point_id=point_id,
            verdict=decision.verdict,
            p_covered=decision.p_covered,
            p_partial=decision.p_partial,
            p_contradicted=decision.p_contradicted,
            evidence=_evidence(decision.verdict, matched, answer.spans),
            method="similarity and contrast",
        )

    def _misconceptions(self, item: Item, claims: _Claims, answer: _Answer) -> list[HeldMisconception]:
        held = []
        for misconception in item.rubric.misconceptions:
            matched = self._match(claims.misconceptions[misconception.id], claims, answer)
            if matched is None or answer.spans[matched.span].refuted:
                continue
            probability = self._model.p_held(matched.features)
            if probability >= self._model.held:
                span = answer.spans[matched.span]
                held.append(
                    HeldMisconception(
                        misconception_id=misconception.id,
                        probability=probability,
                        evidence=Span(start=span.start, end=span.end),
                    )
                )
        return held

    def _claims_of(self, item: Item) -> _Claims:
        """Vectors of all wordings of a rubric, kept for the most recent rubrics."""
        key = item.question.id + item.rubric_hash
        if key in self._claims:
            self._claims.move_to_end(key)
            return self._claims[key]
        claims = self._build_claims(item)
        self._claims[key] = claims
        while len(self._claims) > _KEPT_RUBRICS:
            self._claims.popitem(last=False)
        return claims

    def _build_claims(self, item: Item) -> _Claims:
        rubric = item.rubric
        pairs: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = [
            (point.id, (point.statement, *point.phrasings), point.contradictions) for point in rubric.key_points
        ]
        for each in rubric.misconceptions:
            truth: tuple[str, ...] = (each.correction,)
            if each.key_point is not None:
                point = rubric.point(each.key_point)
                truth = (each.correction, point.statement, *point.phrasings)
            pairs.append((FIX_PREFIX + each.id, (each.claim, *each.phrasings), truth))
        texts = [text for _, supporting, opposing in pairs for text in (*supporting, *opposing)]
        vectors = self._rubric_encoder.encode(texts)
        claims: dict[str, ClaimTexts] = {}
        row = 0
        for name, supporting, opposing in pairs:
            middle, end = row + len(supporting), row + len(supporting) + len(opposing)
            claims[name] = ClaimTexts(supporting, opposing, vectors[row:middle], vectors[middle:end])
            row = end
        return _Claims(
            points={name: each for name, each in claims.items() if not name.startswith(FIX_PREFIX)},
            misconceptions={
                name.removeprefix(FIX_PREFIX): each for name, each in claims.items() if name.startswith(FIX_PREFIX)
            },
            asked=set(content_stems(item.question.prompt)),
            weights=WordWeights(texts),
        )


def _evidence(verdict: VerdictName, matched: Matched, spans: Sequence[TextSpan]) -> Span | None:
    if verdict is VerdictName.MISSING:
        return None
    span = spans[matched.opposed_span if verdict is VerdictName.CONTRADICTED else matched.span]
    return Span(start=span.start, end=span.end)


def _with_value(point: KeyPoint, verdict: PointVerdict, matched: Matched, answer: _Answer) -> PointVerdict:
    """Let the exact number decide: right number credits the point, a wrong one denies it."""
    assert point.value is not None
    right, wrong = match_value(point.value, find_quantities(answer.text))
    closed = [span for span, free in zip(answer.spans, answer.guarded.open, strict=True) if not free]
    if right is not None and not any(span.start <= right.start < span.end for span in closed):
        evidence = Span(start=right.start, end=right.end)
        return verdict.model_copy(
            update={
                "verdict": VerdictName.COVERED,
                "p_covered": 0.95,
                "p_partial": 0.03,
                "p_contradicted": 0.0,
                "evidence": evidence,
                "method": "exact value",
            }
        )
    span = answer.spans[matched.span]
    if wrong is not None and span.start <= wrong.start < span.end and verdict.verdict is not VerdictName.MISSING:
        state, evidence = VerdictName.CONTRADICTED, Span(start=span.start, end=span.end)
        update = {"verdict": state, "p_covered": 0.02, "p_partial": 0.05, "p_contradicted": 0.9, "evidence": evidence}
        return verdict.model_copy(update={**update, "method": "exact value"})
    partial = VerdictName.PARTIAL if verdict.verdict is VerdictName.COVERED else verdict.verdict
    return verdict.model_copy(
        update={"verdict": partial, "p_covered": 0.0, "p_partial": min(0.9, verdict.p_covered + verdict.p_partial)}
    )
