"""Confidence against result."""

from __future__ import annotations

import pytest

from interviewer.core.interview.calibration import build_calibration


@pytest.mark.parametrize(
    ("rated", "verdict"),
    [
        ([(5, 40.0), (5, 55.0), (4, 30.0)], "surer than your results"),
        ([(1, 80.0), (2, 70.0), (2, 90.0)], "better than you thought"),
        ([(3, 50.0), (4, 70.0), (5, 95.0)], "fits your results"),
        ([(5, 0.0), (5, 0.0)], "too few answers"),
    ],
)
def test_the_tendency_is_named(rated: list[tuple[int, float]], verdict: str) -> None:
    assert verdict in build_calibration(("title", *each) for each in rated).verdict


def test_questions_without_confidence_or_score_are_left_out() -> None:
    found = build_calibration([("a", None, 50.0), ("b", 3, None), ("c", 3, 50.0)])
    assert [each.title for each in found.ratings] == ["c"]
    assert found.lean == 0.0
