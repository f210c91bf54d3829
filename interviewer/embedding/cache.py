"""Vectors on disk by the hash of model and text, so that only what changed is embedded again.

The file is append-only: a header, then records of key, checksum and vector. A record that
a crash tore off fails its checksum and is cut away; records are written in one call, so
two processes that append at once do not mix theirs.
"""

from __future__ import annotations

import hashlib
import os
import struct
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from interviewer.core.ports import Encoder, Progress

if TYPE_CHECKING:
    import numpy

__all__ = ["CachedEncoder", "VectorCache"]

_MAGIC = b"mockdl-vectors-1"
_HEADER = struct.Struct("<16sI")
_KEY_BYTES = 16
_MOST_ROWS = 200_000
"""About 300 MB at 384 dimensions; a larger cache is started anew."""


class VectorCache:
    """The vectors of one model. Never raises for a disk it cannot use: it then works in memory."""

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
        descriptor = os.open(self.path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o644)
        try:
            if os.fstat(descriptor).st_size == 0:
                block = _HEADER.pack(_MAGIC, self._dimension) + block
            if os.write(descriptor, block) != len(block):
                raise OSError(28, "no space left on the device")
        finally:
            os.close(descriptor)

    def _load(self) -> None:
        import numpy as np

        try:
            raw = self.path.read_bytes()
        except OSError:
            return
        if raw[: _HEADER.size] != _HEADER.pack(_MAGIC, self._dimension) or len(raw) > _MOST_ROWS * self._record:
            self._set_aside("is damaged" if len(raw) < _MOST_ROWS * self._record else "has grown too large")
            return
        end = _HEADER.size
        while end + self._record <= len(raw):
            key = raw[end : end + _KEY_BYTES]
            (expected,) = struct.unpack_from("<I", raw, end + _KEY_BYTES)
            body = raw[end + _KEY_BYTES + 4 : end + self._record]
            if zlib.crc32(key + body) != expected:
                break
            self._rows[key] = np.frombuffer(body, dtype="<f4")
            end += self._record
        if end != len(raw):
            self._say("The vector cache ended in a damaged record; that part will be embedded again.")
            self._truncate(end)

    def _truncate(self, size: int) -> None:
        try:
            os.truncate(self.path, size)
        except OSError:
            self._writable = False

    def _set_aside(self, reason: str) -> None:
        try:
            self.path.replace(self.path.with_suffix(".corrupt"))
            self._say(f"The vector cache {reason} and was set aside; it is built anew.")
        except OSError:
            self._writable = False
            self._say(f"The vector cache {reason} and cannot be replaced; vectors are kept in memory only.")


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
        fresh = list(dict.fromkeys(i for i, key in enumerate(keys) if self._cache.get(key) is None))
        first = {keys[i]: i for i in reversed(fresh)}
        rows = sorted(first.values())
        if rows:
            self._cache.put([keys[i] for i in rows], self._encoder.encode([texts[i] for i in rows], progress))
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, key in enumerate(keys):
            vectors[row] = self._cache.get(key)
        return vectors
