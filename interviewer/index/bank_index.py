"""An inner-product FAISS index over questions and key points, and the queries it answers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from interviewer.core.bank.content import Bank
from interviewer.core.bank.kinds import Level
from interviewer.core.ports import Encoder, Neighbour, Progress, SearchHit
from interviewer.errors import IndexStoreError

if TYPE_CHECKING:
    import numpy

_RELATED = 0.3
"""Below this cosine two questions are not about the same thing."""


class Entry(NamedTuple):
    """One row of the index."""

    question_id: str
    point_id: str | None
    """None for a row of the question itself; the first such row is its title and prompt."""
    level: Level
    text: str


def bank_entries(bank: Bank) -> list[Entry]:
    """The texts to index: title and prompt of each question, its other wordings, its key points' statements."""
    entries = []
    for item in bank.items.values():
        question = item.question
        wordings = (f"{question.title}. {question.prompt}", *question.alternatives)
        entries += [Entry(question.id, None, question.level, wording) for wording in wordings]
        for point in item.rubric.key_points:
            entries.append(Entry(question.id, point.id, question.level, point.statement))
    return entries


def build_index(entries: Sequence[Entry], encoder: Encoder, progress: Progress | None = None) -> BankIndex:
    """Embed all entries and index them.

    Raises:
        EncoderError: the encoder failed.
        IndexStoreError: faiss is not installed or cannot be loaded.
    """
    faiss = load_faiss()

    vectors = encoder.encode([entry.text for entry in entries], progress)
    index = faiss.IndexFlatIP(encoder.dimension)
    index.add(vectors)
    return BankIndex(index, tuple(entries))


def load_faiss() -> Any:
    """The library, or `IndexStoreError` when it is missing or does not fit this machine."""
    try:
        import faiss
    except ImportError as error:
        raise IndexStoreError(f"The search index needs faiss: {error}.", todo="pip install faiss-cpu") from error
    return faiss


class BankIndex:
    """Search over the bank. Rows are unit vectors, so inner product is cosine."""

    def __init__(self, index: Any, entries: tuple[Entry, ...]) -> None:
        self.faiss_index = index
        self.entries = entries
        first: dict[str, int] = {}
        for row, entry in enumerate(entries):
            if entry.point_id is None:
                first.setdefault(entry.question_id, row)
        self._question_rows = list(first.values())

    def search(self, vector: numpy.ndarray, most: int) -> list[SearchHit]:
        """Questions nearest to a unit vector of shape (dimension,), best first, one hit a question."""
        if not self.entries or most < 1:
            return []
        scores, rows = self.faiss_index.search(vector.reshape(1, -1), len(self.entries))
        hits: dict[str, SearchHit] = {}
        for score, row in zip(scores[0], rows[0], strict=True):
            entry = self.entries[int(row)]
            if entry.question_id not in hits:
                hit = SearchHit(question_id=entry.question_id, point_id=entry.point_id, score=float(score))
                hits[entry.question_id] = hit
                if len(hits) == most:
                    break
        return list(hits.values())

    def neighbours(self, most: int = 8) -> dict[str, list[Neighbour]]:
        """For every question its nearest other questions by the vectors of the questions themselves."""
        if not self._question_rows:
            return {}
        similarity = self._question_similarity()
        table = {}
        for row, own in enumerate(self._question_rows):
            order = [int(other) for other in (-similarity[row]).argsort(kind="stable") if int(other) != row][:most]
            table[self.entries[own].question_id] = [
                Neighbour(
                    question_id=self.entries[self._question_rows[other]].question_id,
                    similarity=float(similarity[row, other]),
                )
                for other in order
            ]
        return table

    def deeper(self, question_id: str, level: Level, exclude: Collection[str]) -> str | None:
        """The nearest question of a higher level than this one, at most one above `level`; None if there is none."""
        rows = {self.entries[row].question_id: place for place, row in enumerate(self._question_rows)}
        if question_id not in rows:
            return None
        own = self.entries[self._question_rows[rows[question_id]]].level
        similarity = self._question_similarity()[rows[question_id]]
        fitting = [
            (float(similarity[place]), name)
            for name, place in rows.items()
            if name != question_id
            and name not in exclude
            and own.rank < self.entries[self._question_rows[place]].level.rank <= level.rank + 1
        ]
        score, name = max(fitting, default=(0.0, None))
        return name if score > _RELATED else None

    def _question_similarity(self) -> numpy.ndarray:
        import numpy as np

        vectors = np.stack([self.faiss_index.reconstruct(row) for row in self._question_rows])
        similarity: numpy.ndarray = vectors @ vectors.T
        return similarity
