"""What is fitted, on which rows, how much each set counts, and what each signal may do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from benchmarks.fit_grader.answers import SETS, GoldenRow, GradedRow
from benchmarks.fit_grader.regression import logistic, shares, soft_fit, softmax_fit
from benchmarks.fit_grader.rows import Rows
from benchmarks.joint.folds import all_questions, third_of
from interviewer.core.grade.grade import FIX_PREFIX
from interviewer.grading.decision import CLASSES, expand, expanded, kept_of_copy
from interviewer.grading.signals import REFERENCE_SIGNALS, SIGNALS

__all__ = [
    "FAMILY_WEIGHTS",
    "RECALL",
    "REPLY_WEIGHTS",
    "Verdicts",
    "claim_odds",
    "credit_fit",
    "design",
    "fit_families",
    "fold_of",
    "held_misconceptions",
    "held_out_credit",
    "joined",
    "misconception_fit",
    "misconception_rows",
    "reference_design",
    "told",
    "verdict_fit",
    "verdict_rows",
]

WITHIN = 5
MISSING, CONTRADICTED = 2, 3
FAMILY_WEIGHTS = {"natural": 1.0, "typed": 0.25, "prose": 0.1, "golden": 0.1, "short": 0.1, "alone": 0.1}
"""How much one verdict of each family of the bank's answers counts: the grade is for answers as people type them."""
REPLY_WEIGHTS = {"reply": 1.0, "natural": 0.05}
"""The same for replies to a follow-up."""
RARE = {"reply": 0.7}
"""Of which share a contradiction counts where the family has them more often than people make them."""
CREDIT_WEIGHTS = {"beetle": 1.0, "scientsbank": 1.0}
"""How much each set counts in the fit of the credit, whatever its size."""
SEVERAL_WEIGHTS = {"saf": 1.0, "mohler": 1.0}
UP = {"log-odds of joint_covered", "cosine", "keywords", "whole_recall", "whole_new"}
"""Signals that may only raise the credit."""
DOWN = {"log-odds of joint_missing"}
"""Signals that may only lower it; all others are left out. These six carry over to sets not seen: with ninety signals
Beetle and Mohler came out below plain token recall."""
CLOSED = -10.0
"""Log-odds of an answer that a guard closed."""
RECALL = REFERENCE_SIGNALS.index("whole_recall")


class Verdicts(NamedTuple):
    """Verdicts on key points as arrays."""

    x: np.ndarray
    """Signals as expanded, zeros where a guard closed the answer."""
    known: np.ndarray
    """False there."""
    y: np.ndarray
    """Index into CLASSES; of a misconception 1 when it is held."""
    fold: np.ndarray
    """What is held out together: see `fold_of`."""
    weight: np.ndarray

    def of(self, chosen: np.ndarray) -> Verdicts:
        """Some of the rows."""
        return Verdicts(*(each[chosen] for each in self))


def verdict_rows(rows: Sequence[GoldenRow], weight: float = 1.0, rare: float = 1.0) -> Verdicts:
    """Rows of one family, misconceptions left out.

    Args:
        rows: of the family.
        weight: what one verdict counts.
        rare: of which a contradiction counts this share.
    """
    found = _arrays([row for row in rows if not row.point.startswith(FIX_PREFIX)])
    return found._replace(weight=np.where(found.y == CONTRADICTED, rare * weight, weight))


def misconception_rows(rows: Sequence[GoldenRow]) -> Verdicts:
    """Misconceptions alone; y is 1 where one is held, which counts three times, being rare."""
    found = _arrays([row for row in rows if row.point.startswith(FIX_PREFIX)])
    return found._replace(weight=np.where(found.y == 1, 3.0, 1.0))


def _arrays(rows: Sequence[GoldenRow]) -> Verdicts:
    x, known = design([row.signals for row in rows])
    folds = np.array([fold_of(row.question) for row in rows], dtype=int)
    return Verdicts(x, known, np.array([row.label for row in rows], dtype=int), folds, np.ones(len(rows)))


def fold_of(question: str) -> int:
    """0 to 14: five folds of whole questions in each third of the bank."""
    third = third_of(question)
    own = sorted(name for name in all_questions() if third_of(name) == third)
    return third * WITHIN + own.index(question) % WITHIN


def joined(families: Sequence[Verdicts]) -> Verdicts:
    """All rows of several families."""
    return Verdicts(*(np.concatenate(each) for each in zip(*families, strict=True)))


