"""Anything to add? Read against what is open in all questions, counted as prompted, never held against anyone."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from interviewer.core.bank.kinds import Level, VerdictName
from interviewer.core.grade.grade import GradeRequest, GradeResult
from interviewer.core.interview.effects import Finish, GradeTurn, Rejected
from interviewer.core.interview.last_words import LAST_WORDS
from interviewer.core.interview.passing import says_nothing
from interviewer.core.interview.session import (
    AnswerSubmitted,
    Continued,
    Ended,
    Event,
    Graded,
    HintRequested,
    Mode,
    Outcome,
    Phase,
    Planned,
    SessionConfig,
    Skipped,
    Started,
    State,
    TimeUp,
    TurnKind,
)
from interviewer.core.interview.state_machine import begin, replay, step
from interviewer.core.interview.summary import summarise
from interviewer.plain import Console
from interviewer.plain.retell import retell
from interviewer.services import Services, build_services
from tests.support.builders import all_points, make_grade, make_item
from tests.support.packs import write_pack
from tests.support.scripted import ScriptedEngine
from tests.unit.test_plain import play as play_through

ITEMS = {name: make_item(name) for name in ("alpha", "beta")}
OPEN = make_grade(all_points("missing"))


def at_the_end(*, wanted: bool = True, mode: Mode = Mode.INTERVIEW, first: str = "missing") -> State:
    """Both questions answered, all follow-ups passed on, alpha with this verdict on each point."""
    config = SessionConfig(level=Level.MID, mode=mode, edition=2 if wanted else 1)
    state = replay(begin(config, [Planned(question_id=name) for name in ITEMS]), [Started(at=0)], ITEMS).state
    for _ in range(20):
        turn = state.turn
        if state.phase is Phase.FINISHED or turn is None or turn.kind is LAST:
            break
        if state.phase is Phase.REVIEWING:
            state = play(state, Continued(at=3))
        elif turn.kind is TurnKind.QUESTION and turn.result is None:
            grade = make_grade(all_points(first)) if turn.question_id == "alpha" else OPEN
            state = play(state, AnswerSubmitted(at=1, text="words"), Graded(at=2, turn_id=turn.id, result=grade))
        else:
            state = play(state, Skipped(at=3))
    return state


LAST = TurnKind.LAST_WORDS


def play(state: State, *events: Event) -> State:
    return replay(state, events, ITEMS).state


def test_it_is_asked_once_all_questions_are_behind_and_core_points_are_open() -> None:
    state = at_the_end()
    assert state.turn is not None
    assert (state.turn.kind, state.turn.prompt, state.phase) == (LAST, LAST_WORDS, Phase.ANSWERING)
    assert isinstance(step(state, HintRequested(at=4), ITEMS).effects[0], Rejected)
    assert step(state, Skipped(at=4), ITEMS).effects == (Finish(),)


def test_sessions_of_before_practice_and_silence_end_as_they_did() -> None:
    assert at_the_end(wanted=False).phase is Phase.FINISHED
    practice = at_the_end(mode=Mode.PRACTICE)
    assert LAST not in [turn.kind for turn in practice.turns]
    assert "edition" not in SessionConfig(level=Level.MID).model_dump()


def test_a_reply_is_graded_for_each_open_question() -> None:
    result = step(at_the_end(), AnswerSubmitted(at=5, text="one more thing"), ITEMS)
    added = [turn for turn in result.state.turns if turn.kind is LAST]
    assert [turn.question_id for turn in added] == ["beta", "alpha"]
    assert {turn.answer for turn in added} == {"one more thing"}
    assert result.effects == tuple(GradeTurn(turn.id) for turn in added)
    first = step(result.state, Graded(at=6, turn_id=added[0].id, result=make_grade({"p0": "covered"})), ITEMS)
    assert first.effects == ()
    last = step(first.state, Graded(at=7, turn_id=added[1].id, result=make_grade({"p1": "covered"})), ITEMS)
    assert last.effects == (Finish(),)
    points = {
        (each.item.question.id, point.point.id): point
        for each in summarise("s", last.state, ITEMS, started_at=0).questions
        for point in each.score.points
    }
    for place in (("beta", "p0"), ("alpha", "p1")):
        assert points[place].verdict is VerdictName.COVERED
        assert points[place].prompted
    assert points["alpha", "p0"].verdict is VerdictName.MISSING


def test_a_question_with_nothing_open_is_left_alone() -> None:
    result = step(at_the_end(first="covered"), AnswerSubmitted(at=5, text="one more thing"), ITEMS)
    assert [turn.question_id for turn in result.state.turns if turn.kind is LAST] == ["beta"]


def test_nothing_in_it_costs_anything() -> None:
    def value_of(state: State) -> list[float | None]:
        return [each.score.value for each in summarise("s", state, ITEMS, started_at=0).questions]

    state = play(at_the_end(first="partial"), AnswerSubmitted(at=5, text="all of it wrong"))
    before = value_of(state)
    wrong = make_grade(all_points("contradicted"), held=("wrong",))
    for turn in [turn for turn in state.turns if turn.kind is LAST]:
        state = play(state, Graded(at=6, turn_id=turn.id, result=wrong))
    assert state.phase is Phase.FINISHED
    assert value_of(state) == before


def test_the_end_of_the_time_and_of_the_interview_end_it() -> None:
    state = at_the_end()
    assert step(state, Ended(at=5), ITEMS).effects == (Finish(),)
    assert step(state, TimeUp(at=5), ITEMS).effects == (Finish(),)
    late = step(state, TimeUp(at=5, draft="one more thing"), ITEMS)
    assert [type(each) for each in late.effects] == [GradeTurn, GradeTurn]


NOTHING = """no|No.|nope, that's all|nothing|no thanks|That's it.|no, i'm done|nothing to add|I have nothing to add
No, I'm good|not really|nothing more|Nothing else from my side|No, thank you.|I don't think so|no further comments|done
I think I've said everything|that was all, thanks|not that I can think of|No, that is all I wanted to say.|all good
I don't have anything to add|No, nothing else to add, thank you for your time|thats all|nothing comes to mind"""
SOMETHING = """no gradient flows there|nothing is dropped at test time|the loss|none of the units are dropped|yes
good regularization helps|not really a minimum but a saddle|I have one more thing|that is all about the loss|ok
no more dropout|done with softmax|no, but the mask is fresh|fine tuning|That's it: the mask is fresh|no bias"""


