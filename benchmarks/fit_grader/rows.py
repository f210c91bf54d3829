"""Signals of all rows, collected once and kept: the grader's own, with readers that have not seen the question."""

from __future__ import annotations

import json
import pickle
from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from benchmarks.fit_grader.answers import SETS, GoldenRow, GradedRow, contrast_rows, golden_rows, graded_rows
from benchmarks.fit_grader.short import short_rows
from benchmarks.fit_grader.typed import alone_rows, mistake_rows, pair_rows, prose_rows, reply_rows, typed_rows
from benchmarks.joint.folds import THIRDS, third_of
from interviewer.bank import load_bank, read_natural, read_pack
from interviewer.core.bank.content import Item
from interviewer.core.bank.natural import NaturalAnswer
from interviewer.core.ports import Reading
from interviewer.grading.offline_grader import OfflineGrader
from interviewer.paths import built_in_pack

if TYPE_CHECKING:
    from interviewer.embedding.encoder_loading import SentenceEncoder
    from interviewer.embedding.reader import TextReader

__all__ = ["BANK", "GRADING", "OF_BANK", "PARTS", "Rows", "collect", "load_grader", "load_rows", "write_pieces"]

GRADING = Path(__file__).resolve().parents[2] / "interviewer" / "grading"


def natural_rows(item: Item, grader: OfflineGrader) -> Iterator[GoldenRow]:
    """All claims of one question against its natural answers."""
    return golden_rows(item, grader, _natural()[item.question.id])


@lru_cache(maxsize=1)
def _natural() -> Mapping[str, Sequence[NaturalAnswer]]:
    return read_natural(read_pack(built_in_pack()))[0]


BANK: dict[str, Callable[[Item, OfflineGrader], Iterator[GoldenRow]]] = {
    "golden": golden_rows,
    "natural": natural_rows,
    "short": short_rows,
    "typed": typed_rows,
    "prose": prose_rows,
    "mistakes": mistake_rows,
    "alone": alone_rows,
    "pairs": pair_rows,
    "reply": reply_rows,
}
"""What is collected of each question, by family."""
OF_BANK = tuple(f"{part}-{third}" for third in range(THIRDS) for part in BANK)
PARTS = (*OF_BANK, "contrast", *SETS)


class Rows(NamedTuple):
    """All that was collected."""

    golden: list[GoldenRow]
    natural: list[GoldenRow]
    short: list[GoldenRow]
    typed: list[GoldenRow]
    prose: list[GoldenRow]
    mistakes: list[GoldenRow]
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


def load_grader(file: Path, decision: Path | None = None) -> tuple[SentenceEncoder, OfflineGrader]:
    """The encoder, and a grader with the joint reader in `file`.

    Args:
        file: what `benchmarks.joint` wrote.
        decision: weights to decide by; None where only signals are wanted.
    """
    import torch
    from sentence_transformers import SentenceTransformer

    from interviewer.embedding.bundled import Bundled
    from interviewer.embedding.encoder_loading import SentenceEncoder
    from interviewer.embedding.reader import load_reader
    from interviewer.embedding.weights import find_bundled
    from interviewer.grading.decision import parse_model
    from interviewer.grading.signals import SIGNALS

    torch.set_num_threads(2)
    model = SentenceTransformer(str(find_bundled()), device="cpu")
    encoder = SentenceEncoder(model, name="all-MiniLM-L6-v2", key="", device="cpu")
    fitted = None if decision is None else parse_model(decision.read_bytes(), SIGNALS)
    return encoder, OfflineGrader(encoder, encoder, _Halved(load_reader(Bundled(model), file)), fitted)


def write_pieces() -> None:
    """Write `pieces.json`: the inverse document frequency of word pieces over the bank's texts."""
    from transformers import AutoTokenizer

    from interviewer.embedding.weights import find_bundled

    tokenizer = AutoTokenizer.from_pretrained(str(find_bundled()))
    texts = []
    for item in load_bank([built_in_pack()]).items.values():
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


def collect(data: Path, readers: Path, part: str, *, most: int | None, known: Container[str] = ()) -> list[Any]:
    """The rows of one part.

    Args:
        data: the folder with `graded/` and `contrast/`.
        readers: joint readers `third0.safetensors` ..., each trained without that third of the bank.
        part: one of `PARTS`.
        most: answers a question of a graded set.
        known: questions whose rows are not wanted.
    """
    bank = load_bank([built_in_pack()])
    family, _, number = part.partition("-")
    third = int(number or 0)
    encoder, grader = load_grader(readers / f"third{third}.safetensors")
    items = [item for name, item in bank.items.items() if third_of(name) == third and name not in known]
    if family == "contrast":
        return list(contrast_rows(data, bank, grader, {item.question.id for item in items}))
    if family in SETS:
        return list(graded_rows(data, family, grader, encoder, most=most))
    return [row for item in items for row in BANK[family](item, grader)]


def load_rows(rows: Path) -> Rows:
    """What `collect` wrote."""
    found = Rows(*([] for _ in Rows._fields))
    for part in PARTS:
        file = rows / f"{part}.pickle"
        if file.is_file():
            family = part.partition("-")[0]
            own = getattr(found, family if family in BANK else "graded")
            own += pickle.loads(file.read_bytes())  # noqa: S301 - our own file
    return found
