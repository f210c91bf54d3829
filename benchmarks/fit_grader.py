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
import pickle
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

from benchmarks.channel.pairs import fold_of
from benchmarks.channel.rows import UNSEEN, GoldenRow, GradedRow, contrast_rows, golden_rows, graded_rows
from interviewer.audit.agreement import auc, estimate, macro_f1, within_question
from interviewer.bank import load_bank
from interviewer.core.content import Bank
from interviewer.core.grade import FIX_PREFIX
from interviewer.grading.decision import CLASSES, JOINT, PLAIN, expand, expand_reference, expanded
from interviewer.grading.features import FEATURES
from interviewer.grading.grader import OfflineGrader
from interviewer.grading.signals import REFERENCE_SIGNALS, SIGNALS
from interviewer.paths import built_in_pack

GRADING = Path(__file__).resolve().parents[1] / "interviewer" / "grading"
SETS = ("beetle", "scientsbank", "saf")
MISSING = 2
LABELS = {
    "correct": 0,
    "covered": 0,
    "incorrect": 1,
    "neighbour": 1,
    "soup": 1,
    "echo": 1,
    "contradictory": 2,
    "contradicted": 2,
    "negated": 2,
}
CREDIT_WEIGHTS = {
    "beetle": 1.0,
    "scientsbank": 2.0,
    "beetle-negated": 0.015,
    "scientsbank-negated": 0.03,
    "antonyms": 0.03,
}
"""How much each set counts in the fit of the credit, whatever its size: grades by people, a trace of known orders."""
SEVERAL_WEIGHTS = {"saf": 1.0}
LABEL_WEIGHTS = {"beetle": 1.0, "scientsbank": 1.0}
CLAIM_WEIGHTS = {
    "bank": 1.0,
    "antonyms": 0.3,
    "beetle": 0.3,
    "scientsbank": 0.3,
    "beetle-negated": 0.1,
    "scientsbank-negated": 0.1,
}
"""For single claims: mostly texts whose relation to the claim is known."""
UP = {
    *("support", "support_top", "contrast", "word_recall", "recall", "recall_best", "recall_span", "span_used"),
    *("covers", "covers_mean", "covers_statement", "covers_net", "direction_same", "cosine", "length", "ratio"),
    *("keywords", "whole_recall", "whole_new", "whole_used", "recall and covers", "recall and used"),
    *("log-odds of covers", "log-odds of covers_mean", "log-odds of covers_statement"),
}
"""Signals that may only raise the credit."""
DOWN = {
    *("worst_contrast", "flipped", "contradicts", "contradicts_best", "opposed_net", "direction_clash", "turned"),
    *("numbers_clash", "hedged", "asked_share", "inverted", "log-odds of contradicts", "log-odds of contradicts_best"),
    *(name for name in JOINT if name not in ("recall and covers", "recall and used")),
}
"""Signals that may only lower it; all others are left out. A fit without such bounds did worse on subjects it had
not seen."""
UP_SEVERAL = {
    *("whole_recall", "whole_new", "whole_used", "keywords", "recall", "recall_span", "support", "cosine"),
    *("length", "ratio"),
}
DOWN_SEVERAL = {"numbers_clash", "hedged"}
CLOSED = -10.0
"""Log-odds of an answer that a guard closed."""
RECALL = REFERENCE_SIGNALS.index("whole_recall")
RIDGE = 0.003
SURE = 0.42
PARTIAL_GRID = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0, 12.0)
HELD = 0.6
CHANNELS = {"fold0.safetensors": (0, 1), "fold2.safetensors": (2, 3), "fold4.safetensors": (4,)}
"""File -> the folds it was trained without."""


def write_pieces(bank: Bank, tokenizer: Any) -> None:
    """Inverse document frequency of word pieces over the bank's texts."""
    texts = []
    for item in bank.items.values():
        texts += [*item.question.prompts, item.question.model_answer]
        for point in item.rubric.key_points:
            texts += [point.statement, *point.phrasings, *point.contradictions]
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(set(tokenizer.tokenize(text)))
    total = len(texts)
    idf = {piece: round(float(np.log((1 + total) / (1 + n)) + 0.1), 3) for piece, n in sorted(counts.items()) if n > 1}
    body = {"texts": total, "rare": round(float(np.log((1 + total) / 2) + 0.1), 3), "idf": idf}
    (GRADING / "pieces.json").write_text(json.dumps(body, ensure_ascii=True, separators=(",", ":")) + "\n")


