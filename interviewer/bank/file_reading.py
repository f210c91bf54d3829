"""Which files of a pack are read, and their bytes.

A pack is data from a stranger. What is no regular file (a pipe, a device), is too large or leads elsewhere is a
finding before a byte of it is parsed; nothing here waits, follows a folder without end or reads without a limit.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from interviewer.core.bank.finding import Finding
from interviewer.core.bank.pack_files import NATURAL_ENDING

MOST_BYTES = 2_000_000
"""Of one file; the largest of the built-in pack has 42 kB."""
MOST_PACK_BYTES = 50_000_000
MOST_FILES = 10_000
"""Of the questions of a pack, and of its rubrics; hidden ones and folders count."""
MOST_TOLD = 20
"""Findings listed one by one of a file."""
ENDING = ".yaml"
_HIDDEN = (".", "~", "#")
"""How the files begin that editors, file managers and other systems leave behind."""


class FileFaultError(Exception):
    """A file that cannot be read, as a finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding


class Listing(NamedTuple):
    """The files of one folder of a pack, in order, and what is said about others."""

    files: list[Path]
    findings: list[Finding]


def list_files(folder: Path, ending: str = ENDING) -> Listing:
    """The files `<topic>/<name><ending>` of a folder; none when there is no such folder."""
    listing = Listing([], [])
    for name in walk(str(folder), listing.findings):
        if name.endswith(ending):
            listing.files.append(Path(name))
        elif ending == ENDING and name.lower().endswith((".yml", ENDING)):
            path = Path(name)
            told = f"is not read; rename it to {path.stem}{ENDING}"
            listing.findings.append(Finding(path, 0, "", told, "warning"))
    return listing


def walk(folder: str, findings: list[Finding]) -> Iterator[str]:
    """The paths of all that is in a folder's topics and not hidden, in order; what is wrong goes into `findings`."""
    seen = 0
    for topic in _visible(folder, findings):
        place = os.path.join(folder, topic)
        if not os.path.isdir(place):
            continue
        for name in _visible(place, findings):
            seen += 1
            if seen > MOST_FILES:
                findings.append(Finding(Path(folder), 0, "", f"holds more than {MOST_FILES:,} files"))
                return
            yield os.path.join(place, name)


def is_stray(finding: Finding) -> bool:
    """Whether a finding is about a file that would be read under another name."""
    return finding.severity == "warning" and finding.path.suffix not in ("", ENDING)


def _visible(folder: str, findings: list[Finding]) -> list[str]:
    """The names in a folder that are not hidden, in order, as far as they will be looked at."""
    names: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if not entry.name.startswith(_HIDDEN):
                    names.append(entry.name)
                if len(names) > MOST_FILES:
                    break
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:  # the second of a name that no folder can have
        told = getattr(error, "strerror", None) or error
        findings.append(Finding(Path(folder), 0, "", f"could not be listed: {told}"))
    return sorted(names)


def size_finding(root: Path) -> Finding | None:
    """What is said of a pack whose files are too many bytes to be read; None when they are not."""
    paths = [path for room in ("corpus", "rubrics") for path in list_files(root / room).files]
    paths += list_files(root / "rubrics", NATURAL_ENDING).files
    total = sum(_size(path) for path in paths)
    if total <= MOST_PACK_BYTES:
        return None
    return Finding(root, 0, "", f"holds {total / 1e6:.0f} MB; a pack may have {MOST_PACK_BYTES / 1e6:.0f} MB")


def _size(path: Path) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def read_file(path: Path) -> bytes:
    """The bytes of a regular file.

    Raises:
        FileFaultError: it is something else, too large, or cannot be read.
    """
    try:
        _refuse_others(path, os.stat(path))
        # Without waiting: what was a file a moment ago may be a pipe by now.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as source:
            _refuse_others(path, os.fstat(descriptor))
            raw = source.read(MOST_BYTES + 1) or b""
    except (OSError, ValueError) as error:
        told = getattr(error, "strerror", None) or type(error).__name__
        raise FileFaultError(Finding(path, 0, "", f"could not be read: {told}")) from error
    if len(raw) > MOST_BYTES:
        raise FileFaultError(Finding(path, 0, "", f"is larger than {MOST_BYTES / 1e6:.0f} MB"))
    return raw


def _refuse_others(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise FileFaultError(Finding(path, 0, "", "is no regular file"))
    # A package manager may link each file to a store of its own, under the same name; a stranger's link to
    # some other file of this machine has another one.
    if Path(os.path.realpath(path)).suffix != path.suffix:
        raise FileFaultError(Finding(path, 0, "", "is a link to a file of another kind"))
