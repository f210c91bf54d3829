"""Files of JSON Lines, read and written line by line, however many lines there are."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from interviewer.core.json_rows import MOST_BYTES
from interviewer.core.text import escape_hidden
from interviewer.errors import UsageError

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@contextmanager
def open_lines(source: str) -> Iterator[Iterator[tuple[int, bytes]]]:
    """Numbered lines as they come, from a file or standard input (`-`); of one too long only its beginning.

    Raises:
        UsageError: it cannot be read, or is UTF-16.
    """
    try:
        file: IO[bytes] = sys.stdin.buffer if source == "-" else Path(source).open("rb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise UsageError(f"{source} could not be read: {error.strerror}.") from error
    except (AttributeError, ValueError) as error:
        raise UsageError(f"{source} could not be read: {'it is closed' if source == '-' else error}.") from error
    try:
        yield _numbered(file, source)
    finally:
        if source != "-":
            file.close()


def _numbered(file: IO[bytes], source: str) -> Iterator[tuple[int, bytes]]:
    number = 0
    try:
        while raw := file.readline(MOST_BYTES + 1):
            number += 1
            if number == 1 and raw.startswith(_UTF_16):
                raise UsageError(f"{source} is UTF-16 text.", todo="Save it as UTF-8.")
            rest = raw
            while len(rest) > MOST_BYTES and not rest.endswith(b"\n"):
                rest = file.readline(MOST_BYTES + 1)
            yield number, raw
    except OSError as error:
        raise UsageError(f"{source} could not be read beyond line {number}: {error.strerror}.") from error


def is_input(source: str, output: Path) -> bool:
    """Whether what is to be written is the file that is read, by whatever name."""
    with suppress(OSError, ValueError, AttributeError):
        found = os.fstat(sys.stdin.fileno()) if source == "-" else os.stat(source)
        return os.path.samestat(found, output.stat())
    return False


def write_line(row: dict[str, Any], encoding: str) -> str:
    """A row as one line, with escapes for what the encoding cannot say."""
    line = escape_hidden(json.dumps(row, ensure_ascii=False))
    try:
        line.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        line = json.dumps(row)
    return line + "\n"
