"""What the real reader has read, remembered for all tests of a process.

Nearly all of a grade's time goes into reading, and tests grade much the same texts: an answer with an attack in it is
read anew only where the attack stands. A text and a pair of texts read the same whatever is read beside them, within
1e-4 (`test_the_same_text_reads_the_same_in_any_company`), so what is remembered is what would be read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from interviewer.core.ports import Reader, Reading

if TYPE_CHECKING:
    import numpy

_MOST_TEXTS = 4000
"""Those of a dozen rubrics, some 30 kB each; pairs are kept as four numbers."""


class RememberedReadings:
    """A reader that reads each text, and each pair of texts, once; implements `core.ports.Reader`.

    Args:
        reader: the real one.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._texts: dict[tuple[str, bool], Reading] = {}
        self._pairs: dict[tuple[str, str], numpy.ndarray] = {}

    @contextmanager
    def anew(self) -> Iterator[None]:
        """Within it nothing is known from before, for tests of the reading itself; what it read is known after it."""
        texts, pairs = self._texts, self._pairs
        self._texts, self._pairs = {}, {}
        try:
            yield
        finally:
            self._texts, self._pairs = texts | self._texts, pairs | self._pairs

    def read(self, texts: Sequence[str], *, cut: bool = True) -> list[Reading]:
        new = list(dict.fromkeys(text for text in texts if (text, cut) not in self._texts))
        found = self._reader.read(new, cut=cut) if new else []
        self._texts |= {(text, cut): reading for text, reading in zip(new, found, strict=True)}
        wanted = [self._texts[text, cut] for text in texts]
        for oldest in list(self._texts)[:-_MOST_TEXTS]:
            del self._texts[oldest]
        return wanted

    def read_jointly(self, claims: Sequence[str], passages: Sequence[str]) -> numpy.ndarray:
        import numpy as np

        pairs = list(zip(claims, passages, strict=True))
        new = list(dict.fromkeys(pair for pair in pairs if pair not in self._pairs))
        found = self._reader.read_jointly([claim for claim, _ in new], [passage for _, passage in new])
        self._pairs |= zip(new, found, strict=True)
        return np.stack([self._pairs[pair] for pair in pairs]) if pairs else found
