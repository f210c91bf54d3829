"""The output of `mockdl grade`: only appended to, and only where it holds nothing but grades."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, NamedTuple

from interviewer.cli.common import say
from interviewer.cli.json_lines import write_line
from interviewer.cli.process import users_rights
from interviewer.core.json_rows import MOST_BYTES
from interviewer.errors import StorageError, UsageError

_MARKS = {"line", "question_id", "level", "score", "key_points", "grader"}
"""Fields by which a line of an output is known as a grade."""
_MOST_BYTES = 8 * MOST_BYTES
"""Of a grade: columns are passed on, with up to six bytes for one where it is escaped."""


class Kept(NamedTuple):
    """The grades that an output holds already."""

    line: int = 0
    """The input line of the last one."""
    size: int = 0
    """Where they end, in bytes."""
    half: bytes = b""
    """What there is of a half-written one behind them; without any before it, it may be of another program."""
    unended: bool = False
    """Whether the last one lacks its line break."""


def read_kept(output: Path, *, fast: bool = False) -> Kept:
    """Look at what is there, and change nothing.

    Args:
        output: the file.
        fast: whether those to come are made without the joint reader, which must be so of all or of none.

    Raises:
        UsageError: it cannot be read, or holds anything else than such grades, of which the last may be half written.
    """
    kept = Kept()
    try:
        if not output.is_file():
            return kept
        with output.open("rb") as file:
            while raw := file.readline(_MOST_BYTES):
                row = _read_grade(raw)
                if row is None:
                    half = raw.startswith(b"{") and not raw.endswith(b"\n") and not file.read(1)
                    if half and _read_json(raw) is None:
                        return kept._replace(half=raw)
                    raise UsageError(
                        f"{output} is there and holds something else than grades.",
                        kept="It was not changed.",
                        todo="Name another file with -o.",
                    )
                if (row.get("fast") is True) is not fast:
                    raise _other_kind(output, fast=fast)
                kept = Kept(row["line"], kept.size + len(raw), unended=not raw.endswith(b"\n"))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"{output} could not be read: {reason}.", todo="Choose another -o.") from error
    return kept


def read_grades(output: Path, kept: Kept) -> Iterator[dict[str, Any]]:
    """The grades that were found there, one at a time."""
    if not kept.line:
        return
    left = kept.size
    with output.open("rb") as file:
        while left > 0 and (raw := file.readline(_MOST_BYTES)):
            left -= len(raw)
            if row := _read_grade(raw):
                yield row


def _other_kind(output: Path, *, fast: bool) -> UsageError:
    """Fast grades and full ones are not to be taken for one another."""
    holds, wanted, switch = ("full", "fast", "leave --fast out") if fast else ("fast", "full", "give --fast")
    return UsageError(
        f"{output} holds {holds} grades, which are not mixed with {wanted} ones.",
        kept="It was not changed.",
        todo=f"Name another file with -o, or {switch}.",
    )


def _read_grade(raw: bytes) -> dict[str, Any] | None:
    """A line of an output; None when it is no grade."""
    row = _read_json(raw)
    known = isinstance(row, dict) and row.keys() >= _MARKS and isinstance(row["line"], int) and row["line"] > 0
    return row if known else None


def _read_json(raw: bytes) -> Any:
    """None when it is no JSON."""
    try:
        return json.loads(raw.decode("utf-8"), parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None


@contextmanager
def open_grades(output: Path | None) -> Iterator[IO[bytes] | None]:
    """The file to append to, nothing of it changed yet; None for standard output."""
    if output is None:
        yield None
        return
    try:
        with users_rights():
            file = output.open("ab", buffering=0)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"{output} could not be written: {reason}.", todo="Choose another -o.") from error
    with file:
        yield file


def mend_end(file: IO[bytes] | None, kept: Kept) -> None:
    """Cut a half-written grade off, or end the line of the last one."""
    if file is not None and kept.half:
        file.truncate(kept.size)
        say(f"The last grade in {file.name} was half written; it was cut off and is made anew.")
    elif file is not None and kept.unended:
        file.write(b"\n")


def write_grade(file: IO[bytes] | None, row: dict[str, Any], written: Callable[[], str]) -> None:
    """Append one grade, whole or not at all.

    Args:
        file: None for standard output.
        row: the grade.
        written: says what is in the file already.

    Raises:
        StorageError: the file takes no more.
    """
    if file is None:
        sys.stdout.write(write_line(row, sys.stdout.encoding or "utf-8"))
        sys.stdout.flush()
        return
    line = write_line(row, "utf-8").encode()
    try:
        size = os.fstat(file.fileno()).st_size
        if file.write(line) != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    except OSError as error:
        with suppress(OSError):
            file.truncate(size)
        raise StorageError(
            f"{file.name} could not be written: {error.strerror}.",
            kept=written(),
            todo="Free some disk space; the same command goes on from there.",
        ) from error
