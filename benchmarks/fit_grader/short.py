"""Short answers in words that the rubric does not have: what the fit is worth there, and what fitting on them gives.

    python -m benchmarks.fit_grader.short --channels build/channels --rows build/rows

Answers of one to three sentences, each a phrasing of the bank (one in four a contradiction) that was taken out of its
rubric first. Collecting takes about five minutes, and is done once: the rows are kept beside those of `collect`.
"""

from __future__ import annotations

import argparse
import pickle
import random
from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path

import numpy as np

from benchmarks.channel.pairs import fold_of
from benchmarks.channel.rows import GoldenRow
from benchmarks.fit_grader.fits import design
from benchmarks.fit_grader.regression import shares, softmax_fit
from benchmarks.fit_grader.rows import load_graders, load_rows
from interviewer.audit.agreement import macro_f1
from interviewer.bank import load_bank
from interviewer.core.bank.content import Item
from interviewer.core.bank.kinds import VerdictName
from interviewer.core.bank.rubric import KeyPoint
from interviewer.core.grade.grade import FIX_PREFIX
from interviewer.grading.decision import CLASSES, load_model
from interviewer.grading.offline_grader import OfflineGrader
from interviewer.paths import built_in_pack

COVERED, MISSING, CONTRADICTED = (
    CLASSES.index(each) for each in (VerdictName.COVERED, VerdictName.MISSING, VerdictName.CONTRADICTED)
)
WEIGHTS = (0.0, 0.15, 0.4, 1.0)
"""Of a short answer's verdicts in the fit, beside 1 for those of golden examples."""


def without(item: Item, number: int) -> Item:
    """The item, of each key point the phrasing of that number left out, and a contradiction."""
    points = tuple(
        point.model_copy(
            update={
                "phrasings": tuple(text for i, text in enumerate(point.wordings) if i != number),
                "contradictions": tuple(
                    text for i, text in enumerate(point.contradictions) if i != number % len(point.contradictions)
                ),
            }
        )
        for point in item.rubric.key_points
    )
    rubric = item.rubric.model_copy(update={"key_points": points})
    return item.model_copy(update={"rubric": rubric, "rubric_hash": f"{item.rubric_hash}-{number}"})


def short_rows(item: Item, grader: OfflineGrader) -> Iterator[GoldenRow]:
    """Each key point said in three short answers, with the verdicts that all points must get."""
    chance = random.Random(item.question.id)
    for number in range(3):
        cut = without(item, number)
        left = list(item.rubric.key_points)
        chance.shuffle(left)
        for size in cycle((1, 2, 3)):
            if not left:
                break
            chosen, left = left[:size], left[size:]
            text, labels = compose(chosen, number, chance)
            for name, found in grader.signals(cut, text).items():
                if not name.startswith(FIX_PREFIX):
                    numbers = None if found is None else found.features
                    yield GoldenRow(item.question.id, "short", name, numbers, labels.get(name, MISSING))


def compose(points: Sequence[KeyPoint], number: int, chance: random.Random) -> tuple[str, dict[str, int]]:
    """One answer that makes these points, or their opposite, and the label of each."""
    said, labels = [], {}
    for point in points:
        wrong = chance.random() < 0.25
        labels[point.id] = CONTRADICTED if wrong else COVERED
        text = point.contradictions[number % len(point.contradictions)] if wrong else point.wordings[number]
        said.append(text.strip().rstrip("."))
    if len(said) > 1 and chance.random() < 0.3:
        said[:2] = [f"{said[0]}, and {said[1]}"]
    return " ".join(f"{each[0].upper()}{each[1:]}." for each in said), labels


def report(golden: Sequence[GoldenRow], short: Sequence[GoldenRow]) -> None:
    """Print what held-out fits say of both kinds of answer, for each weight of the short ones."""
    weight = np.array(load_model().weight)
    known = [_arrays(golden), _arrays(short)]
    for share in WEIGHTS:
        told = [np.tile(np.eye(len(CLASSES))[MISSING], (len(rows), 1)) for rows in (golden, short)]
        for fold in sorted(set(known[0][3])):
            parts = [(x[open_ & (folds != fold)], y[open_ & (folds != fold)]) for x, open_, y, folds in known]
            counts = np.concatenate([np.ones(len(parts[0][1])), np.full(len(parts[1][1]), max(share, 1e-9))])
            theta = softmax_fit(np.vstack([x for x, _ in parts]), np.concatenate([y for _, y in parts]), counts, 4)
            for p, (x, open_, _, folds) in zip(told, known, strict=True):
                p[open_ & (folds == fold)] = shares(x[open_ & (folds == fold)], theta)
        for name, p, (_, _, y, _) in zip(("golden", "short"), told, known, strict=True):
            said = (p * weight).argmax(1)
            found = float((said[y == COVERED] == COVERED).mean())
            print(
                f"weight {share:<4} {name:<6} accuracy {np.mean(said == y):.3f}, macro-F1 "
                f"{macro_f1([str(CLASSES[i]) for i in y], [str(CLASSES[i]) for i in said]):.3f}, "
                f"recall of points that were made {found:.3f} ({(y == COVERED).sum()})"
            )


def _arrays(rows: Sequence[GoldenRow]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    x, known = design([row.signals for row in rows])
    return x, known, np.array([row.label for row in rows]), np.array([fold_of(row.question) for row in rows])


def main() -> None:
    """Collect unless that was done, and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channels", type=Path, default=Path("build/channels"))
    parser.add_argument("--rows", type=Path, default=Path("build/rows"))
    options = parser.parse_args()
    kept = options.rows / "short" / "short.pickle"
    if not kept.exists():
        bank = load_bank([built_in_pack()])
        _, _, graders = load_graders(options.channels)
        short: list[GoldenRow] = []
        for item in bank.items.values():
            short += short_rows(item, graders[fold_of(item.question.id)])
            print(item.question.id, flush=True)
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(pickle.dumps(short))
    golden, *_ = load_rows(options.rows)
    points = [row for row in golden if not row.point.startswith(FIX_PREFIX)]
    report(points, pickle.loads(kept.read_bytes()))  # noqa: S301 - our own file


if __name__ == "__main__":
    main()