def collect(data: Path, channels: Path, target: Path, *, most: int | None, step: int, part: str) -> None:
    """Signals of golden examples, graded answers and contrasts, each with a channel that has not seen its question."""
    import torch
    from sentence_transformers import SentenceTransformer

    from interviewer.embedding.loader import SentenceEncoder
    from interviewer.embedding.reader import load_reader
    from interviewer.embedding.weights import find_bundled

    torch.set_num_threads(1)
    bank = load_bank([built_in_pack()])
    model = SentenceTransformer(str(find_bundled()), device="cpu")
    write_pieces(bank, model.tokenizer)
    encoder = SentenceEncoder(model, name="all-MiniLM-L6-v2", key="", device="cpu")
    graders = {}
    for name, folds in CHANNELS.items():
        grader = OfflineGrader(encoder, encoder, load_reader(model, channels / name), None)
        graders.update(dict.fromkeys(folds, grader))
    graders[-1] = graders[0]  # no channel has seen the unseen domains
    golden: list[GoldenRow] = []
    graded: list[GradedRow] = []
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
    target.write_bytes(pickle.dumps((golden, graded)))


def softmax_fit(x: np.ndarray, y: np.ndarray, weight: np.ndarray, classes: int) -> np.ndarray:
    """Multinomial logistic regression with a ridge on standardised features.

    Returns:
        Weights for the features as they are, shape (classes, features); the first column is the bias.
    """
    z, back = _standardised(x)

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        theta = flat.reshape(classes, -1)
        p = _shares(z, theta)
        error = -(weight * np.log(p[np.arange(len(y)), y] + 1e-12)).sum() / weight.sum()
        p[np.arange(len(y)), y] -= 1
        slope = (p * weight[:, None]).T @ z / weight.sum()
        held = theta.copy()
        held[:, 0] = 0
        return error + RIDGE / 2 * (held**2).sum(), (slope + RIDGE * held).ravel()

    found = minimize(loss, np.zeros(classes * x.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 3000})
    return np.asarray(found.x.reshape(classes, -1) @ back)


def soft_fit(
    x: np.ndarray,
    target: np.ndarray,
    weight: np.ndarray,
    bounds: Sequence[tuple[float | None, float | None]] | None = None,
) -> np.ndarray:
    """Logistic regression on targets between 0 and 1, likewise; returns shape (features,)."""
    z, back = _standardised(x)

    def loss(theta: np.ndarray) -> tuple[float, np.ndarray]:
        p = 1 / (1 + np.exp(-(z @ theta)))
        error = -(weight * (target * np.log(p + 1e-12) + (1 - target) * np.log(1 - p + 1e-12))).sum() / weight.sum()
        slope = ((p - target) * weight) @ z / weight.sum()
        held = theta.copy()
        held[0] = 0
        return error + RIDGE / 2 * (held**2).sum(), slope + RIDGE * held

    found = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 3000})
    return np.asarray(found.x @ back)


