"""Reading for many answers at once: a few full batches are several times faster than many small ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from interviewer.core.ports import Encoder, Progress, Reader, Reading

if TYPE_CHECKING:
    import numpy


class EncodeAhead:
    """An encoder that remembers what it was told to encode beforehand; implements `core.ports.Encoder`."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[str, numpy.ndarray] = {}
        self.name, self.device, self.dimension = encoder.name, encoder.device, encoder.dimension

    def ahead(self, texts: Iterable[str]) -> None:
        """Encode texts that will be asked for soon, each once."""
        new = list(dict.fromkeys(texts))
        if new:
            self._known.update(zip(new, self._encoder.encode(new), strict=True))

    def forget(self) -> None:
        """Forget what was encoded beforehand."""
        self._known.clear()

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> numpy.ndarray:
        """Encode texts, or remember them; unit vectors, float32, shape (len(texts), dimension)."""
        import numpy as np

        if not texts or not all(text in self._known for text in texts):
            return self._encoder.encode(texts, progress)
        return np.stack([self._known[text] for text in texts])


class ReadAhead:
    """A reader that remembers what it was told to read beforehand; implements `core.ports.Reader`."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._known: dict[tuple[str, bool], Reading] = {}

    def ahead(self, texts: Iterable[str], *, cut: bool) -> None:
        """Read texts that will be asked for soon, each once."""
        new = list(dict.fromkeys(texts))
        found = self._reader.read(new, cut=cut) if new else []
        self._known.update({(text, cut): reading for text, reading in zip(new, found, strict=True)})

    def forget(self) -> None:
        """Forget what was read beforehand."""
        self._known.clear()

    def read(self, texts: Sequence[str], *, cut: bool = True) -> list[Reading]:
        """Read texts, or remember them."""
        new = [text for text in texts if (text, cut) not in self._known]
        found = iter(self._reader.read(new, cut=cut) if new else ())
        return [known if (known := self._known.get((text, cut))) is not None else next(found) for text in texts]

    def read_jointly(self, claims: Sequence[str], passages: Sequence[str]) -> numpy.ndarray:
        """Read pairs."""
        return self._reader.read_jointly(claims, passages)
