"""The neighbour table on disk, so that planning an interview needs no index.

The worker writes it when it has built the index; the interface reads it
before the worker is even started.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from pydantic import ConfigDict, TypeAdapter, ValidationError

from interviewer.core.ports import Neighbour
from interviewer.kept_json import keep, recall

_table = TypeAdapter(dict[str, list[Neighbour]], config=ConfigDict(defer_build=True))


def _path(cache: Path) -> Path:
    return cache / "neighbours.json"


def read_neighbours(cache: Path, content_hash: str) -> dict[str, list[Neighbour]]:
    """The table written for this very bank, or {} when there is none, or it is damaged."""
    try:
        found = recall(_path(cache)) or {"bank": None}
        return _table.validate_python(found["neighbours"]) if found["bank"] == content_hash else {}
    except (KeyError, TypeError, ValidationError):
        return {}


def write_neighbours(cache: Path, content_hash: str, table: Mapping[str, Sequence[Neighbour]]) -> None:
    """Write the table; a cache that cannot be written is no reason to fail."""
    body = {"bank": content_hash, "neighbours": {key: [n.model_dump() for n in near] for key, near in table.items()}}
    with suppress(OSError):
        keep(_path(cache), body)
