"""The grader with an encoder that gives sentence vectors and nothing else, as any model of the user's choice may."""

from __future__ import annotations

import pytest

from interviewer.core.bank.content import Bank, Item
from interviewer.core.bank.kinds import VerdictName
from interviewer.core.grade.grade import AssessmentRequest, Grade, GradeRequest, Ungraded
from interviewer.grading import OfflineGrader, build_grader
from tests.support.encoders import WordEncoder


@pytest.fixture(scope="module")
def item(bank: Bank) -> Item:
    return bank["dropout"]


@pytest.fixture
def plain() -> OfflineGrader:
    return build_grader(WordEncoder())


def graded(grader: OfflineGrader, item: Item, answer: str, *points: str) -> Grade:
    found = grader.grade(item, GradeRequest(question_id=item.question.id, answer=answer, point_ids=points or None))
    assert isinstance(found, Grade)
    return found


def test_a_statement_of_the_rubric_is_covered_and_the_grade_says_how_it_was_made(
    plain: OfflineGrader, item: Item
) -> None:
    point = item.rubric.key_points[0]
    answer = f"Well, one thing first. {point.statement} And so on, as everybody knows who has tried it."
    grade = graded(plain, item, answer)
    found = grade.verdict(point.id)
    assert found is not None
    assert found.verdict is VerdictName.COVERED
    assert found.evidence is not None
    assert point.statement in found.evidence.cut(answer)
    assert found.method == "similarity and contrast"
    assert (grade.passport.encoder, grade.passport.calibrated) == ("words", False)
    assert {each.point_id for each in grade.verdicts} == {each.id for each in item.rubric.key_points}


def test_a_misconception_in_its_own_words_is_held_and_its_correction_is_known(plain: OfflineGrader, item: Item) -> None:
    wrong = item.rubric.misconceptions[0]
    assert wrong.id in [each.misconception_id for each in graded(plain, item, wrong.claim).misconceptions]
    fixed = graded(plain, item, wrong.correction, f"fix:{wrong.id}").verdict(f"fix:{wrong.id}")
    assert fixed is not None
    assert fixed.verdict is VerdictName.COVERED


def test_what_no_span_says_is_missing_because_of_a_guard(plain: OfflineGrader, item: Item) -> None:
    grade = graded(plain, item, item.question.prompt)
    assert {each.verdict for each in grade.verdicts} == {VerdictName.MISSING}
    assert {each.method for each in grade.verdicts} == {"guard"}
    assert grade.flags == ("echo",)


def test_another_script_is_not_graded(plain: OfflineGrader, item: Item) -> None:
    answer = "Дропаут случайно обнуляет нейроны во время обучения сети."
    found = plain.grade(item, GradeRequest(question_id=item.question.id, answer=answer))
    assert isinstance(found, Ungraded)
    assert "another script" in found.reason


def test_an_answer_longer_than_what_is_read_says_so(plain: OfflineGrader, item: Item) -> None:
    sentence = "Units are dropped at random while the network learns from its data. "
    assert "too-long" in graded(plain, item, sentence * 700).flags
    assert "too-long" not in graded(plain, item, sentence).flags


def test_a_point_that_the_rubric_has_not_is_a_mistake_of_the_caller(plain: OfflineGrader, item: Item) -> None:
    with pytest.raises(KeyError, match="no-such-point"):
        graded(plain, item, "Units are dropped at random while the network learns.", "no-such-point")


def test_bare_references_are_compared_by_their_vectors_alone(plain: OfflineGrader) -> None:
    points = (("Units are set to zero at random.",), ("All units are kept when testing.",))
    near, far = plain.assess(
        [
            AssessmentRequest(
                points=points, answer="Units are set to zero at random. All units are kept when testing."
            ),
            AssessmentRequest(points=points, answer="Convolutions look at an image through a sliding window."),
        ]
    )
    assert near.credit > far.credit
    assert near.cosine > far.cosine
    assert near.recall == far.recall == 0
    assert near.p_covered + near.p_missing + near.p_contradicted == pytest.approx(1)
