"""The journal keeps everything that was submitted, and says clearly when it cannot."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from interviewer.core.bank.kinds import Level
from interviewer.core.interview.journal_port import Draft, SessionRow
from interviewer.core.interview.session import AnswerSubmitted, Event, Planned, SessionConfig, Started
from interviewer.errors import StorageError, UsageError
from interviewer.storage import SqliteJournal, open_journal
from interviewer.storage.migrations import MIGRATIONS
from tests.support.builders import make_item

ROW = SessionRow(
    id="20261121-0900-abcd",
    created_at=100.0,
    config=SessionConfig(level=Level.SENIOR),
    plan=(Planned(question_id="alpha"),),
    notes=("a note",),
    finished=False,
    last_seen=100.0,
)
NASTY = "x[0] [/b] \\frac{a}{b} 日本語 🙂 '); DROP TABLE events; --\n\tsecond line"


@pytest.fixture
def journal(tmp_path: Path) -> SqliteJournal:
    opened = open_journal(tmp_path / "deep" / "journal.sqlite3")
    opened.create_session(ROW, [make_item()])
    return opened


def test_a_session_comes_back_as_it_was_stored(journal: SqliteJournal) -> None:
    assert journal.session("last") == ROW
    assert journal.items(ROW.id) == {"alpha": make_item()}


def test_events_come_back_in_order_and_exactly_as_typed(journal: SqliteJournal) -> None:
    events: list[Event] = [
        Started(at=1.0),
        AnswerSubmitted(at=2.0, text=NASTY),
        AnswerSubmitted(at=2.0, text="x" * 20_000),
    ]
    for event in events:
        journal.append(ROW.id, event)
    assert journal.events(ROW.id) == events


def test_a_draft_is_for_one_turn_only(journal: SqliteJournal) -> None:
    journal.save_draft(ROW.id, Draft(0, NASTY, 3, 4), at=5.0)
    assert journal.draft(ROW.id, 0) == Draft(0, NASTY, 3, 4)
    assert journal.draft(ROW.id, 1) is None


def test_a_session_is_found_by_the_beginning_of_its_id(journal: SqliteJournal) -> None:
    assert journal.session("20261121").id == ROW.id
    with pytest.raises(UsageError, match="no session 'nope'"):
        journal.session("nope")


def test_an_ambiguous_beginning_names_the_candidates(journal: SqliteJournal) -> None:
    journal.create_session(ROW._replace(id="20261121-1000-0000"), [])
    with pytest.raises(UsageError, match="2 sessions begin"):
        journal.session("20261121")


def test_without_sessions_the_error_says_how_to_begin(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        open_journal(tmp_path / "j.sqlite3").session("last")
    assert "mockdl start" in caught.value.todo


def test_migrations_run_once(tmp_path: Path) -> None:
    path = tmp_path / "j.sqlite3"
    open_journal(path).close()
    open_journal(path).close()
    names = [name for (name,) in sqlite3.connect(path).execute("SELECT name FROM migrations")]
    assert names == [name for name, _ in MIGRATIONS]


def test_a_journal_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "j.sqlite3"
    open_journal(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO migrations VALUES ('9999_future')")
    with pytest.raises(StorageError, match="newer version"):
        open_journal(path)


def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "j.sqlite3"
    path.write_bytes(b"this is not a database, but somebody may need it" * 100)
    before = path.read_bytes()
    with pytest.raises(StorageError, match="damaged") as caught:
        open_journal(path)
    assert path.read_bytes() == before
    assert "recover" in caught.value.todo


def test_a_folder_that_cannot_be_made_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="cannot be used for the journal") as caught:
        open_journal(tmp_path / "file" / "journal.sqlite3")
    assert "MOCKDL_HOME" in caught.value.todo


def test_a_full_disk_is_said_and_nothing_before_it_is_lost(journal: SqliteJournal) -> None:
    journal.append(ROW.id, Started(at=1.0))
    pages = journal._connection.execute("PRAGMA page_count").fetchone()[0]
    journal._connection.execute(f"PRAGMA max_page_count={pages}")
    with pytest.raises(StorageError, match="full") as caught:
        journal.append(ROW.id, AnswerSubmitted(at=2.0, text="x" * 200_000))
    assert "still in the editor" in caught.value.kept
    journal._connection.execute("PRAGMA max_page_count=1000000")
    journal.append(ROW.id, AnswerSubmitted(at=3.0, text="after"))
    assert len(journal.events(ROW.id)) == 2


def test_a_write_that_fails_leaves_the_old_state(journal: SqliteJournal) -> None:
    journal._connection.execute("PRAGMA query_only=ON")
    with pytest.raises(StorageError):
        journal.append(ROW.id, Started(at=1.0))
    journal._connection.execute("PRAGMA query_only=OFF")
    assert journal.events(ROW.id) == []


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_kill_dash_nine_loses_nothing_that_was_submitted(tmp_path: Path) -> None:
    """A child submits answers and is killed without warning, several times over."""
    path = tmp_path / "j.sqlite3"
    script = textwrap.dedent(
        """
        import sys
        from pathlib import Path
        from interviewer.core.interview.session import AnswerSubmitted
        from interviewer.storage import open_journal
        from tests.unit.test_storage import ROW
        journal = open_journal(Path(sys.argv[1]))
        if not journal.sessions():
            journal.create_session(ROW, [])
        number = len(journal.events(ROW.id))
        while True:
            number += 1
            journal.append(ROW.id, AnswerSubmitted(at=number, text=f"answer {number}"))
            print(number, flush=True)
        """
    )
    confirmed = 0
    for _ in range(3):
        child = subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        for _ in range(7):
            confirmed = int(child.stdout.readline())
        os.kill(child.pid, signal.SIGKILL)
        child.communicate()
        texts = [event.text for event in open_journal(path).events(ROW.id) if isinstance(event, AnswerSubmitted)]
        assert texts[:confirmed] == [f"answer {n}" for n in range(1, confirmed + 1)]
        assert open_journal(path).check() == "ok"


def test_a_demonstration_does_not_count_as_having_been_asked(journal: SqliteJournal) -> None:
    demo = ROW._replace(id="20261121-1100-0000", config=ROW.config.model_copy(update={"demo": True}))
    journal.create_session(demo, [make_item()])
    assert list(journal.times_asked().values()) == [1]


def test_a_session_is_renamed_and_its_name_comes_back(journal: SqliteJournal) -> None:
    journal.rename_session(ROW.id, NASTY)
    assert journal.session(ROW.id).name == NASTY


def test_deleting_a_session_leaves_no_word_of_it_in_the_files(journal: SqliteJournal) -> None:
    secret, other = "a sentence nobody may find again", ROW._replace(id="20261122-0900-abcd")
    journal.create_session(other, [make_item(), make_item("beta")])
    journal.append(other.id, AnswerSubmitted(at=2.0, text=secret * 400))
    journal.append(ROW.id, AnswerSubmitted(at=2.0, text="kept"))
    journal.save_draft(other.id, Draft(1, secret), at=3.0)
    assert journal.delete_session(other.id)
    for file in journal.path.parent.iterdir():
        assert secret.encode() not in file.read_bytes(), file
        assert b"Title of beta" not in file.read_bytes(), file
    assert [row.id for row in journal.sessions()] == [ROW.id]
    assert journal.items(ROW.id) == {"alpha": make_item()}, "a question that another session asked stays"
    assert len(journal.events(ROW.id)) == 1
    assert journal.check() == "ok"


def test_deleting_while_another_process_reads_says_that_traces_stay(journal: SqliteJournal) -> None:
    reader = sqlite3.connect(journal.path)
    reader.execute("BEGIN")
    reader.execute("SELECT COUNT(*) FROM sessions").fetchone()
    journal._connection.execute("PRAGMA busy_timeout=50")
    journal.append(ROW.id, AnswerSubmitted(at=2.0, text="written after the reader began"))
    assert not journal.delete_session(ROW.id)
    assert journal.sessions() == []
    reader.close()


def test_a_journal_from_before_names_is_read(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    with sqlite3.connect(path) as old:
        old.execute("CREATE TABLE migrations (name TEXT PRIMARY KEY)")
        old.executescript(MIGRATIONS[0][1])
        old.execute("INSERT INTO migrations VALUES (?)", (MIGRATIONS[0][0],))
        config, plan = ROW.config.model_dump_json(), '[{"question_id": "alpha"}]'
        old.execute("INSERT INTO sessions VALUES (?,?,?,?,?,?,?)", (ROW.id, 1.0, config, plan, "[]", 0, 1.0))
    old.close()
    assert open_journal(path).session(ROW.id).name == ""


def test_what_was_asked_last_is_named_last(journal: SqliteJournal) -> None:
    for at, name in enumerate(("beta", "alpha", "beta")):
        row = ROW._replace(id=f"20261121-110{at}-0000", created_at=ROW.created_at + 60 * at + 60)
        journal.create_session(row, [make_item(name)])
    assert list(journal.times_asked().items()) == [("alpha", 2), ("beta", 2)]
