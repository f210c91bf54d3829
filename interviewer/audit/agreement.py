"""How well grades agree with people's: correlations, QWK, accuracy, each with a bootstrap interval.

The only door to scipy and scikit-learn. Whole questions are resampled, never single answers: answers to one
question share its wording and its grader.
"""

from __future__ import annotations

import math
import operator
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy

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
    # scipy's also works out a p-value, which takes eight times as long; this runs once a question and sample.
    return float(np.corrcoef(x, y)[0, 1])


def spearman(x: numpy.ndarray, y: numpy.ndarray) -> float:
    """Spearman's rank correlation, ties shared; nan when either does not vary."""
    from scipy import stats

    return pearson(stats.rankdata(x), stats.rankdata(y))


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
    return _kappa(steps.tolist(), predicted.tolist(), lambda one, other: (one - other) ** 2)


def macro_f1(truth: Sequence[str], said: Sequence[str]) -> float:
    """Mean F1 over the labels that occur in `truth`; nan when it is empty."""
    if not truth:
        return math.nan
    # Counted here: scikit-learn takes far longer, most of it to check what it is given, and once a sample.
    authored, given = Counter(truth), Counter(said)
    hits = Counter(label for label, other in zip(truth, said, strict=True) if label == other)
    return sum(2 * hits[label] / (authored[label] + given[label]) for label in authored) / len(authored)


def cohen_kappa(truth: Sequence[str], said: Sequence[str]) -> float:
    """Cohen's kappa of labels without an order, -1 to 1; nan when both say one and the same label throughout."""
    return _kappa(truth, said, operator.ne) if truth else math.nan


def _kappa(a: Sequence[Any], b: Sequence[Any], apart: Callable[[Any, Any], int]) -> float:
    """One less how far apart the pairs are, beside how far apart chance would have them."""
    if len({*a, *b}) < 2:
        return math.nan
    rows, columns = Counter(a), Counter(b)
    seen = sum(many * apart(*pair) for pair, many in Counter(zip(a, b, strict=True)).items())
    chance = sum(n * m * apart(one, other) for one, n in rows.items() for other, m in columns.items())
    return 1 - seen * len(a) / chance


def auc(good: Sequence[float], bad: Sequence[float]) -> float:
    """Chance that a good one outranks a bad one, ties half; nan when either is empty."""
    from sklearn import metrics

    if not len(good) or not len(bad):
        return math.nan
    return float(metrics.roc_auc_score([1] * len(good) + [0] * len(bad), [*good, *bad]))


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