def _standardised(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Features with mean 0 and spread 1, the first a bias of 1; and the matrix that brings weights back."""
    mean, spread = x.mean(0), x.std(0)
    flat = spread < 1e-9
    mean, spread = np.where(flat, 0, mean), np.where(flat, 1, spread)
    z = (x - mean) / spread
    z[:, flat] = 0
    z[:, 0] = 1
    back = np.diag(np.where(flat, 0, 1 / spread))
    back[:, 0] = -np.where(flat, 0, mean / spread)
    back[0] = 0
    back[0, 0] = 1
    return z, back


def design(signals: Sequence[tuple[float, ...] | None]) -> tuple[np.ndarray, np.ndarray]:
    """Signals as an array, log-odds added, and which rows have any; the others are zeros."""
    known = np.array([each is not None for each in signals])
    zeros = (0.0,) * len(SIGNALS)
    return np.array([expand(SIGNALS, each if each is not None else zeros) for each in signals]), known


def out_of_fold(x: np.ndarray, known: np.ndarray, y: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """Probabilities of CLASSES for each golden verdict by a model fitted on the other folds."""
    p = np.zeros((len(y), len(CLASSES)))
    p[:, MISSING] = 1  # a guard closed the answer
    for fold in sorted(set(folds)):
        train, test = (folds != fold) & known, (folds == fold) & known
        theta = softmax_fit(x[train], y[train], np.ones(train.sum()), len(CLASSES))
        p[test] = _shares(x[test], theta)
    return p


def _shares(x: np.ndarray, theta: np.ndarray) -> np.ndarray:
    logits = x @ theta.T
    logits -= logits.max(1, keepdims=True)
    p = np.exp(logits)
    return np.asarray(p / p.sum(1, keepdims=True))


def choose_weight(p: np.ndarray, y: np.ndarray) -> np.ndarray:
    """What to multiply each class by so that accuracy and macro-F1 together are highest."""

    def value(weight: np.ndarray) -> float:
        said = (p * weight).argmax(1)
        hits = np.array([((said == k) & (y == k)).sum() for k in range(len(CLASSES))])
        size = np.array([(said == k).sum() + (y == k).sum() for k in range(len(CLASSES))])
        return float((said == y).mean() + (2 * hits / np.maximum(size, 1)).mean())

    grid = [np.array([1.0, partial, 1.0, wrong]) for partial in PARTIAL_GRID for wrong in (1.0, 1.2, 1.5)]
    return max(grid, key=value)


def calibration_error(p: np.ndarray, y: np.ndarray) -> float:
    """Expected calibration error of the likeliest class, ten bins of equal size."""
    top, right = p.max(1), p.argmax(1) == y
    bins = np.array_split(np.argsort(top), 10)
    return float(sum(len(each) * abs(top[each].mean() - right[each].mean()) for each in bins) / len(y))


def report_golden(rows: Sequence[GoldenRow]) -> float:
    """Print verdicts on questions the fit has not seen; returns the share that is right."""
    x, known = design([row.signals for row in rows])
    y = np.array([row.label for row in rows])
    folds = np.array([fold_of(row.question) for row in rows])
    p = out_of_fold(x, known, y, folds)
    best = np.zeros(len(y), dtype=int)
    for fold in sorted(set(folds)):
        best[folds == fold] = (p[folds == fold] * choose_weight(p[folds != fold], y[folds != fold])).argmax(1)
    said = np.where(p.max(1) >= SURE, best, -1)
    names = [str(each) for each in CLASSES]
    truth = [names[label] for label in y]
    verdicts = [names[label] if label >= 0 else "unsure" for label in said]
    print(
        f"golden verdicts held out: {len(y)}, accuracy {np.mean(said == y):.3f}, "
        f"macro-F1 {macro_f1(truth, verdicts):.3f}, unsure {np.mean(said < 0):.3f}"
    )
    print(f"calibration error of the likeliest class {calibration_error(p, y):.3f}")
    unsure = p.max(1) < SURE
    print(f"of the unsure ones the likeliest class is right in {np.mean((p.argmax(1) == y)[unsure]):.3f}")
    for kind in dict.fromkeys(row.kind for row in rows):
        own = np.array([row.kind == kind for row in rows])
        credit = (p[own, 0] + 0.5 * p[own, 1]) * (p[own].argmax(1) < 2)
        print(f"  {kind:<14} right {np.mean(said[own] == y[own]):.3f}  credit given {credit.mean():.3f}  ({own.sum()})")
    print("rows: authored, columns: graded;", ", ".join(names))
    matrix = np.zeros((4, 4), dtype=int)
    np.add.at(matrix, (y, best), 1)
    print(matrix)
    correcting = [i for i, row in enumerate(rows) if row.kind == "correcting" and row.label == 0]
    print(f"corrected claims credited: {np.mean(p[correcting].argmax(1) <= 1):.3f} ({len(correcting)})")
    return float(np.mean(said == y))


def credit_fit(rows: Sequence[GradedRow], *, several: bool) -> np.ndarray:
    """The share of a bare reference earned, by a logistic model whose signals may move it one way only.

    References of several points have a fit of their own: P(covered) of a single point says little about them.
    """
    up, down = (UP_SEVERAL, DOWN_SEVERAL) if several else (UP, DOWN)
    chosen, weight = _weighted(rows, SEVERAL_WEIGHTS if several else CREDIT_WEIGHTS)
    x, _ = reference_design(chosen)
    names = [*expanded(REFERENCE_SIGNALS), *JOINT]
    low = [None if name == "bias" else 0.0 if name not in down else None for name in names]
    high = [None if name == "bias" else 0.0 if name not in up else None for name in names]
    return soft_fit(x, np.array([row.score for row in chosen]), weight, bounds=list(zip(low, high, strict=True)))


def label_fit(rows: Sequence[GradedRow], weights: dict[str, float]) -> np.ndarray:
    """Covered, missing, contradicted, from rows that have such labels."""
    chosen, weight = _weighted([row for row in rows if row.label in LABELS], weights)
    x, _ = reference_design(chosen)
    return softmax_fit(x, np.array([LABELS[row.label] for row in chosen]), weight, 3)


def _weighted(rows: Sequence[GradedRow], weights: dict[str, float]) -> tuple[list[GradedRow], np.ndarray]:
    """Rows of the sets named that no guard closed, and what each counts; a set counts the same whatever its size."""
    chosen = [row for row in rows if row.signals is not None and row.data in weights]
    sizes = Counter(row.data for row in chosen)
    weight = np.array([weights[row.data] / sizes[row.data] for row in chosen])
    return chosen, weight / weight.mean()


def held_out_credit(rows: Sequence[GradedRow]) -> np.ndarray:
    """For every row the credit, as log-odds, by a fit that has not seen its question."""
    values = _held_out(rows, lambda known, x: x @ credit_fit(known, several=False))
    several = [i for i, row in enumerate(rows) if row.data in SEVERAL_WEIGHTS]
    values[several] = _held_out([rows[i] for i in several], lambda known, x: x @ credit_fit(known, several=True))
    return values


def held_out_claim(rows: Sequence[GradedRow]) -> np.ndarray:
    """For every row the log-odds that it covers the claim, likewise."""

    def odds(known: Sequence[GradedRow], x: np.ndarray) -> np.ndarray:
        covered = _shares(x, label_fit(known, CLAIM_WEIGHTS))[:, 0]
        return np.asarray(np.log(covered + 1e-12) - np.log(1 - covered + 1e-12))

    return _held_out(rows, odds)


def _held_out(rows: Sequence[GradedRow], value: Callable[[Sequence[GradedRow], np.ndarray], np.ndarray]) -> np.ndarray:
    known = [row for row in rows if row.split != UNSEEN]
    folds = np.array([_fold(row) for row in rows])
    x, usable = reference_design(rows)
    values = np.full(len(rows), CLOSED)
    for fold in sorted(set(folds)):
        own = (folds == fold) & usable
        values[own] = value([row for row in known if _fold(row) != fold], x[own])
    return values


def reference_design(rows: Sequence[GradedRow]) -> tuple[np.ndarray, np.ndarray]:
    """Signals as an array, zeros where a guard closed the answer, and where there are any."""
    usable = np.array([row.signals is not None for row in rows])
    zeros = (0.0,) * len(REFERENCE_SIGNALS)
    return np.array([expand_reference(row.signals or zeros) for row in rows]), usable


def _fold(row: GradedRow) -> int:
    if row.split == UNSEEN:
        return -1
    return fold_of(row.question.split("/")[0] if row.data == "bank" else row.question)


def report_graded(rows: Sequence[GradedRow]) -> float:
    """Print agreement with people on unseen questions, and the contrasts; returns the mean within-question r."""
    values, claims = held_out_credit(rows), held_out_claim(rows)
    within = [_report_agreement(name, rows, values) for name in SETS]
    areas = [area for name in ("beetle", "scientsbank") for area in _report_contradictions(name, rows, values, claims)]
    print(f"both         correct over contradictory AUC {np.mean(areas):.3f}  ({len(areas)} questions)")
    for name in ("antonyms", "bank"):
        groups = _groups(rows, claims, name)
        if name == "antonyms":
            first = [min(good) > max(bad["contradicted"]) for good, bad in groups.values()]
        else:
            first = [value > max(bad["contradicted"]) for good, bad in groups.values() for value in good]
        print(f"{name:<12} truth above every contradiction {np.mean(first):.3f}  ({len(first)})")
        for kind in dict.fromkeys(kind for _, bad in groups.values() for kind in bad):
            areas = [auc(good, bad[kind]) for good, bad in groups.values() if kind in bad]
            print(f"  {name:<12} over {kind:<14} AUC {np.mean(areas):.3f}")
    return float(np.mean(within))


def _report_agreement(name: str, rows: Sequence[GradedRow], values: np.ndarray) -> float:
    own = [i for i, row in enumerate(rows) if row.data == name and (name != "scientsbank" or row.split == UNSEEN)]
    truth = np.array([rows[i].score for i in own])
    signals = {"ours": 1 / (1 + np.exp(-values[own])), "recall": reference_design([rows[i] for i in own])[0][:, RECALL]}
    questions = [rows[i].question for i in own]

    def within(chosen: Sequence[int], signal: str) -> float:
        picked = list(chosen)
        return within_question(signals[signal][picked], truth[picked], [questions[i] for i in picked])

    mine = estimate(lambda chosen: within(chosen, "ours"), questions, rounds=200)
    gain = estimate(lambda chosen: within(chosen, "ours") - within(chosen, "recall"), questions, rounds=200)
    print(
        f"{name:<12} within-question r {mine.value:.3f} [{mine.low:.3f}, {mine.high:.3f}], token recall "
        f"{within(range(len(own)), 'recall'):.3f}, gain {gain.value:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}], "
        f"{len(own)} answers"
    )
    return mine.value


def _report_contradictions(name: str, rows: Sequence[GradedRow], values: np.ndarray, claims: np.ndarray) -> list[float]:
    groups: dict[str, tuple[list[float], list[float]]] = {}
    for row, value in zip(rows, values, strict=True):
        if row.data == name and row.label in ("correct", "contradictory"):
            good, bad = groups.setdefault(row.question, ([], []))
            (good if row.label == "correct" else bad).append(float(value))
    areas = [auc(good, bad) for good, bad in groups.values() if len(good) >= 5 and len(bad) >= 5]
    print(f"{name:<12} correct over contradictory AUC {np.mean(areas):.3f}  ({len(areas)} questions)")
    for title, signal in (("credit", values), ("as a single claim", claims)):
        negated = {row.question: v for row, v in zip(rows, signal, strict=True) if row.data == f"{name}-negated"}
        correct = [
            (row.question, v)
            for row, v in zip(rows, signal, strict=True)
            if row.data == name and row.label == "correct"
        ]
        beats = [v > negated[question] for question, v in correct if question in negated]
        print(f"{name:<12} correct above the negated reference, {title}: {np.mean(beats):.3f}  ({len(beats)})")
    return areas


def _groups(
    rows: Sequence[GradedRow], values: np.ndarray, name: str
) -> dict[str, tuple[list[float], dict[str, list[float]]]]:
    """Claim -> values of the texts that cover it, and of the others by kind."""
    groups: dict[str, tuple[list[float], dict[str, list[float]]]] = {}
    for row, value in zip(rows, values, strict=True):
        if row.data == name:
            good, bad = groups.setdefault(row.question, ([], {}))
            (good if row.score else bad.setdefault(row.label, [])).append(float(value))
    return groups


def write_plain(x: np.ndarray, y: np.ndarray, xw: np.ndarray, yw: np.ndarray) -> None:
    """Write `weights_plain.json`: the same golden rows, sentence-vector features only."""
    size = len(FEATURES)
    theta = softmax_fit(x[:, :size], y, np.ones(len(y)), len(CLASSES))
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


def load_rows(rows: Path) -> tuple[list[GoldenRow], list[GradedRow]]:
    """What `collect` wrote."""
    golden: list[GoldenRow] = []
    graded: list[GradedRow] = []
    for file in sorted(rows.glob("*.pickle")):
        more_golden, more_graded = pickle.loads(file.read_bytes())  # noqa: S301 - our own file
        golden += more_golden
        graded += more_graded
    return golden, graded


def fit(rows: Path) -> None:
    """Print the held-out measures, then fit on everything and write `weights.json`."""
    golden, graded = load_rows(rows)
    digest = hashlib.sha256()
    for file in sorted(rows.glob("*.pickle")):
        digest.update(file.read_bytes())
    points = [row for row in golden if not row.point.startswith(FIX_PREFIX)]
    wrongs = [row for row in golden if row.point.startswith(FIX_PREFIX)]
    agreement = {"golden_accuracy": round(report_golden(points), 3), "within_r": round(report_graded(graded), 3)}
    x, known = design([row.signals for row in points])
    y = np.array([row.label for row in points])
    theta = softmax_fit(x[known], y[known], np.ones(known.sum()), len(CLASSES))
    weight = choose_weight(out_of_fold(x, known, y, np.array([fold_of(row.question) for row in points])), y)
    xw, kw = design([row.signals for row in wrongs])
    yw = np.array([row.label for row in wrongs])
    held = soft_fit(xw[kw], yw[kw].astype(float), np.where(yw[kw] == 1, 3.0, 1.0))
    people = [row for row in graded if row.data in SETS]
    write_plain(x[known], y[known], xw[kw], yw[kw])
    body = {
        "version": f"2-{digest.hexdigest()[:8]}",
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


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", choices=("collect", "fit"))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--channels", type=Path, default=Path("build/channels"))
    parser.add_argument("--rows", type=Path, default=Path("build/rows"))
    parser.add_argument("--part", choices=("golden", "contrast", *SETS, "all"), default="all")
    parser.add_argument("--most", type=int, help="answers a question")
    parser.add_argument("--every", type=int, default=1, help="use every n-th contrast only")
    options = parser.parse_args()
    if options.step == "collect":
        file = options.rows / f"{options.part}.pickle"
        collect(options.data, options.channels, file, most=options.most, step=options.every, part=options.part)
    else:
        fit(options.rows)
