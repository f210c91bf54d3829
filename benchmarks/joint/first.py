"""Pairs of other fields: what it means to contradict, to repeat and to speak of something else."""

from __future__ import annotations

import random
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.joint.material import CONTRADICTED, COVERED, MISSING, Vectors
from benchmarks.joint.pairs import Pair
from benchmarks.sources import is_held, read_rows

__all__ = ["first_pairs"]

_KEPT = ("not", "no", "less", "more")


@lru_cache(maxsize=1)
def _rows(data: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    contrast = data / "contrast"
    facts = read_rows(contrast / "wikifactcheck.jsonl.gz")
    opposites = [row for row in read_rows(contrast / "antonyms.jsonl.gz") if not is_held(row["a"])]
    return facts, opposites


_near: dict[int, np.ndarray] = {}


def _nearest(statements: list[str], vectors: Vectors) -> np.ndarray:
    """Six other statements near to each, shape (statements, 6)."""
    if len(statements) not in _near:
        found = vectors.of(statements)
        rows = []
        for at in range(0, len(found), 500):
            cosines = found[at : at + 500] @ found.T
            cosines[cosines > 0.85] = -1
            rows.append(np.argsort(-cosines, axis=1)[:, :6])
        _near[len(statements)] = np.concatenate(rows)
    return _near[len(statements)]


def first_pairs(data: Path, vectors: Vectors, rng: random.Random) -> list[Pair]:
    """One epoch of `contrast/`: encyclopedic statements with their refutations, and pairs of antonyms."""
    facts, opposites = _rows(data)
    near = _nearest([row["statement"] for row in facts], vectors)
    found = []
    for number, row in enumerate(facts):
        statement, wrong = row["statement"], row["contradiction"]
        other = facts[near[number][rng.randrange(6)]]
        said = _lower(_drop_words(statement, rng), rng)
        chance = rng.random()
        claim, text = (statement, wrong) if chance < 0.5 else (wrong, statement)
        found.append(Pair(claim, _lower(text, rng), CONTRADICTED, "facts"))
        found.append(Pair(statement if chance < 0.7 else f"{statement} . not: {wrong}", said, COVERED, "facts"))
        beside = rng.choice([other["statement"], other["contradiction"]])
        found.append(Pair(statement, _lower(beside, rng), MISSING, "facts"))
        if chance < 0.6:
            parts = [said if chance < 0.3 else _lower(wrong, rng), other["statement"]]
            rng.shuffle(parts)
            found.append(Pair(statement, " ".join(parts), COVERED if chance < 0.3 else CONTRADICTED, "facts"))
        elif chance < 0.7:
            words = statement.split()
            rng.shuffle(words)
            found.append(Pair(statement, " ".join(words), MISSING, "facts"))
        elif chance < 0.85:
            shown = f"{statement} ; {_drop_words(statement, rng)} . not: {wrong}"
            found.append(Pair(shown, _lower(wrong, rng), CONTRADICTED, "facts"))
    for row in opposites:
        claim, text = (row["a"], row["b"]) if rng.random() < 0.5 else (row["b"], row["a"])
        found.append(Pair(claim, _lower(text, rng), CONTRADICTED if row["contradicts"] else COVERED, "antonyms"))
    return found


def _drop_words(text: str, rng: random.Random) -> str:
    """The same claim said with a few short words left out."""
    words = text.split()
    kept = [word for word in words if len(word) > 4 or word in _KEPT or rng.random() > 0.25]
    return " ".join(kept) if len(kept) >= 4 else text


def _lower(text: str, rng: random.Random) -> str:
    chance = rng.random()
    if chance < 0.4:
        text = text.lower()
    return text.replace(",", "").rstrip(".") if chance < 0.2 else text
