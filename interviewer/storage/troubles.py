"""What can be wrong with the journal's file, said so that one knows what to do about it."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pydantic import ValidationError

from interviewer.errors import StorageError

_UNTOUCHED = "The file was left as it is."
_ELSEWHERE = "set MOCKDL_HOME to a folder on a disk of this machine"
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)
"""The last is what SQLite answers when a table or column of ours is not there."""
_WORTH_A_TRY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL)


@contextmanager
def explained(path: Path, kept: str = _UNTOUCHED) -> Iterator[None]:
    """Turn SQLite's errors into a `StorageError` that says what to do.

    Args:
        path: of the journal.
        kept: what is safe.
    """
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code in _DAMAGED or not isinstance(error, sqlite3.OperationalError):
            raise StorageError(
                f"The journal {path} is damaged: {error}.",
                kept="The file was left as it is, so that what is in it can be recovered.",
                todo=f"Move it away to start afresh; `sqlite3 {path} .recover` reads what is left in it.",
            ) from error
        problem, todo = _explain(path, code)
        raise StorageError(
            f"The journal {path} could not be used: {problem or error}.", kept=kept, todo=todo
        ) from error


def _explain(path: Path, code: int) -> tuple[str, str]:
    """What the reason is, "" for SQLite's own words, and what helps."""
    writable = f"Make the file and its folder writable, or {_ELSEWHERE}."
    if what := _in_its_place(path):
        return f"it is {what}", f"Move that away, or {_ELSEWHERE}."
    if code in _WORTH_A_TRY:
        if has_locks(path.parent):
            return "", "Another mockdl may be busy with it; try again."
        return "its folder has no file locks, as on some network drives", f"Use another folder: {_ELSEWHERE}."
    if code == sqlite3.SQLITE_FULL:
        return "", "Free some disk space, then submit again."
    if code == sqlite3.SQLITE_IOERR:
        return "", f"If its folder is on a network or shared drive, {_ELSEWHERE}; else the disk may be full or failing."
    return "", writable


def _in_its_place(path: Path) -> str:
    """What stands where a file belongs; "" for a file, or for nothing."""
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return "a link that leads nowhere" if path.is_symlink() else ""
    if stat.S_ISDIR(mode):
        return "a folder"
    return "" if stat.S_ISREG(mode) else "a pipe or a device"


def has_locks(folder: Path) -> bool:
    """Whether files in a folder can be locked; True when that cannot be found out."""
    try:
        import fcntl
    except ImportError:  # Windows
        return True
    probe = folder / f".locks-{os.getpid()}"
    try:
        descriptor = os.open(probe, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError:
        return True
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(descriptor)
        with suppress(OSError):
            probe.unlink()
    return True


def unreadable(path: Path, session_id: str, problem: str) -> StorageError:
    """Of one session, of which a record makes no sense; the others are well."""
    query = f"SELECT body FROM events WHERE session_id = '{session_id}' ORDER BY seq"  # noqa: S608 - to be read
    return StorageError(
        f"Session {session_id} is damaged: a record of it in {path} cannot be read ({problem}).",
        kept=f"{_UNTOUCHED} Other sessions are not touched by it; `mockdl history` lists them.",
        todo=f'What is left of this one shows: sqlite3 {path} "{query}"',
    )


def in_brief(error: Exception) -> str:
    """What is wrong with a record, on one line."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"][:3]))
        return f"{place}: {first['msg']}".removeprefix(": ")[:160]
    return " ".join(str(error).split())[:160]
