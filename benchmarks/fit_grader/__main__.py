"""Fit the grader's fusion, and measure it on questions and sets it has not seen.

    python -m benchmarks.fit_grader --data ../shared collect   # signals of all rows, with the thirds' joint readers
    python -m benchmarks.fit_grader --data ../shared collect --added   # of questions that have none yet, to the others
    python -m benchmarks.fit_grader --data ../shared fit       # held out, then the weights that ship
    python -m benchmarks.fit_grader --data ../shared pieces    # how telling word pieces are, before a `collect`

`collect` needs the joint readers of `benchmarks.joint`, one for each third of the bank, trained without it.
Thirds of the bank are held out whole, and so is each set of answers graded by people. Deterministic.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import pickle
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.fit_grader.answers import GoldenRow
from benchmarks.fit_grader.fits import (
    REPLY_WEIGHTS,
    Verdicts,
    credit_fit,
    fit_families,
    fold_of,
    held_misconceptions,
    misconception_fit,
    misconception_rows,
    verdict_fit,
)
from benchmarks.fit_grader.measures import report_bank, report_graded, report_held
from benchmarks.fit_grader.rows import BANK, GRADING, OF_BANK, PARTS, Rows, collect, load_rows, write_pieces
from interviewer.grading.decision import CLASSES, PLAIN, WITH_READER, expanded
from interviewer.grading.features import FEATURES
from interviewer.grading.signals import REFERENCE_SIGNALS, SIGNALS

EDITION = 5
"""Of the grader, to be raised with each joint reader: files and histories tell graders apart by it."""
HELD = 0.85
"""Of the misconceptions that natural answers are said to hold from 0.6 on, one in eight is not held, and from here on
one in 28; of those held three in four are named, and one in two. `measures.report_held` prints it."""
WEIGHT = (0.9, 2.0, 1.0, 1.0)
"""What each class's probability is multiplied by before the largest is taken: of the points called covered four in five
were to be made, and "partial" would hardly ever win."""
LIFT = 1.4
"""See `DecisionModel.lift`; with it the score of natural answers, held out, is half a point too low on average."""


def fit(rows: Path, decisions: Path) -> None:
    """Print the held-out measures, fit without each fold, then on everything and write `weights.json`."""
    found = load_rows(rows)
    digest = hashlib.sha256()
    for file in sorted(rows.glob("*.pickle")):
        digest.update(file.read_bytes())
    accuracy = report_bank(found, WEIGHT)
    report_held(found, (0.6, HELD))
    within = report_graded(found.graded)
    agreement: dict[str, Any] = {"golden_accuracy": round(accuracy, 3), "within_r": round(within, 3)}
    worth = decisions / "worth.json"
    if worth.is_file():  # what `benchmarks.truth natural --worth` found with the weights of an earlier fit
        agreement["by_length"] = json.loads(worth.read_text(encoding="utf-8"))
    decisions.mkdir(parents=True, exist_ok=True)
    for fold in sorted({fold_of(row.question) for row in found.natural}):
        body = fitted(without_fold(found, fold), f"fold {fold} held out", agreement)
        body["questions"] = sorted({row.question for row in found.natural if fold_of(row.question) == fold})
        (decisions / f"fold{fold}.json").write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")
    body = fitted(found, f"{EDITION}-{digest.hexdigest()[:8]}", agreement)
    (GRADING / WITH_READER).write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")
    write_plain(fit_families(found, {"golden": 1.0}), misconception_rows(found.golden))


def without_fold(rows: Rows, fold: int) -> Rows:
    """The rows of the bank's other questions, and all others."""

    def kept(family: Sequence[GoldenRow]) -> list[GoldenRow]:
        return [row for row in family if fold_of(row.question) != fold]

    return Rows(**{name: kept(getattr(rows, name)) for name in BANK}, graded=rows.graded)


def fitted(rows: Rows, version: str, agreement: dict[str, Any]) -> dict[str, Any]:
    """The body of a file of weights."""
    theta = verdict_fit(fit_families(rows))
    reply = verdict_fit(fit_families(rows, REPLY_WEIGHTS))
    held = misconception_fit(held_misconceptions(rows))
    several, single = (credit_fit(rows.graded, several=each) for each in (True, False))
    return {
        "version": version,
        "calibrated": True,
        "agreement": agreement,
        "rows": {
            **{name: len(getattr(rows, name)) for name in BANK},
            **Counter(row.data for row in rows.graded),
        },
        "features": expanded(SIGNALS),
        "reference_features": expanded(REFERENCE_SIGNALS),
        "classes": [str(each) for each in CLASSES],
        "weight": list(WEIGHT),
        "lift": LIFT,
        "held": HELD,
        "point": [[round(float(w), 4) for w in row] for row in theta],
        "reply": [[round(float(w), 4) for w in row] for row in reply],
        "misconception": [round(float(w), 4) for w in held],
        "credit": [round(float(w), 4) for w in single],
        "credit_of_several": [round(float(w), 4) for w in several],
    }


def write_plain(rows: Verdicts, wrong: Verdicts) -> None:
    """Write `weights_plain.json`: the golden rows alone, points and misconceptions, sentence-vector features only."""
    size = len(FEATURES)
    theta = verdict_fit(rows._replace(x=rows.x[:, :size]))
    held = misconception_fit(wrong._replace(x=wrong.x[:, :size]))
    digest = hashlib.sha256(rows.x[:, :size].tobytes() + wrong.x[:, :size].tobytes()).hexdigest()
    body = {
        "version": f"3p-{digest[:8]}",
        "features": expanded(FEATURES),
        "classes": [str(each) for each in CLASSES],
        "weight": [1.0] * len(CLASSES),
        "held": HELD,
        "point": [[round(float(w), 4) for w in row] for row in theta],
        "misconception": [round(float(w), 4) for w in held],
    }
    (GRADING / PLAIN).write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=("collect", "pieces", "fit"))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--readers", type=Path, default=Path("build/joint"))
    parser.add_argument("--rows", type=Path, default=Path("build/rows"))
    parser.add_argument("--decisions", type=Path, default=Path("build/decision"))
    parser.add_argument("--part", choices=PARTS, action="append", help="collect only this")
    parser.add_argument("--added", action="store_true", help="only the bank's questions that no row kept is about")
    parser.add_argument("--most", type=int, default=40, help="answers a question of a graded set")
    options = parser.parse_args()
    if options.step == "collect":
        options.rows.mkdir(parents=True, exist_ok=True)
        for part in options.part or (OF_BANK if options.added else PARTS):
            file = options.rows / f"{part}.pickle"
            kept = pickle.loads(file.read_bytes()) if options.added and file.is_file() else []  # noqa: S301 - our own
            known = {row.question for row in kept}
            kept += collect(options.data, options.readers, part, most=options.most, known=known)
            file.write_bytes(pickle.dumps(kept))
            print(part, len(kept), flush=True)
    elif options.step == "pieces":
        write_pieces()
    else:
        fit(options.rows, options.decisions)
