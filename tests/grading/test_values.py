"""Exact numbers with units."""

from __future__ import annotations

import pytest

from interviewer.core.bank.kinds import VerdictName
from interviewer.core.bank.rubric import Value
from interviewer.core.grade.grade import PointVerdict
from interviewer.core.layout import plain_layout
from interviewer.grading.spans import cut_spans
from interviewer.grading.values import decide_by_value, find_quantities, match_value

TOTAL = Value(number=16, unit="GiB", tolerance=0.03, also=((17.18, "GB"), (16384, "MiB")))


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("about 16 GiB", 16, "gib"),
        ("131,072 bytes", 131072, "bytes"),
        ("17.2GB in all", 17.2, "gb"),
        ("2 x 10^9 parameters", 2e9, "parameters"),
        ("1.5e3 tokens", 1500, "tokens"),
        ("7B params", 7e9, "params"),
        ("40%", 40, "%"),
        ("1e400 GB", float("inf"), "gb"),
        ("10e-400 GB", 0.0, "gb"),
    ],
)
def test_quantities_are_read(text: str, number: float, unit: str) -> None:
    found = find_quantities(text)[0]
    assert found.number == pytest.approx(number)
    assert found.unit == unit


@pytest.mark.parametrize(
    "text", ["it takes 16 GiB", "that's 17.2 GB", "16,384 MiB", "roughly 16.3 GiB", "so 16 in all"]
)
def test_a_right_value_is_found_in_any_accepted_unit(text: str) -> None:
    right, _ = match_value(TOTAL, find_quantities(text))
    assert right is not None


@pytest.mark.parametrize("text", ["it takes 64 GiB", "that's 1 GiB", "32 GB"])
def test_a_wrong_value_of_the_same_unit_is_told_apart(text: str) -> None:
    right, wrong = match_value(TOTAL, find_quantities(text))
    assert right is None
    assert wrong is not None


def test_numbers_of_other_things_are_neither() -> None:
    assert match_value(TOTAL, find_quantities("32 layers, 8 heads and 8,192 tokens")) == (None, None)


@pytest.mark.parametrize(
    ("text", "accused"),
    [
        ("The cache takes 64 GiB.", True),
        ("With 32 KV heads it would grow fourfold to 64 GiB.", False),
        ("With 32 key-value heads it'd be 64 GiB, so grouped queries saved a factor of four.", False),
        ("Storing it in 8 bits halves it to about 8 GiB.", False),
        ("If the batch were 64, we'd need 64 GiB.", False),
    ],
)
def test_a_number_of_a_case_only_thought_of_denies_nothing(text: str, accused: bool) -> None:
    other = PointVerdict(point_id="total", verdict=VerdictName.UNSURE, p_covered=0.3, p_partial=0.2, method="other")
    found = decide_by_value(TOTAL, other, plain_layout(text), cut_spans(text)[0], [])
    assert (found.verdict is VerdictName.CONTRADICTED) is accused
