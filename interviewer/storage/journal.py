"""Sessions and their events in one SQLite file, append-only, in write-ahead mode.

A session is its configuration, its plan, a snapshot of the questions it asks, and its
events. State is never stored: it is what the events give when they are applied again.
The one thing that is overwritten is the draft in an editor: each window has its own.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, TypeAdapter

from interviewer.core.bank.content import Item
from interviewer.core.interview.journal_port import DamagedRow, Draft, SessionRow
from interviewer.core.interview.session import Event, Planned, SessionConfig, event_adapter
from interviewer.errors import ElsewhereError, UsageError
from interviewer.storage.drafts import store_draft, take_drafts
from interviewer.storage.opening import open_connection
from interviewer.storage.session_locks import SessionLocks
from interviewer.storage.troubles import explained, in_brief, unreadable

_plans = TypeAdapter(tuple[Planned, ...], config=ConfigDict(defer_build=True))
_notes = TypeAdapter(tuple[str, ...], config=ConfigDict(defer_build=True))


def open_journal(path: Path) -> SqliteJournal:
    """Open the journal, making the file and its folder when they are missing.

    Raises:
        StorageError: not a database, written by a newer version, or not usable here.
    """
    return SqliteJournal(path, open_connection(path))


_ENDS_OF_TURNS = ("answer-submitted", "skipped", "dont-know", "time-up")
"""Kinds of events."""


class SqliteJournal:
    """An open journal, as `core/interview/journal_port.py` has it. Safe to use from several threads."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self._lock = threading.Lock()
        self._held = SessionLocks(path.parent / "locks")

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        kept = "What was saved before is safe; what you typed is still in the editor."
        with self._lock, explained(self.path, kept):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _read(self, query: str, parameters: Iterable[object] = ()) -> list[tuple[Any, ...]]:
        with self._lock, explained(self.path):
            return self._connection.execute(query, tuple(parameters)).fetchall()

    def create_session(self, row: SessionRow, items: Iterable[Item]) -> None:
        """Store a new session with a snapshot of the questions it may ask."""
        values = (
            row.id,
            row.created_at,
            row.config.model_dump_json(),
            _plans.dump_json(row.plan).decode(),
            _notes.dump_json(row.notes).decode(),
            int(row.finished),
            row.last_seen,
            row.name,
        )
        with self._writing() as connection:
            connection.execute(
                "INSERT INTO sessions (id, created_at, config, plan, notes, finished, last_seen, name) "
                "VALUES (?,?,?,?,?,?,?,?)",
                values,
            )
            for item in items:
                _store_item(connection, row.id, item)

    def add_item(self, session_id: str, item: Item) -> None:
        """Store the snapshot of a question that joined the session later."""
        with self._writing() as connection:
            _store_item(connection, session_id, item)

    def append(
        self,
        session_id: str,
        event: Event,
        *,
        after: int | None = None,
        finished: bool = False,
        running: bool = True,
    ) -> None:
        """Append one event and say in the same transaction whether the session has ended with it.

        Args:
            session_id: to this session.
            event: what happened.
            after: how many events it follows; None for any.
            finished: whether it ends the session; one that has ended stays so.
            running: whether it shows that the session runs.

        Raises:
            ElsewhereError: another program has written to the session since; nothing was written.
        """
        body = event.model_dump_json()
        with self._writing() as connection:
            ((count, last),) = connection.execute(
                "SELECT COUNT(*), COALESCE(MAX(seq), 0) FROM events WHERE session_id = ?", (session_id,)
            )
            if after is not None and count != after:
                raise _gone_on()
            connection.execute("INSERT INTO events VALUES (?,?,?,?)", (session_id, last + 1, event.at, body))
            connection.execute(
                "UPDATE sessions SET last_seen = MAX(last_seen, ?), finished = MAX(finished, ?) WHERE id = ?",
                (event.at if running else 0.0, int(finished), session_id),
            )

    def hold(self, session_id: str) -> bool:
        """Be the one that conducts a session; whether nobody else is."""
        return self._held.hold(session_id)

    def release(self, session_id: str) -> None:
        """Let go of a session."""
        self._held.release(session_id)

    def rename_session(self, session_id: str, name: str) -> None:
        """Give the session a name; "" takes it away."""
        with self._writing() as connection:
            connection.execute("UPDATE sessions SET name = ? WHERE id = ?", (name, session_id))

    def delete_session(self, session_id: str) -> bool:
        """Delete a session with its answers, grades and draft, and the questions that only it asked.

        What is deleted is overwritten in the file. Returns whether it has also left the write-ahead
        log, which it cannot while another process reads the journal; it then goes when that one ends.
        """
        with self._writing() as connection:
            for table in ("drafts", "events", "session_items"):
                connection.execute(f"DELETE FROM {table} WHERE session_id = ?", (session_id,))  # noqa: S608 - our own names
            connection.execute("DELETE FROM sessions WHERE id = ?", (session_id,))
            connection.execute("DELETE FROM items WHERE hash NOT IN (SELECT hash FROM session_items)")
        return bool(self._read("PRAGMA wal_checkpoint(TRUNCATE)")[0][0] == 0)

    def save_draft(
        self, session_id: str, draft: Draft, at: float, *, window: str = "", after: int | None = None
    ) -> None:
        """Overwrite the draft of one window.

        Raises:
            ElsewhereError: the draft is saved, and there are not as many events as `after` says; or the session is
                gone, and it is not.
        """
        with self._writing() as connection:
            there, count = connection.execute(
                "SELECT (SELECT COUNT(*) FROM sessions WHERE id = ?), COUNT(*) FROM events WHERE session_id = ?",
                (session_id, session_id),
            ).fetchone()
            if not there:
                raise _gone()
            store_draft(connection, session_id, window, draft, at)
            connection.execute("UPDATE sessions SET last_seen = MAX(last_seen, ?) WHERE id = ?", (at, session_id))
        if after is not None and count != after:
            raise _gone_on()

    def take_draft(self, session_id: str, turn_id: int, *, window: str) -> Draft | None:
        """What was typed for this turn, in whatever windows; it is this window's from here on."""
        with self._writing() as connection:
            return take_drafts(connection, session_id, window, turn_id)

    def draft(self, session_id: str, turn_id: int) -> Draft | None:
        """The latest draft for this turn, if there is one."""
        rows = self._read(
            "SELECT turn_id, body, row, column FROM drafts WHERE session_id = ? AND turn_id = ? "
            "ORDER BY at DESC LIMIT 1",
            (session_id, turn_id),
        )
        return Draft(*rows[0]) if rows else None

    def events(self, session_id: str) -> list[Event]:
        """All events of a session in order."""
        rows = self._read("SELECT seq, body FROM events WHERE session_id = ? ORDER BY seq", (session_id,))
        with self._whole(session_id):
            if lost := {*range(1, len(rows) + 1)} - {seq for seq, _ in rows}:
                raise ValueError(f"event {min(lost)} is gone")
            return [event_adapter.validate_json(body) for _, body in rows]

    def items(self, session_id: str) -> dict[str, Item]:
        """The questions as they were when the session asked them."""
        rows = self._read(
            "SELECT question_id, body FROM session_items JOIN items USING (hash) WHERE session_id = ?", (session_id,)
        )
        with self._whole(session_id):
            return {question_id: Item.model_validate_json(body) for question_id, body in rows}

    def sessions(self) -> list[SessionRow]:
        """All sessions that can be read, newest first."""
        return [row for row in self._rows() if isinstance(row, SessionRow)]

    def damaged(self) -> list[DamagedRow]:
        """Sessions of which not even the beginning can be read, newest first."""
        return [row for row in self._rows() if isinstance(row, DamagedRow)]

    def session(self, name: str) -> SessionRow:
        """One session by id, by a unique beginning of it, or "last".

        Raises:
            UsageError: there is none, or several.
            StorageError: it is damaged.
        """
        rows = self._rows()
        if not rows:
            raise UsageError("There is no session yet.", todo="`mockdl start` begins one.")
        if name == "last":
            return self._healthy(next((row for row in rows if isinstance(row, SessionRow)), rows[0]))
        fitting = [row for row in rows if row.id.startswith(name)]
        exact = [row for row in fitting if row.id == name]
        if len(fitting) == 1 or exact:
            return self._healthy((exact or fitting)[0])
        problem = f"{len(fitting)} sessions begin with {name!r}" if fitting else f"There is no session {name!r}"
        latest = ", ".join(row.id for row in (fitting or rows)[:5])
        raise UsageError(f"{problem}.", todo=f"Say one of these, or `last`: {latest}")

    def _healthy(self, row: SessionRow | DamagedRow) -> SessionRow:
        if isinstance(row, DamagedRow):
            raise unreadable(self.path, row.id, row.problem)
        return row

    def times_asked(self) -> dict[str, int]:
        """How often each question has been part of a session, in the order in which that was the case last; a
        demonstration is none."""
        rows = self._read(
            "SELECT question_id, COUNT(*) FROM session_items JOIN sessions ON id = session_id "
            "WHERE NOT (json_valid(config) AND coalesce(json_extract(config, '$.demo'), 0)) "
            "GROUP BY question_id ORDER BY MAX(created_at)"
        )
        return dict(rows)

    def forbid_writing(self) -> None:
        """Have SQLite refuse every write of this connection from here on, as a `StorageError`."""
        with self._lock, explained(self.path):
            self._connection.execute("PRAGMA query_only=ON")

    def check(self) -> str:
        """SQLite's own integrity check: "ok" or what is wrong."""
        rows = self._read("PRAGMA integrity_check")
        return "; ".join(found for (found,) in rows)

    def close(self) -> None:
        """Close the file, with all that was written in it rather than in the log beside it, where that can be."""
        self._held.release_all()
        with self._lock:
            with suppress(sqlite3.Error):  # another mockdl that reads or writes goes on; the log then stays with it
                self._connection.execute("PRAGMA busy_timeout=200")
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._connection.close()

    def _rows(self) -> list[SessionRow | DamagedRow]:
        """All sessions, newest first; each is read alone, so that a damaged one hides no other."""
        counted = "(SELECT COUNT(*) FROM events WHERE session_id = id)"
        kinds = " OR ".join(f"""body LIKE '%"kind":"{kind}"%'""" for kind in _ENDS_OF_TURNS)
        answered = (
            f"EXISTS (SELECT 1 FROM events WHERE session_id = id AND ({kinds})) "  # noqa: S608 - our own names
            "OR EXISTS (SELECT 1 FROM drafts WHERE session_id = id AND trim(body) <> '')"
        )
        columns = f"id, created_at, config, plan, notes, finished, last_seen, name, {counted}, {answered}"
        query = f"SELECT {columns} FROM sessions ORDER BY created_at DESC, rowid DESC"  # noqa: S608 - our own names
        return [_read_row(*row) for row in self._read(query)]

    @contextmanager
    def _whole(self, session_id: str) -> Iterator[None]:
        """Name the session of which a record cannot be read."""
        try:
            yield
        except ValueError as error:
            raise unreadable(self.path, session_id, in_brief(error)) from error


