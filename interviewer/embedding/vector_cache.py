"""Vectors on disk by the hash of model and text, so that only what changed is embedded again.

The file is append-only: a header, then records of key, checksum and vector. A record that
a crash tore off fails its checksum and is cut away. Every look at the end of the file is
taken under a lock on it, so processes that append at once do not mix their records.
"""

from __future__ import annotations

import errno
import hashlib
import os
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from interviewer.core.ports import Encoder, Progress

if TYPE_CHECKING:
    import numpy

_MAGIC = b"mockdl-vectors-1"
_HEADER = struct.Struct("<16sI")
_KEY_BYTES = 16
_MOST_ROWS = 200_000
"""About 300 MB at 384 dimensions; a larger cache is started anew."""


class VectorCache:
    """The vectors of one model. Never raises for a disk it cannot use: it then works in memory.

    Args:
        folder: where the file is, or is to be.
        model_key: identifies the weights; another model gets another file.
        dimension: numbers in a vector.
        say: is told what went wrong with the file, in words for people.
    """

    def __init__(
        self, folder: Path, model_key: str, dimension: int, say: Callable[[str], None] = lambda _: None
    ) -> None:
        name = hashlib.sha256(model_key.encode()).hexdigest()[:12]
        self.path = folder / f"vectors-{name}-{dimension}.bin"
        self._salt = model_key.encode()
        self._dimension = dimension
        self._say = say
        self._rows: dict[bytes, numpy.ndarray] = {}
        self._writable = True
        self._load()

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def _header(self) -> bytes:
        return _HEADER.pack(_MAGIC, self._dimension)

    @property
    def _record(self) -> int:
        return _KEY_BYTES + 4 + 4 * self._dimension

    def key(self, text: str) -> bytes:
        """What identifies a text under this model."""
        return hashlib.blake2b(
            text.encode("utf-8", "surrogatepass"), digest_size=_KEY_BYTES, key=self._salt[:64]
        ).digest()

    def get(self, key: bytes) -> numpy.ndarray | None:
        """The vector stored for a key, or None."""
        return self._rows.get(key)

    def put(self, keys: Sequence[bytes], vectors: numpy.ndarray) -> None:
        """Add vectors, float32, shape (len(keys), dimension), in memory and on disk."""
        block = bytearray()
        for key, vector in zip(keys, vectors, strict=True):
            self._rows[key] = vector
            body = vector.astype("<f4").tobytes()
            block += key + struct.pack("<I", zlib.crc32(key + body)) + body
        if not self._writable:
            return
        try:
            self._append(bytes(block))
        except OSError as error:
            self._writable = False
            self._say(f"The vector cache could not be written ({error.strerror}); vectors are kept in memory only.")

    def _append(self, block: bytes) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(self.path, os.O_CREAT | os.O_WRONLY | os.O_APPEND) as descriptor:
            before = os.fstat(descriptor).st_size
            if before == 0:
                block = self._header + block
            try:
                if os.write(descriptor, block) != len(block):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            except OSError:
                # What others append must not stand behind half a record.
                with suppress(OSError):
                    os.ftruncate(descriptor, before)
                raise

    def _load(self) -> None:
        try:
            with _locked(self.path, os.O_RDWR) as descriptor:
                raw = _read_all(descriptor)
                if raw and self._is_usable(raw):
                    end = self._read_records(raw)
                    if end != len(raw):
                        self._say("The vector cache ended in a damaged record; that part will be embedded again.")
                        os.ftruncate(descriptor, end)
                    return
        except FileNotFoundError:
            return
        except OSError:
            self._load_unwritable()
            return
        if raw:
            self._set_aside("is damaged" if len(raw) <= _MOST_ROWS * self._record else "has grown too large")

    def _load_unwritable(self) -> None:
        """Read what there is of a file that may not be changed; appending then says that it fails."""
        with suppress(OSError):
            raw = self.path.read_bytes()
            if self._is_usable(raw):
                self._read_records(raw)

    def _is_usable(self, raw: bytes) -> bool:
        return raw[: _HEADER.size] == self._header and len(raw) <= _MOST_ROWS * self._record

    def _read_records(self, raw: bytes) -> int:
        """Take all whole records; returns where they end."""
        import numpy as np

        end = _HEADER.size
        while end + self._record <= len(raw):
            key = raw[end : end + _KEY_BYTES]
            (expected,) = struct.unpack_from("<I", raw, end + _KEY_BYTES)
            body = raw[end + _KEY_BYTES + 4 : end + self._record]
            if zlib.crc32(key + body) != expected:
                break
            self._rows[key] = np.frombuffer(body, dtype="<f4")
            end += self._record
        return end

    def _set_aside(self, reason: str) -> None:
        try:
            self.path.replace(self.path.with_suffix(".corrupt"))
            self._say(f"The vector cache {reason} and was set aside; it is built anew.")
        except OSError:
            self._writable = False
            self._say(f"The vector cache {reason} and cannot be replaced; vectors are kept in memory only.")


@contextmanager
def _locked(path: Path, flags: int) -> Iterator[int]:
    """Open a file with an exclusive lock that ends with the block, or with the process."""
    descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0), 0o644)
    try:
        with suppress(ImportError):  # Windows: there an append of one block is all that keeps order
            import fcntl

            with suppress(OSError):  # a network file system may know no locks
                fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def _read_all(descriptor: int) -> bytes:
    with os.fdopen(os.dup(descriptor), "rb") as file:
        return file.read()


class CachedEncoder:
    """An encoder that embeds only what its cache does not hold; implements `core.ports.Encoder`."""

    def __init__(self, encoder: Encoder, cache: VectorCache) -> None:
        self._encoder = encoder
        self._cache = cache
        self.name = encoder.name
        self.device = encoder.device
        self.dimension = encoder.dimension

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> numpy.ndarray:
        """Return unit vectors, float32, shape (len(texts), dimension)."""
        import numpy as np

        keys = [self._cache.key(text) for text in texts]
        fresh = {key: text for key, text in zip(keys, texts, strict=True) if self._cache.get(key) is None}
        if fresh:
            self._cache.put(list(fresh), self._encoder.encode(list(fresh.values()), progress))
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, key in enumerate(keys):
            vectors[row] = self._cache.get(key)
        return vectors
