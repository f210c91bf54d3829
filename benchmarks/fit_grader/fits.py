"""What is fitted, on which rows, how much each set counts, and what each signal may do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from benchmarks.channel.pairs import fold_of
from benchmarks.channel.rows import UNSEEN, GradedRow
from benchmarks.fit_grader.regression import shares, soft_fit, softmax_fit
from interviewer.grading.decision import CLASSES, JOINT, expand, expand_reference, expanded
from interviewer.grading.signals import REFERENCE_SIGNALS, SIGNALS

__all__ = [
    "CLAIM_WEIGHTS",
    "LABEL_WEIGHTS",
    "RECALL",
    "credit_fit",
    "design",
    "held_out_claim",
    "held_out_credit",
    "label_fit",
    "out_of_fold",
    "reference_design",
    "verdict_fit",
]

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


def design(signals: Sequence[tuple[float, ...] | None]) -> tuple[np.ndarray, np.ndarray]:
    """Signals as an array, log-odds added, and which rows have any; the others are zeros."""
    known = np.array([each is not None for each in signals])
    zeros = (0.0,) * len(SIGNALS)
    return np.array([expand(SIGNALS, each if each is not None else zeros) for each in signals]), known


def reference_design(rows: Sequence[GradedRow]) -> tuple[np.ndarray, np.ndarray]:
    """Signals as an array, zeros where a guard closed the answer, and where there are any."""
    usable = np.array([row.signals is not None for row in rows])
    zeros = (0.0,) * len(REFERENCE_SIGNALS)
    return np.array([expand_reference(row.signals or zeros) for row in rows]), usable


def out_of_fold(x: np.ndarray, known: np.ndarray, y: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """Probabilities of CLASSES for each golden verdict by a model fitted on the other folds."""
    p = np.zeros((len(y), len(CLASSES)))
    p[:, MISSING] = 1  # a guard closed the answer
    for fold in sorted(set(folds)):
        train, test = (folds != fold) & known, (folds == fold) & known
        p[test] = shares(x[test], verdict_fit(x[train], y[train]))
    return p


def verdict_fit(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Weights of the four classes, shape (classes, features), for golden verdicts `y`."""
    return softmax_fit(x, y, np.ones(len(y)), len(CLASSES))


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
        covered = shares(x, label_fit(known, CLAIM_WEIGHTS))[:, 0]
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


def _fold(row: GradedRow) -> int:
    if row.split == UNSEEN:
        return -1
    return fold_of(row.question.split("/")[0] if row.data == "bank" else row.question)
