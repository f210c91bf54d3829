"""Textbook sentences that were once called the contradiction of what they say."""

from __future__ import annotations

import pytest

from interviewer.core.bank.content import Bank
from interviewer.core.bank.kinds import VerdictName
from interviewer.core.grade.grade import Grade, GradeRequest
from interviewer.grading import OfflineGrader
from interviewer.grading.word_order import says_outright

TRUE = [
    ("roc-auc", "auc-probability", "AUC is the probability that a random positive is scored above a random negative."),
    (
        "roc-auc",
        "auc-probability",
        "auc is the chance that a random positive gets a higher score than a random negative",
    ),
    (
        "attention-mechanism",
        "dot-product-scores",
        "Each query is compared with all keys by dot product, softmax gives weights, and the output is the weighted "
        "sum of the values. You divide by sqrt(d) so the softmax does not saturate.",
    ),
    (
        "vanishing-gradients",
        "rectifier-slope",
        "ReLU has derivative 1 for positive inputs, so the gradient passes through unchanged.",
    ),
    ("dropout", "off-at-inference", "randomly zeroes units during training, off at test time"),
]


@pytest.mark.parametrize(("question", "point", "answer"), TRUE, ids=[f"{q}-{len(a)}" for q, _, a in TRUE])
def test_what_is_said_outright_is_not_called_contradicted(
    grader: OfflineGrader, bank: Bank, question: str, point: str, answer: str
) -> None:
    found = grader.grade(bank[question], GradeRequest(question_id=question, answer=answer))
    assert isinstance(found, Grade)
    verdict = found.verdict(point)
    assert verdict is not None
    assert verdict.verdict is not VerdictName.CONTRADICTED


def test_a_textbook_answer_is_accused_of_nothing(grader: OfflineGrader, bank: Bank) -> None:
    question, _, answer = TRUE[2]
    found = grader.grade(bank[question], GradeRequest(question_id=question, answer=answer))
    assert isinstance(found, Grade)
    assert not [each.point_id for each in found.verdicts if each.verdict is VerdictName.CONTRADICTED]
    verdict = found.verdict(TRUE[2][1])
    assert verdict is not None
    assert verdict.evidence is not None
    assert "dot product" in verdict.evidence.cut(answer)


def test_the_order_of_the_words_tells_a_claim_from_its_reverse() -> None:
    claim = ("A random positive is scored above a random negative.",)
    reverse = ("A random negative is scored above a random positive.",)
    assert says_outright(["the random positive gets scored above the random negative"], claim, reverse)
    assert not says_outright(["the random negative gets scored above the random positive"], claim, reverse)
    assert not says_outright(["gradients vanish in deep stacks of sigmoids"], claim, reverse)


def test_a_negation_tells_them_apart_too() -> None:
    claim, denial = ("Dropout is not active at inference.",), ("Dropout is active at inference.",)
    assert says_outright(["dropout isn't active at inference"], claim, denial)
    assert not says_outright(["dropout is active at inference"], claim, denial)


def test_a_contradiction_said_outright_stays_one(grader: OfflineGrader, bank: Bank) -> None:
    item = bank["dropout"]
    found = []
    for point in item.rubric.key_points:
        for text in point.contradictions[:1]:
            grade = grader.grade(item, GradeRequest(question_id="dropout", answer=text))
            verdict = grade.verdict(point.id) if isinstance(grade, Grade) else None
            found.append(verdict is not None and verdict.verdict is VerdictName.CONTRADICTED)
    assert sum(found) >= 0.5 * len(found)
