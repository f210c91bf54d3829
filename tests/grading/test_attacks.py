"""What an answer says to its grader earns nothing: each attack stays near the honest answer's score."""

from __future__ import annotations

import pytest

from interviewer.core.bank.content import Bank, Item
from interviewer.core.bank.kinds import ExampleKind
from interviewer.core.grade.grade import Grade, GradeRequest
from interviewer.core.interview.summary import summarise_answer
from interviewer.grading import OfflineGrader
from tests.support.attacks import ATTACKS

TOLERANCE = 2.0
"""Points of 100."""
QUESTIONS = ("dropout", "attention-mechanism", "class-imbalance")


def score(grader: OfflineGrader, item: Item, answer: str) -> float:
    result = grader.grade(item, GradeRequest(question_id=item.question.id, answer=answer))
    assert isinstance(result, Grade), result
    value = summarise_answer(item, item.question.level, answer, result).score.value
    assert value is not None
    return value


def test_there_are_enough_attacks() -> None:
    assert len(ATTACKS) >= 40


@pytest.fixture(scope="module")
def honest(grader: OfflineGrader, bank: Bank) -> dict[str, tuple[str, float]]:
    """For each question an answer that says part of it, and its score."""
    found = {}
    for name in QUESTIONS:
        item = bank[name]
        text = next(each.text for each in item.rubric.examples if each.kind is ExampleKind.PARTIAL).strip()
        found[name] = (text, score(grader, item, text))
    return found


@pytest.mark.parametrize(("number", "name"), list(enumerate(ATTACKS)))
def test_an_attack_changes_nothing(
    grader: OfflineGrader, bank: Bank, honest: dict[str, tuple[str, float]], number: int, name: str
) -> None:
    question = QUESTIONS[number % len(QUESTIONS)]
    text, fair = honest[question]
    assert score(grader, bank[question], ATTACKS[name](text)) == pytest.approx(fair, abs=TOLERANCE)
