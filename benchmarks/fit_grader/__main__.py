"""Fit the grader's fusion, and measure it on questions it has not seen.

    python -m benchmarks.fit_grader --data ../shared collect   # signals of all rows, with the folds' channels
    python -m benchmarks.fit_grader --data ../shared fit       # fold by fold, then the weights that ship

`collect` needs the channels of `benchmarks.train_channel` (one for each fold, trained without it).
Whole questions are held out throughout: of the bank, of Beetle, SciEntsBank and SAF. Deterministic.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import Counter
from pathlib import Path

import numpy as np

from benchmarks.channel.pairs import fold_of
from benchmarks.fit_grader.fits import (
    CLAIM_WEIGHTS,
    LABEL_WEIGHTS,
    credit_fit,
    design,
    label_fit,
    out_of_fold,
    verdict_fit,
)
from benchmarks.fit_grader.measures import SURE, report_golden, report_graded, report_natural
from benchmarks.fit_grader.regression import choose_weight, soft_fit
from benchmarks.fit_grader.rows import GRADING, SETS, collect, load_rows
from interviewer.core.grade.grade import FIX_PREFIX
from interviewer.grading.decision import CLASSES, JOINT, PLAIN, expanded
from interviewer.grading.features import FEATURES
from interviewer.grading.signals import REFERENCE_SIGNALS, SIGNALS

HELD = 0.6


def fit(rows: Path) -> None:
    """Print the held-out measures, then fit on everything and write `weights.json`."""
    golden, graded, natural = load_rows(rows)
    digest = hashlib.sha256()
    for file in sorted(rows.glob("*.pickle")):
        digest.update(file.read_bytes())
    points = [row for row in golden if not row.point.startswith(FIX_PREFIX)]
    wrongs = [row for row in golden if row.point.startswith(FIX_PREFIX)]
    report_natural(points, [row for row in natural if not row.point.startswith(FIX_PREFIX)])
    agreement = {"golden_accuracy": round(report_golden(points), 3), "within_r": round(report_graded(graded), 3)}
    x, known = design([row.signals for row in points])
    y = np.array([row.label for row in points])
    theta = verdict_fit(x[known], y[known])
    weight = choose_weight(out_of_fold(x, known, y, np.array([fold_of(row.question) for row in points])), y)
    xw, kw = design([row.signals for row in wrongs])
    yw = np.array([row.label for row in wrongs])
    held = soft_fit(xw[kw], yw[kw].astype(float), np.where(yw[kw] == 1, 3.0, 1.0))
    people = [row for row in graded if row.data in SETS]
    write_plain(x[known], y[known], xw[kw], yw[kw])
    body = {
        "version": f"3-{digest.hexdigest()[:8]}",
        "calibrated": True,
        "agreement": agreement,
        "rows": {"golden": len(points), "misconceptions": len(wrongs), **Counter(row.data for row in people)},
        "features": expanded(SIGNALS),
        "reference_features": [*expanded(REFERENCE_SIGNALS), *JOINT],
        "classes": [str(each) for each in CLASSES],
        "sure": SURE,
        "weight": [float(each) for each in weight],
        "held": HELD,
        "point": [[round(float(w), 4) for w in row] for row in theta],
        "misconception": [round(float(w), 4) for w in held],
        "credit": [round(float(w), 4) for w in credit_fit(graded, several=False)],
        "credit_of_several": [round(float(w), 4) for w in credit_fit(graded, several=True)],
        "label": [[round(float(w), 4) for w in row] for row in label_fit(graded, LABEL_WEIGHTS)],
        "claim": [[round(float(w), 4) for w in row] for row in label_fit(graded, CLAIM_WEIGHTS)],
    }
    (GRADING / "weights.json").write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")


def write_plain(x: np.ndarray, y: np.ndarray, xw: np.ndarray, yw: np.ndarray) -> None:
    """Write `weights_plain.json`: the same golden rows, sentence-vector features only."""
    size = len(FEATURES)
    theta = verdict_fit(x[:, :size], y)
    held = soft_fit(xw[:, :size], yw.astype(float), np.where(yw == 1, 3.0, 1.0))
    digest = hashlib.sha256(x[:, :size].tobytes() + xw[:, :size].tobytes()).hexdigest()
    body = {
        "version": f"2p-{digest[:8]}",
        "features": expanded(FEATURES),
        "classes": [str(each) for each in CLASSES],
        "sure": SURE,
        "weight": [1.0] * len(CLASSES),
        "held": HELD,
        "point": [[round(float(w), 4) for w in row] for row in theta],
        "misconception": [round(float(w), 4) for w in held],
    }
    (GRADING / PLAIN).write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", choices=("collect", "fit"))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--channels", type=Path, default=Path("build/channels"))
    parser.add_argument("--rows", type=Path, default=Path("build/rows"))
    parser.add_argument("--part", choices=("golden", "natural", "contrast", *SETS, "all"), default="all")
    parser.add_argument("--most", type=int, help="answers a question")
    parser.add_argument("--every", type=int, default=1, help="use every n-th contrast only")
    options = parser.parse_args()
    if options.step == "collect":
        file = options.rows / f"{options.part}.pickle"
        collect(options.data, options.channels, file, most=options.most, step=options.every, part=options.part)
    else:
        fit(options.rows)
