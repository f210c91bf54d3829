"""The offline grader: an answer's spans against a rubric's claims and their opposites."""

from __future__ import annotations

import time
from collections.abc import Container, Mapping, Sequence
from types import MappingProxyType

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
from interviewer.core.grade.injection import find_injections
from interviewer.core.language import other_language
from interviewer.core.layout import plain_layout
from interviewer.core.ports import Encoder, Reader
from interviewer.grading.answer import MOST_CHARACTERS, Answer, readable
from interviewer.grading.answer_reading import read_answer
from interviewer.grading.batch_reading import EncodeAhead, ReadAhead
from interviewer.grading.claims import Claims, ClaimStore, reference_text
from interviewer.grading.decision import (
    ASIDE,
    ASIDE_NEAR,
    HELD_ALONE,
    NEAR,
    PLAIN,
    WITH_READER,
    Decision,
    DecisionModel,
    load_model,
)
from interviewer.grading.features import Matched, match_claim
from interviewer.grading.guards import guard_spans
from interviewer.grading.quoting import Sought, find_evidence
from interviewer.grading.recall import load_piece_weights
from interviewer.grading.reference import build_assessment, reference_signals
from interviewer.grading.signals import BEFORE, Signals, add_company, collect_signals
from interviewer.grading.spans import MOST_SPANS, cut_spans, whole_sentences
from interviewer.grading.stepwise import Parting, Steps, all_together, take_steps, take_steps_together
from interviewer.grading.unread import Unread, Unreads, load_unreads
from interviewer.grading.values import decide_by_value

NAME = "offline-contrast"
_FREE: tuple[Flag, ...] = ("too-short", "soup")
"""Guards that do not fire against a bare reference."""


_ALL_READ: Mapping[str, Unread] = MappingProxyType({})
_Found = dict[str, Matched | Signals | None]


def build_grader(
    encoder: Encoder, rubric_encoder: Encoder | None = None, reader: Reader | None = None, *, fast: bool = False
) -> OfflineGrader:
    """Return the offline grader.

    Args:
        encoder: for answers, which are private and must not be cached on disk.
        rubric_encoder: for the wordings of rubrics; may be cached. The same one when None.
        reader: token states and the joint reader of the same encoder; None for an encoder that has
            none, whose grades then come from sentence vectors alone and are uncalibrated.
        fast: the reader is left out on purpose, which every grade says.
    """
    reader = None if fast else reader
    model = load_model(WITH_READER if reader else PLAIN)
    unreads = load_unreads(BEFORE) if reader else None
    return OfflineGrader(encoder, rubric_encoder or encoder, reader, model, unreads, fast=fast)


