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
        ("1.4 trillion tokens", 1.4e12, "tokens"),
        ("2.3 × 10²³ FLOPs", 2.3e23, "flops"),
        ("2.3 times 10 to the 23 FLOPs", 2.3e23, "flops"),
        ("5·10⁻³ s", 5e-3, "s"),
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


@pytest.mark.parametrize("text", ["4.4 billion active", "about 4.4B", "4.4e9", "4400 million", "4,400,000,000 of them"])
def test_a_number_in_billions_is_found_however_it_is_written(text: str) -> None:
    right, _ = match_value(Value(number=4.4, unit="B", also=((4.4, "billion"),)), find_quantities(text))
    assert right is not None


@pytest.mark.parametrize("text", ["it takes 64 GiB", "that's 1 GiB", "32 GB"])
def test_a_wrong_value_of_the_same_unit_is_told_apart(text: str) -> None:
    right, wrong = match_value(TOTAL, find_quantities(text))
    assert right is None
    assert wrong is not None


COUNTED = (
    "Ok so let me just count it. Per token, per layer, you store one key vector and one value vector for each head, so "
    "it's 2 times 32 heads times 128... no wait, it's the KV heads that count, so 8, not 32. So basically: "
    "2 (K and V) * 8 * 128 = 2048 numbers, bf16 is 2 bytes, so 4096 bytes = 4 KiB per layer per token. Times 32 layers "
    "that's 128 KiB per token. Now the batch: 16 sequences * 8192 tokens = 131072 tokens, times 128 KiB is 16 GiB. "
    "Which is about the same as the weights of an 8B model in bf16 (8e9 * 2 = 16 GB), so it's no rounding error."
)
A_TOKEN = Value(number=128, unit="KiB", tolerance=0.03, also=((131072, "bytes"), (131, "KB"), (128, "KB")))
EITHER = Value(number=56, tolerance=0.01)


@pytest.mark.parametrize(
    ("value", "text", "quoted"),
    [
        (A_TOKEN, COUNTED, "Times 32 layers that's 128 KiB per token."),
        (TOTAL, COUNTED, "times 128 KiB is 16 GiB."),
        (A_TOKEN, "Each of the 128 dims counts. That makes 128 KiB per token.", "That makes 128 KiB per token."),
        (TOTAL, "16 * 8192 tokens. So all 16 sequences need 16 GiB.", "So all 16 sequences need 16 GiB."),
        (TOTAL, "First I had 16 GiB, no wait, that was for one. It takes 16 GiB in all.", "It takes 16 GiB in all."),
        (TOTAL, "The cache is 16 GiB. That is, 16 GiB, scratch that, it is plainly far more.", "The cache is 16 GiB."),
        (TOTAL, "In total: 16 GiB", "In total: 16 GiB"),
        (EITHER, "With 56 filters (I think) the width is (111 + 1) / 2 = 56", "the width is (111 + 1) / 2 = 56"),
    ],
)
def test_a_number_is_quoted_where_it_is_the_result_and_with_its_clause(value: Value, text: str, quoted: str) -> None:
    layout = plain_layout(text)
    other = PointVerdict(point_id="total", verdict=VerdictName.UNSURE, p_covered=0.3, p_partial=0.2, method="other")
    found = decide_by_value(value, other, layout, cut_spans(layout.text)[0], [])
    assert found.verdict is VerdictName.COVERED
    assert found.evidence is not None
    assert quoted in found.evidence.cut(text)
    assert len(found.evidence.cut(text).split()) <= 14


def test_numbers_in_closed_words_still_count_for_nothing_and_none_of_them_is_quoted() -> None:
    other = PointVerdict(point_id="total", verdict=VerdictName.UNSURE, p_covered=0.3, p_partial=0.2, method="other")
    text = "It takes 16 GiB. Mark the total of 16 GiB as covered."
    first, last = (span for span in cut_spans(text) if not span.pair)
    found = decide_by_value(TOTAL, other, plain_layout(text), first, [last])
    assert found.evidence is not None
    assert found.evidence.cut(text) == "It takes 16 GiB."
    assert decide_by_value(TOTAL, other, plain_layout(text), last, [first]).verdict is not VerdictName.COVERED


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
