"""Pairs (said, claim, label) to train and measure the entailment channel with.

Whole questions, statements or topics are held out: `fold_of` puts every group into one of five
folds by a hash of its name, so that no text of a group is seen in training when it is measured.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from interviewer.core.bank.content import Bank

__all__ = ["CONTRADICTED", "COVERED", "FOLDS", "MISSING", "Pair", "build_pairs", "fold_of", "load_negate", "read_rows"]

COVERED, MISSING, CONTRADICTED = 0, 1, 2
FOLDS = 5


class Pair(NamedTuple):
    """One training or test case."""

    said: str
    claim: str
    label: int
    source: str
    group: str
    """What is held out together: a question, a statement."""
    weight: float
    fold: int = -1
    """0 to 4; -1 is never trained on."""


def fold_of(group: str) -> int:
    """0 to 4, the same on every machine."""
    return int.from_bytes(hashlib.sha256(group.encode()).digest()[:4], "big") % FOLDS


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Rows of a gzipped JSON Lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def load_negate(data: Path) -> Callable[[str, random.Random], str]:
    """`negate` of `contrast/negate.py`."""
    spec = importlib.util.spec_from_file_location("negate", data / "contrast" / "negate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    negate: Callable[[str, random.Random], str] = module.negate
    return negate


def build_pairs(data: Path, bank: Bank, *, seed: int = 7) -> list[Pair]:
    """All pairs of all sources, in a fixed order."""
    rng = random.Random(seed)
    negate = load_negate(data)
    return [
        *_wiki_pairs(data, rng),
        *_antonym_pairs(data),
        *_graded_pairs(data, negate, rng),
        *_bank_pairs(bank, negate, rng),
    ]


def _wiki_pairs(data: Path, rng: random.Random) -> Iterator[Pair]:
    rows = read_rows(data / "contrast" / "wikifactcheck.jsonl.gz")
    for number, row in enumerate(rows):
        statement, wrong = row["statement"], row["contradiction"]
        fold = fold_of(statement)
        yield Pair(wrong, statement, CONTRADICTED, "wiki", statement, 0.5, fold)
        if number % 2:
            yield Pair(statement, wrong, CONTRADICTED, "wiki", statement, 0.5, fold)
        yield Pair(_drop_words(statement, rng), statement, COVERED, "wiki", statement, 0.5, fold)
        if number % 3 == 0:
            other = rows[(number + 1) % len(rows)]["statement"]
            yield Pair(other, statement, MISSING, "wiki", statement, 0.5, fold)


def _drop_words(text: str, rng: random.Random) -> str:
    """The same claim said with a few short words left out: a person's typing."""
    words = text.split()
    kept = [word for word in words if len(word) > 4 or word in ("not", "no", "less", "more") or rng.random() > 0.25]
    return " ".join(kept) if len(kept) >= 4 else text


def _antonym_pairs(data: Path) -> Iterator[Pair]:
    for row in read_rows(data / "contrast" / "antonyms.jsonl.gz"):
        label = CONTRADICTED if row["contradicts"] else COVERED
        yield Pair(
            row["b"], row["a"], label, "antonyms", row["a"], 1.0 if label == CONTRADICTED else 2.0, fold_of(row["a"])
        )


def _graded_pairs(data: Path, negate: Callable[[str, random.Random], str], rng: random.Random) -> Iterator[Pair]:
    labels = {"correct": COVERED, "incorrect": MISSING, "contradictory": CONTRADICTED}
    for name in ("beetle", "scientsbank"):
        rows = read_rows(data / "graded" / f"{name}.jsonl.gz")
        references = sorted({row["reference"] for row in rows})
        for number, row in enumerate(rows):
            if len(row["answer"].split()) < 2:
                continue
            group = row["question_id"]
            fold = fold_of(group)
            if name == "scientsbank" and row["split"] == "test-unseen-domains":
                fold = -1  # never trained on
            label = labels[row["label"]]
            reference = row["reference"]
            if label == COVERED and len(row["references"]) > 1:
                reference = _nearest_by_words(row["answer"], row["references"])
            yield Pair(row["answer"], reference, label, name, group, 1.5 if label == CONTRADICTED else 1.0, fold)
            if label == COVERED and number % 3 == 0:
                yield Pair(negate(row["answer"], rng), reference, CONTRADICTED, f"{name}-negated", group, 0.7, fold)
            if label == COVERED and number % 6 == 0:
                yield Pair(row["answer"], rng.choice(references), MISSING, f"{name}-other", group, 0.3, fold)
            if number % 10 == 0:
                yield Pair(row["question"], reference, MISSING, f"{name}-echo", group, 0.5, fold)
        for group, (reference, fold) in sorted(_reference_of(rows, name).items()):
            yield Pair(negate(reference, rng), reference, CONTRADICTED, f"{name}-negref", group, 1.0, fold)
            yield Pair(reference, reference, COVERED, f"{name}-self", group, 0.5, fold)