def _gone_on() -> ElsewhereError:
    return ElsewhereError(
        "This session has gone on in another window.",
        kept="What is there is saved there; what you typed here is still here, and was filed nowhere.",
        todo="Go on there, or leave here and take the session up again with `mockdl start --resume`.",
    )


def _gone() -> ElsewhereError:
    return ElsewhereError(
        "This session was deleted in another window.",
        kept="What you typed here is still here, and is stored nowhere.",
        todo="Copy what you want to keep, then leave.",
    )


def _read_row(
    session_id: object,
    created: Any,
    config: Any,
    plan: Any,
    notes: Any,
    finished: object,
    seen: Any,
    name: object,
    events: int,
    touched: object,
) -> SessionRow | DamagedRow:
    try:
        return SessionRow(
            id=str(session_id),
            created_at=float(created),
            config=SessionConfig.model_validate_json(config),
            plan=_plans.validate_json(plan),
            notes=_notes.validate_json(notes),
            finished=bool(finished),
            last_seen=float(seen),
            name=str(name),
            events=events,
            touched=bool(touched),
        )
    except (ValueError, TypeError) as error:
        return DamagedRow(str(session_id), in_brief(error))


def _store_item(connection: sqlite3.Connection, session_id: str, item: Item) -> None:
    body = item.model_dump_json()
    digest = sha256(body.encode()).hexdigest()
    connection.execute("INSERT OR IGNORE INTO items VALUES (?,?)", (digest, body))
    connection.execute("INSERT OR IGNORE INTO session_items VALUES (?,?,?)", (session_id, item.question.id, digest))
