"""A journal that another program holds, that is damaged inside, or that cannot be brought up to date."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from interviewer.core.interview.session import AnswerSubmitted, Started
from interviewer.errors import StorageError
from interviewer.storage import open_journal
from tests.support.builders import make_item
from tests.unit.test_storage import ROW


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal of one session."""
    found = tmp_path / "journal.sqlite3"
    with closing(open_journal(found)) as journal:
        journal.create_session(ROW, [make_item()])
        journal.append(ROW.id, Started(at=1.0))
    return found


def test_a_journal_that_another_program_holds_is_left_and_worth_another_try(path: Path) -> None:
    with closing(open_journal(path)) as journal, closing(sqlite3.connect(path, isolation_level=None)) as other:
        journal._connection.execute("PRAGMA busy_timeout=50")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="locked") as caught:
            journal.append(ROW.id, AnswerSubmitted(at=2.0, text="mine"))
        assert "try again" in caught.value.todo
        other.execute("ROLLBACK")
        journal.append(ROW.id, AnswerSubmitted(at=3.0, text="mine"))
        assert [event.at for event in journal.events(ROW.id)] == [1.0, 3.0]


def test_a_write_that_sqlite_itself_took_back_is_said_and_the_next_one_goes_through(path: Path) -> None:
    with closing(open_journal(path)) as journal:
        journal._connection.execute(
            "CREATE TEMP TRIGGER no_more BEFORE INSERT ON main.events BEGIN SELECT RAISE(ROLLBACK, 'no more'); END"
        )
        with pytest.raises(StorageError, match="no more"):
            journal.append(ROW.id, AnswerSubmitted(at=2.0, text="mine"))
        journal._connection.execute("DROP TRIGGER no_more")
        journal.append(ROW.id, AnswerSubmitted(at=3.0, text="mine"))
        assert [event.at for event in journal.events(ROW.id)] == [1.0, 3.0]


def test_an_old_journal_that_another_program_holds_is_brought_up_to_date_later(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("DELETE FROM migrations WHERE name = '0002_session_names'")
        other.execute("ALTER TABLE sessions DROP COLUMN name")
        other.execute("BEGIN IMMEDIATE")
        monkeypatch.setattr("interviewer.storage.opening._BUSY_SECONDS", 0.05)
        with pytest.raises(StorageError, match="locked") as caught:
            open_journal(path)
        assert "try again" in caught.value.todo
        other.execute("ROLLBACK")
    with closing(open_journal(path)) as journal:
        assert journal.session(ROW.id).name == ""


def test_a_question_that_joins_later_is_kept_as_it_was_then(path: Path) -> None:
    with closing(open_journal(path)) as journal:
        journal.add_item(ROW.id, make_item("beta"))
        journal.add_item(ROW.id, make_item("beta", weights=(1, 1, 1, 1)))
        assert journal.items(ROW.id) == {"alpha": make_item(), "beta": make_item("beta")}


@pytest.mark.parametrize(
    ("table", "column"), [("events", "body"), ("items", "body"), ("sessions", "plan"), ("sessions", "config")]
)
def test_a_record_that_cannot_be_read_is_named_as_such_and_stays(path: Path, table: str, column: str) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute(f"UPDATE {table} SET {column} = ?", ('{"kind": "from another world"}',))  # noqa: S608
        other.commit()
    before = path.read_bytes()
    with closing(open_journal(path)) as journal:
        with pytest.raises(
            StorageError, match=f"Session {ROW.id} is damaged: a record of it .* cannot be read"
        ) as caught:
            (journal.session("last"), journal.events(ROW.id), journal.items(ROW.id))
        assert "SELECT body FROM events" in caught.value.todo
        assert journal.check() == "ok", "it is the record that is damaged, not the file"
    assert path.read_bytes() == before


def test_what_may_only_be_read_refuses_every_write_and_still_reads(path: Path) -> None:
    with closing(open_journal(path)) as journal:
        journal.forbid_writing()
        with pytest.raises(StorageError, match="readonly"):
            journal.append(ROW.id, AnswerSubmitted(at=2.0, text="too late"))
        assert len(journal.events(ROW.id)) == 1


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "strange.sqlite3"
    with closing(sqlite3.connect(path)) as strange:
        strange.execute("CREATE TABLE drafts (what TEXT)")
        strange.execute("CREATE TABLE migrations (name TEXT PRIMARY KEY)")
        strange.commit()
    with pytest.raises(StorageError, match="drafts"):
        open_journal(path)
    with closing(sqlite3.connect(path)) as strange:
        tables = [name for (name,) in strange.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        assert sorted(tables) == ["drafts", "migrations"]
        assert strange.execute("SELECT * FROM migrations").fetchall() == []
