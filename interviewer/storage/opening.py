"""Opening the journal's file: private to its user, in write-ahead mode where the disk can, up to date."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from interviewer.errors import StorageError
from interviewer.paths import make_private, tighten
from interviewer.storage.migrations import migrate
from interviewer.storage.troubles import explained

_BUSY_SECONDS = 5.0
_NO_MEMORY = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PROTOCOL)
"""How SQLite says that it found no memory to share: on 9p, virtiofs and many network drives."""


def open_connection(path: Path) -> sqlite3.Connection:
    """Open the file, making it and its folder when they are missing.

    Raises:
        StorageError: not a database, written by a newer version, or not usable here.
    """
    try:
        make_private(path.parent)
        _make_file(path)
        with explained(path):
            connection = _connect(path)
            try:
                migrate(connection)
            except BaseException:
                connection.close()
                raise
    except ValueError as error:
        raise StorageError(
            f"The journal {path} cannot be used: {error}.",
            kept="The file was left as it is.",
            todo="Update mockdl if it is newer, move the file away, or set MOCKDL_HOME to another folder.",
        ) from error
    except OSError as error:
        raise StorageError(
            f"The folder {path.parent} cannot be used for the journal: {error.strerror}.",
            kept="No session was started.",
            todo="Make it a folder that can be written, or set MOCKDL_HOME to one that is.",
        ) from error
    return connection


def _make_file(path: Path) -> None:
    """So that it is its user's alone from the first moment; SQLite gives the files beside it the same rights.

    What is there is not opened: closing a file drops the locks that this process has on it.
    """
    with suppress(OSError):  # a folder that may only be read is SQLite's to name
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    for ending in ("", "-wal", "-shm"):
        tighten(path.with_name(path.name + ending), 0o600)


def _connect(path: Path) -> sqlite3.Connection:
    connection = _plain(path)
    try:
        if _is_new(connection):
            connection.execute("PRAGMA journal_mode=WAL")
            _is_new(connection)
    except sqlite3.OperationalError as error:
        connection.close()
        if error.sqlite_errorcode & 0xFF not in _NO_MEMORY or path.is_dir():
            raise
        connection = _without_wal(path)
    except BaseException:
        connection.close()
        raise
    # A byte that is no text costs a letter then, and not the session.
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    # FULL: a committed answer must survive a power cut, and costs about 4 ms.
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    # What is deleted is overwritten, not only forgotten.
    connection.execute("PRAGMA secure_delete=ON")
    return connection


def _is_new(connection: sqlite3.Connection) -> bool:
    """Whether nothing is in the file yet. One that once had to do without write-ahead mode goes on without.

    Raises:
        ValueError: it is another program's.
    """
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    if names and "migrations" not in names:
        raise ValueError("it is a database of another program")
    return not names


def _plain(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)


def _without_wal(path: Path) -> sqlite3.Connection:
    """With a rollback journal. Who has the file alone needs no shared memory, so what is in a log is taken over."""
    with closing(_plain(path)) as alone:
        alone.execute("PRAGMA locking_mode=EXCLUSIVE")
        _is_new(alone)
        alone.execute("PRAGMA journal_mode=DELETE")
    return _plain(path)
