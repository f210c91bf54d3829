"""Probabilities to verdicts, without an encoder."""

from __future__ import annotations

import math

import pytest

from interviewer.core.bank.kinds import VerdictName
from interviewer.grading.decision import DecisionModel, expanded


def decide(covered: float, partial: float, missing: float, contradicted: float) -> VerdictName:
    """The verdict of a model that gives just these probabilities."""
    rows = tuple((math.log(each),) for each in (covered, partial, missing, contradicted))
    model = DecisionModel(
        names=("bias",), point=rows, misconception=(0.0,), weight=(1, 1, 1, 1.5), lift=1.0, held=0.6, version="test"
    )
    return model.decide((1.0,)).verdict


@pytest.mark.parametrize(
    ("shares", "verdict"),
    [
        ((0.6, 0.1, 0.2, 0.1), VerdictName.COVERED),
        ((0.01, 0.01, 0.01, 0.97), VerdictName.CONTRADICTED),
        ((0.02, 0.02, 0.06, 0.9), VerdictName.UNSURE),
        ((0.1, 0.1, 0.15, 0.65), VerdictName.UNSURE),
        ((0.05, 0.05, 0.42, 0.48), VerdictName.UNSURE),
        ((0.45, 0.05, 0.05, 0.45), VerdictName.UNSURE),
        ((0.3, 0.1, 0.3, 0.3), VerdictName.UNSURE),
        ((0.1, 0.1, 0.7, 0.1), VerdictName.MISSING),
    ],
)
def test_an_accusation_must_be_nearly_certain(shares: tuple[float, float, float, float], verdict: VerdictName) -> None:
    assert decide(*shares) is verdict


def accusing(**told: float) -> VerdictName:
    """What a model that finds a contradiction in everything says of these features."""
    names = (
        *("bias", "joint_covered", "joint_contradicted", "support", "opposition"),
        *("in_order", "opposed_in_order", "outright", "opposed_flipped"),
    )
    features = {"bias": 1.0, "joint_covered": 0.2, "joint_contradicted": 0.7, "support": 0.7, "opposition": 0.8, **told}
    rows = tuple((math.log(each), *(0.0,) * (len(expanded(names)) - 1)) for each in (0.01, 0.01, 0.01, 0.97))
    model = DecisionModel(names, rows, (0.0,), (1, 1, 1, 1), lift=1.0, held=0.6, version="test")
    return model.decide([features.get(name, 0.0) for name in names]).verdict


def test_a_contradiction_is_said_where_nothing_speaks_against_it() -> None:
    assert accusing() is VerdictName.CONTRADICTED
    assert accusing(in_order=0.6, opposed_in_order=0.7) is VerdictName.CONTRADICTED


@pytest.mark.parametrize(
    "told",
    [
        {"joint_covered": 0.9, "joint_contradicted": 0.1},
        {"support": 0.95},
        {"in_order": 0.6},
        {"outright": 1.0},
        {"opposed_flipped": 1.0},
    ],
    ids=["the reader sees none", "a wording is nearer", "said in order", "said outright", "the other negation"],
)
def test_what_speaks_against_a_contradiction_makes_it_unsure(told: dict[str, float]) -> None:
    assert accusing(**told) is VerdictName.UNSURE


def test_what_is_said_word_for_word_is_no_contradiction() -> None:
    assert accusing(in_order=0.95) is VerdictName.UNSURE  # 0.33 each: the model of this test knows nothing else


def test_a_reply_has_weights_of_its_own() -> None:
    point, reply = (tuple((math.log(each),) for each in row) for row in ((0.1, 0.1, 0.7, 0.1), (0.7, 0.1, 0.1, 0.1)))
    model = DecisionModel(("bias",), point, (0.0,), (1, 1, 1, 1), lift=1.0, held=0.6, version="test", reply=reply)
    assert model.decide((1.0,)).verdict is VerdictName.MISSING
    assert model.decide((1.0,), reply=True).verdict is VerdictName.COVERED


@pytest.mark.parametrize(
    ("core", "covered", "verdict"),
    [
        (1.0, 0.3, VerdictName.UNSURE),
        (1.0, 0.2, VerdictName.MISSING),
        (0.0, 0.3, VerdictName.MISSING),
    ],
)
def test_a_core_point_that_may_well_have_been_made_is_put_as_a_question(
    core: float, covered: float, verdict: VerdictName
) -> None:
    shares = (covered, 0.05, 0.9 - covered, 0.05)
    rows = tuple((math.log(each), 0.0) for each in shares)
    model = DecisionModel(("bias", "core"), rows, (0.0,), (1, 1, 1, 1), lift=1.0, held=0.6, version="test")
    assert model.decide((1.0, core)).verdict is verdict


def test_lift_raises_the_credit_and_not_the_verdict() -> None:
    shares = tuple((math.log(each),) for each in (0.3, 0.1, 0.55, 0.05))
    plain, lifted = (
        DecisionModel(("bias",), shares, (0.0,), (1, 1, 1, 1), lift=lift, held=0.6, version="test").decide((1.0,))
        for lift in (1.0, 2.0)
    )
    assert plain.verdict is lifted.verdict is VerdictName.MISSING
    assert lifted.p_covered == pytest.approx(0.6 / 1.4)
    assert lifted.p_covered > plain.p_covered
