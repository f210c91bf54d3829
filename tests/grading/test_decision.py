"""Probabilities to verdicts, without an encoder."""

from __future__ import annotations

import math

import pytest

from interviewer.core.bank.kinds import VerdictName
from interviewer.grading.decision import DecisionModel


def decide(covered: float, partial: float, missing: float, contradicted: float) -> VerdictName:
    """The verdict of a model that gives just these probabilities."""
    rows = tuple((math.log(each),) for each in (covered, partial, missing, contradicted))
    model = DecisionModel(
        names=("bias",), point=rows, misconception=(0.0,), sure=0.42, weight=(1, 1, 1, 1.5), held=0.6, version="test"
    )
    return model.decide((1.0,)).verdict


@pytest.mark.parametrize(
    ("shares", "verdict"),
    [
        ((0.6, 0.1, 0.2, 0.1), VerdictName.COVERED),
        ((0.1, 0.1, 0.25, 0.55), VerdictName.CONTRADICTED),
        ((0.05, 0.05, 0.42, 0.48), VerdictName.UNSURE),
        ((0.5, 0.05, 0.05, 0.4), VerdictName.UNSURE),
        ((0.3, 0.1, 0.3, 0.3), VerdictName.UNSURE),
        ((0.1, 0.1, 0.7, 0.1), VerdictName.MISSING),
    ],
)
def test_an_accusation_must_be_likelier_than_not(
    shares: tuple[float, float, float, float], verdict: VerdictName
) -> None:
    assert decide(*shares) is verdict
