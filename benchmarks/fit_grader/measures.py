"""What the fit is worth on questions and sets it has not seen, printed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from benchmarks.fit_grader.answers import SETS, GoldenRow, GradedRow
from benchmarks.fit_grader.fits import (
    RECALL,
    REPLY_WEIGHTS,
    Verdicts,
    claim_odds,
    fit_families,
    held_misconceptions,
    held_out_credit,
    misconception_fit,
    misconception_rows,
    reference_design,
    told,
    verdict_fit,
    verdict_rows,
)
from benchmarks.fit_grader.regression import logistic
from benchmarks.fit_grader.rows import Rows
from interviewer.audit.agreement import auc, cohen_kappa, estimate, macro_f1, pearson, within_question
from interviewer.core.bank.kinds import VerdictName
from interviewer.core.grade.grade import FIX_PREFIX
from interviewer.grading.decision import CLASSES, DecisionModel
from interviewer.grading.signals import SIGNALS

__all__ = ["held_out", "report_bank", "report_graded", "report_held"]

NAMES = [str(each) for each in CLASSES]
WRONG = CLASSES.index(VerdictName.CONTRADICTED)
_UNSURE = len(CLASSES)


class HeldOut(NamedTuple):
    """What fits say that have not seen the questions of a row's fold."""

    p: np.ndarray
    """Probabilities of CLASSES, shape (rows, classes)."""
    said: np.ndarray
    """Index into CLASSES of the verdict, or _UNSURE."""


def held_out(rows: Sequence[GoldenRow], train: Verdicts, weight: Sequence[float], *, reply: bool = False) -> HeldOut:
    """Verdicts on rows of one family, misconceptions left out."""
    own = verdict_rows(rows)
    points = [row for row in rows if not row.point.startswith(FIX_PREFIX)]
    p, said = np.zeros((len(own.y), len(CLASSES))), np.zeros(len(own.y), dtype=int)
    for fold in sorted(set(own.fold)):
        theta = verdict_fit(train.of(train.fold != fold))
        model = DecisionModel(SIGNALS, tuple(map(tuple, theta)), (), tuple(weight), lift=1.0, held=1.0, version="")
        at = np.flatnonzero(own.fold == fold)
        p[at] = told(own.of(at), theta)
        said[at] = [_verdict(model, points[i], reply=reply) for i in at]
    return HeldOut(p, said)


def _verdict(model: DecisionModel, row: GoldenRow, *, reply: bool) -> int:
    verdict = VerdictName.MISSING if row.signals is None else model.decide(row.signals, reply=reply).verdict
    return _UNSURE if verdict is VerdictName.UNSURE else CLASSES.index(verdict)


def report_bank(rows: Rows, weight: Sequence[float]) -> float:
    """Print verdicts on the bank's answers of each family, beside those of a fit that saw no natural answer."""
    train, bare = fit_families(rows), fit_families(rows, {"golden": 0.1, "short": 0.1})
    accuracy = 0.0
    for name in ("natural", "prose", "mistakes", "typed", "alone", "pairs", "golden", "short"):
        family = getattr(rows, name)
        if not family:
            continue
        y, found = verdict_rows(family).y, held_out(family, train, weight)
        print(f"{name}, whole questions held out:")
        _report(found, y)
        if name == "natural":
            print("the same by a fit that saw no natural answer:")
            _report(held_out(family, bare, weight), y)
        else:
            _by_kind(family, found, y)
        if name == "golden":
            accuracy = float((found.said == y).mean())
    print("replies, by weights of their own, whole questions held out:")
    y, found = verdict_rows(rows.reply).y, held_out(rows.reply, fit_families(rows, REPLY_WEIGHTS), weight, reply=True)
    _report(found, y)
    _by_kind(rows.reply, found, y)
    return accuracy


def report_held(rows: Rows, bounds: Sequence[float]) -> None:
    """Print how many misconceptions of natural answers are named, and how many of those named are held, whole
    questions held out, before any span has to make the claim by itself."""
    seen, own = held_misconceptions(rows), misconception_rows(rows.natural)
    p = np.zeros(len(own.y))
    for fold in sorted(set(own.fold)):
        at = (own.fold == fold) & own.known
        p[at] = logistic(own.x[at], misconception_fit(seen.of(seen.fold != fold)))
    for bound in bounds:
        named = p >= bound
        print(
            f"misconceptions from {bound} on: {own.y.sum()} held, {named[own.y == 1].mean():.3f} of them named; "
            f"{named.sum()} named, {own.y[named].mean():.3f} of them held"
        )