class OfflineGrader:
    """Grades answers with sentence vectors, token states, joint reading, exact values and guards."""

    def __init__(
        self,
        encoder: Encoder,
        rubric_encoder: Encoder,
        reader: Reader | None,
        model: DecisionModel | None,
        unreads: Unreads | None = None,
        *,
        fast: bool = False,
    ) -> None:
        self._encoder = EncodeAhead(encoder)
        self._fast = fast
        self._reader = ReadAhead(reader) if reader is not None else None
        self._fitted = model
        self._unreads = unreads
        self._claims = ClaimStore(rubric_encoder, self._reader)
        self._graded: dict[tuple[str, GradeRequest], GradeResult] = {}
        """What was graded ahead, by rubric and request."""

    @property
    def _model(self) -> DecisionModel:
        assert self._fitted is not None  # only fitting works without one
        return self._fitted

    def prepare(self, item: Item) -> None:
        """Embed all wordings of a rubric, so that the first grade needs no more than the answer."""
        self._claims.of(item)

    def grade_ahead(self, asked: Sequence[tuple[Item, GradeRequest]], parting: Parting = all_together) -> None:
        """Grade answers that will be asked for next, all of them together; kept until `forget_ahead`.

        Args:
            asked: questions and what was answered.
            parting: does them in parts at the same time; only for a grader that has a reader.

        Token states and vectors agree with those of a text read alone within 1e-4, so probabilities do within 1e-3.
        What goes wrong with one of them is left for `grade` to say.
        """
        began = time.perf_counter()
        by_length = sorted(asked, key=lambda each: len(each[1].answer), reverse=True)
        found = parting(by_length, self._grade_together)
        seconds = (time.perf_counter() - began) / max(1, len(asked))
        for (item, request), graded in zip(by_length, found, strict=True):
            if isinstance(graded, Grade):
                self._graded[_key(item, request)] = graded.model_copy(update={"seconds": seconds})

    def _grade_together(self, asked: Sequence[tuple[Item, GradeRequest]]) -> list[GradeResult | Exception]:
        self._read_ahead([request.answer for _, request in asked])
        return take_steps_together([self._grade(item, request) for item, request in asked], self._reader)

    def _read_ahead(self, answers: Sequence[str]) -> None:
        if self._reader is not None:
            self._reader.ahead(_spans_of(answers), cut=True)
        else:
            self._encoder.ahead(_spans_of(answers))

    def forget_ahead(self) -> None:
        """Forget what was read and graded ahead."""
        self._graded.clear()
        self._encoder.forget()
        if self._reader is not None:
            self._reader.forget()

    def grade(self, item: Item, request: GradeRequest) -> GradeResult:
        """Grade one answer.

        Raises:
            KeyError: the request names a point or misconception that the rubric has not.
        """
        kept = self._graded.get(_key(item, request))
        return kept if kept is not None else take_steps(self._grade(item, request), self._reader)

    def _grade(self, item: Item, request: GradeRequest) -> Steps[GradeResult]:
        began = time.perf_counter()
        language = other_language(request.answer)
        if language is not None:
            return Ungraded(reason=f"the answer seems to be in {language}; the bank and this grader speak English")
        claims = self._claims.of(item)
        answer = self._read_for(item, request.answer, claims, request.follow_up)
        points = tuple(point.id for point in item.rubric.key_points)
        ids = request.point_ids or points
        found = yield from self._matches(claims, answer, ids, self._left_unread(item, request.point_ids or ()))
        verdicts = yield from self._verdicts(item, ids, claims, answer, found)
        if request.point_ids is None:
            verdicts = _without_chance(verdicts, 0.0 if "instructions" in answer.guarded.flags else 0.5)
        if request.is_open:
            verdicts = tuple(
                each if self._is_heard_aside(each, found[each.point_id]) else _as_missing(each) for each in verdicts
            )
        aside: tuple[str, ...] = ()
        if request.is_reply:  # what else the reply says counts, too; what it does not say was not asked
            others = tuple(each for each in points if each not in ids)
            more = yield from self._verdicts(item, others, claims, answer.aside(), found)
            heard = tuple(each for each in more if self._is_heard_aside(each, found[each.point_id]))
            verdicts = (*verdicts, *heard)
            aside = tuple(e.point_id for e in more if e.verdict is VerdictName.COVERED and e not in heard)
        flags: tuple[Flag, ...] = answer.guarded.flags
        if len(request.answer) > MOST_CHARACTERS or len(answer.spans) >= MOST_SPANS:
            flags = (*flags, "too-long")
        held = yield from self._misconceptions(item, answer, found)
        return Grade(
            verdicts=verdicts,
            misconceptions=held,
            flags=flags,
            passport=self.passport(item),
            closed=answer.closed(),
            aside=aside,
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
            fast=self._fast,
        )

    def signals(self, item: Item, answer: str, follow_up: str = "", asked: Sequence[str] = ()) -> _Found:
        """What was measured for every key point and, under `fix:<id>`, every misconception.

        Args:
            item: question and rubric.
            answer: what was said.
            follow_up: what it replies to.
            asked: the points that the follow-up asks for.
        """
        claims = self._claims.of(item)
        return take_steps(self._matches(claims, self._read_for(item, answer, claims, follow_up), asked), self._reader)

    def _read_for(self, item: Item, answer: str, claims: Claims, follow_up: str) -> Answer:
        free: tuple[Flag, ...] = ("too-short",) if follow_up else ()  # "Python." is all some follow-ups ask for
        return self._read(item.question.prompt, answer, claims, free, follow_up)

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
        return take_steps(self._reference_signals(question, points, answer, single), self._reader)

    def _reference_signals(
        self, question: str, points: Sequence[tuple[str, ...]], answer: str, single: bool
    ) -> Steps[tuple[float, ...] | None]:
        claims = self._claims.bare(question, points)
        read = self._read(question, answer, claims, _free(single))
        matched = yield from self._matches(claims, read)
        found = [each.features for each in matched.values() if each is not None]
        said = [read.spans[i].text for i in whole_sentences(read.spans).values() if read.guarded.open[i]]
        whole = self._reader.read([answer], cut=False)[0] if self._reader is not None else None
        vector = whole.vector if whole is not None else self._encoder.encode([answer])[0]
        return reference_signals(claims, points, found, said, vector, whole)

    def assess(self, requests: Sequence[AssessmentRequest]) -> list[Assessment]:
        """Hold answers against bare reference texts, with no rubric to lean on; faster for many at once."""
        if self._reader is not None:
            answers = [each.answer for each in requests]
            references = [reference_text(each.points) for each in requests]
            claims = [wording for each in requests for point in each.points for wording in point]
            self._reader.ahead([*_spans_of(answers), *claims, *(each.question for each in requests)], cut=True)
            self._reader.ahead([*answers, *references], cut=False)
        try:
            works = [self._reference_signals(e.question, e.points, e.answer, e.single) for e in requests]
            found = take_steps_together(works, self._reader)
        finally:
            if self._reader is not None:
                self._reader.forget()
        assessed = []
        for asked, each in zip(requests, found, strict=True):
            if isinstance(each, Exception):
                raise each
            assessed.append(build_assessment(self._model, each, single=asked.single))
        return assessed

    def _read(self, prompt: str, text: str, claims: Claims, free: tuple[Flag, ...] = (), follow_up: str = "") -> Answer:
        import numpy as np

        layout = plain_layout(readable(text))
        spans = cut_spans(layout.text)
        orders = [Span.of(layout.plain(each.start, each.end)) for each in find_injections(readable(text))]
        guarded = guard_spans(layout.text, prompt, spans, claims.known, told=claims.told, orders=orders, free=free)
        if self._reader is not None:
            # A reply need not name the subject that its follow-up named.
            subject = None if follow_up else claims.subject
            read = read_answer(spans, guarded.open, self._reader, self._encoder.dimension, subject)
            return Answer(layout, follow_up, spans, read.vectors, read, guarded)
        vectors = np.zeros((len(spans), self._encoder.dimension), dtype=np.float32)
        used = [i for i, free in enumerate(guarded.open) if free]
        if used:
            vectors[used] = self._encoder.encode([spans[i].text for i in used])
        return Answer(layout, follow_up, spans, vectors, None, guarded)

    def _left_unread(self, item: Item, asked: Container[str]) -> dict[str, Unread]:
        """What tells of claims whether they are left unread: of depth and misconceptions, but for what was asked.

        A point that demands a number needs the reading to know what a number stands for.
        """
        kinds = self._unreads
        if kinds is None:
            return {}
        depth = {
            point.id: kinds.depth
            for point in item.rubric.key_points
            if not point.is_core(item.question.level) and point.value is None
        }
        wrong = {FIX_PREFIX + each.id: kinds.misconception for each in item.rubric.misconceptions}
        return {name: kind for name, kind in (depth | wrong).items() if name not in asked}

    def _matches(
        self,
        claims: Claims,
        answer: Answer,
        asked: Sequence[str] = (),
        unread: Mapping[str, Unread] = _ALL_READ,
    ) -> Steps[_Found]:
        """Compare an answer with all claims of a kind, which compete for its spans, and then with the other kind.

        A reply leans on its follow-up for the points `asked` alone: of others it would be taken for what was asked.
        """
        leaning = [each for each in asked if answer.follow_up and not each.startswith(FIX_PREFIX)]
        others = [each for each in claims.texts if each not in leaning]
        matched = yield from self._match(claims, others, answer.aside(), unread)
        leant = yield from self._match(claims, leaning, answer)
        found = dict(zip((*others, *leaning), (*matched, *leant), strict=True))
        full: _Found = dict(found)
        for of_fixes in (False, True):
            own = {name: each for name, each in found.items() if name.startswith(FIX_PREFIX) is of_fixes}
            read = {name: each for name, each in own.items() if not isinstance(each, Matched)}
            full.update(add_company(read, claims.standing))
        return full

    def _match(
        self,
        claims: Claims,
        names: Sequence[str],
        answer: Answer,
        unread: Mapping[str, Unread] = _ALL_READ,
        *,
        turned: bool = False,
    ) -> Steps[Sequence[Matched | Signals | None]]:
        """Compare an answer with claims, or with their opposites when `turned`."""
        if not names:
            return []
        own = [claims.turned(each) if turned else (claims.texts[each], claims.readings.get(each)) for each in names]
        read = [(texts, readings) for texts, readings in own if readings is not None]
        if answer.read is None or claims.recall is None or len(read) < len(own):
            spans, vectors, may_earn = answer.spans, answer.vectors, answer.guarded.open
            return [match_claim(each, spans, vectors, may_earn, claims.weights, claims.asked) for each, _ in own]
        return (
            yield from collect_signals(
                read,
                answer.layout.text,
                answer.read,
                claims.weights,
                load_piece_weights(),
                claims.asked,
                claims.asked_pieces,
                claims.recall.recalls(answer.read.tokens),
                answer.follow_up,
                [unread.get(name) for name in names],
            )
        )

    def _verdicts(
        self, item: Item, ids: Sequence[str], claims: Claims, answer: Answer, found: _Found
    ) -> Steps[tuple[PointVerdict, ...]]:
        """On key points, and on `fix:<id>`: whether a misconception was put right, its correction the claim."""
        matched = {each: found[each] for each in ids if not each.startswith(FIX_PREFIX)}
        turned = [each for each in ids if each.startswith(FIX_PREFIX)]
        opposite = yield from self._match(claims, turned, answer, turned=True)
        matched |= zip(turned, opposite, strict=True)
        reply = bool(answer.follow_up)
        decided = {
            each: self._model.decide(own.features, reply=reply) for each, own in matched.items() if own is not None
        }
        quoted = yield from self._quoted(claims, answer, decided, matched)
        return tuple(self._verdict(item, each, answer, matched[each], decided.get(each), quoted) for each in ids)

    def _is_heard_aside(self, verdict: PointVerdict, matched: Matched | Signals | None) -> bool:
        """Whether a reply surely makes a point that it was not asked for, and that it was found to cover."""
        if matched is None or verdict.verdict is not VerdictName.COVERED:
            return False
        near = matched.features[self._model.names.index("support")] >= NEAR
        return verdict.p_covered >= (ASIDE_NEAR if near else ASIDE)

    def _verdict(
        self,
        item: Item,
        point_id: str,
        answer: Answer,
        matched: Matched | Signals | None,
        decision: Decision | None,
        quoted: Mapping[str, int | None],
    ) -> PointVerdict:
        if matched is None or decision is None:
            return PointVerdict(
                point_id=point_id, verdict=VerdictName.MISSING, p_covered=0.0, p_partial=0.0, method="guard"
            )
        span = quoted.get(point_id)
        verdict = PointVerdict(
            point_id=point_id,
            verdict=decision.verdict,
            p_covered=decision.p_covered,
            p_partial=decision.p_partial,
            p_contradicted=decision.p_contradicted,
            evidence=None if span is None else answer.quote(answer.spans[span]),
            method="similarity and contrast" if self._reader is None else "joint reading",
        )
        value = None if point_id.startswith(FIX_PREFIX) else item.rubric.point(point_id).value
        if value is None:
            return verdict
        may_earn = [span for span, free in zip(answer.spans, answer.guarded.open, strict=True) if free]
        others = [each.value for each in item.rubric.key_points if each.value is not None and each.id != point_id]
        return decide_by_value(value, verdict, answer.layout, answer.spans[matched.span], may_earn, others)

    def _quoted(
        self, claims: Claims, answer: Answer, decided: Mapping[str, Decision], matched: _Found
    ) -> Steps[dict[str, int | None]]:
        """The span that each verdict but "missing" rests on."""
        names = [each for each, decision in decided.items() if decision.verdict is not VerdictName.MISSING]
        against = [decided[each].p_contradicted > decided[each].p_covered for each in names]
        if self._reader is None or answer.read is None:
            return {
                name: own.opposed_span if wrong else own.span
                for name, wrong in zip(names, against, strict=True)
                if (own := matched[name]) is not None
            }
        sought = [
            Sought(own.claim, own.opposed_span if wrong else None, claims.statements(besides=name))
            for name, wrong in zip(names, against, strict=True)
            if isinstance(own := matched[name], Signals)
        ]
        told = yield from find_evidence(sought, answer.spans, answer.vectors, answer.read.may_earn)
        return dict(zip(names, told, strict=True))

    def _misconceptions(self, item: Item, answer: Answer, found: _Found) -> Steps[tuple[HeldMisconception, ...]]:
        """Wrong claims that are probably held, and that some stretch of the answer makes by itself."""
        likely = {}
        for misconception in item.rubric.misconceptions:
            matched = found[FIX_PREFIX + misconception.id]
            probability = 0.0 if matched is None else self._model.p_held(matched.features)
            if matched is not None and probability >= self._model.held and not answer.spans[matched.span].refuted:
                likely[misconception.id] = (matched, probability)
        spans: dict[str, int | None] = {name: matched.span for name, (matched, _) in likely.items()}
        if self._reader is not None and answer.read is not None and likely:
            read = [own for own, _ in likely.values() if isinstance(own, Signals)]
            sought = [Sought(own.claim, None, least=HELD_ALONE) for own in read]
            told = yield from find_evidence(sought, answer.spans, answer.vectors, answer.read.may_earn)
            spans = dict(zip(likely, told, strict=True))
        return tuple(
            HeldMisconception(
                misconception_id=name, probability=likely[name][1], evidence=answer.quote(answer.spans[span])
            )
            for name, span in spans.items()
            if span is not None
        )


