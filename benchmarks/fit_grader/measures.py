"""What the fit is worth on questions it has not seen, printed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.channel.pairs import fold_of
from benchmarks.channel.rows import UNSEEN, GoldenRow, GradedRow
from benchmarks.fit_grader.fits import (
    RECALL,
    design,
    held_out_claim,
    held_out_credit,
    out_of_fold,
    reference_design,
    verdict_fit,
)
from benchmarks.fit_grader.regression import choose_weight, shares
from benchmarks.fit_grader.rows import SETS
from interviewer.audit.agreement import auc, cohen_kappa, estimate, macro_f1, within_question
from interviewer.core.bank.kinds import VerdictName
from interviewer.grading.decision import ACCUSED, CLASSES

__all__ = ["SURE", "report_golden", "report_graded", "report_natural"]

SURE = 0.42


def report_golden(rows: Sequence[GoldenRow]) -> float:
    """Print verdicts on questions the fit has not seen; returns the share that is right."""
    x, known = design([row.signals for row in rows])
    y = np.array([row.label for row in rows])
    folds = np.array([fold_of(row.question) for row in rows])
    p = out_of_fold(x, known, y, folds)
    best = np.zeros(len(y), dtype=int)
    for fold in sorted(set(folds)):
        best[folds == fold] = (p[folds == fold] * choose_weight(p[folds != fold], y[folds != fold])).argmax(1)
    doubtful = _doubtful(p, best)
    said = np.where(doubtful, -1, best)
    names = [str(each) for each in CLASSES]
    truth = [names[label] for label in y]
    verdicts = [names[label] if label >= 0 else "unsure" for label in said]
    print(
        f"golden verdicts held out: {len(y)}, accuracy {np.mean(said == y):.3f}, "
        f"macro-F1 {macro_f1(truth, verdicts):.3f}, unsure {np.mean(said < 0):.3f}"
    )
    print(f"calibration error of the likeliest class {calibration_error(p, y):.3f}")
    print(f"of the unsure ones the likeliest class is right in {np.mean((p.argmax(1) == y)[doubtful]):.3f}")
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


def report_natural(golden: Sequence[GoldenRow], natural: Sequence[GoldenRow]) -> None:
    """Print verdicts on natural answers by fits that saw neither their questions nor any natural answer."""
    if not natural:
        return
    x, known = design([row.signals for row in golden])
    y = np.array([row.label for row in golden])
    folds = np.array([fold_of(row.question) for row in golden])
    p = out_of_fold(x, known, y, folds)
    xn, known_n = design([row.signals for row in natural])
    folds_n = np.array([fold_of(row.question) for row in natural])
    shown = np.zeros((len(natural), len(CLASSES)))
    shown[:, CLASSES.index(VerdictName.MISSING)] = 1
    best = shown.argmax(1)
    for fold in sorted(set(folds_n)):
        train, test = (folds != fold) & known, (folds_n == fold) & known_n
        shown[test] = shares(xn[test], verdict_fit(x[train], y[train]))
        own = folds_n == fold
        best[own] = (shown[own] * choose_weight(p[folds != fold], y[folds != fold])).argmax(1)
    truth = np.array([row.label for row in natural])
    said = np.where(_doubtful(shown, best), len(CLASSES), best)
    table = np.zeros((len(CLASSES), len(CLASSES) + 1), dtype=int)
    np.add.at(table, (truth, said), 1)
    kappa = cohen_kappa([str(label) for label in truth], [str(label) for label in said])
    wrong = CLASSES.index(VerdictName.CONTRADICTED)
    made, lies = table[0].sum(), table[wrong].sum()
    print(f"natural answers held out: {len(natural)} verdicts, kappa {kappa:.3f}")
    print(f"  points made that are found {table[0, 0] / made:.3f}, called contradicted {table[0, wrong] / made:.4f}")
    print(f"  found points that were made {table[0, 0] / table[:, 0].sum():.3f}")
    print(f"  contradictions found {table[wrong, wrong] / lies:.3f}")
    print("rows: reader, columns: graded; covered, partial, missing, contradicted, unsure")
    print(table)


def _doubtful(p: np.ndarray, best: np.ndarray) -> np.ndarray:
    """Which verdicts the grader gives as unsure; shapes (n, classes) and (n,)."""
    wrong = CLASSES.index(VerdictName.CONTRADICTED)
    doubtful: np.ndarray = (p.max(1) < SURE) | ((best == wrong) & (p[:, wrong] < ACCUSED))
    return doubtful


def calibration_error(p: np.ndarray, y: np.ndarray) -> float:
    """Expected calibration error of the likeliest class, ten bins of equal size."""
    top, right = p.max(1), p.argmax(1) == y
    bins = np.array_split(np.argsort(top), 10)
    return float(sum(len(each) * abs(top[each].mean() - right[each].mean()) for each in bins) / len(y))


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
