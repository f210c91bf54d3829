"""What a point is to its rubric: the odds that it is made before the answer is read."""

from __future__ import annotations

import math

import pytest

from interviewer.core.bank.content import Bank
from interviewer.grading.decision import load_model
from interviewer.grading.offline_grader import OfflineGrader
from interviewer.grading.signals import SIGNALS, Signals

CORE, WEIGHT = SIGNALS.index("core"), SIGNALS.index("weight")
ANSWER = "Each unit is zeroed at random while the network trains. At test time all of them work."


@pytest.fixture
def found(grader: OfflineGrader, bank: Bank) -> dict[str, Signals]:
    told = grader.signals(bank["dropout"], ANSWER)
    return {name: each for name, each in told.items() if isinstance(each, Signals)}


def test_every_point_knows_its_tier_and_its_weight(found: dict[str, Signals], bank: Bank) -> None:
    item = bank["dropout"]
    points = item.rubric.key_points
    mean = sum(point.weight for point in points) / len(points)
    for point in points:
        features = found[point.id].features
        assert len(features) == len(SIGNALS)
        assert features[CORE] == float(point.is_core(item.question.level))
        assert features[WEIGHT] == pytest.approx(math.log(point.weight / mean))
    assert {found[f"fix:{each.id}"].features[CORE] for each in item.rubric.misconceptions} == {0.0}


def test_where_a_reading_leaves_doubt_a_core_point_is_likelier_made(found: dict[str, Signals]) -> None:
    model = load_model()
    doubted = 0
    for each in found.values():
        as_core, as_depth = list(each.features), list(each.features)
        as_core[CORE], as_depth[CORE] = 1.0, 0.0
        core, depth = model.decide(as_core), model.decide(as_depth)
        if 0.02 < depth.p_covered < 0.98:
            doubted += 1
            assert core.p_covered > depth.p_covered
    assert doubted > 2


def test_what_is_not_said_stays_missing_however_central(grader: OfflineGrader, bank: Bank) -> None:
    item = bank["dropout"]
    model = load_model()
    told = grader.signals(item, "I once read a book about sailing boats and the history of their rigging.")
    for point in item.rubric.key_points:
        each = told[point.id]
        if isinstance(each, Signals):
            assert model.decide(each.features).p_covered < 0.1
