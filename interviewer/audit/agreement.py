"""How well grades agree with people's: correlations, QWK, accuracy, each with a bootstrap interval.

Pure arithmetic on arrays. Whole questions are resampled, never single answers: answers to one
question share its wording and its grader.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy

__all__ = [
    "Estimate",
    "auc",
    "cohen_kappa",
    "estimate",
    "macro_f1",
    "pearson",
    "qwk",
    "spearman",
    "within_question",
]

LEVELS = 5
"""Steps the scores are cut into for QWK."""


class Estimate(NamedTuple):
    """A measure with its 95% bootstrap interval over questions."""

    value: float
    low: float
    high: float
    n: int
    """Answers it was measured on."""


def pearson(x: numpy.ndarray, y: numpy.ndarray) -> float:
    """Pearson's r; nan when either does not vary."""
    import numpy as np

    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return math.nan
    return float(np.corrcoef(x, y)[0, 1])


def spearman(x: numpy.ndarray, y: numpy.ndarray) -> float:
    """Spearman's rank correlation, ties shared."""
    return pearson(_ranks(x), _ranks(y))


def _ranks(x: numpy.ndarray) -> numpy.ndarray:
    import numpy as np

    _, place, counts = np.unique(x, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return ((ends - counts + ends - 1) / 2)[place]


def within_question(x: numpy.ndarray, y: numpy.ndarray, questions: Sequence[str]) -> float:
    """Mean over questions of Pearson's r; questions with fewer than five answers or no spread are left out."""
    import numpy as np

    rows: dict[str, list[int]] = {}
    for row, question in enumerate(questions):
        rows.setdefault(question, []).append(row)
    found = [pearson(x[each], y[each]) for each in rows.values() if len(each) >= 5]
    known = [each for each in found if not math.isnan(each)]
    return float(np.mean(known)) if known else math.nan


def qwk(x: numpy.ndarray, y: numpy.ndarray, questions: Sequence[str]) -> float:
    """Quadratic weighted kappa of scores 0 to 1 in steps, the mapping fitted on other questions.

    In each of five folds over questions the predicted scores are mapped by quantiles: the cuts
    give the fold's training answers the distribution of grades that people gave them.
    """
    import numpy as np

    names = sorted(set(questions))
    fold = {name: number % 5 for number, name in enumerate(names)}
    folds = np.array([fold[question] for question in questions])
    steps = np.clip(np.round(y * (LEVELS - 1)), 0, LEVELS - 1).astype(int)
    predicted = np.zeros(len(x), dtype=int)
    for number in range(5):
        train, test = folds != number, folds == number
        if not train.any() or not test.any():
            continue
        shares = np.cumsum(np.bincount(steps[train], minlength=LEVELS))[:-1] / train.sum()
        predicted[test] = np.searchsorted(np.quantile(x[train], shares), x[test], side="right")
    return _kappa(steps, predicted)


def _kappa(a: numpy.ndarray, b: numpy.ndarray) -> float:
    import numpy as np

    seen = np.zeros((LEVELS, LEVELS))
    np.add.at(seen, (a, b), 1)
    cost = (np.arange(LEVELS)[:, None] - np.arange(LEVELS)[None, :]) ** 2
    expected = np.outer(seen.sum(1), seen.sum(0)) / seen.sum()
    chance = (cost * expected).sum()
    return float(1 - (cost * seen).sum() / chance) if chance else math.nan


def macro_f1(truth: Sequence[str], said: Sequence[str]) -> float:
    """Mean F1 over the labels that occur in `truth`."""
    scores = []
    for label in sorted(set(truth)):
        hit = sum(t == s == label for t, s in zip(truth, said, strict=True))
        total = sum(t == label for t in truth) + sum(s == label for s in said)
        scores.append(2 * hit / total if total else 0.0)
    return sum(scores) / len(scores) if scores else math.nan


def cohen_kappa(truth: Sequence[str], said: Sequence[str]) -> float:
    """Cohen's kappa of labels without an order, -1 to 1; nan when both say one and the same label throughout."""
    if not truth:
        return math.nan
    seen = sum(t == s for t, s in zip(truth, said, strict=True)) / len(truth)
    counts, others = Counter(truth), Counter(said)
    chance = sum(counts[label] * others[label] for label in counts) / len(truth) ** 2
    return (seen - chance) / (1 - chance) if chance < 1 else math.nan


def auc(good: Sequence[float], bad: Sequence[float]) -> float:
    """Chance that a good one outranks a bad one, ties half; nan when either is empty."""
    import numpy as np

    if not len(good) or not len(bad):
        return math.nan
    g, b = np.asarray(good)[:, None], np.asarray(bad)[None, :]
    return float((g > b).mean() + 0.5 * (g == b).mean())


def estimate(
    measure: Callable[[Sequence[int]], float], questions: Sequence[str], *, rounds: int = 500, seed: int = 7
) -> Estimate:
    """A measure over rows, and its interval from resampling whole questions.

    Args:
        measure: of a list of row numbers.
        questions: the question of each row.
        rounds: bootstrap samples.
        seed: of the resampling.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    rows: dict[str, list[int]] = {}
    for row, question in enumerate(questions):
        rows.setdefault(question, []).append(row)
    groups: Mapping[int, list[int]] = dict(enumerate(rows.values()))
    values = []
    for _ in range(rounds):
        sample = rng.integers(0, len(groups), len(groups))
        value = measure([row for number in sample for row in groups[int(number)]])
        if not math.isnan(value):
            values.append(value)
    low, high = np.quantile(values, [0.025, 0.975]) if values else (math.nan, math.nan)
    return Estimate(measure(range(len(questions))), float(low), float(high), len(questions))
