"""The offline grader with the real weights: what earns credit, what does not, and why."""

from __future__ import annotations

import random

import pytest

from interviewer.audit.golden import generated_answers, golden_score
from interviewer.core.bank.content import Bank, Item
from interviewer.core.bank.kinds import VerdictName
from interviewer.core.grade.grade import Grade, GradeRequest, Ungraded
from interviewer.grading import OfflineGrader
from tests.support.readings import RememberedReadings


@pytest.fixture(scope="module")
def sample(bank: Bank) -> list[Item]:
    """Questions of all topics, the same ones for every test: reading a rubric takes longer than a grade."""
    return list(bank.items.values())[::12]


@pytest.fixture(scope="module")
def item(bank: Bank) -> Item:
    return bank["dropout"]


def graded(grader: OfflineGrader, item: Item, answer: str, *points: str) -> Grade:
    request = GradeRequest(question_id=item.question.id, answer=answer, point_ids=points or None)
    result = grader.grade(item, request)
    assert isinstance(result, Grade)
    return result


def verdict(grader: OfflineGrader, item: Item, answer: str, point: str) -> VerdictName:
    found = graded(grader, item, answer).verdict(point)
    assert found is not None
    return found.verdict


def test_a_point_said_in_other_words_is_covered_with_its_evidence(grader: OfflineGrader, item: Item) -> None:
    answer = "Let me think. While fitting, a random part of the neurons is silenced on each step. That is the idea."
    found = graded(grader, item, answer).verdict("random-zeroing")
    assert found is not None
    assert found.verdict is VerdictName.COVERED
    assert found.evidence is not None
    assert "neurons is silenced" in found.evidence.cut(answer)


def test_the_negated_statement_earns_nothing(grader: OfflineGrader, item: Item) -> None:
    answer = "Dropout does not set any units to zero during training, all of them stay active."
    assert verdict(grader, item, answer, "random-zeroing") is not VerdictName.COVERED


def test_a_held_misconception_is_named_with_the_words(grader: OfflineGrader, item: Item) -> None:
    answer = "Dropout prunes the useless neurons for good, so the final network is smaller."
    held = graded(grader, item, answer).misconceptions
    assert [each.misconception_id for each in held] == ["prunes-network"]
    assert held[0].evidence.cut(answer)


def test_a_misconception_that_is_called_wrong_is_not_held(grader: OfflineGrader, item: Item) -> None:
    answer = "It is not true that dropout prunes the useless neurons for good and makes the network smaller."
    assert graded(grader, item, answer).misconceptions == ()


def test_a_correction_is_recognised(grader: OfflineGrader, item: Item) -> None:
    answer = "The full size, because the mask is redrawn for every pass and nothing is removed for good."
    found = graded(grader, item, answer, "fix:prunes-network").verdict("fix:prunes-network")
    assert found is not None
    assert found.verdict is VerdictName.COVERED


@pytest.mark.parametrize("kind", ["echo", "noise"])
def test_generated_answers_earn_nothing(grader: OfflineGrader, sample: list[Item], kind: str) -> None:
    for each in sample:  # `pack check` grades them all
        answer = generated_answers(each)[kind]
        assert golden_score(each, graded(grader, each, answer), answer) < 5, each.question.id


@pytest.mark.parametrize("kind", ["soup", "injection", "off-topic"])
def test_authored_worthless_answers_earn_next_to_nothing(grader: OfflineGrader, sample: list[Item], kind: str) -> None:
    scores = [
        golden_score(each, graded(grader, each, example.text), example.text)
        for each in sample
        for example in each.rubric.examples
        if example.kind == kind
    ]
    assert sum(scores) / len(scores) <= 6
    # An answer on something else that costs "double compute" makes a point on compute.
    assert max(scores) <= (25 if kind == "off-topic" else 15)


def test_a_point_that_is_read_alone_keeps_its_probability_where_nothing_else_is_found(
    grader: OfflineGrader, bank: Bank
) -> None:
    item = bank["evaluation-metrics"]
    text = next(each.text for each in item.rubric.examples if each.kind == "off-topic")
    point = item.rubric.key_points[0].id
    whole = graded(grader, item, text).verdict(point)
    alone = grader.grade(item, GradeRequest(question_id=item.question.id, answer=text, point_ids=(point,)))
    assert isinstance(alone, Grade)
    assert whole is not None
    assert alone.verdicts[0].p_covered == pytest.approx(2 * whole.p_covered, abs=1e-3)
    assert whole.p_covered > 0


@pytest.mark.parametrize("answer", ["", " ", "ok", "I don't know", "?" * 500])
def test_an_empty_or_one_word_answer_earns_nothing(grader: OfflineGrader, item: Item, answer: str) -> None:
    assert golden_score(item, graded(grader, item, answer), answer) == 0


def test_twenty_thousand_characters_of_noise_earn_nothing(grader: OfflineGrader, item: Item) -> None:
    noise = "".join(random.Random(3).choices("abcdefghij klmnop. ", k=20_000))
    assert golden_score(item, graded(grader, item, noise), noise) < 5


def test_another_language_is_ungraded_and_said(grader: OfflineGrader, item: Item) -> None:
    text = "Beim Training werden zufällig Neuronen abgeschaltet und bei der Vorhersage ist das nicht mehr so"
    result = grader.grade(item, GradeRequest(question_id="dropout", answer=text))
    assert isinstance(result, Ungraded)
    assert "German" in result.reason


def test_the_exact_value_decides_a_numeric_point(grader: OfflineGrader, bank: Bank) -> None:
    numeric = bank["kv-cache-sizing"]
    valued = [point for point in numeric.rubric.key_points if point.value is not None]
    assert valued
    for point in valued:
        assert point.value is not None
        said = f"Worked out, we end up at {point.value.number:g} {point.value.unit} for that part."
        assert verdict(grader, numeric, said, point.id) is VerdictName.COVERED
        wrong = f"Worked out, we end up at {point.value.number * 7:g} {point.value.unit} for that part."
        assert verdict(grader, numeric, wrong, point.id) is not VerdictName.COVERED


def test_the_same_answer_gets_the_same_grade(
    grader: OfflineGrader, readings: RememberedReadings, sample: list[Item]
) -> None:
    for each in sample[:4]:
        example = each.rubric.examples[0]
        with readings.anew():
            first = graded(grader, each, example.text)
        with readings.anew():
            second = graded(grader, each, example.text)
        assert first.model_copy(update={"seconds": 0}) == second.model_copy(update={"seconds": 0})


@pytest.mark.timeout(400)  # forty grades, on cores that other tests share
def test_most_golden_answers_come_out_in_the_right_order(grader: OfflineGrader, sample: list[Item]) -> None:
    right = total = 0
    worthless = ("fluent-wrong", "negated", "soup", "off-topic", "injection")
    for each in sample[::2]:
        scores = {
            str(example.kind): golden_score(each, graded(grader, each, example.text), example.text)
            for example in each.rubric.examples
            if example.kind in ("strong", *worthless)
        }
        for worse in worthless:
            right += scores["strong"] > scores[worse]
            total += 1
    assert right / total >= 0.95


def test_the_passport_names_grader_rubric_and_encoder(grader: OfflineGrader, item: Item) -> None:
    passport = graded(grader, item, "An answer of some words.").passport
    assert passport.rubric_hash == item.rubric_hash
    assert passport.encoder == "all-MiniLM-L6-v2"
    assert passport.calibrated