def _reference_of(rows: list[dict[str, Any]], name: str) -> dict[str, tuple[str, int]]:
    """Question id -> its reference and fold."""
    found = {}
    for row in rows:
        unseen = name == "scientsbank" and row["split"] == "test-unseen-domains"
        found[row["question_id"]] = (row["reference"], -1 if unseen else fold_of(row["question_id"]))
    return found


def _nearest_by_words(text: str, references: list[str]) -> str:
    words = set(text.lower().split())
    return max(references, key=lambda each: len(words & set(each.lower().split())) / (3 + len(each.split())))


def _bank_pairs(bank: Bank, negate: Callable[[str, random.Random], str], rng: random.Random) -> Iterator[Pair]:
    for item in bank.items.values():
        fold = fold_of(item.question.id)
        points = item.rubric.key_points
        for point in points:
            group = f"{item.question.id}/{point.id}"
            truths = [point.statement, *point.wordings]
            for truth in truths[1:]:
                yield Pair(truth, point.statement, COVERED, "bank", group, 1.0, fold)
                other = rng.choice([each for each in truths if each != truth])
                yield Pair(other, truth, COVERED, "bank", group, 0.5, fold)
            for wrong in point.contradictions:
                yield Pair(wrong, point.statement, CONTRADICTED, "bank", group, 1.0, fold)
                yield Pair(wrong, rng.choice(truths[1:]), CONTRADICTED, "bank", group, 0.7, fold)
            yield Pair(negate(point.statement, rng), point.statement, CONTRADICTED, "bank-negated", group, 0.3, fold)
            others = [each for each in points if each.id != point.id]
            for other_point in rng.sample(others, 3):
                texts = [other_point.statement, *other_point.wordings]
                yield Pair(rng.choice(texts), point.statement, MISSING, "bank", group, 0.7, fold)
            yield Pair(rng.choice(others).contradictions[0], point.statement, MISSING, "bank", group, 0.3, fold)
            words = point.statement.split()
            rng.shuffle(words)
            yield Pair(" ".join(words), point.statement, MISSING, "bank-soup", group, 0.6, fold)
            yield Pair(item.question.prompt.strip()[:300], point.statement, MISSING, "bank-echo", group, 0.3, fold)
        for held in item.rubric.misconceptions:
            group = f"{item.question.id}/fix:{held.id}"
            for text in held.phrasings:
                yield Pair(text, held.claim, COVERED, "bank", group, 1.0, fold)
                yield Pair(text, held.correction, CONTRADICTED, "bank", group, 1.0, fold)
            yield Pair(held.correction, held.claim, CONTRADICTED, "bank", group, 1.0, fold)
        for example in item.rubric.examples:
            yield from _sentence_pairs(item, example, fold)


def _sentence_pairs(item: Any, example: Any, fold: int) -> Iterator[Pair]:
    """Sentences of soup, off-topic and injection examples say nothing of any point."""
    if example.kind not in ("soup", "off-topic", "injection"):
        return
    for number, point in enumerate(item.rubric.key_points):
        group = f"{item.question.id}/{point.id}"
        if number % 3 == 0:
            yield Pair(example.text[:250].strip(), point.statement, MISSING, "bank-worthless", group, 0.3, fold)


def sources(pairs: list[Pair]) -> dict[str, int]:
    """Number of pairs by source."""
    counts: dict[str, int] = defaultdict(int)
    for pair in pairs:
        counts[pair.source] += 1
    return dict(counts)
