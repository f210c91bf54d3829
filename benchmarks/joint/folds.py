"""Which questions are held out together: those that share facts lie in the same third of the bank.

    python -m benchmarks.joint.folds          # questions that came since, added to the third that no reader saw
    python -m benchmarks.joint.folds --anew   # all questions cut again, before readers are trained anew

write `folds.json`. The reader that ships was trained without the third 0, and questions that came after it are as
new to it as those. The questions of the bank hang together by `related` and `avoid_after`, so no cut is
clean; this one parts as few as it can, and what is still said alike in two thirds is left out of training.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from interviewer.bank import load_bank
from interviewer.core.bank.content import Bank
from interviewer.paths import built_in_pack

__all__ = ["THIRDS", "all_questions", "third_of"]

THIRDS = 3
HELD_OUT = 0
"""The third that the reader which ships was trained without."""
ALIKE = 0.75
"""Cosine of two statements from which on two questions share a fact."""
_FILE = Path(__file__).with_name("folds.json")
_WEIGHTS = {"avoid_after": 3.0, "related": 1.0, "statement": 3.0}


@lru_cache(maxsize=1)
def _thirds() -> Mapping[str, int]:
    found: dict[str, int] = json.loads(_FILE.read_text(encoding="utf-8"))
    return found


def all_questions() -> list[str]:
    """The questions of the cut, those that were added to it among them."""
    return list(_thirds())


def third_of(question: str) -> int:
    """0, 1 or 2; `KeyError` for a question that is not in the cut."""
    return _thirds()[question]


def cut_bank(bank: Bank, cosines: np.ndarray, owners: list[str]) -> dict[str, int]:
    """Part the questions into thirds of like size so that few ties are cut: the best of many descents.

    Args:
        bank: the questions.
        cosines: of all pairs of statements.
        owners: question of each statement.
    """
    names = list(bank.items)
    row = {name: i for i, name in enumerate(names)}
    ties = np.zeros((len(names), len(names)))
    for name, item in bank.items.items():
        for kind in ("avoid_after", "related"):
            for other in getattr(item.question, kind):
                if other in row:
                    ties[row[name], row[other]] += _WEIGHTS[kind]
    for one, other in zip(*np.where(np.triu(cosines, 1) >= ALIKE), strict=True):
        if owners[one] != owners[other]:
            ties[row[owners[one]], row[owners[other]]] += _WEIGHTS["statement"]
    ties = ties + ties.T
    best, least = np.zeros(0), np.inf
    for seed in range(200):
        parts = _descend(ties, random.Random(seed))
        cut = ties[parts[:, None] != parts[None, :]].sum()
        if cut < least:
            best, least = parts, cut
    print(f"{least / ties.sum():.0%} of the ties are cut")
    return {name: int(best[i]) for name, i in row.items()}


def _descend(ties: np.ndarray, rng: random.Random) -> np.ndarray:
    """Swap questions of two parts as long as that cuts less."""
    dealt = [place % THIRDS for place in range(len(ties))]
    rng.shuffle(dealt)
    parts = np.array(dealt)
    better = True
    while better:
        better = False
        for one in range(len(ties)):
            for other in range(one):
                if parts[one] == parts[other]:
                    continue
                gain = _pull(ties, parts, one, other) + _pull(ties, parts, other, one) - 2 * ties[one, other]
                if gain > 1e-9:
                    parts[one], parts[other] = parts[other], parts[one]
                    better = True
    return parts


def _pull(ties: np.ndarray, parts: np.ndarray, one: int, other: int) -> float:
    """How much more a question is tied to the part of another than to its own."""
    return float(ties[one, parts == parts[other]].sum() - ties[one, parts == parts[one]].sum())


def main() -> None:
    """Cut, or add what is new, and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--anew", action="store_true")
    bank = load_bank([built_in_pack()])
    if parser.parse_args().anew:
        thirds = cut_bank(bank, *_statements(bank))
    else:
        thirds = {name: _thirds().get(name, HELD_OUT) for name in bank.items}
    _FILE.write_text(json.dumps(thirds, indent=0, sort_keys=True) + "\n", encoding="utf-8")


def _statements(bank: Bank) -> tuple[np.ndarray, list[str]]:
    """Cosines of all pairs of statements, and the question of each."""
    from sentence_transformers import SentenceTransformer

    from interviewer.embedding.weights import find_bundled

    model: Any = SentenceTransformer(str(find_bundled()), device="cpu")
    owned = [(name, point.statement) for name, item in bank.items.items() for point in item.rubric.key_points]
    vectors = model.encode([text for _, text in owned], normalize_embeddings=True, show_progress_bar=False)
    return vectors @ vectors.T, [name for name, _ in owned]


if __name__ == "__main__":
    main()