def _spans_of(answers: Sequence[str]) -> list[str]:
    return [span.text for text in answers for span in cut_spans(plain_layout(readable(text)).text)]


def _key(item: Item, request: GradeRequest) -> tuple[str, GradeRequest]:
    return f"{item.question.id} {item.rubric_hash}", request


def _without_chance(verdicts: tuple[PointVerdict, ...], kept: float) -> tuple[PointVerdict, ...]:
    """Where nothing at all was found, what is kept of that which the missing points earn by chance.

    Such an answer is often about something else, which none was that the probabilities were fitted on: half is kept.
    What stands around an order to the grader earns nothing.
    """
    if not all(map(_is_nothing, verdicts)):
        return verdicts
    return tuple(
        each.model_copy(update={"p_covered": kept * each.p_covered, "p_partial": kept * each.p_partial})
        for each in verdicts
    )


def _is_nothing(verdict: PointVerdict) -> bool:
    """Whether a point was not found; also where it is put as a question and missing is the likeliest all the same."""
    if verdict.verdict is VerdictName.UNSURE:
        found = verdict.p_covered, verdict.p_partial, verdict.p_contradicted
        return 1 - sum(found) > max(found)
    return verdict.verdict in (VerdictName.MISSING, VerdictName.CONTRADICTED)


def _as_missing(verdict: PointVerdict) -> PointVerdict:
    nothing = {"verdict": VerdictName.MISSING, "p_covered": 0.0, "p_partial": 0.0, "p_contradicted": 0.0}
    return verdict.model_copy(update={**nothing, "evidence": None})


def _free(single: bool) -> tuple[Flag, ...]:
    return _FREE if single else (*_FREE, "echo")
