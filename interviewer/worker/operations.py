"""What the worker process can do: load, index, prepare, grade, search.

The composition root of the worker process, as `services` is of the interface.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from interviewer.bank import load_bank
from interviewer.core.bank.content import Item, Level, Rubric
from interviewer.core.grade.grade import AssessmentRequest, GradeRequest
from interviewer.embedding import CachedEncoder, VectorCache, load_encoder
from interviewer.embedding.encoder_loading import BATCH
from interviewer.errors import IndexStoreError, UsageError
from interviewer.grading import build_grader
from interviewer.index import BankIndex, Stale, bank_entries, build_index, load_index, save_index
from interviewer.index.index_files import Manifest
from interviewer.index.near_duplicates import close_questions, close_texts
from interviewer.worker.neighbours import read_neighbours, write_neighbours

__all__ = ["Desk"]


class Desk:
    """One bank, one encoder, one index, one grader."""

    def __init__(self, settings: dict[str, Any], *, say: Callable[[str], None]) -> None:
        self._settings = settings
        self._say = say
        self._cache = Path(settings["cache"])
        self.model = ""
        self.device = ""

    def load_encoder(self) -> None:
        """Load the bank and the encoder; `MockdlError` when either cannot be."""
        settings = self._settings
        self._bank = load_bank([Path(root) for root in settings["packs"]], cache=Path(settings["bank_cache"]))
        plain = load_encoder(settings["model"], settings["device"], cache=self._cache, say=self._say)
        # Answers are private and never cached on disk; only the bank's own texts are.
        self._encoder = plain
        self._cached = CachedEncoder(plain, VectorCache(self._cache, plain.key, plain.dimension, self._say))
        self._grader = build_grader(plain, self._cached, plain.reader())
        self._index: BankIndex | None = None
        self.model, self.device = plain.name, plain.device

    def index_steps(self) -> Iterator[tuple[int, int]]:
        """Load the index, or build it in small steps; yields (done, total) after each.

        Raises:
            IndexStoreError: it could not be saved; it is in memory all the same.
        """
        entries = tuple(bank_entries(self._bank))
        wanted = Manifest(
            model=self._encoder.key,
            dimension=self._encoder.dimension,
            content_hash=self._bank.content_hash,
            entries=len(entries),
        )
        folder = self._cache / "index"
        found = load_index(folder, wanted, entries)
        if isinstance(found, Stale):
            if not found.missing:
                self._say(f"The search index was built anew, because {found.reason}.")
            texts = [entry.text for entry in entries]
            for start in range(0, len(texts), BATCH):
                self._cached.encode(texts[start : start + BATCH])
                yield min(start + BATCH, len(texts)), len(texts)
            self._index = build_index(entries, self._cached)
            write_neighbours(self._cache, self._bank.content_hash, self._index.neighbours())
            save_index(self._index, folder, wanted)
            return
        self._index = found
        if not read_neighbours(self._cache, self._bank.content_hash):
            write_neighbours(self._cache, self._bank.content_hash, found.neighbours())

    def perform(self, method: str, params: dict[str, Any]) -> Any:
        """Serve one request; the result is plain data."""
        return getattr(self, f"_do_{method}")(**params)

    def _do_prepare(self, question_id: str) -> None:
        if question_id in self._bank:
            self._grader.prepare(self._bank[question_id])

    def _do_grade(self, request: dict[str, Any], item: dict[str, Any] | None = None) -> Any:
        wanted = GradeRequest.model_validate(request)
        if item is not None:
            graded = Item.model_validate(item)
        elif wanted.question_id in self._bank:
            graded = self._bank[wanted.question_id]
        else:
            raise UsageError(f"There is no question {wanted.question_id!r}.")
        return self._grader.grade(graded, wanted).model_dump(mode="json")

    def _do_assess(self, requests: list[dict[str, Any]]) -> Any:
        asked = [AssessmentRequest.model_validate(each) for each in requests]
        return [each.model_dump() for each in self._grader.assess(asked)]

    def _do_search(self, query: str, most: int) -> Any:
        vector = self._encoder.encode([query])[0]
        return [hit.model_dump() for hit in self._ready_index().search(vector, most)]

    def _do_neighbours(self) -> Any:
        table = self._ready_index().neighbours()
        return {name: [near.model_dump() for near in nearest] for name, nearest in table.items()}

    def _do_deeper(self, question_id: str, level: str, exclude: list[str]) -> str | None:
        return self._ready_index().deeper(question_id, Level(level), exclude)

    def _do_close_texts(self, rubric: dict[str, Any]) -> Any:
        found = close_texts(Rubric.model_validate(rubric), self._cached)
        return [close.model_dump() for close in found]

    def _do_close_questions(self, texts: dict[str, str], bound: float) -> Any:
        return close_questions(texts, self._cached, bound)

    def _do_embed(self, texts: list[str]) -> Any:
        return self._encoder.encode(texts).tolist()

    def _ready_index(self) -> BankIndex:
        if self._index is None:
            raise IndexStoreError("The search index is not there.", todo="`mockdl doctor` says why.")
        return self._index