def _report(found: HeldOut, y: np.ndarray) -> None:
    p, said = found
    table = np.zeros((len(CLASSES), len(CLASSES) + 1), dtype=int)
    np.add.at(table, (y, said), 1)
    credit = p[:, 0] + 0.5 * p[:, 1]
    truth, spoken = [NAMES[label] for label in y], [(*NAMES, "unsure")[label] for label in said]
    print(
        f"  {len(y)} verdicts, kappa {cohen_kappa(truth, spoken):.3f}, accuracy {np.mean(said == y):.3f}, "
        f"macro-F1 {macro_f1(truth, spoken):.3f}, calibration error {calibration_error(p, y):.3f}"
    )
    print(
        f"  points made that are found {table[0, 0] / table[0].sum():.3f}, found points that were made "
        f"{table[0, 0] / max(1, table[:, 0].sum()):.3f}, made and called contradicted "
        f"{table[0, WRONG] / table[0].sum():.4f}, contradictions found {table[WRONG, WRONG] / table[WRONG].sum():.3f}"
    )
    print(
        f"  AUC of covered {auc(list(credit[y == 0]), list(credit[y > 1])):.3f}, of contradicted "
        f"{auc(list(p[y == WRONG, WRONG]), list(p[y != WRONG, WRONG])):.3f}"
    )
    print("  rows: reader, columns: covered, partial, missing, contradicted, unsure")
    print("  " + str(table).replace("\n", "\n  "))


def _by_kind(rows: Sequence[GoldenRow], found: HeldOut, y: np.ndarray) -> None:
    p, said = found
    kinds = np.array([row.kind for row in rows if not row.point.startswith(FIX_PREFIX)])
    for kind in dict.fromkeys(kinds):
        own = kinds == kind
        credit = (p[own, 0] + 0.5 * p[own, 1]) * (said[own] < 2)
        print(
            f"    {kind:<14} right {np.mean(said[own] == y[own]):.3f}  credit {credit.mean():.3f}  "
            f"contradicted {np.mean(said[own] == WRONG):.3f}  ({own.sum()})"
        )


def calibration_error(p: np.ndarray, y: np.ndarray) -> float:
    """Expected calibration error of the likeliest class, ten bins of equal size."""
    top, right = p.max(1), p.argmax(1) == y
    bins = np.array_split(np.argsort(top), 10)
    return float(sum(len(each) * abs(top[each].mean() - right[each].mean()) for each in bins) / len(y))


def report_graded(rows: Sequence[GradedRow]) -> float:
    """Print agreement with people on each set by a fit without it, and the contrasts; returns the mean within r."""
    values, claims = held_out_credit(rows), claim_odds(rows)
    within = [_report_agreement(name, rows, values) for name in SETS if any(row.data == name for row in rows)]
    for name in ("beetle", "scientsbank"):
        _report_contradictions(name, rows, values, claims)
    for name in ("antonyms", "bank"):
        groups = _groups(rows, claims, name)
        first = [value > max(bad["contradicted"]) for good, bad in groups.values() for value in good]
        print(f"{name:<12} truth above every contradiction {np.mean(first):.3f}  ({len(first)})")
        for kind in dict.fromkeys(kind for _, bad in groups.values() for kind in bad):
            areas = [auc(good, bad[kind]) for good, bad in groups.values() if kind in bad]
            print(f"  {name:<12} over {kind:<14} AUC {np.mean(areas):.3f}")
    return float(np.mean(within)) if within else float("nan")


def _report_agreement(name: str, rows: Sequence[GradedRow], values: np.ndarray) -> float:
    own = [i for i, row in enumerate(rows) if row.data == name]
    truth = np.array([rows[i].score for i in own])
    signals = {"ours": values[own], "recall": reference_design([rows[i] for i in own])[0][:, RECALL]}
    questions = [rows[i].question for i in own]

    def within(chosen: Sequence[int], signal: str) -> float:
        picked = list(chosen)
        return within_question(signals[signal][picked], truth[picked], [questions[i] for i in picked])

    mine = estimate(lambda chosen: within(chosen, "ours"), questions, rounds=200)
    gain = estimate(lambda chosen: within(chosen, "ours") - within(chosen, "recall"), questions, rounds=200)
    print(
        f"{name:<12} within-question r {mine.value:.3f} [{mine.low:.3f}, {mine.high:.3f}], token recall "
        f"{within(range(len(own)), 'recall'):.3f}, gain {gain.value:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}]; "
        f"r over all {pearson(signals['ours'], truth):.3f}, token recall {pearson(signals['recall'], truth):.3f}; "
        f"{len(own)} answers"
    )
    return mine.value


def _report_contradictions(name: str, rows: Sequence[GradedRow], values: np.ndarray, claims: np.ndarray) -> None:
    groups: dict[str, tuple[list[float], list[float]]] = {}
    for row, value in zip(rows, values, strict=True):
        if row.data == name and row.label in ("correct", "contradictory"):
            good, bad = groups.setdefault(row.question, ([], []))
            (good if row.label == "correct" else bad).append(float(value))
    areas = [auc(good, bad) for good, bad in groups.values() if len(good) >= 5 and len(bad) >= 5]
    print(f"{name:<12} correct over contradictory AUC {np.mean(areas):.3f}  ({len(areas)} questions)")
    for how, found in (("by credit", values), ("as a single claim", claims)):
        negated = {row.question: v for row, v in zip(rows, found, strict=True) if row.data == f"{name}-negated"}
        right = [
            (row.question, v) for row, v in zip(rows, found, strict=True) if (row.data, row.label) == (name, "correct")
        ]
        beats = [v > negated[question] for question, v in right if question in negated]
        print(f"{name:<12} correct above the negated reference, {how}: {np.mean(beats):.3f}  ({len(beats)})")


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
