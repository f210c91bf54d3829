"""Encoders that need no model: quick, and the same on every machine."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

import numpy as np

from interviewer.core.ports import Progress


class WordEncoder:
    """Counts words, each in one of 64 places: texts are near when they share words."""

    name = "words"
    key = "words@1"
    device = "cpu"
    dimension = 64

    def __init__(self) -> None:
        self.seen: list[str] = []
        """Every text that was embedded, in order."""

    def reader(self) -> None:
        """No token states."""

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        self.seen += texts
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()) or ["nothing"]:
                vectors[row, zlib.crc32(word.encode("utf-8", "replace")) % self.dimension] += 1
        if progress is not None:
            progress("embedding", len(texts), len(texts))
        unit: np.ndarray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit
