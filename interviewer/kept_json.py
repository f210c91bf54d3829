"""Small JSON files that are kept between starts: a checksum before the contents, bounded, and read without trust.

Whatever is wrong with one means the same: it is damaged. A cache is then made anew without a word, as when it is
missing, for it costs time alone; what cannot be made again is set aside by whoever reads it.
"""

from __future__ import annotations

import json
import os
import re
import stat
import zlib
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

from interviewer.paths import make_private, tighten

_MOST_BYTES = 64 * 1024 * 1024
_HEAD = re.compile(rb'\{"checksum": "([0-9a-f]{8})", "body": ')
_TAIL = b"}\n"


class DamagedFileError(Exception):
    """A file that holds something else than what was written, or cannot be read; its text says why."""


def recall(file: Path) -> Any:
    """What was kept in a cache; None when there is nothing, or it is damaged."""
    with suppress(FileNotFoundError, DamagedFileError):
        return read_kept(file)
    return None


def read_kept(file: Path, *, or_plain: bool = False) -> Any:
    """What was kept; the file is closed to other users.

    Args:
        file: the file.
        or_plain: take JSON without a checksum too, as earlier versions wrote it.

    Raises:
        FileNotFoundError: there is none.
        DamagedFileError: it is not what was written.
    """
    try:
        raw = _read_bounded(file)
        head = _HEAD.match(raw)
        if head is None:
            if not or_plain:
                raise ValueError("it has no checksum")
            return json.loads(raw)
        body = raw[head.end() : -len(_TAIL)]
        if not raw.endswith(_TAIL) or int(head[1], 16) != zlib.crc32(body):
            raise ValueError("its checksum is another")
        return json.loads(body)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FileNotFoundError(str(file)) from error
    except (OSError, ValueError, RecursionError) as error:
        raise DamagedFileError(_in_words(error)) from error


def keep(file: Path, body: Any) -> None:
    """Write through a temporary file, so that a crash leaves the old file or the new one; for this user alone.

    Args:
        file: the file; its folder is made when it is missing.
        body: what JSON can say.

    Raises:
        OSError: it cannot be written.
    """
    told = json.dumps(body).encode()
    partial = file.with_name(f"{file.name}.{os.getpid()}.partial")
    make_private(file.parent)
    partial.unlink(missing_ok=True)
    with open(partial, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as target:
        target.write(b'{"checksum": "%08x", "body": %s%s' % (zlib.crc32(told), told, _TAIL))
    partial.replace(file)


def set_aside(file: Path) -> Path:
    """Give a damaged file a name that nothing has yet, beside its own; returns that.

    Raises:
        OSError: it cannot be moved.
    """
    names = (file.with_name(f"{file.name}.damaged{number or ''}") for number in count())
    free = next(each for each in names if not os.path.lexists(each))
    file.rename(free)
    return free


def _read_bounded(file: Path) -> bytes:
    # A pipe would be waited for.
    with open(file, "rb", opener=lambda name, flags: os.open(name, flags | getattr(os, "O_NONBLOCK", 0))) as source:
        if not stat.S_ISREG(os.fstat(source.fileno()).st_mode):
            raise ValueError("it is no plain file")
        raw = source.read(_MOST_BYTES + 1)
    if len(raw) > _MOST_BYTES:
        raise ValueError(f"it is larger than {_MOST_BYTES >> 20} MB")
    tighten(file, 0o600)
    return raw


def _in_words(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, OSError):
        return f"it cannot be read: {error.strerror}"
    return "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else str(error)
