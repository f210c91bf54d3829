"""A wrong claim that is taken back under its challenge: in which words, what upholds it, and in which sessions."""

from __future__ import annotations

import pytest

from interviewer.core.bank.kinds import Level
from interviewer.core.english_retraction import denials, still_said, takes_back
from interviewer.core.grade.grade import Span
from interviewer.core.interview.scoring import score_question
from interviewer.core.interview.session import RULES, Planned, SessionConfig, Started, Turn, TurnKind
from interviewer.core.interview.state_machine import begin, step
from tests.support.builders import make_grade, make_turn
from tests.unit.test_score_formula import core, deep, second

OUTRIGHT = """You are right, I take that back, that was wrong.|you're right|I was wrong|I take it back|my mistake
Scratch that|I got that backwards|I stand corrected.|What I said was wrong.|I changed my mind|I no longer think so
im wrong, it is off|That's wrong, it is off at test time.|I withdraw my claim|ok, you are correct, I mixed that up"""
UPHELD = """I don't think I was wrong|you might be right|You are right to ask, but it does|I won't take that back
maybe I was wrong|You're right, but I still think it stays on|I stand by it|was I wrong?|If I was wrong, tell me|Yes
that is not true that predictions vary|no, I meant it|the model is wrong half of the time|I do not take it back"""
ITEM = second(core(3), core(2), deep(), deep())
_CLAIM = {
    "claim": "Dropout keeps zeroing units in production.",
    "phrasings": ("dropout still drops units at test time",),
    "correction": "In production dropout is switched off.",
}
_WRONG = ITEM.rubric.misconceptions[0].model_copy(update=_CLAIM)
DROPOUT = ITEM.model_copy(update={"rubric": ITEM.rubric.model_copy(update={"misconceptions": (_WRONG,)})})
MAIN = make_turn(make_grade({"p0": "contradicted"}, held=("wrong",)))


def cases(text: str) -> list[str]:
    return text.replace("\n", "|").split("|")


@pytest.mark.parametrize("text", cases(OUTRIGHT))
def test_plain_words_take_back_what_was_said(text: str) -> None:
    assert takes_back(text)


@pytest.mark.parametrize("text", cases(UPHELD))
def test_doubt_a_question_and_upholding_take_nothing_back(text: str) -> None:
    assert not takes_back(text)


def test_what_is_taken_back_denied_or_reported_is_not_said_any_more() -> None:
    assert denials("It is not true that it stays on, but it helps.") == [" it stays on, "]
    for text in ("I was wrong that it stays on.", "It's not true that it stays on.", "I said it stays on."):
        assert len(still_said(text)) == len(text)
        assert "stays" not in still_said(text)
    assert "stays on" in still_said("You are right, it stays on.")


def challenged(answer: str, *, held: bool = False, **changes: object) -> Turn:
    """A reply to the challenge, with the claim `held` in all of its words or not."""
    grade = make_grade({"fix:wrong": "missing"}, held=("wrong",) if held else ())
    span = Span(start=0, end=len(answer))
    told = tuple(each.model_copy(update={"evidence": span}) for each in grade.misconceptions)
    values = {"id": 1, "kind": TurnKind.CHALLENGE, "target": "fix:wrong", "answer": answer, "rules": RULES}
    return make_turn(grade.model_copy(update={"misconceptions": told}), **{**values, **changes})


def found(*later: Turn) -> tuple[bool, float]:
    (score,) = score_question(DROPOUT, Level.MID, (MAIN, *later)).misconceptions
    return score.corrected, score.penalty


@pytest.mark.parametrize(
    "answer",
    [
        "You are right, I take that back, that was wrong.",
        "so I take back what I said: it is not true that dropout keeps zeroing units in production",
        "It isn't true that dropout keeps zeroing units in production.",
        "I was wrong that dropout keeps zeroing units in production.",
        "I said dropout keeps zeroing units in production, but that was wrong.",
    ],
)
@pytest.mark.parametrize("held", [False, True])
def test_a_wrong_claim_is_taken_back_when_it_is_challenged(answer: str, *, held: bool) -> None:
    assert found(challenged(answer, held=held)) == (True, 0)
    assert found(challenged(answer, held=held, target="p1")) == (False, 10)


def test_it_may_be_taken_back_and_put_right_in_one() -> None:
    said = "I was wrong: dropout is switched off in production and no units are zeroed."
    assert found(challenged(said)) == (True, 0)


@pytest.mark.parametrize(
    "answer",
    [
        "You are right, dropout keeps zeroing units in production.",
        "I was wrong about the name, but dropout keeps zeroing units in production.",
        "You are right, but I still think so.",
        "It is not true that the answers differ.",
        "Yes, they would differ.",
    ],
)
def test_what_is_upheld_is_not_taken_back(answer: str) -> None:
    assert found(challenged(answer)) == (False, 10)


def test_what_is_made_again_in_other_words_or_later_is_not_taken_back() -> None:
    said = "You are right. The units drop out for users just the same."
    assert found(challenged(said)) == (True, 0)
    assert found(challenged(said, held=True)) == (False, 10)
    later = make_turn(make_grade({}, held=("wrong",)), id=2, kind=TurnKind.PROBE)
    assert found(challenged("I take that back."), later) == (False, 10)


def test_to_take_a_claim_back_earns_no_point() -> None:
    score = score_question(DROPOUT, Level.MID, (MAIN, challenged("I take that back.")))
    assert (score.points[0].credit, score.points[0].is_said) == (0, False)


def test_sessions_of_earlier_rules_are_scored_as_they_were() -> None:
    for rules in range(1, RULES):
        assert found(challenged("I take that back.", rules=rules)) == (False, 10)
    for edition in (1, RULES):
        state = begin(SessionConfig(level=Level.MID, edition=edition), [Planned(question_id="alpha")])
        (turn,) = step(state, Started(at=0), {"alpha": DROPOUT}).state.turns
        assert turn.rules == edition
        assert ("rules" in turn.model_dump()) is (edition > 1)
