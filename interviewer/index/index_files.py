"""The index on disk, with a manifest that says what it was built from.

An index that does not fit the bank, the model or its own checksum is never used: loading
returns `Stale` with the reason, and the caller builds it anew and says so.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from interviewer.errors import IndexStoreError
from interviewer.index.bank_index import BankIndex, Entry, load_faiss

__all__ = ["Manifest", "Stale", "load_index", "save_index"]

_FORMAT = 2
_INDEX_FILE = "bank.faiss"
_MANIFEST_FILE = "manifest.json"


class Manifest(BaseModel):
    """What an index was built from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = _FORMAT
    model: str
    dimension: int
    content_hash: str
    entries: int
    sha256: str = ""
    """Of the FAISS file."""


class Stale(NamedTuple):
    """Why a stored index cannot be used."""

    reason: str
    missing: bool = False
    """There was simply none yet, which needs no notice."""


def save_index(index: BankIndex, folder: Path, manifest: Manifest) -> None:
    """Write the index, then the manifest that vouches for it, each beside the old one and swapped in.

    A crash between the two leaves a manifest whose checksum does not fit, which loading notices.

    Raises:
        IndexStoreError: the folder cannot be written.
    """
    faiss = load_faiss()
    # Two processes may save at once; each writes files of its own.
    partial = folder / f"{_INDEX_FILE}.{os.getpid()}"
    partial_manifest = folder / f"{_MANIFEST_FILE}.{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        faiss.write_index(index.faiss_index, str(partial))
        sealed = manifest.model_copy(update={"sha256": _digest(partial)})
        partial_manifest.write_text(sealed.model_dump_json(indent=2), encoding="utf-8")
        partial.replace(folder / _INDEX_FILE)
        partial_manifest.replace(folder / _MANIFEST_FILE)
    except (OSError, RuntimeError) as error:
        for leftover in (partial, partial_manifest):
            with suppress(OSError):
                leftover.unlink(missing_ok=True)
        reason = error.strerror if isinstance(error, OSError) else str(error).splitlines()[0]
        raise IndexStoreError(
            f"The search index could not be saved in {folder}: {reason}.",
            kept="It is kept in memory for now.",
            todo="Make the folder writable, or set MOCKDL_HOME to one that is.",
        ) from error


def load_index(folder: Path, wanted: Manifest, entries: tuple[Entry, ...]) -> BankIndex | Stale:
    """Load the index when it was built from exactly what is wanted.

    Raises:
        IndexStoreError: faiss is not installed or cannot be loaded.
    """
    faiss = load_faiss()
    try:
        found = Manifest.model_validate_json((folder / _MANIFEST_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Stale("there is none yet", missing=True)
    except (OSError, ValueError):
        return Stale("its manifest is damaged")
    reason = _difference(found, wanted)
    if reason is not None:
        return Stale(reason)
    file = folder / _INDEX_FILE
    try:
        if _digest(file) != found.sha256:
            return Stale("its file is damaged or truncated")
        index = faiss.read_index(str(file))
    except (OSError, RuntimeError):
        return Stale("its file cannot be read")
    if index.ntotal != len(entries) or index.d != wanted.dimension:
        return Stale("its file does not fit its manifest")
    return BankIndex(index, entries)


def _difference(found: Manifest, wanted: Manifest) -> str | None:
    if found.format != wanted.format:
        return "it was written by another version of mockdl"
    if found.model != wanted.model:
        old, new = found.model.partition("@")[0], wanted.model.partition("@")[0]
        return f"it was built with the encoder {old}" if old != new else f"the encoder {new} has changed"
    if found.dimension != wanted.dimension:
        return f"its vectors have {found.dimension} dimensions and the encoder's {wanted.dimension}"
    if found.content_hash != wanted.content_hash or found.entries != wanted.entries:
        return "the questions have changed"
    return None


def _digest(file: Path) -> str:
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
