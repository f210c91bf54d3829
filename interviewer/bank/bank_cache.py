"""The validated bank on disk, so that a start reads one file and parses only what it asks.

The file begins with a line of JSON (stamp, content hash, notices, the heads of all questions);
each further line is one item. It is good for the very contents it was written from: file names,
sizes and times tell that cheaply, and where they differ the contents themselves are compared.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from interviewer.core.bank.content import Bank, Head, Item
from interviewer.core.bank.kinds import Kind, Level

_FORMAT = 4


class _LazyItems(Mapping[str, Item]):
    """Items that are parsed when first asked for. They were validated before they were written."""

    def __init__(self, lines: dict[str, bytes]) -> None:
        self._lines = lines
        self._parsed: dict[str, Item] = {}

    def __getitem__(self, question_id: str) -> Item:
        if question_id not in self._parsed:
            self._parsed[question_id] = Item.model_validate_json(self._lines[question_id])
        return self._parsed[question_id]

    def __contains__(self, question_id: object) -> bool:
        return question_id in self._lines

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)


def yaml_files(folder: Path) -> list[Path]:
    """The files `<topic>/<id>.yaml` of a folder, in order; none when there is no such folder."""
    return sorted(folder.glob("*/*.yaml")) if folder.is_dir() else []


def stamp_of(roots: Sequence[Path]) -> str:
    """Hash of the packs' folders and of name, size and time of every YAML file in them."""
    digest = hashlib.blake2b(f"format {_FORMAT}".encode(), digest_size=16)
    for root in roots:
        digest.update(f"{root}\n".encode())
        for path in _files(root):
            with suppress(OSError):
                status = path.stat()
                digest.update(f"{path}|{status.st_size}|{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def content_key(roots: Sequence[Path]) -> str:
    """Hash of the name and content of every YAML file of the packs."""
    digest = hashlib.blake2b(f"format {_FORMAT}".encode(), digest_size=16)
    for root in roots:
        digest.update(b"|")
        for path in _files(root):
            digest.update(str(path.relative_to(root)).encode())
            with suppress(OSError):
                digest.update(hashlib.blake2b(path.read_bytes()).digest())
    return digest.hexdigest()


def _files(root: Path) -> Iterator[Path]:
    yield from yaml_files(root / "corpus")
    yield from yaml_files(root / "rubrics")


def read_cache(cache: Path, stamp: str, key: Callable[[], str]) -> Bank | None:
    """The bank that was written for these files; None when there is none, or it is damaged.

    Args:
        cache: the file.
        stamp: of the files as they are now.
        key: their content hash, asked for only when the stamp differs.
    """
    try:
        head, *lines = cache.read_bytes().split(b"\n")
        told = json.loads(head)
        if told["stamp"] != stamp and told["key"] != key():
            return None
        heads = [
            Head(name, topic, Level(level), tuple(avoid), Kind(kind))
            for name, topic, level, avoid, kind in told["heads"]
        ]
        if len(heads) != len(lines) or told["bytes"] != sum(map(len, lines)):
            return None
        items = _LazyItems({head.id: line for head, line in zip(heads, lines, strict=True)})
        return Bank(items, told["key"], tuple(told["notices"]), heads)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_cache(cache: Path, bank: Bank, stamp: str) -> None:
    """Write through a temporary file, so that a crash leaves the old cache or the new one; may fail silently."""
    lines = [item.model_dump_json().encode() for item in bank.items.values()]
    head = {
        "stamp": stamp,
        "key": bank.content_hash,
        "notices": bank.notices,
        "heads": bank.heads,
        "bytes": sum(map(len, lines)),
    }
    partial = cache.with_suffix(".partial")
    with suppress(OSError):
        cache.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(b"\n".join([json.dumps(head).encode(), *lines]))
        partial.replace(cache)
