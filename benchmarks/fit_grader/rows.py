"""Signals of all rows, collected once and kept: the grader's own, with channels that have not seen the question."""

from __future__ import annotations

import json
import pickle
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.channel.pairs import fold_of
from benchmarks.channel.rows import GoldenRow, GradedRow, contrast_rows, golden_rows, graded_rows
from interviewer.bank import load_bank, read_natural, read_pack
from interviewer.core.bank.content import Bank
from interviewer.grading.offline_grader import OfflineGrader
from interviewer.paths import built_in_pack

if TYPE_CHECKING:
    from interviewer.embedding.encoder_loading import SentenceEncoder

__all__ = ["GRADING", "SETS", "collect", "load_graders", "load_rows"]

GRADING = Path(__file__).resolve().parents[2] / "interviewer" / "grading"
SETS = ("beetle", "scientsbank", "saf")
CHANNELS = {"fold0.safetensors": (0, 1), "fold2.safetensors": (2, 3), "fold4.safetensors": (4,)}
"""File -> the folds it was trained without."""


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


def collect(data: Path, channels: Path, target: Path, *, most: int | None, step: int, part: str) -> None:
    """Signals of golden examples, graded answers and contrasts, each with a channel that has not seen its question."""
    bank = load_bank([built_in_pack()])
    encoder, tokenizer, graders = load_graders(channels)
    write_pieces(bank, tokenizer)
    golden: list[GoldenRow] = []
    graded: list[GradedRow] = []
    natural: list[GoldenRow] = []
    if part in ("natural", "all"):
        answers, _ = read_natural(read_pack(built_in_pack()))
        for name, own in answers.items():
            natural += golden_rows(bank[name], graders[fold_of(name)], own)
    if part in ("golden", "all"):
        for item in bank.items.values():
            golden += golden_rows(item, graders[fold_of(item.question.id)])
            print(item.question.id, flush=True)
    if part in ("contrast", "all"):
        graded += contrast_rows(data, bank, graders.__getitem__, step=step)
        print("contrasts", len(graded), flush=True)
    for name in SETS:
        if part in (name, "all"):
            graded += graded_rows(data, name, graders.__getitem__, encoder, most=most)
            print(name, len(graded), flush=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(pickle.dumps((golden, graded, natural)))


def load_graders(channels: Path) -> tuple[SentenceEncoder, Any, dict[int, OfflineGrader]]:
    """The encoder, its tokenizer, and for each fold a grader whose channel has not seen it.

    Fold -1 stands for the unseen domains.
    """
    import torch
    from sentence_transformers import SentenceTransformer

    from interviewer.embedding.encoder_loading import SentenceEncoder
    from interviewer.embedding.token_reader import load_reader
    from interviewer.embedding.weights import find_bundled

    torch.set_num_threads(1)
    model = SentenceTransformer(str(find_bundled()), device="cpu")
    encoder = SentenceEncoder(model, name="all-MiniLM-L6-v2", key="", device="cpu")
    graders = {}
    for name, folds in CHANNELS.items():
        grader = OfflineGrader(encoder, encoder, load_reader(model, channels / name), None)
        graders.update(dict.fromkeys(folds, grader))
    graders[-1] = graders[0]  # no channel has seen the unseen domains
    return encoder, model.tokenizer, graders


def load_rows(rows: Path) -> tuple[list[GoldenRow], list[GradedRow], list[GoldenRow]]:
    """What `collect` wrote: golden examples, people's grades, natural answers."""
    golden: list[GoldenRow] = []
    graded: list[GradedRow] = []
    natural: list[GoldenRow] = []
    for file in sorted(rows.glob("*.pickle")):
        more_golden, more_graded, *more_natural = pickle.loads(file.read_bytes())  # noqa: S301 - our own file
        golden += more_golden
        graded += more_graded
        natural += more_natural[0] if more_natural else []
    return golden, graded, natural