@pytest.mark.parametrize("text", ["", " \n", *NOTHING.replace("\n", "|").split("|")])
def test_nothing_to_add_is_heard(text: str) -> None:
    assert says_nothing(text)


@pytest.mark.parametrize("text", SOMETHING.replace("\n", "|").split("|"))
def test_what_may_be_added_is_no_nothing(text: str) -> None:
    assert not says_nothing(text)


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine()


@pytest.fixture
def services(engine: ScriptedEngine, tmp_path: Path) -> Iterator[Services]:
    built = build_services(alone=write_pack(tmp_path / "pack", *ITEMS.values()), engine=engine)
    yield built
    built.close()


def test_in_line_mode_it_is_graded_on_what_is_open_and_told_once(services: Services, engine: ScriptedEngine) -> None:
    asked: list[GradeRequest] = []

    def script(request: GradeRequest, item: object) -> GradeResult:
        asked.append(request)
        return make_grade(dict.fromkeys(request.point_ids or ("p0", "p1"), "missing"))

    engine.script = script
    config = SessionConfig(level=Level.MID, count=2, seed=1, edition=2)
    conductor = services.sessions.create(config)
    passed = "/skip\n" * 2
    code, out, _ = play_through(services, conductor, f"one\n.\n{passed}two\n.\n{passed}and one more\nthing\n.\n")
    assert code == 0
    assert conductor.state.phase is Phase.FINISHED
    last = [turn for turn in conductor.state.turns if turn.kind is LAST]
    assert [turn.outcome for turn in last] == [Outcome.ANSWERED] * 2
    assert all(request.point_ids == ("p0", "p1") for request in asked[-2:])
    assert " ".join(out.split()).count(LAST_WORDS) == 1
    again = io.StringIO()
    view = services.sessions.read(services.journal.session(conductor.row.id))
    retell(view, Console(out=again, err=io.StringIO()))
    assert again.getvalue().count("and one more") == 1


def test_in_line_mode_no_ends_it(services: Services) -> None:
    config = SessionConfig(level=Level.MID, count=1, seed=1, edition=2)
    conductor = services.sessions.create(config)
    play_through(services, conductor, "one\n.\n/skip\n/skip\nno, that's all\n.\n")
    assert conductor.state.phase is Phase.FINISHED
    assert conductor.state.turns[-1].outcome is Outcome.SKIPPED
