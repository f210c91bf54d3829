"""The two formulas: what became of the key points to a number from 0 to 100.

First edition, kept so that what was scored stays what it was:

    value = 100 (sum of w c over expected points + half the sum over the others) / (sum of w over expected points)

Second edition, measured against scores that careful readers gave without a formula (docs/grading.md):

    core  = sum of w c / sum of w, over the core points
    depth = min(1, sum of w c over the pool / (n times the mean w of the pool)), n = min(need, size of the pool);
            = core when the pool is empty
    price = price (sum of w over core points surely contradicted) / (sum of w over core points)
    value = 100 max(0, core_share core + (1 - core_share) depth - price) ** bend       (constants: `Constants`)

and of that the highest over the level asked and all levels above it, so that no bar is easier than a lower one. Both
take off penalties and hint prices and keep to 0..100. In the second, c is what exceeds `floor`: what many missing
points earn by chance would otherwise add up.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from interviewer.core.bank.kinds import Level, VerdictName
from interviewer.core.bank.rubric import Rubric
from interviewer.core.interview.misconception_scores import MisconceptionScore
from interviewer.core.interview.point_scores import PROMPTED_SHARE, PointScore

INTERVAL_Z = 1.2816
"""Half-width of an 80% interval in standard deviations of a normal distribution."""
BONUS_SHARE = 0.5
"""First edition: the share of its weight that a point which is not expected adds."""


class Constants(NamedTuple):
    """Chosen beforehand, on 195 other answers. `python -m benchmarks.fit_score` chooses the same share and bend on the
    bank's natural answers, a price of 0.1 and a need of 5, and gains a third of a point of mean error by them."""

    core_share: float = 0.75
    price: float = 0.3
    bend: float = 0.8
    floor: float = 0.1
    together: float = 0.2
    """Correlation of the points' errors: who misunderstands an answer misunderstands several points of it."""


CONSTANTS = Constants()


class Reading(NamedTuple):
    """A score before penalties and hint prices."""

    value: float
    """0 to 100, and beyond it in the first edition."""
    below: float
    above: float
    """How far an 80% interval reaches, in points."""
    variance: float
    """Of `value`, in squared points."""
    core: float | None = None
    depth: float | None = None
    """Shares, 0 to 1; None in the first edition."""
    level: Level | None = None
    """At which the points were read; None in the first edition."""


def read_first(points: Sequence[PointScore]) -> Reading | None:
    """By the first edition; None when no point is expected."""
    whole = sum(each.point.weight for each in points if each.expected)
    if not whole:
        return None
    shares = [(each.point.weight * (1.0 if each.expected else BONUS_SHARE), each) for each in points]
    mean = 100 * sum(share * each.credit for share, each in shares) / whole
    variance = 1e4 * sum(share**2 * each.variance for share, each in shares) / whole**2
    spread = INTERVAL_Z * math.sqrt(variance)
    return Reading(mean, spread, spread, variance)


def read_second(
    rubric: Rubric,
    level: Level,
    points: Sequence[PointScore],
    wrongs: Sequence[MisconceptionScore],
    by: Constants = CONSTANTS,
) -> Reading | None:
    """By the second edition, at the level from `level` upwards that gives most; None when no level has a core point."""
    named = {each.misconception.key_point for each in wrongs}
    levels = [each for each in Level if each.rank >= level.rank and _core(points, each)]
    readings = [_read_at(rubric, each, points, named, by) for each in levels]
    return max(readings, key=lambda reading: reading.value, default=None)


def read_shares(
    rubric: Rubric, level: Level, points: Sequence[PointScore], by: Constants = CONSTANTS
) -> tuple[float, float]:
    """Shares of core and depth, 0 to 1, by the second edition at one level that has a core point."""
    reading = _read_at(rubric, level, points, set(), by)
    assert reading.core is not None
    assert reading.depth is not None
    return reading.core, reading.depth


def _core(points: Sequence[PointScore], level: Level) -> list[PointScore]:
    return [each for each in points if each.point.is_core(level)]


def _read_at(
    rubric: Rubric, level: Level, points: Sequence[PointScore], named: set[str | None], by: Constants
) -> Reading:
    core = _core(points, level)
    pool = [each for each in points if not each.point.is_core(level)]
    whole = sum(each.point.weight for each in core)
    said, doubt = _share(core, whole, by)
    deep, deep_doubt = _share(pool, _enough(pool, rubric.need), by) if pool else (said, doubt)
    wrong = sum(each.point.weight for each in core if _is_wrong(each) and each.point.id not in named)
    shown = by.core_share * said + (1 - by.core_share) * min(1.0, deep) - by.price * wrong / whole
    if not pool:
        variance = doubt
    else:
        variance = by.core_share**2 * doubt + ((1 - by.core_share) ** 2 * deep_doubt if deep < 1 else 0.0)
    spread = INTERVAL_Z * math.sqrt(variance)
    low, value, high = (_bent(each, by.bend) for each in (shown - spread, shown, shown + spread))
    around = ((high - low) / (2 * INTERVAL_Z)) ** 2
    return Reading(value, value - low, high - value, around, core=said, depth=min(1.0, deep), level=level)


def _enough(pool: Sequence[PointScore], need: int) -> float:
    """The weight that makes full depth."""
    return sum(each.point.weight for each in pool) / len(pool) * min(need, len(pool))


def _share(points: Sequence[PointScore], whole: float, by: Constants) -> tuple[float, float]:
    """How much of `whole` was said, and the variance of that."""
    mean = sum(each.point.weight * _exceeding(each, by.floor) for each in points) / whole
    spreads = [each.point.weight / (1 - by.floor) / whole * math.sqrt(each.variance) for each in points]
    apart = sum(spread**2 for spread in spreads)
    return mean, (1 - by.together) * apart + by.together * sum(spreads) ** 2


def _bent(share: float, bend: float) -> float:
    return float(100 * max(0.0, share) ** bend)


def _exceeding(score: PointScore, floor: float) -> float:
    """Credit above what chance gives, 0 to 1, after the prompted share."""
    least = floor * (PROMPTED_SHARE if score.prompted else 1.0)
    return max(0.0, score.credit - least) / (1 - floor)


def _is_wrong(score: PointScore) -> bool:
    """Whether a contradiction stands: no later turn and no contest took it back."""
    return score.verdict is VerdictName.CONTRADICTED and not score.contested
