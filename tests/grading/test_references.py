"""Answers held against bare reference texts, as `mockdl eval` and a contest do: no rubric, no levels, no length."""

from __future__ import annotations

import pytest

from interviewer.core.grade.grade import Assessment, AssessmentRequest
from interviewer.grading import OfflineGrader
from tests.support.readings import RememberedReadings

QUESTION = "What does dropout do while a network is trained?"
SAID = "Dropout sets a random part of the units to zero in each training step."
ALSO = "At test time all units are kept."
SAME = "On every step of training it switches off some of the neurons, picked at random."
OTHER = "Convolutions share their weights over all positions of an image."


def request(answer: str, *points: str, single: bool = False) -> AssessmentRequest:
    return AssessmentRequest(
        question=QUESTION, points=tuple((point,) for point in points or (SAID,)), answer=answer, single=single
    )


def assess(grader: OfflineGrader, answer: str, *points: str, single: bool = False) -> Assessment:
    (found,) = grader.assess([request(answer, *points, single=single)])
    return found


def test_what_the_reference_means_earns_more_than_what_is_true_of_something_else(grader: OfflineGrader) -> None:
    same, other = assess(grader, SAME), assess(grader, OTHER)
    assert same.credit > 0.5 > other.credit
    assert same.p_covered > other.p_covered
    assert same.cosine > other.cosine
    assert same.recall > other.recall


def test_the_probabilities_of_a_verdict_are_all_there_is(grader: OfflineGrader) -> None:
    for answer in (SAID, SAME, OTHER):
        found = assess(grader, answer)
        assert found.p_covered + found.p_missing + found.p_contradicted == pytest.approx(1)


def test_one_point_of_two_earns_less_than_both(grader: OfflineGrader) -> None:
    both = assess(grader, f"{SAME} {ALSO}", SAID, ALSO)
    assert assess(grader, SAME, SAID, ALSO).credit < both.credit


@pytest.mark.parametrize("answer", ["", "...", "I don't know."])
def test_an_answer_that_says_nothing_is_missing_for_certain(grader: OfflineGrader, answer: str) -> None:
    found = assess(grader, answer)
    assert (found.credit, found.p_covered, found.p_missing, found.p_contradicted) == (0, 0, 1, 0)


def test_of_one_claim_the_credit_is_how_likely_it_is_said(grader: OfflineGrader) -> None:
    said = assess(grader, SAME, single=True)
    assert said.credit == said.p_covered
    assert assess(grader, "Dropout sets no units to zero in training.", single=True).credit < said.credit


def test_a_claim_is_not_said_by_saying_the_question_back(grader: OfflineGrader) -> None:
    assert assess(grader, QUESTION, single=True).credit == 0


def test_many_at_once_are_judged_as_each_alone(grader: OfflineGrader, readings: RememberedReadings) -> None:
    answers = [SAME, OTHER, "", f"{SAME} {OTHER}"]
    with readings.anew():
        together = grader.assess([request(answer) for answer in answers])
    for answer, found in zip(answers, together, strict=True):
        with readings.anew():
            alone = assess(grader, answer)
        assert found.credit == pytest.approx(alone.credit, abs=1e-3)
        assert found.recall == pytest.approx(alone.recall, abs=1e-3)
