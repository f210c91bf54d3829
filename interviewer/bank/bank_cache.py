"""The validated bank on disk, so that a start reads one file and parses only what it asks.

The file begins with a checksum of the rest and a line of JSON (stamp, content hash, notices, the heads of all questions
and the bytes of each item); each further line is one item. It is good for the very contents it was written from: file
names, sizes and times tell that cheaply, and where they differ the contents themselves are compared.
"""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import accumulate, pairwise
from pathlib import Path

from interviewer.bank.file_reading import ENDING, FileFaultError, read_file, size_finding, walk
from interviewer.core.bank.content import Bank, Head, Item
from interviewer.core.bank.kinds import Kind, Level

_FORMAT = 6
_CHECKSUM = 8
"""Hexadecimal digits."""


class _LazyItems(Mapping[str, Item]):
    """Items that are parsed when first asked for. They were validated before they were written."""

    def __init__(self, raw: bytes, places: dict[str, slice]) -> None:
        self._raw = raw
        self._places = places
        self._parsed: dict[str, Item] = {}

    def __getitem__(self, question_id: str) -> Item:
        if question_id not in self._parsed:
            self._parsed[question_id] = Item.model_validate_json(self._raw[self._places[question_id]])
        return self._parsed[question_id]

    def __contains__(self, question_id: object) -> bool:
        return question_id in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def stamp_of(roots: Sequence[Path]) -> str:
    """Hash of the packs' folders and of name, size and time of every YAML file in them."""
    digest = hashlib.blake2b(f"format {_FORMAT}".encode(), digest_size=16)
    for root in roots:
        digest.update(os.fsencode(root) + b"\n")
        for path in _names(root):
            with suppress(OSError):
                status = os.stat(path)
                digest.update(os.fsencode(path) + f"|{status.st_size}|{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def content_key(roots: Sequence[Path]) -> str:
    """Hash of the name and content of every YAML file of the packs."""
    digest = hashlib.blake2b(f"format {_FORMAT}".encode(), digest_size=16)
    for root in roots:
        digest.update(b"|")
        if size_finding(root) is not None:
            continue
        for path in _names(root):
            digest.update(os.fsencode(os.path.relpath(path, root)))
            with suppress(FileFaultError):
                digest.update(hashlib.blake2b(read_file(Path(path))).digest())
    return digest.hexdigest()


def _names(root: Path) -> Iterator[str]:
    """The paths of a pack's YAML files, in order, and of those that would be under another name."""
    for room in ("corpus", "rubrics"):
        yield from (name for name in walk(os.path.join(root, room), []) if name.lower().endswith((ENDING, ".yml")))


def read_cache(cache: Path, stamp: str, key: Callable[[], str]) -> Bank | None:
    """The bank that was written for these files; None when there is none, or it is damaged.

    Args:
        cache: the file.
        stamp: of the files as they are now.
        key: their content hash, asked for only when the stamp differs.
    """
    try:
        raw = cache.read_bytes()
        checksum, told_at = raw[:_CHECKSUM], _CHECKSUM + 1
        if int(checksum, 16) != zlib.crc32(memoryview(raw)[told_at:]):
            return None
        items_at = raw.index(b"\n", told_at) + 1
        told = json.loads(raw[told_at:items_at])
        if told["stamp"] != stamp and told["key"] != key():
            return None
        heads = [
            Head(name, topic, Level(level), tuple(avoid), Kind(kind))
            for name, topic, level, avoid, kind in told["heads"]
        ]
        ends = accumulate(told["sizes"], initial=items_at)
        places = {head.id: slice(*ends) for head, ends in zip(heads, pairwise(ends), strict=True)}
        return Bank(_LazyItems(raw, places), told["key"], tuple(told["notices"]), heads)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_cache(cache: Path, bank: Bank, stamp: str) -> None:
    """Write through a temporary file, so that a crash leaves the old cache or the new one; may fail silently."""
    lines = [item.model_dump_json().encode() + b"\n" for item in bank.items.values()]
    head = {
        "stamp": stamp,
        "key": bank.content_hash,
        "notices": bank.notices,
        "heads": bank.heads,
        "sizes": [len(line) for line in lines],
    }
    body = b"".join([json.dumps(head).encode() + b"\n", *lines])
    partial = cache.with_suffix(".partial")
    with suppress(OSError):
        cache.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(b"%0*x\n%s" % (_CHECKSUM, zlib.crc32(body), body))
        partial.replace(cache)
