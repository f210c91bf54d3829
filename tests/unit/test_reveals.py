"""The facts of a scenario come when their stage is behind the candidate, once each, in the journal and in a replay."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest

from interviewer.core.bank.content import Bank
from interviewer.core.bank.kinds import Level
from interviewer.core.interview.reveals import next_reveal
from interviewer.core.interview.session import Outcome, SessionConfig, Turn, TurnKind
from interviewer.core.interview.utterance import Act
from interviewer.plain import Console
from interviewer.plain.retell import retell
from interviewer.services import Services, build_services
from tests.support.builders import make_grade
from tests.support.scripted import ScriptedEngine
from tests.unit.test_plain import play

QUESTION = "distributed-training"


@pytest.fixture
def services() -> Iterator[Services]:
    built = build_services(engine=ScriptedEngine())
    yield built
    built.close()


def answered(bank: Bank, *said: str, seconds: float = 10.0) -> Turn:
    points = bank[QUESTION].rubric.key_points
    verdicts = {each.id: "covered" if each.stage in said else "missing" for each in points}
    return Turn(
        id=0,
        question_id=QUESTION,
        kind=TurnKind.QUESTION,
        prompt="?",
        started=0.0,
        seconds=seconds,
        outcome=Outcome.ANSWERED,
        answer="words and more words",
        result=make_grade(verdicts),
    )


def test_a_fact_comes_once_its_stage_was_answered(bank: Bank) -> None:
    item, level = bank[QUESTION], Level.SENIOR
    first, second = item.question.reveals
    assert next_reveal(item, level, [answered(bank)], ()) is None
    assert next_reveal(item, level, [answered(bank, "clarify")], ()) == first
    assert next_reveal(item, level, [answered(bank, "clarify")], {first.after}) is None
    assert next_reveal(item, level, [answered(bank, "clarify", "act")], {first.after}) == second
    assert next_reveal(item, level, [answered(bank, "clarify", "act")], {first.after, second.after}) is None


def test_a_fact_comes_when_the_time_of_its_stage_is_up(bank: Bank) -> None:
    item, level = bank[QUESTION], Level.SENIOR
    first, second = item.question.reveals
    slow = answered(bank, seconds=60 * item.question.minutes / 3)
    assert next_reveal(item, level, [slow], ()) == first
    assert next_reveal(item, level, [slow], {first.after}) is None
    slower = answered(bank, seconds=60 * item.question.minutes * 2 / 3)
    assert next_reveal(item, level, [slower], {first.after}) == second


def test_it_is_told_before_a_follow_up_kept_and_told_again(services: Services, bank: Bank) -> None:
    services.sessions.clock = iter(range(0, 10**6, 1000)).__next__  # every look at the clock is a quarter of an hour
    conductor = services.sessions.create_from([QUESTION], SessionConfig(level=Level.SENIOR, count=1))
    _, out, _ = play(services, conductor, "an answer\n.\na reply\n.\nanother\n.\n")
    told = [words for words in conductor.state.said if words.act is Act.REVEAL]
    reveals = bank[QUESTION].question.reveals
    assert [words.about for words in told] == [each.after for each in reveals]
    flat = " ".join(out.split())
    for words, turn in zip(told, conductor.state.turns[1:], strict=True):
        assert words.turn_id == turn.id
        assert flat.index(" ".join(words.text.split())) < flat.index(" ".join(turn.prompt.split()))
    again = io.StringIO()
    retell(services.sessions.read(services.journal.session(conductor.row.id)), Console(out=again, err=io.StringIO()))
    assert " ".join(told[0].text.split()) in " ".join(again.getvalue().split())


_ASIDE = ("One more fact", "Let me give you a case: ", "To make it concrete, ", "Two figures about the setting: ")
"""How a fact begins, so that nobody takes it for a part of the follow-up that comes next."""
_PERCENTILE = re.compile(r"\bp\d\d\b")


def test_each_fact_is_said_as_an_aside_and_fits_every_wording_of_its_question(bank: Bank) -> None:
    for item in bank.items.values():
        for fact in item.question.reveals:
            assert fact.text.startswith(_ASIDE), fact.text
            for prompt in item.question.prompts:
                assert set(_PERCENTILE.findall(fact.text)) <= set(_PERCENTILE.findall(prompt)), fact.text
