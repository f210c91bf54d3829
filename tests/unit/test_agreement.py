"""The measures of agreement against what their names are defined as, ties and constants included."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

import numpy as np
import pytest

from interviewer.audit.agreement import (
    LEVELS,
    auc,
    cohen_kappa,
    estimate,
    macro_f1,
    pearson,
    qwk,
    spearman,
    within_question,
)
from interviewer.audit.baselines import keyword_recall, tf_idf_cosines


def same(found: float, wanted: float) -> bool:
    return (math.isnan(found) and math.isnan(wanted)) or found == pytest.approx(wanted, abs=1e-9)


def ranks(values: Sequence[float]) -> list[float]:
    return [sum(b < a for b in values) + (sum(b == a for b in values) + 1) / 2 for a in values]


def correlation(x: Sequence[float], y: Sequence[float]) -> float:
    return statistics.correlation(x, y) if len(set(x)) > 1 and len(set(y)) > 1 else math.nan


def kappa(a: Sequence[object], b: Sequence[object], costs: dict[tuple[object, object], float]) -> float:
    """One less the cost of the pairs beside the cost of all pairs that could have been."""
    chance = sum(costs[one, other] for one in a for other in b) / len(a)
    return 1 - sum(costs[pair] for pair in zip(a, b, strict=True)) / chance if chance else math.nan


def f1(truth: Sequence[str], said: Sequence[str]) -> float:
    pairs = list(zip(truth, said, strict=True))
    hits = {label: sum(t == s == label for t, s in pairs) for label in truth}
    return statistics.mean(2 * hits[label] / (truth.count(label) + said.count(label)) for label in hits)


def samples() -> list[tuple[list[float], list[float]]]:
    """Pairs of lists: many values, few values with ties, constants, all sizes from two."""
    rng = np.random.default_rng(3)
    made = [([1.0] * 6, [1.0] * 6), ([1.0] * 6, [0.0] * 6), ([0.5] * 4, [0.0, 0.25, 0.5, 1.0])]
    for size in (2, 3, 7, 40):
        for steps in (2, 4, 1000):
            for _ in range(4):
                x, y = rng.integers(0, steps, (2, size)) / (steps - 1)
                made.append((x.tolist(), y.tolist()))
    return made


@pytest.mark.parametrize(("x", "y"), samples())
def test_measures_are_what_they_are_defined_as(x: list[float], y: list[float]) -> None:
    assert same(pearson(np.array(x), np.array(y)), correlation(x, y))
    assert same(spearman(np.array(x), np.array(y)), correlation(ranks(x), ranks(y)))
    wins = [(good > bad) + 0.5 * (good == bad) for good in x for bad in y]
    assert same(auc(x, y), statistics.mean(wins))
    a, b = ([str(round(3 * value)) for value in each] for each in (x, y))
    assert same(macro_f1(a, b), f1(a, b))
    assert same(cohen_kappa(a, b), kappa(a, b, {(i, j): float(i != j) for i in "0123" for j in "0123"}))


def test_measures_of_nothing_are_no_numbers() -> None:
    nothing = np.array([])
    for value in (pearson(nothing, nothing), auc([], [1]), auc([1], []), macro_f1([], []), cohen_kappa([], [])):
        assert math.isnan(value)
    assert math.isnan(pearson(np.array([1.0]), np.array([2.0])))
    assert math.isnan(cohen_kappa(["a"], ["a"]))
    assert math.isnan(qwk(np.ones(20), np.ones(20), [f"q{n}" for n in range(20)]))


def test_labels_that_only_the_grader_gives_count_as_misses() -> None:
    assert macro_f1(["a", "a", "b"], ["a", "b", "b"]) == pytest.approx((2 / 3 + 2 / 3) / 2)
    assert macro_f1(["a", "a"], ["a", "c"]) == pytest.approx(2 / 3)
    assert cohen_kappa(["a", "b", "c", "c"], ["a", "b", "c", "a"]) == pytest.approx((0.75 - 0.3125) / 0.6875)


@pytest.mark.parametrize("grades", [(0.0, 0.25, 1.0), (0.0, 1.0), (0.0, 0.25, 0.5, 0.75, 1.0)])
def test_steps_that_nobody_gave_still_lie_between_the_others(grades: tuple[float, ...]) -> None:
    rng = np.random.default_rng(5)
    y = rng.choice(grades, 60)
    x = 0.5 * y + 0.5 * rng.random(60)
    questions = [f"q{n % 10}" for n in range(60)]
    folds = np.array([n % 10 % 5 for n in range(60)])
    steps, said = (y * 4).round().astype(int), np.zeros(60, dtype=int)
    for fold in range(5):
        others = np.sort(x[folds != fold])
        shares = np.cumsum(np.bincount(steps[folds != fold], minlength=LEVELS))[:-1] / len(others)
        said[folds == fold] = np.searchsorted(np.quantile(others, shares), x[folds == fold], side="right")
    costs: dict[tuple[object, object], float] = {(i, j): (i - j) ** 2 for i in range(LEVELS) for j in range(LEVELS)}
    assert same(qwk(x, y, questions), kappa(steps.tolist(), said.tolist(), costs))


def test_intervals_hold_the_value_and_questions_are_kept_apart() -> None:
    x, y = np.array([0.1, 0.4, 0.5, 0.9] * 10), np.array([0.0, 0.25, 0.5, 1.0] * 10)
    questions = [f"q{n // 8}" for n in range(40)]
    assert pearson(x, 2 * x + 1) == pytest.approx(1)
    assert spearman(x, x**3) == pytest.approx(1)
    assert within_question(x, y, questions) == pytest.approx(pearson(x[:8], y[:8]))
    assert qwk(x, y, questions) == pytest.approx(1)
    found = estimate(lambda rows: pearson(x[list(rows)], y[list(rows)]), questions, rounds=50)
    assert found.low <= found.value <= found.high


def test_baselines_are_what_their_names_say() -> None:
    assert keyword_recall("what is x", "plants need sugar", "sugar is bought") == pytest.approx(1 / 3)
    cosines = tf_idf_cosines(["plants make sugar", "stones roll"], ["plants make sugar", "dogs sleep"])
    assert cosines == [pytest.approx(1), 0.0]
