"""Two programs on one session: nothing is filed under another question, nothing is lost, and both are told."""

from __future__ import annotations

import io
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
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
from interviewer.plain import Console, run_plain
from interviewer.services import Services, build_services
from interviewer.sessions.conductor import Conductor
from interviewer.storage.migrations import MIGRATIONS
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

ONE_A_SESSION = MIGRATIONS[0][1].partition("CREATE TABLE drafts")[2].partition(";")[0]
"""The table of drafts as it was first."""


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


def test_who_takes_a_session_over_has_it_and_the_other_is_told_as_soon_as_it_types(
    both: tuple[Conductor, Conductor],
) -> None:
    first, second = both
    with pytest.raises(ElsewhereError, match="gone on in another window"):
        first.save_draft("typed in the window that lost it")
    assert first.is_elsewhere
    first.save_draft("typed on there")  # said once
    with pytest.raises(ElsewhereError):
        submit(first, "typed on there")
    second.save_draft("typed where it is")
    submit(second, "an answer")
    assert not second.is_elsewhere
    assert second.turn.answer == "an answer"
    assert first.turn.answer is None or first.turn.answer == ""


def test_no_window_overwrites_what_another_has_typed(both: tuple[Conductor, Conductor], home: Path) -> None:
    first, second = both
    with pytest.raises(ElsewhereError):
        first.save_draft("typed in the first window", 0, 5)
    second.save_draft("typed in the second window", 0, 26)
    third = build_services(engine=ScriptedEngine())
    conductor = third.sessions.resume(take_over=True)
    conductor.open()
    draft = conductor.draft()
    assert draft is not None
    assert draft.text == "typed in the second window\n\ntyped in the first window"
    assert (draft.row, draft.column, draft.windows) == (0, 26, 2)
    again = conductor.draft()
    assert again is not None
    assert (again.text, again.windows) == (draft.text, 1), "it is one draft from here on"
    third.close()


def test_a_draft_that_is_taken_over_and_typed_on_stands_there_once(windows: tuple[Services, Services]) -> None:
    conductor = windows[0].sessions.create(SessionConfig(level=Level.MID, count=1, seed=3))
    conductor.open()
    for text in ("half a thou", "half a thought", "half a thought, and the other half"):
        conductor.save_draft(text)
        windows[0].sessions.journal.release(conductor.row.id)
        conductor = windows[0].sessions.resume()
        conductor.open()
        draft = conductor.draft()
        assert draft is not None
        assert (draft.text, draft.windows) == (text, 1)


def test_a_draft_of_before_is_still_there(home: Path) -> None:
    """The journal's second version had one draft a session."""
    services = build_services(engine=ScriptedEngine())
    conductor = services.sessions.create(SessionConfig(level=Level.MID, count=1, seed=3))
    conductor.open()
    services.close()
    path = find_places().journal
    with closing(sqlite3.connect(path)) as old:
        old.executescript(
            f"DROP TABLE drafts; CREATE TABLE drafts{ONE_A_SESSION};"  # noqa: S608 - our own
            "DELETE FROM migrations WHERE name = '0003_drafts_of_windows';"
        )
        old.execute("INSERT INTO drafts VALUES (?, 0, 'typed long ago', 0, 5, 1.0)", (conductor.row.id,))
        old.commit()
    services = build_services(engine=ScriptedEngine())
    draft = services.sessions.resume().draft()
    assert draft is not None
    assert (draft.text, draft.column) == ("typed long ago", 5)
    services.close()


def test_the_one_that_took_over_holds_the_session_once_the_other_has_left(
    windows: tuple[Services, Services], both: tuple[Conductor, Conductor]
) -> None:
    first, second = both
    first.send(Quit(at=9))
    second.save_draft("typed")
    third = build_services(engine=ScriptedEngine())
    with pytest.raises(ElsewhereError, match="open in another window"):
        third.sessions.resume(second.row.id)
    third.close()


def test_a_session_that_another_window_has_open_is_not_deleted(both: tuple[Conductor, Conductor], home: Path) -> None:
    third = build_services(engine=ScriptedEngine())
    with pytest.raises(ElsewhereError, match="open in another window") as caught:
        third.archive.delete(both[0].row.id)
    assert "not deleted" in caught.value.kept
    both[0].send(Quit(at=9))
    assert third.archive.delete(both[0].row.id) == ""
    with pytest.raises(ElsewhereError, match="was deleted in another window"):
        both[1].save_draft("typed")
    assert both[1].is_elsewhere
    third.close()


def test_line_mode_keeps_the_line_and_says_that_the_session_is_elsewhere(
    windows: tuple[Services, Services],
) -> None:
    one, other = windows
    conductor = one.sessions.create(SessionConfig(level=Level.MID, count=1, seed=3))
    second: list[Conductor] = []

    class Typing(io.BytesIO):
        def readline(self, size: int | None = -1, /) -> bytes:
            if not second:
                second.append(other.sessions.resume(take_over=True))
                second[0].open()
            return super().readline()

    with pytest.raises(ElsewhereError, match="gone on in another window"):
        run_plain(conductor, Console(stdin=Typing(b"a line of mine\nanother\n.\n")), ScriptedEngine().status)
    draft = second[0].draft()
    assert draft is not None
    assert draft.text == "a line of mine"
    events = second[0].journal.events(conductor.row.id)
    assert not any(isinstance(event, AnswerSubmitted) for event in events)
