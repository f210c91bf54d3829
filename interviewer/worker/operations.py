"""What the worker process can do: load, index, prepare, grade, search.

The composition root of the worker process, as `services` is of the interface.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from interviewer.bank import load_bank
from interviewer.core.bank.content import Item
from interviewer.core.grade.grade import Assessment, GradeResult
from interviewer.core.ports import Close, SearchHit
from interviewer.embedding import CachedEncoder, VectorCache, load_encoder
from interviewer.embedding.encoder_loading import BATCH
from interviewer.embedding.side_by_side import in_parts
from interviewer.errors import IndexStoreError, UsageError
from interviewer.grading import build_grader
from interviewer.grading.stepwise import Parting, all_together
from interviewer.index import BankIndex, bank_entries, build_index
from interviewer.index.near_duplicates import close_questions, close_texts, nearest_texts
from interviewer.worker import methods
from interviewer.worker.neighbours import read_neighbours, write_neighbours


class Operations:
    """One bank, one encoder, one index, one grader."""

    def __init__(self, settings: dict[str, Any], *, say: Callable[[str], None]) -> None:
        self._settings = settings
        self._say = say
        self._cache = Path(settings["cache"])
        self.model = ""
        self.device = ""
        self.handlers = dict(
            [
                methods.PREPARE.served_by(self._prepare),
                methods.GRADE.served_by(self._grade),
                methods.ASSESS.served_by(self._assess),
                methods.SEARCH.served_by(self._search),
                methods.DEEPER.served_by(self._deeper),
                methods.CLOSE_TEXTS.served_by(self._close_texts),
                methods.CLOSE_QUESTIONS.served_by(self._close_questions),
                methods.NEAREST_TEXTS.served_by(self._nearest_texts),
            ]
        )

    def load_encoder(self) -> None:
        """Load the bank and the encoder; `MockdlError` when either cannot be."""
        settings = self._settings
        self._bank = load_bank([Path(root) for root in settings["packs"]], cache=Path(settings["bank_cache"]))
        plain = load_encoder(settings["model"], settings["device"], cache=self._cache, say=self._say)
        # Answers are private and never cached on disk; only the bank's own texts are.
        self._encoder = plain
        self._cached = CachedEncoder(plain, VectorCache(self._cache, plain.key, plain.dimension, self._say))
        fast = bool(settings.get("fast"))
        reader = None if fast else plain.reader()
        self._grader = build_grader(plain, self._cached, reader, fast=fast)
        self._parting: Parting = in_parts if reader is not None and plain.device == "cpu" else all_together
        self._index: BankIndex | None = None
        self.model, self.device = plain.name, plain.device

    def index_steps(self) -> Iterator[tuple[int, int]]:
        """Build the index, small step by step from stored vectors where there are any; yields (done, total).

        Raises:
            EncoderError: a text could not be embedded.
            IndexStoreError: faiss cannot be loaded.
        """
        entries = bank_entries(self._bank)
        texts = [entry.text for entry in entries]
        for start in range(0, len(texts), BATCH):
            self._cached.encode(texts[start : start + BATCH])
            yield min(start + BATCH, len(texts)), len(texts)
        self._index = build_index(entries, self._cached)
        table = self._index.neighbours()
        if read_neighbours(self._cache, self._bank.content_hash) != table:
            write_neighbours(self._cache, self._bank.content_hash, table)

    def perform(self, method: str, params: dict[str, Any]) -> Any:
        """Serve one request; the result is plain data."""
        return self.handlers[method](params)

    def grade_ahead(self, requests: Sequence[dict[str, Any]]) -> None:
        """Grade answers that are asked for next together, in full batches; `EncoderError` when that failed."""
        asked = [methods.GradeParams.model_validate(params) for params in requests]
        self._grader.grade_ahead([(self._item_of(each), each.request) for each in asked], self._parting)

    def forget_ahead(self) -> None:
        """Forget what was graded ahead."""
        self._grader.forget_ahead()

    def _prepare(self, params: methods.PrepareParams) -> None:
        if params.question_id in self._bank:
            self._grader.prepare(self._bank[params.question_id])

    def _grade(self, params: methods.GradeParams) -> GradeResult:
        return self._grader.grade(self._item_of(params), params.request)

    def _item_of(self, params: methods.GradeParams) -> Item:
        item, question_id = params.item, params.request.question_id
        if item is None and question_id in self._bank:
            item = self._bank[question_id]
        if item is None:
            raise UsageError(f"There is no question {question_id!r}.")
        return item

    def _assess(self, params: methods.AssessParams) -> list[Assessment]:
        return self._grader.assess(params.requests)

    def _search(self, params: methods.SearchParams) -> list[SearchHit]:
        vector = self._encoder.encode([params.query])[0]
        return self._ready_index().search(vector, params.most)

    def _deeper(self, params: methods.DeeperParams) -> str | None:
        return self._ready_index().deeper(params.question_id, params.level, params.exclude)

    def _close_texts(self, params: methods.CloseTextsParams) -> list[Close]:
        return close_texts(params.rubric, self._cached)

    def _close_questions(self, params: methods.CloseQuestionsParams) -> list[tuple[str, str, float]]:
        return close_questions(params.texts, self._cached, params.bound)

    def _nearest_texts(self, params: methods.NearestTextsParams) -> list[tuple[int, float]]:
        return nearest_texts(params.texts, params.others, self._cached)

    def _ready_index(self) -> BankIndex:
        if self._index is None:
            raise IndexStoreError("The search index is not there.", todo="`mockdl doctor` says why.")
        return self._index
