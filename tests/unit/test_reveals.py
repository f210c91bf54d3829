"""The facts of a scenario come when their stage is behind the candidate, once each, in the journal and in a replay."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from interviewer.core.bank.content import Bank, Item
from interviewer.core.bank.kinds import Level
from interviewer.core.grade.grade import GradeRequest, GradeResult
from interviewer.core.interview.reveals import next_reveal
from interviewer.core.interview.session import (
    AnswerSubmitted,
    Graded,
    GradeDeferred,
    Mode,
    Outcome,
    Quit,
    SessionConfig,
    Turn,
    TurnKind,
)
from interviewer.core.interview.utterance import Act, Utterance
from interviewer.plain import Console
from interviewer.plain.retell import retell
from interviewer.report import render_report
from interviewer.services import Services, build_services
from interviewer.sessions.conductor import Conductor
from tests.support.builders import make_grade
from tests.support.scripted import Script, ScriptedEngine
from tests.unit.test_plain import play
from tests.unit.test_sessions import say_all

QUESTION = "distributed-training"


class Held(NamedTuple):
    """An interview that was conducted."""

    conductor: Conductor
    out: str
    facts: list[Utterance]


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine()


@pytest.fixture
def services(engine: ScriptedEngine) -> Iterator[Services]:
    built = build_services(engine=engine)
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


def after_its_stages(*stages: str) -> Script:
    """A grader that finds the points of these stages said, and with them all that would be asked for."""

    def grade(request: GradeRequest, item: Item | None) -> GradeResult:
        assert item is not None
        said = {each.id for each in item.rubric.key_points if each.stage in stages or item.question.id != QUESTION}
        return make_grade({each.id: "covered" if each.id in said else "missing" for each in item.rubric.key_points})

    return grade


ALL = ("clarify", "measure", "hypothesise", "act", "verify")


def hold(services: Services, typed: str, *questions: str, edition: int = 1, mode: Mode = Mode.INTERVIEW) -> Held:
    """Conduct an interview whose facts are told by stage: the clock stands."""
    services.sessions.clock = lambda: 1000.0
    config = SessionConfig(level=Level.SENIOR, count=len(questions), edition=edition, mode=mode)
    conductor = services.sessions.create_from(list(questions), config)
    _, out, _ = play(services, conductor, typed)
    facts = [words for words in conductor.state.said if words.act is Act.REVEAL]
    return Held(conductor, " ".join(out.split()), facts)


@pytest.mark.parametrize("mode", list(Mode))
def test_what_no_follow_up_came_for_is_told_before_the_next_question(
    services: Services, engine: ScriptedEngine, bank: Bank, mode: Mode
) -> None:
    engine.script = after_its_stages(*ALL)
    conductor, out, facts = hold(services, "an answer\n.\nanother\n.\n", QUESTION, "dropout", mode=mode)
    question = bank[QUESTION].question
    assert [turn.question_id for turn in conductor.state.turns[:2]] == [QUESTION, "dropout"]
    assert [each.about for each in facts] == [each.after for each in question.reveals]
    assert all(each.turn_id == 0 and each.at_end for each in facts)
    assert facts[0].text.startswith(f"Before we leave “{question.title}”")
    assert out.count("Before we leave") == 1
    asked = out.index(" ".join(conductor.state.turns[1].prompt.split()))
    for fact in facts:
        assert out.index(" ".join(fact.text.split())) < asked
    lead = conductor.state.words(Act.ASK, 1)[0].text.split("\n\n")[0]
    assert "last question" in lead, "the next question does not run on from the fact"


def test_it_is_told_at_the_end_when_nothing_else_is_asked_and_never_behind_another_question(
    services: Services, engine: ScriptedEngine
) -> None:
    engine.script = after_its_stages(*ALL)
    conductor, out, facts = hold(services, "an answer\n.\n", QUESTION, edition=5)
    assert len(facts) == 2
    (closing,) = (each for each in conductor.state.said if each.act is Act.CLOSING)
    assert out.index(" ".join(facts[-1].text.split())) < out.index(" ".join(closing.text.split()))


def test_last_words_tell_nothing_of_a_question_before(services: Services, engine: ScriptedEngine) -> None:
    engine.script = after_its_stages("clarify")  # the rest stays open, and is asked for at the end
    typed = "an answer\n.\n" + "/skip\n" * 3 + "another\n.\n" + "no\n.\n" * 2
    conductor, out, facts = hold(services, typed, QUESTION, "dropout", edition=5)
    assert conductor.turn.kind is TurnKind.LAST_WORDS
    assert [each.about for each in facts] == ["clarify"]
    turn = conductor.state.find(facts[0].turn_id)
    assert turn is not None
    assert turn.question_id == QUESTION
    assert out.count(" ".join(facts[0].text.split())) == 1


def test_a_grade_that_comes_late_brings_no_fact_behind_the_next_question(services: Services) -> None:
    services.sessions.clock = lambda: 1000.0
    config = SessionConfig(level=Level.SENIOR, count=2)
    conductor = services.sessions.create_from([QUESTION, "dropout"], config)
    say_all(conductor, *conductor.open())
    conductor.send(AnswerSubmitted(at=1000, text="an answer"))
    say_all(conductor, *conductor.send(GradeDeferred(at=1000)))
    verdicts = {each.id: "covered" for each in conductor.items[QUESTION].rubric.key_points}
    conductor.send_grade(Graded(at=1000, turn_id=0, result=make_grade(verdicts)))
    conductor.send(Quit(at=1000))
    again = services.sessions.resume(conductor.row.id)
    say_all(again, *again.open())
    assert again.turn.question_id == "dropout"
    assert not any(each.act is Act.REVEAL for each in again.state.said)


def test_an_interview_that_is_ended_tells_nothing_more(services: Services) -> None:
    conductor, _, facts = hold(services, "half an answer\n/end\n", QUESTION)
    assert conductor.turn.outcome is Outcome.NOT_REACHED
    assert not facts


@pytest.mark.parametrize("form", ["retold", "full", "md", "html"])
def test_a_late_fact_is_told_again_behind_its_own_answer(services: Services, engine: ScriptedEngine, form: str) -> None:
    engine.script = after_its_stages(*ALL)
    conductor, _, facts = hold(services, "an answer\n.\nanother\n.\n", QUESTION, "dropout")
    if form == "retold":
        again = io.StringIO()
        row = services.journal.session(conductor.row.id)
        retell(services.sessions.read(row), Console(out=again, err=io.StringIO()))
        text = again.getvalue()
    else:
        text = render_report(conductor.summary(), "terminal" if form == "full" else form, full=form == "full")
        text = re.sub("<sup>.*?</sup>|<[^>]+>", "", html.unescape(text)) if form == "html" else text.replace("\\", "")
    told = " ".join(text.split())
    fact = told.index(" ".join(facts[1].text.split())[:60])
    assert told.index("an answer") < fact < told.index(" ".join(conductor.state.turns[1].prompt.split())[:30])


_ASIDE = ("One more fact", "Let me give you a case: ", "To make it concrete, ", "Two figures about the setting: ")
"""How a fact begins, so that nobody takes it for a part of the follow-up that comes next."""
_PERCENTILE = re.compile(r"\bp\d\d\b")


def test_each_fact_is_said_as_an_aside_and_fits_every_wording_of_its_question(bank: Bank) -> None:
    for item in bank.items.values():
        for fact in item.question.reveals:
            assert fact.text.startswith(_ASIDE), fact.text
            for prompt in item.question.prompts:
                assert set(_PERCENTILE.findall(fact.text)) <= set(_PERCENTILE.findall(prompt)), fact.text
