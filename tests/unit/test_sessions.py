"""A session's home: it is stored whole or not at all, replayed without a way to write, and speaks by one rule."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from interviewer.core.bank.kinds import Level
from interviewer.core.grade.grade import Span
from interviewer.core.interview.effects import Ask, Effect, Finish, GradeTurn, ShowHint
from interviewer.core.interview.journal_port import Journal, JournalReader
from interviewer.core.interview.session import (
    AnswerSubmitted,
    AskConfidence,
    DontKnow,
    Ended,
    Graded,
    HintRequested,
    Phase,
    SessionConfig,
    TimeUp,
)
from interviewer.core.interview.utterance import Act
from interviewer.errors import MockdlError, StorageError, UsageError
from interviewer.services import Services, build_services
from interviewer.sessions.arbitration import Arbiter
from interviewer.sessions.conductor import Conductor
from interviewer.sessions.contests import request_ruling
from interviewer.sessions.pending_grades import grade_owed
from interviewer.sessions.recording import Recording
from interviewer.sessions.session_view import SessionView
from interviewer.sessions.speaking import question_text, speeches_for
from interviewer.sessions.store import SessionStore
from interviewer.storage import SqliteJournal
from tests.support.builders import make_grade, make_item
from tests.support.packs import write_pack
from tests.support.scripted import ScriptedEngine


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine()


@pytest.fixture
def services(engine: ScriptedEngine, tmp_path: Path) -> Iterator[Services]:
    pack = write_pack(tmp_path / "pack", make_item("alpha"), make_item("beta"))
    built = build_services(alone=pack, engine=engine)
    yield built
    built.close()


def begin(services: Services, **changes: object) -> Conductor:
    config = {"level": Level.MID, "count": 2, "seed": 3, **changes}
    conductor = services.sessions.create(SessionConfig.model_validate(config))
    conductor.open()
    return conductor


def submit(conductor: Conductor, text: str = "an answer") -> tuple[Effect, ...]:
    """Submit an answer and grade it."""
    effects = conductor.send(AnswerSubmitted(at=conductor.clock(), text=text))
    assert effects == (GradeTurn(conductor.turn.id),)
    return conductor.send_grade(conductor.grade(GradeTurn(conductor.turn.id)).result(timeout=20))


def say_all(conductor: Conductor, *effects: Effect) -> list[Act]:
    """What is said with these effects; it is kept, as a front end would."""
    speeches = [speech for effect in effects for speech in speeches_for(effect, conductor)]
    for speech in speeches:
        conductor.keep(conductor.word(speech).result(timeout=20))
    return [speech.act for speech in speeches]


# On disk


class PowerCutError(Exception):
    """The machine went off."""


def test_the_event_that_ends_a_session_says_so_in_the_same_write(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    conductor = begin(services)
    append = services.journal.append

    def append_last(*args: Any, **options: Any) -> None:
        append(*args, **options)
        raise PowerCutError

    monkeypatch.setattr(services.journal, "append", append_last)
    with pytest.raises(PowerCutError):
        conductor.send(Ended(at=conductor.clock()))
    assert services.journal.session(conductor.row.id).finished
    with pytest.raises(UsageError, match="no unfinished session"):
        services.sessions.resume()


def test_an_answer_is_on_disk_although_what_follows_from_it_fails(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    conductor = begin(services)
    before = conductor.state

    def fail(*args: object) -> None:
        raise KeyError("a mistake of ours")

    monkeypatch.setattr("interviewer.sessions.conductor.step", fail)
    with pytest.raises(KeyError):
        conductor.send(AnswerSubmitted(at=conductor.clock(), text="an answer"))
    assert isinstance(services.journal.events(conductor.row.id)[-1], AnswerSubmitted)
    assert conductor.state is before


# Played again


def public_methods(kind: type) -> set[str]:
    return {name for name, _ in inspect.getmembers(kind, callable) if not name.startswith("_")}


WRITES = public_methods(Journal) - public_methods(JournalReader)
"""Methods of a journal that change it."""


def test_what_is_played_again_has_no_method_that_a_conductor_writes_with(services: Services) -> None:
    drives = public_methods(Conductor) - public_methods(SessionView)
    assert {"open", "send", "send_grade", "keep", "save_draft"} <= drives
    assert drives.isdisjoint(public_methods(Recording))
    assert WRITES.isdisjoint(public_methods(Recording))
    assert not issubclass(Recording, Conductor)


def test_a_way_to_write_that_a_conductor_gains_is_none_of_a_recording(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        Conductor, "overwrite", lambda self: self.journal.rename_session(self.row.id, ""), raising=False
    )
    assert not hasattr(Recording, "overwrite")


def test_a_recording_keeps_no_hold_of_the_journal(services: Services) -> None:
    recording = services.sessions.replay(begin(services).row.id)
    assert not any(isinstance(each, SqliteJournal | Conductor | SessionStore) for each in vars(recording).values())


def test_all_that_a_recording_can_do_leaves_a_locked_journal_as_it_was(services: Services) -> None:
    conductor = begin(services, minutes=5)
    submit(conductor)
    before = list(services.journal._connection.iterdump())
    recording = services.sessions.replay(conductor.row.id)
    with pytest.raises(StorageError):
        services.journal.rename_session(conductor.row.id, "written")
    arguments: dict[str, tuple[object, ...]] = {
        "go": (1,),
        "time_up": ("typed",),
        "summary_with": ({},),
        "asks_confidence": (AskConfidence.ALWAYS,),
    }
    for name in public_methods(Recording):
        getattr(recording, name)(*arguments.get(name, ()))
    assert list(services.journal._connection.iterdump()) == before


# What is said when


def test_the_greeting_comes_once_and_before_a_first_question_that_waits_for_no_model(services: Services) -> None:
    conductor = begin(services)
    assert say_all(conductor, Ask(0)) == [Act.GREETING]
    assert say_all(conductor, Ask(0)) == []
    assert question_text(conductor.state, conductor.turn) == conductor.turn.prompt
    assert say_all(services.sessions.resume(), Ask(0)) == []


def test_an_answer_is_acknowledged_once_while_it_is_graded(services: Services) -> None:
    conductor = begin(services)
    conductor.send(AnswerSubmitted(at=conductor.clock(), text="an answer"))
    assert say_all(conductor, GradeTurn(0)) == [Act.REACTION]
    assert say_all(conductor, GradeTurn(0)) == []
    effects = conductor.send_grade(conductor.grade(GradeTurn(0)).result(timeout=20))
    assert say_all(conductor, *effects) == [Act.ASK]
    assert say_all(conductor, *effects) == [], "what was asked is not asked in other words when it is taken up again"
    assert question_text(conductor.state, conductor.turn).endswith(conductor.turn.prompt.strip())
    conductor.send(AnswerSubmitted(at=conductor.clock(), text="a reply"))
    assert say_all(conductor, GradeTurn(1)) == [], "a reply to a follow-up speaks for itself"


def test_a_turn_that_was_passed_on_is_acknowledged_before_the_next_one_is_asked(services: Services) -> None:
    conductor = begin(services)
    effects = conductor.send(DontKnow(at=conductor.clock()))
    assert say_all(conductor, *effects) == [Act.REACTION, Act.ASK]
    asked = conductor.state.words(Act.ASK, 1)
    assert [words.text for words in asked] == [conductor.turn.prompt.strip()], "one line is enough"


def test_a_hint_is_said_when_it_is_bought(services: Services) -> None:
    conductor = begin(services)
    (effect,) = conductor.send(HintRequested(at=conductor.clock()))
    assert isinstance(effect, ShowHint)
    (speech,) = speeches_for(effect, conductor)
    assert (speech.act, speech.words.about) == (Act.HINT, "0")


def test_the_last_words_come_once(services: Services) -> None:
    conductor = begin(services)
    effects = conductor.send(Ended(at=conductor.clock()))
    assert say_all(conductor, *effects) == [Act.CLOSING]
    assert say_all(conductor, Finish()) == []


def test_first_and_last_words_ask_no_model(services: Services) -> None:
    def no_model() -> None:
        raise AssertionError("a model was asked")

    conductor = begin(services)
    conductor._voice = no_model
    assert say_all(conductor, Ask(0)) == [Act.GREETING]
    assert say_all(conductor, *conductor.send(Ended(at=conductor.clock()))) == [Act.CLOSING]


# Time


def test_time_is_up_only_while_somebody_answers_and_none_is_left(services: Services) -> None:
    conductor = begin(services, minutes=1)
    began = conductor.clock()
    conductor.clock = lambda: began + 30
    assert conductor.time_up("half a thought") is None
    conductor.clock = lambda: began + 61
    assert conductor.time_up("half a thought") == TimeUp(at=began + 61, draft="half a thought")
    conductor.send(AnswerSubmitted(at=conductor.clock(), text="in the last second"))
    assert conductor.state.phase is Phase.GRADING
    assert conductor.time_up("") is None


def test_without_a_limit_time_is_never_up(services: Services) -> None:
    conductor = begin(services)
    conductor.clock = lambda: 1e12
    assert conductor.time_up("") is None


# What is owed


@pytest.mark.parametrize("demo", [True, False])
async def test_a_demonstration_and_a_real_session_do_not_grade_each_other(
    services: Services, engine: ScriptedEngine, demo: bool
) -> None:
    services.model.demo = demo
    conductor = begin(services)
    conductor.send(AnswerSubmitted(at=conductor.clock(), text="an answer"))
    services.model.demo = not demo
    assert [record.owed for record in services.archive.read_into([])] == [0], "what is not owed is not offered"
    events, said = services.journal.events(conductor.row.id), []
    await grade_owed(services.sessions, conductor.row.id, lambda what, done: said.append((what, done)), lambda: True)
    ((what, done),) = said
    assert done
    assert ("is a demonstration" if demo else "is no demonstration") in what
    assert services.journal.events(conductor.row.id) == events
    assert engine.asked == []


# Contests


def test_whoever_waits_for_a_ruling_hears_that_nobody_can_be_asked(services: Services) -> None:
    conductor = begin(services)
    submit(conductor)

    def refuse() -> Arbiter:
        raise UsageError("The judge is to be used, but judge_model is not set.")

    span = Span(start=0, end=9)
    conductor.arbiter = refuse
    with pytest.raises(UsageError, match="judge_model"):
        request_ruling(conductor, 0, "p0", span).result(timeout=20)
    conductor.arbiter = None
    with pytest.raises(MockdlError, match="Nobody is there"):
        request_ruling(conductor, 0, "p0", span).result(timeout=20)


@pytest.mark.parametrize(
    ("topics", "deeper", "joins"),
    [((), "beta", True), (("foundations",), "beta", True), (("vision",), "beta", False), ((), "gamma", False)],
)
def test_a_deeper_question_comes_from_the_topics_asked_for_and_is_new(
    tmp_path: Path, topics: tuple[str, ...], deeper: str, joins: bool
) -> None:
    items = [
        *(make_item(name, topic="vision") for name in ("one", "two")),
        *(make_item(name, topic="foundations") for name in ("alpha", "beta", "gamma")),
    ]
    built = build_services(alone=write_pack(tmp_path / "deep", *items), engine=ScriptedEngine())
    built.sessions.create_from(["gamma"], SessionConfig(level=Level.MID, count=1))
    planned = ["one", "two"] if "vision" in topics else ["alpha", "one"]
    conductor = built.sessions.create_from(planned, SessionConfig(level=Level.MID, count=2, topics=topics, edition=2))
    conductor.open()
    conductor.send(AnswerSubmitted(at=conductor.clock(), text="an answer"))
    grade = make_grade(dict.fromkeys(("p0", "p1", "p2", "p3"), "covered"))
    conductor.send_grade(Graded(at=conductor.clock(), turn_id=0, result=grade, deeper=deeper))
    assert (conductor.state.plan[1].question_id == deeper) is joins
    built.close()
