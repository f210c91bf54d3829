"""Two programs on one session: nothing is filed under another question, nothing is lost, and both are told."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from interviewer.core.bank.kinds import Level
from interviewer.core.interview.effects import Rejected
from interviewer.core.interview.session import (
    AnswerSubmitted,
    DontKnow,
    Graded,
    Quit,
    SessionConfig,
    Skipped,
    Started,
    event_adapter,
)
from interviewer.core.interview.state_machine import step
from interviewer.errors import ElsewhereError
from interviewer.paths import find_places
from interviewer.services import Services, build_services
from interviewer.sessions.conductor import Conductor
from tests.support.builders import make_grade
from tests.support.scripted import ScriptedEngine
from tests.unit.test_cli import mockdl

HOLDING = """
import sys, time
from pathlib import Path
from interviewer.storage.session_locks import SessionLocks
locks = SessionLocks(Path(sys.argv[1]))
print(locks.hold(sys.argv[2]), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def windows(home: Path) -> Iterator[tuple[Services, Services]]:
    """Two programs of one user."""
    made = build_services(engine=ScriptedEngine()), build_services(engine=ScriptedEngine())
    yield made
    for services in made:
        services.close()


@pytest.fixture
def both(windows: tuple[Services, Services]) -> tuple[Conductor, Conductor]:
    """The same session, open in both."""
    one, other = windows
    first = one.sessions.create(SessionConfig(level=Level.MID, count=2, seed=3))
    first.open()
    second = other.sessions.resume(take_over=True)
    second.open()
    return first, second


def submit(conductor: Conductor, text: str) -> None:
    conductor.send(AnswerSubmitted(at=10, text=text))


def pass_on_both(conductor: Conductor) -> None:
    conductor.send(Skipped(at=11))


def test_an_answer_is_never_filed_under_another_question(both: tuple[Conductor, Conductor]) -> None:
    first, second = both
    pass_on_both(second)
    asked = first.turn.question_id
    with pytest.raises(ElsewhereError, match="gone on in another window") as caught:
        submit(first, "an answer to the first question")
    assert "still here" in caught.value.kept
    with pytest.raises(ElsewhereError):
        submit(first, "again")
    assert first.turn.question_id == asked
    again = second.journal.events(second.row.id)
    assert not any(isinstance(event, AnswerSubmitted) for event in again)
    submit(second, "an answer to the second question")
    assert second.turn.answer == "an answer to the second question"


def test_a_new_grade_of_an_old_answer_is_taken_over(both: tuple[Conductor, Conductor]) -> None:
    first, second = both
    submit(second, "an answer")
    grade = make_grade({point.id: "missing" for point in second.item.rubric.key_points})
    second.send_grade(Graded(at=12, turn_id=0, result=grade))
    third = Conductor(first.row, first.journal, first._bank, first.clock)
    second.send_grade(Graded(at=13, turn_id=0, result=grade), running=False)
    submit(third, "a reply")
    assert third.state.turns[-1].answer == "a reply"
    with pytest.raises(ElsewhereError):
        submit(second, "another reply")


def test_a_window_that_was_taken_over_can_be_left_and_ends_nothing(both: tuple[Conductor, Conductor]) -> None:
    first, second = both
    first.send(Quit(at=9))
    submit(second, "an answer")
    assert not any(isinstance(event, Quit) for event in second.journal.events(second.row.id))


@pytest.mark.parametrize("event", [AnswerSubmitted(at=2, text="x"), Skipped(at=2), DontKnow(at=2)])
def test_what_names_another_turn_changes_nothing(both: tuple[Conductor, Conductor], event: AnswerSubmitted) -> None:
    state, items = both[1].state, both[1].items
    result = step(state, event.model_copy(update={"turn_id": 7}), items)
    assert result.state == state
    assert isinstance(result.effects[0], Rejected)
    assert step(state, event.model_copy(update={"turn_id": 0}), items).state.turns[0].outcome is not None
    assert step(state, event, items).state.turns[0].outcome is not None, "events of before name none"


def test_what_is_sent_names_its_turn(both: tuple[Conductor, Conductor]) -> None:
    submit(both[1], "an answer")
    (event,) = (each for each in both[1].journal.events(both[1].row.id) if isinstance(each, AnswerSubmitted))
    assert event.turn_id == 0
    old = event_adapter.validate_python({"kind": "answer-submitted", "at": 1.0, "text": "x"})
    assert "turn_id" not in old.model_dump()


def test_a_session_that_another_program_conducts_is_not_opened_without_asking(home: Path) -> None:
    services = build_services(engine=ScriptedEngine())
    conductor = services.sessions.create(SessionConfig(level=Level.MID, count=1, seed=3))
    conductor.send(Started(at=1))
    services.close()
    locks = find_places().journal.parent / "locks"
    command = [sys.executable, "-c", HOLDING, str(locks), conductor.row.id]
    again = build_services(engine=ScriptedEngine())
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "True\n"
        with pytest.raises(ElsewhereError, match="open in another window") as caught:
            again.sessions.resume()
        assert "--take-over" in caught.value.todo
        assert "--replay" in caught.value.todo
        told = mockdl("start", "--plain", "--resume", conductor.row.id)
        assert told.returncode == 5
        assert "open in another window" in told.stderr
        assert again.sessions.resume(take_over=True).turn.outcome is None
        child.kill()
    assert again.sessions.resume().turn.outcome is None, "a lock ends with its program, however that ends"
    again.close()


def test_leaving_lets_go_of_a_session(windows: tuple[Services, Services]) -> None:
    one, other = windows
    conductor = one.sessions.create(SessionConfig(level=Level.MID, count=1, seed=3))
    conductor.open()
    with pytest.raises(ElsewhereError):
        other.sessions.resume(conductor.row.id)
    lock = find_places().journal.parent / "locks" / f"{conductor.row.id}.lock"
    before = lock.stat().st_ino
    conductor.send(Quit(at=9))
    assert lock.stat().st_ino == before, "one who has it open must not lock a file that is gone"
    assert other.sessions.resume(conductor.row.id).turn.outcome is None
    assert one.sessions.journal.hold("another")


def test_where_files_cannot_be_locked_nobody_is_kept_out(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(*_: object, **__: object) -> None:
        raise NotImplementedError

    monkeypatch.setattr("filelock.FileLock.acquire", no_locks)
    services = build_services(engine=ScriptedEngine())
    conductor = services.sessions.create(SessionConfig(level=Level.MID, count=1, seed=3))
    assert services.sessions.resume(conductor.row.id).row.id == conductor.row.id
    assert conductor.state.turns == ()
    services.close()
