"""Answers graded together get the grades that they get one by one, within the tolerance that docs/grading.md states."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from interviewer.core.bank.content import Bank
from interviewer.core.grade.grade import Grade, GradeRequest
from interviewer.embedding import SentenceEncoder
from interviewer.embedding.side_by_side import in_parts
from interviewer.grading import OfflineGrader, build_grader
from tests.support.readings import RememberedReadings

TOLERANCE = 1e-3
"""Of a probability."""
QUESTIONS = ("dropout", "kv-cache-sizing", "lstm-gru")


def requests(bank: Bank, each: int = 2) -> list[GradeRequest]:
    return [
        GradeRequest(question_id=name, answer=example.text)
        for name in QUESTIONS
        for example in bank[name].rubric.examples[:each]
    ]


def prepare(grader: OfflineGrader, bank: Bank) -> None:
    """Have the rubrics read before the answers, which are read anew."""
    for name in QUESTIONS:
        grader.prepare(bank[name])


def all_graded(grader: OfflineGrader, bank: Bank, asked: list[GradeRequest]) -> list[Grade]:
    found = [grader.grade(bank[each.question_id], each) for each in asked]
    assert all(isinstance(each, Grade) for each in found)
    return [each for each in found if isinstance(each, Grade)]


@pytest.mark.parametrize("fast", [True, False], ids=["fast", "full"])
def test_answers_graded_together_get_the_grades_that_they_get_alone(
    encoder: SentenceEncoder, grader: OfflineGrader, readings: RememberedReadings, bank: Bank, fast: bool
) -> None:
    if fast:
        grader = build_grader(encoder, None, encoder.reader(), fast=True)
    prepare(grader, bank)
    asked = requests(bank)
    with readings.anew():
        alone = all_graded(grader, bank, asked)
    with readings.anew():
        grader.grade_ahead([(bank[each.question_id], each) for each in asked])
        together = all_graded(grader, bank, asked)
        grader.forget_ahead()
    assert_alike(alone, together)


@pytest.mark.usefixtures("two_threads")
def test_answers_graded_side_by_side_get_the_grades_that_they_get_alone(
    encoder: SentenceEncoder, grader: OfflineGrader, bank: Bank
) -> None:
    """Rubrics are not prepared: both parts ask for them at the same time."""
    asked = requests(bank, each=3)
    alone = all_graded(grader, bank, asked)
    beside = build_grader(encoder, None, encoder.reader())
    beside.grade_ahead([(bank[each.question_id], each) for each in asked], in_parts)
    assert_alike(alone, all_graded(beside, bank, asked))


def assert_alike(some: Sequence[Grade], others: Sequence[Grade]) -> None:
    for one, other in zip(some, others, strict=True):
        assert [each.verdict for each in one.verdicts] == [each.verdict for each in other.verdicts]
        assert [each.evidence for each in one.verdicts] == [each.evidence for each in other.verdicts]
        for a, b in zip(one.verdicts, other.verdicts, strict=True):
            assert abs(a.p_covered - b.p_covered) < TOLERANCE
            assert abs(a.p_partial - b.p_partial) < TOLERANCE
            assert abs(a.p_contradicted - b.p_contradicted) < TOLERANCE
        assert [each.misconception_id for each in one.misconceptions] == [
            each.misconception_id for each in other.misconceptions
        ]


def test_a_rubric_kept_in_half_precision_moves_no_probability_beyond_the_tolerance(
    encoder: SentenceEncoder,
    grader: OfflineGrader,
    readings: RememberedReadings,
    bank: Bank,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = requests(bank)[::2]
    prepare(grader, bank)
    half = all_graded(grader, bank, asked)
    monkeypatch.setattr("interviewer.grading.recall._KEPT", "float32")
    whole = all_graded(build_grader(encoder, None, readings), bank, asked)
    for one, other in zip(half, whole, strict=True):
        for a, b in zip(one.verdicts, other.verdicts, strict=True):
            assert abs(a.p_covered - b.p_covered) < TOLERANCE
            assert a.verdict == b.verdict
