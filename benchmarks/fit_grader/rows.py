"""Signals of all rows, collected once and kept: the grader's own, with readers that have not seen the question."""

from __future__ import annotations

import json
import pickle
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from benchmarks.fit_grader.answers import SETS, GoldenRow, GradedRow, contrast_rows, golden_rows, graded_rows
from benchmarks.fit_grader.short import short_rows
from benchmarks.fit_grader.typed import alone_rows, pair_rows, reply_rows, typed_rows
from benchmarks.joint.folds import THIRDS, third_of
from interviewer.bank import load_bank, read_natural, read_pack
from interviewer.core.bank.content import Bank
from interviewer.core.ports import Reading
from interviewer.grading.offline_grader import OfflineGrader
from interviewer.paths import built_in_pack

if TYPE_CHECKING:
    from interviewer.embedding.encoder_loading import SentenceEncoder
    from interviewer.embedding.reader import TextReader

__all__ = ["GRADING", "PARTS", "Rows", "collect", "load_grader", "load_rows"]

GRADING = Path(__file__).resolve().parents[2] / "interviewer" / "grading"
BANK = ("golden", "natural", "short", "typed", "alone", "pairs", "reply")
PARTS = (*(f"{part}-{third}" for third in range(THIRDS) for part in BANK), "contrast", *SETS)


class Rows(NamedTuple):
    """All that was collected."""

    golden: list[GoldenRow]
    natural: list[GoldenRow]
    short: list[GoldenRow]
    typed: list[GoldenRow]
    alone: list[GoldenRow]
    pairs: list[GoldenRow]
    reply: list[GoldenRow]
    graded: list[GradedRow]


class _Halved:
    """A reader that runs in half precision, which is faster for many; probabilities differ by 0.01."""

    def __init__(self, reader: TextReader) -> None:
        self._reader = reader

    def read(self, texts: Sequence[str], *, cut: bool = True) -> list[Reading]:
        import torch

        with torch.autocast("cpu", torch.bfloat16):
            return self._reader.read(texts, cut=cut)

    def read_jointly(self, claims: Sequence[str], passages: Sequence[str]) -> np.ndarray:
        import torch

        with torch.autocast("cpu", torch.bfloat16):
            return self._reader.read_jointly(claims, passages)


def load_grader(file: Path, decision: Path | None = None) -> tuple[SentenceEncoder, Any, OfflineGrader]:
    """The encoder, its tokenizer, and a grader with the joint reader in `file`.

    Args:
        file: what `benchmarks.joint` wrote.
        decision: weights to decide by; None where only signals are wanted.
    """
    import torch
    from sentence_transformers import SentenceTransformer

    from interviewer.embedding.encoder_loading import SentenceEncoder
    from interviewer.embedding.reader import load_reader
    from interviewer.embedding.weights import find_bundled
    from interviewer.grading.decision import parse_model
    from interviewer.grading.signals import SIGNALS

    torch.set_num_threads(2)
    model = SentenceTransformer(str(find_bundled()), device="cpu")
    encoder = SentenceEncoder(model, name="all-MiniLM-L6-v2", key="", device="cpu")
    fitted = None if decision is None else parse_model(decision.read_bytes(), SIGNALS)
    return encoder, model.tokenizer, OfflineGrader(encoder, encoder, _Halved(load_reader(model, file)), fitted)


def write_pieces(bank: Bank, tokenizer: Any) -> None:
    """Inverse document frequency of word pieces over the bank's texts."""
    texts = []
    for item in bank.items.values():
        texts += [*item.question.prompts, item.question.model_answer]
        for point in item.rubric.key_points:
            texts += [point.statement, *point.wordings, *point.contradictions]
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(set(tokenizer.tokenize(text)))
    total = len(texts)
    idf = {piece: round(float(np.log((1 + total) / (1 + n)) + 0.1), 3) for piece, n in sorted(counts.items()) if n > 1}
    body = {"texts": total, "rare": round(float(np.log((1 + total) / 2) + 0.1), 3), "idf": idf}
    (GRADING / "pieces.json").write_text(json.dumps(body, ensure_ascii=True, separators=(",", ":")) + "\n")


def collect(data: Path, readers: Path, part: str, *, most: int | None) -> list[Any]:
    """The rows of one part.

    Args:
        data: the folder with `graded/` and `contrast/`.
        readers: joint readers `third0.safetensors` ..., each trained without that third of the bank.
        part: one of `PARTS`.
        most: answers a question of a graded set.
    """
    bank = load_bank([built_in_pack()])
    family, _, number = part.partition("-")
    third = int(number or 0)
    encoder, _, grader = load_grader(readers / f"third{third}.safetensors")
    items = [item for name, item in bank.items.items() if third_of(name) == third]
    if family == "natural":
        answers, _ = read_natural(read_pack(built_in_pack()))
        return [row for item in items for row in golden_rows(item, grader, answers[item.question.id])]
    if family == "golden":
        return [row for item in items for row in golden_rows(item, grader)]
    if family == "short":
        return [row for item in items for row in short_rows(item, grader)]
    if family == "typed":
        return [row for item in items for row in typed_rows(item, grader)]
    if family == "alone":
        return [row for item in items for row in alone_rows(item, grader)]
    if family == "pairs":
        return [row for item in items for row in pair_rows(item, grader)]
    if family == "reply":
        return [row for item in items for row in reply_rows(item, grader)]
    if family == "contrast":
        return list(contrast_rows(data, bank, grader, {item.question.id for item in items}))
    return list(graded_rows(data, family, grader, encoder, most=most))


def load_rows(rows: Path) -> Rows:
    """What `collect` wrote."""
    found = Rows([], [], [], [], [], [], [], [])
    for part in PARTS:
        file = rows / f"{part}.pickle"
        if file.is_file():
            family = part.partition("-")[0]
            own = getattr(found, family if family in BANK else "graded")
            own += pickle.loads(file.read_bytes())  # noqa: S301 - our own file
    return found
