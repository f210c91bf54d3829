"""What is kept of past sessions, for a front end that lists, compares, renames or deletes them.

Reading a session applies its events again, a few milliseconds each; what was read is kept
until the session changes. Every method may take longer than a screen should wait.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from interviewer.core.bank.kinds import Level
from interviewer.core.progress.agenda import Agenda, build_agenda
from interviewer.core.progress.record import Record, build_record
from interviewer.core.text import clean_line
from interviewer.errors import ElsewhereError, MockdlError, StorageError
from interviewer.review import build_cards, local_day

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from interviewer.core.interview.journal_port import SessionRow
    from interviewer.sessions.store import SessionStore

__all__ = ["MOST_NAME", "Archive", "local_day"]

_BREATH = 0.002
"""Seconds between two sessions that are read anew, so that the screen can be drawn."""
MOST_NAME = 60
"""Characters of a session's name."""


class Archive:
    """Past sessions. Safe to use from several threads.

    Args:
        store: which holds them.
        reports: folder with the reports that were saved, named by session id.
    """

    def __init__(self, store: SessionStore, reports: Path) -> None:
        self._store = store
        self._reports = reports
        self._known: dict[str, tuple[SessionRow, Record]] = {}
        self._lock = threading.Lock()

    def sketches(self) -> list[Record]:
        """All sessions, newest first, without what only their events tell; quick.

        Raises:
            StorageError: the journal cannot be read.
        """
        rows = self._store.journal.sessions()
        return [self._known_record(row) or _sketch(row, "…") for row in rows if row.is_listed]

    def damaged(self) -> list[str]:
        """Ids of sessions of which not even the beginning can be read, newest first.

        Raises:
            StorageError: the journal cannot be read.
        """
        return [row.id for row in self._store.journal.damaged()]

    def _known_record(self, row: SessionRow) -> Record | None:
        with self._lock:
            known = self._known.get(row.id)
        return known[1] if known is not None and known[0] == row else None

    def read_into(self, found: list[Record], going: Callable[[], bool] = lambda: True) -> list[Record]:
        """Add all sessions to `found`, newest first, so that another thread can show them as they come.

        Ends early when `going` says so. Returns `found`.

        Raises:
            StorageError: the journal cannot be read.
        """
        for row in self._store.journal.sessions():
            if not going():
                break
            if not row.is_listed:
                continue
            if (record := self._known_record(row)) is None:
                record = self._record(row)
                time.sleep(_BREATH)
            found.append(record)
        return found

    def _record(self, row: SessionRow) -> Record:
        known = self._known_record(row)
        if known is not None:
            return known
        try:
            summary = self._store.read(row).summary()
            record = build_record(summary, name=row.name, planned=len(row.plan), demo=row.config.demo)
            if row.config.demo is not self._store.model.demo:  # nobody here may grade it, see `pending_grades`
                record = record._replace(owed=0)
        except (MockdlError, KeyError, ValueError):
            record = _sketch(row, "cannot be read")
        with self._lock:
            self._known[row.id] = (row, record)
        return record

    def agenda(self, records: Iterable[Record], level: Level) -> Agenda:
        """What is due for review today when asked at `level`, from sessions that were read; a demonstration is none."""
        answers = [answer for record in records if not record.demo for answer in record.answers]
        answered: dict[str, date] = {}
        for each in sorted(answers, key=lambda each: each.at):
            answered[each.question_id] = local_day(each.at)
        today = local_day(self._store.clock())
        return build_agenda(build_cards(answers), answered, self._store.bank.items, level, today)

    def rename(self, session_id: str, name: str) -> str:
        """Name a session; returns the name as it is kept, on one line and not too long."""
        kept = clean_line(name)[:MOST_NAME].strip()
        self._store.journal.rename_session(session_id, kept)
        return kept

    def delete(self, session_id: str) -> str:
        """Delete a session and its report for good; returns what is left of it, "" when nothing is.

        Raises:
            StorageError: something could not be deleted; the message says what.
            ElsewhereError: another window has it open; nothing was deleted.
        """
        journal = self._store.journal
        if not journal.hold(session_id):
            raise ElsewhereError(
                f"Session {session_id} is open in another window.",
                kept="It was not deleted.",
                todo="Leave it there first.",
            )
        try:
            return self._delete(session_id)
        finally:
            journal.release(session_id)

    def _delete(self, session_id: str) -> str:
        report = self._reports / f"{session_id}.md"
        try:
            report.unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(
                f"The report {report} could not be deleted: {error.strerror}.", kept="The session was not deleted."
            ) from error
        gone = self._store.journal.delete_session(session_id)
        with self._lock:
            self._known.pop(session_id, None)
        return "" if gone else "another mockdl reads the journal; traces stay in its log file until that one ends"


def _sketch(row: SessionRow, band: str) -> Record:
    return Record(
        id=row.id,
        name=row.name,
        started_at=row.created_at,
        level=row.config.level,
        mode=row.config.mode,
        finished=row.finished,
        demo=row.config.demo,
        planned=len(row.plan),
        value=None,
        low=0.0,
        high=100.0,
        band=band,
        marks=(),
        owed=0,
        titles=(),
        topics=(),
        graders=(),
    )