def fit_families(rows: Rows, weights: Mapping[str, float] = FAMILY_WEIGHTS) -> Verdicts:
    """What verdicts are fitted on."""
    return joined(
        [
            verdict_rows(getattr(rows, name), weight, RARE.get(name, 1.0))
            for name, weight in weights.items()
            if getattr(rows, name)
        ]
    )


def held_misconceptions(rows: Rows) -> Verdicts:
    """What is fitted on whether a misconception is held."""
    return misconception_rows([*rows.golden, *rows.natural, *rows.prose])


def design(signals: Sequence[tuple[float, ...] | None]) -> tuple[np.ndarray, np.ndarray]:
    """Signals as an array, log-odds added, and which rows have any; the others are zeros."""
    known = np.array([each is not None for each in signals])
    zeros = (0.0,) * len(SIGNALS)
    return np.array([expand(SIGNALS, each if each is not None else zeros) for each in signals]), known


def reference_design(rows: Sequence[GradedRow]) -> tuple[np.ndarray, np.ndarray]:
    """Signals as an array, zeros where a guard closed the answer, and where there are any."""
    usable = np.array([row.signals is not None for row in rows])
    zeros = (0.0,) * len(REFERENCE_SIGNALS)
    return np.array([expand(REFERENCE_SIGNALS, row.signals or zeros) for row in rows]), usable


def verdict_fit(rows: Verdicts) -> np.ndarray:
    """Weights of the four classes, shape (classes, features)."""
    return softmax_fit(rows.x[rows.known], rows.y[rows.known], rows.weight[rows.known], len(CLASSES))


def told(rows: Verdicts, theta: np.ndarray) -> np.ndarray:
    """Probabilities of CLASSES, shape (rows, classes)."""
    p = np.zeros((len(rows.y), len(CLASSES)))
    p[:, MISSING] = 1  # a guard closed the answer
    p[rows.known] = shares(rows.x[rows.known], theta)
    return p


def credit_fit(rows: Sequence[GradedRow], *, several: bool) -> np.ndarray:
    """The share of a bare reference earned, by a logistic model whose signals may move it one way only.

    References of several points have a fit of their own: P(covered) of a single point says little about them.
    """
    chosen, weight = _weighted(rows, SEVERAL_WEIGHTS if several else CREDIT_WEIGHTS)
    x, _ = reference_design(chosen)
    names = expanded(REFERENCE_SIGNALS)
    low = [None if name == "bias" else 0.0 if name not in DOWN else None for name in names]
    high = [None if name == "bias" else 0.0 if name not in UP else None for name in names]
    return soft_fit(x, np.array([row.score for row in chosen]), weight, bounds=list(zip(low, high, strict=True)))


def misconception_fit(rows: Verdicts) -> np.ndarray:
    """Weights of whether a misconception is held, shape (features,)."""
    return soft_fit(rows.x[rows.known], rows.y[rows.known], rows.weight[rows.known])


def _weighted(rows: Sequence[GradedRow], weights: dict[str, float]) -> tuple[list[GradedRow], np.ndarray]:
    """Rows of the sets named that no guard closed, and what each counts; a set counts the same whatever its size."""
    chosen = [row for row in rows if row.signals is not None and row.data in weights]
    sizes = Counter(row.data for row in chosen)
    weight = np.array([weights[row.data] / sizes[row.data] for row in chosen])
    return chosen, weight / weight.mean()


def held_out_credit(rows: Sequence[GradedRow]) -> np.ndarray:
    """For every row of a graded set, and every negated reference of one, the credit by a fit that has not seen the set;
    NaN for other contrasts."""
    values = np.full(len(rows), np.nan)
    x, usable = reference_design(rows)
    data = np.array([row.data.removesuffix("-negated") for row in rows])
    for name in SETS:
        own = data == name
        values[own] = 0.0
        others = [row for row, at in zip(rows, data, strict=True) if at != name]
        earned = logistic(x[own & usable], credit_fit(others, several=name in SEVERAL_WEIGHTS))
        values[own & usable] = earned * [kept_of_copy(_named(rows[int(i)])) for i in np.flatnonzero(own & usable)]
    return values


def claim_odds(rows: Sequence[GradedRow]) -> np.ndarray:
    """For every row the log-odds that the joint reader gives it of covering the claim."""
    x, usable = reference_design(rows)
    return np.where(usable, x[:, expanded(REFERENCE_SIGNALS).index("log-odds of joint_covered")], CLOSED)


def _named(row: GradedRow) -> dict[str, float]:
    return dict(zip(REFERENCE_SIGNALS, row.signals or (), strict=True))
