"""Claims that are left unread: never one that might be called anything but missing, and few others are read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from interviewer.bank import read_natural, read_pack
from interviewer.core.bank.content import Bank
from interviewer.core.bank.kinds import VerdictName
from interviewer.core.grade.grade import FIX_PREFIX, Grade, GradeRequest
from interviewer.core.ports import Reading
from interviewer.embedding import SentenceEncoder
from interviewer.grading.decision import load_model
from interviewer.grading.offline_grader import OfflineGrader, build_grader
from interviewer.grading.recall import PieceWeights, RecallTable, soft_recall
from interviewer.grading.signals import BEFORE, SIGNALS, Signals
from interviewer.grading.unread import load_unreads
from interviewer.paths import built_in_pack
from tests.support.readings import RememberedReadings

ANSWER = "Each unit is zeroed at random while the network trains. At test time all of them work."


class Watched:
    """A reader that notes the claims it reads beside something."""

    def __init__(self, reader: RememberedReadings) -> None:
        self._reader = reader
        self.claims: list[str] = []

    def read(self, texts: Sequence[str], *, cut: bool = True) -> list[Reading]:
        return self._reader.read(texts, cut=cut)

    def read_jointly(self, claims: Sequence[str], passages: Sequence[str]) -> np.ndarray:
        self.claims += claims
        return self._reader.read_jointly(claims, passages)

    def has_read(self, statement: str) -> bool:
        return any(claim.startswith(statement.rstrip(".")) for claim in self.claims)


@pytest.fixture
def watched(readings: RememberedReadings) -> Watched:
    return Watched(readings)


def test_core_points_and_what_was_asked_for_are_read_and_few_others(
    encoder: SentenceEncoder, watched: Watched, bank: Bank
) -> None:
    item = bank["dropout"]
    grader = build_grader(encoder, None, watched)
    grader.grade(item, GradeRequest(question_id="dropout", answer=ANSWER))
    points = item.rubric.key_points
    core = [point for point in points if point.is_core(item.question.level)]
    assert all(watched.has_read(point.statement) for point in core)
    left = [point for point in points if not watched.has_read(point.statement)]
    assert len(left) > 3
    watched.claims.clear()
    asked = tuple(point.id for point in left)
    grader.grade(item, GradeRequest(question_id="dropout", answer=ANSWER, point_ids=asked))
    assert all(watched.has_read(point.statement) for point in left)


def test_a_point_that_demands_a_number_is_read(encoder: SentenceEncoder, watched: Watched, bank: Bank) -> None:
    valued = [
        (item, point)
        for item in bank.items.values()
        for point in item.rubric.key_points
        if point.value is not None and not point.is_core(item.question.level)
    ]
    assert valued
    item, point = valued[0]
    grader = build_grader(encoder, None, watched)
    grader.grade(item, GradeRequest(question_id=item.question.id, answer=ANSWER))
    assert watched.has_read(point.statement)


@pytest.mark.parametrize("question", ["dropout", "kv-cache-sizing", "lstm-gru"])
def test_what_is_left_unread_would_have_been_called_missing(
    encoder: SentenceEncoder, readings: RememberedReadings, watched: Watched, bank: Bank, question: str
) -> None:
    some, every = build_grader(encoder, None, watched), OfflineGrader(encoder, encoder, readings, load_model())
    answers, _ = read_natural(read_pack(built_in_pack()))
    item = bank[question]
    unread = others = 0
    for answer in answers[question][:3]:
        watched.claims.clear()
        asked = GradeRequest(question_id=question, answer=answer.text)
        grades = some.grade(item, asked), every.grade(item, asked)
        assert all(isinstance(each, Grade) for each in grades)
        one, other = (each for each in grades if isinstance(each, Grade))
        assert [each.misconception_id for each in one.misconceptions] == [
            each.misconception_id for each in other.misconceptions
        ]
        for point, mine, whole in zip(item.rubric.key_points, one.verdicts, other.verdicts, strict=True):
            if watched.has_read(point.statement):
                others += mine.verdict is not whole.verdict
            else:
                unread += 1
                assert mine.verdict is whole.verdict is VerdictName.MISSING
    assert unread > 3
    assert others <= 2  # what the answer says of other points moves what is doubtful anyway


def test_what_is_taken_for_an_unread_claim_makes_it_missing(grader: OfflineGrader, bank: Bank) -> None:
    model, unreads = load_model(), load_unreads(BEFORE)
    found = 0
    for name, own in grader.signals(bank["dropout"], ANSWER).items():
        assert isinstance(own, Signals)
        kind = unreads.misconception if name.startswith(FIX_PREFIX) else unreads.depth
        if own.features[SIGNALS.index("core")] or not kind.is_hopeless(own.features[: len(BEFORE)]):
            continue
        found += 1
        after = len(BEFORE) + len(kind.joint)
        features = (*own.features[: len(BEFORE)], *kind.joint, *own.features[after:])
        if kind.together:
            assert model.p_held(features) < model.held
        else:
            assert model.decide(features).verdict is VerdictName.MISSING
        assert sum(kind.joint) == pytest.approx(1, abs=1e-3)
    assert found > 3


def test_weights_for_other_signals_are_refused() -> None:
    with pytest.raises(ValueError, match="fit_unread"):
        load_unreads(BEFORE[:-1])


def test_recall_of_all_texts_at_once_is_that_of_each() -> None:
    chance = np.random.default_rng(1)

    def read(size: int) -> Reading:
        states = chance.normal(size=(size, 8)).astype(np.float32)
        pieces = tuple(str(chance.choice(["mask", "unit", "the", "."])) for _ in range(size))
        return Reading(states[:1].sum(0), pieces, states / np.linalg.norm(states, axis=1, keepdims=True))

    readings, answer = [read(size) for size in (3, 1, 0, 7)], read(5)
    pieces = PieceWeights({"mask": 2.0, "unit": 1.0}, 3.0)
    table = RecallTable.of(readings, pieces, {"unit"})
    assert table.recalls(answer.plain) == pytest.approx(
        [soft_recall(each.plain, answer.plain, pieces.of(each.pieces, {"unit"})) for each in readings], abs=1e-3
    )
    assert table.recalls(answer.plain[:0]).tolist() == [0.0] * 4
    for view, each in zip(table.views(readings), readings, strict=True):
        assert view.plain.shape == each.plain.shape
        assert np.allclose(view.plain, each.plain, atol=1e-3)
