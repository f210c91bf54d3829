"""The offline grader: an answer's spans against a rubric's claims and their opposites."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from interviewer.core.bank.content import Item
from interviewer.core.bank.kinds import VerdictName
from interviewer.core.grade.grade import (
    FIX_PREFIX,
    Assessment,
    AssessmentRequest,
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
from interviewer.core.ports import Encoder, Reader
from interviewer.grading.answer_reading import AnswerReading, read_answer
from interviewer.grading.batch_reading import ReadAhead
from interviewer.grading.claims import Claims, ClaimStore, reference_text
from interviewer.grading.decision import PLAIN, WITH_CHANNEL, Decision, DecisionModel, load_model
from interviewer.grading.features import ClaimTexts, Matched, match_claim
from interviewer.grading.guards import Guarded, guard_spans, other_language
from interviewer.grading.recall import load_piece_weights
from interviewer.grading.reference import build_assessment, reference_signals
from interviewer.grading.signals import Signals, add_rivals, collect_signals
from interviewer.grading.spans import MOST_SPANS, TextSpan, cut_spans, whole_sentences
from interviewer.grading.values import decide_by_value
from interviewer.grading.word_order import says_outright

if TYPE_CHECKING:
    import numpy

NAME = "offline-contrast"
_MOST_CHARACTERS = 40_000
_FREE: tuple[Flag, ...] = ("too-short", "soup")
"""Guards that do not fire against a bare reference."""


class _Answer(NamedTuple):
    text: str
    spans: list[TextSpan]
    vectors: numpy.ndarray
    read: AnswerReading | None
    """None without a reader."""
    guarded: Guarded


_Found = dict[str, Matched | Signals | None]


def build_grader(
    encoder: Encoder, rubric_encoder: Encoder | None = None, reader: Reader | None = None
) -> OfflineGrader:
    """Return the offline grader.

    Args:
        encoder: for answers, which are private and must not be cached on disk.
        rubric_encoder: for the wordings of rubrics; may be cached. The same one when None.
        reader: token states and the entailment channel of the same encoder; None for an encoder
            that has none, whose grades then come from sentence vectors alone and are uncalibrated.
    """
    return OfflineGrader(encoder, rubric_encoder or encoder, reader, load_model(WITH_CHANNEL if reader else PLAIN))


class OfflineGrader:
    """Grades answers with sentence vectors, token states, entailment, exact values and guards."""

    def __init__(
        self, encoder: Encoder, rubric_encoder: Encoder, reader: Reader | None, model: DecisionModel | None
    ) -> None:
        self._encoder = encoder
        self._reader = ReadAhead(reader) if reader is not None else None
        self._fitted = model
        self._claims = ClaimStore(rubric_encoder, self._reader)

    @property
    def _model(self) -> DecisionModel:
        assert self._fitted is not None  # only fitting works without one
        return self._fitted

    def prepare(self, item: Item) -> None:
        """Embed all wordings of a rubric, so that the first grade needs no more than the answer."""
        self._claims.of(item)

    def grade(self, item: Item, request: GradeRequest) -> GradeResult:
        """Grade one answer.

        Raises:
            KeyError: the request names a point or misconception that the rubric has not.
        """
        began = time.perf_counter()
        language = other_language(request.answer)
        if language is not None:
            return Ungraded(reason=f"the answer seems to be in {language}; the bank and this grader speak English")
        claims = self._claims.of(item)
        answer = self._read(item.question.prompt, request.answer, claims)
        ids = request.point_ids or tuple(point.id for point in item.rubric.key_points)
        found = self._matches(claims, answer)
        verdicts = tuple(self._verdict(item, each, claims, answer, found) for each in ids)
        flags: tuple[Flag, ...] = answer.guarded.flags
        if len(request.answer) > _MOST_CHARACTERS or len(answer.spans) >= MOST_SPANS:
            flags = (*flags, "too-long")
        return Grade(
            verdicts=verdicts,
            misconceptions=tuple(self._misconceptions(item, answer, found)),
            flags=flags,
            passport=self.passport(item),
            closed=_closed(answer),
            seconds=time.perf_counter() - began,
        )

    def passport(self, item: Item) -> Passport:
        """Who grades, with what."""
        return Passport(
            name=NAME,
            version=self._model.version,
            rubric_hash=item.rubric_hash,
            encoder=self._encoder.name,
            calibrated=self._model.calibrated,
            calibration=self._model.calibration,
            agreement=self._model.agreement,
        )

    def signals(self, item: Item, answer: str) -> _Found:
        """What was measured for every key point and, under `fix:<id>`, every misconception."""
        claims = self._claims.of(item)
        read = self._read(item.question.prompt, answer, claims)
        return self._matches(claims, read)

    def reference_signals(
        self, question: str, points: Sequence[tuple[str, ...]], answer: str, *, single: bool = False
    ) -> tuple[float, ...] | None:
        """Signals of an answer against bare reference texts.

        Args:
            question: what was asked.
            points: for each point its alternative wordings.
            answer: what was said.
            single: the points are one claim. Then a text that repeats the question earns nothing; a whole
                answer that does so may be right all the same.

        Returns:
            Numbers in the order of `REFERENCE_SIGNALS`; None when no span of the answer may earn credit.
        """
        claims = self._claims.bare(question, points)
        read = self._read(question, answer, claims, _FREE if single else (*_FREE, "echo"))
        found = [each.features for each in self._matches(claims, read).values() if each is not None]
        said = [read.spans[i].text for i in whole_sentences(read.spans).values() if read.guarded.open[i]]
        whole = self._reader.read([answer], cut=False)[0] if self._reader is not None else None
        vector = whole.vector if whole is not None else self._encoder.encode([answer])[0]
        return reference_signals(claims, points, found, said, vector, whole)

    def assess(self, requests: Sequence[AssessmentRequest]) -> list[Assessment]:
        """Hold answers against bare reference texts, with no rubric to lean on; faster for many at once."""
        if self._reader is not None:
            answers = [each.answer for each in requests]
            references = [reference_text(each.points) for each in requests]
            spans = [span.text for text in answers for span in cut_spans(_readable(text))]
            claims = [wording for each in requests for point in each.points for wording in point]
            self._reader.ahead([*spans, *claims, *(each.question for each in requests)], cut=True)
            self._reader.ahead([*answers, *references], cut=False)
        try:
            return [self._assess(each) for each in requests]
        finally:
            if self._reader is not None:
                self._reader.forget()

    def _assess(self, request: AssessmentRequest) -> Assessment:
        features = self.reference_signals(request.question, request.points, request.answer, single=request.single)
        return build_assessment(self._model, features, single=request.single)

    def _read(self, prompt: str, text: str, claims: Claims, free: tuple[Flag, ...] = ()) -> _Answer:
        import numpy as np

        spans = cut_spans(_readable(text))
        guarded = guard_spans(_readable(text), prompt, spans, claims.known, told=claims.told, free=free)
        if self._reader is not None:
            read = read_answer(spans, guarded.open, self._reader, self._encoder.dimension, claims.subject)
            return _Answer(text, spans, read.vectors, read, guarded)
        vectors = np.zeros((len(spans), self._encoder.dimension), dtype=np.float32)
        used = [i for i, free in enumerate(guarded.open) if free]
        if used:
            vectors[used] = self._encoder.encode([spans[i].text for i in used])
        return _Answer(text, spans, vectors, None, guarded)

    def _matches(self, claims: Claims, answer: _Answer) -> _Found:
        """Compare an answer with all claims of a kind, which compete for its spans, and then with the other kind."""
        found = dict(zip(claims.texts, self._match(claims, list(claims.texts), answer), strict=True))
        full: _Found = dict(found)
        for of_fixes in (False, True):
            own = {name: each for name, each in found.items() if name.startswith(FIX_PREFIX) is of_fixes}
            full.update(add_rivals({name: each for name, each in own.items() if not isinstance(each, Matched)}))
        return full

    def _match(
        self, claims: Claims, names: Sequence[str], answer: _Answer, *, turned: bool = False
    ) -> Sequence[Matched | Signals | None]:
        """Compare an answer with claims, or with their opposites when `turned`."""
        own = [claims.turned(each) if turned else (claims.texts[each], claims.readings.get(each)) for each in names]
        read = [(texts, readings) for texts, readings in own if readings is not None]
        if self._reader is None or answer.read is None or len(read) < len(own):
            spans, vectors, may_earn = answer.spans, answer.vectors, answer.guarded.open
            return [match_claim(each, spans, vectors, may_earn, claims.weights, claims.asked) for each, _ in own]
        pieces = load_piece_weights()
        return collect_signals(
            read, answer.read, self._reader, claims.weights, pieces, claims.asked, claims.asked_pieces
        )

    def _verdict(self, item: Item, point_id: str, claims: Claims, answer: _Answer, found: _Found) -> PointVerdict:
        """On a key point, or on `fix:<id>`: whether a misconception was put right, its correction the claim."""
        is_fix = point_id.startswith(FIX_PREFIX)
        matched = self._match(claims, [point_id], answer, turned=True)[0] if is_fix else found[point_id]
        if matched is None:
            return PointVerdict(
                point_id=point_id, verdict=VerdictName.MISSING, p_covered=0.0, p_partial=0.0, method="guard"
            )
        decision = self._model.decide(matched.features)
        accused = decision.verdict is VerdictName.CONTRADICTED and not is_fix
        said = accused and _is_said(claims.texts[point_id], answer)
        if said:
            decision = decision._replace(verdict=VerdictName.UNSURE)
        verdict = PointVerdict(
            point_id=point_id,
            verdict=decision.verdict,
            p_covered=decision.p_covered,
            p_partial=decision.p_partial,
            p_contradicted=decision.p_contradicted,
            evidence=_evidence(decision, matched, answer.spans, said=said),
            method="similarity and contrast" if self._reader is None else "entailment and contrast",
        )
        value = None if is_fix else item.rubric.point(point_id).value
        if value is None:
            return verdict
        closed = [span for span, free in zip(answer.spans, answer.guarded.open, strict=True) if not free]
        return decide_by_value(value, verdict, answer.text, answer.spans[matched.span], closed)

    def _misconceptions(self, item: Item, answer: _Answer, found: _Found) -> list[HeldMisconception]:
        held = []
        for misconception in item.rubric.misconceptions:
            matched = found[FIX_PREFIX + misconception.id]
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


def _readable(text: str) -> str:
    """As much of an answer as is read."""
    return text[:_MOST_CHARACTERS]


def _closed(answer: _Answer) -> tuple[Span, ...]:
    """Sentences that a guard closed, or only those of their clauses that it closed."""
    found = []
    for number, whole in whole_sentences(answer.spans).items():
        if answer.guarded.open[whole]:
            continue
        own = [i for i, span in enumerate(answer.spans) if span.sentence == number and not span.pair and i != whole]
        kept = any(answer.guarded.open[i] for i in own)
        found += [answer.spans[i] for i in (own if kept else [whole]) if not answer.guarded.open[i]]
    return tuple(Span(start=span.start, end=span.end) for span in found)


def _is_said(claim: ClaimTexts, answer: _Answer) -> bool:
    """Whether the answer says the claim outright somewhere, so that it can't be accused of the contrary."""
    open_spans = zip(answer.spans, answer.guarded.open, strict=True)
    said = [span.text for span, free in open_spans if free and not span.refuted]
    return says_outright(said, claim.supporting, claim.opposing)


def _evidence(decision: Decision, matched: Matched | Signals, spans: Sequence[TextSpan], *, said: bool) -> Span | None:
    """The words that the verdict rests on; of an unsure one those that speak for what is more probable, or that say
    the point outright."""
    if decision.verdict is VerdictName.MISSING:
        return None
    doubted = not said and decision.verdict is VerdictName.UNSURE and decision.p_contradicted > decision.p_covered
    against = doubted or decision.verdict is VerdictName.CONTRADICTED
    span = spans[matched.opposed_span if against else matched.span]
    return Span(start=span.start, end=span.end)
