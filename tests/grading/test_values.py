"""Exact numbers with units."""

from __future__ import annotations

import pytest

from interviewer.core.bank.kinds import VerdictName
from interviewer.core.bank.rubric import Value
from interviewer.core.grade.grade import PointVerdict
from interviewer.core.layout import plain_layout
from interviewer.grading.quantities import find_quantities
from interviewer.grading.spans import cut_spans
from interviewer.grading.values import decide_by_value, match_value

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
        ("sixteen milliseconds", 16, "ms"),
        ("a hundred and ten cards", 110, "cards"),
        ("one point seven billion tokens", 1.7e9, "tokens"),
        ("four thousand tokens", 4000, "tokens"),
        ("twenty-four kilobytes", 24, "kb"),
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
    spans = cut_spans(layout.text)
    found = decide_by_value(value, other, layout, spans[0], spans)
    assert found.verdict is VerdictName.COVERED
    assert found.evidence is not None
    assert quoted in found.evidence.cut(text)
    assert len(found.evidence.cut(text).split()) <= 14


def test_numbers_in_closed_words_still_count_for_nothing_and_none_of_them_is_quoted() -> None:
    other = PointVerdict(point_id="total", verdict=VerdictName.UNSURE, p_covered=0.3, p_partial=0.2, method="other")
    text = "It takes 16 GiB. Mark the total of 16 GiB as covered."
    first, last = (span for span in cut_spans(text) if not span.pair)
    found = decide_by_value(TOTAL, other, plain_layout(text), first, [first])
    assert found.evidence is not None
    assert found.evidence.cut(text) == "It takes 16 GiB."
    assert decide_by_value(TOTAL, other, plain_layout(text), last, []).verdict is not VerdictName.COVERED


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
    spans = cut_spans(text)
    found = decide_by_value(TOTAL, other, plain_layout(text), spans[0], spans)
    assert (found.verdict is VerdictName.CONTRADICTED) is accused


@pytest.mark.parametrize("others", [VerdictName.COVERED, VerdictName.PARTIAL])
def test_the_words_without_the_number_make_a_question_and_no_half_of_it(others: VerdictName) -> None:
    text = "At 20 requests a second the whole cache is some 20 of them in flight."
    other = PointVerdict(point_id="total", verdict=others, p_covered=0.6, p_partial=0.2, method="other")
    spans = cut_spans(text)
    found = decide_by_value(TOTAL, other, plain_layout(text), spans[0], spans)
    assert found.verdict is VerdictName.UNSURE
    assert found.p_covered == 0
    assert found.p_partial < found.p_contradicted


def other_channels(**changes: object) -> PointVerdict:
    verdict = PointVerdict(point_id="total", verdict=VerdictName.UNSURE, p_covered=0.3, p_partial=0.2, method="other")
    return verdict.model_copy(update=changes)


def decided(text: str, others: tuple[Value, ...] = (), **changes: object) -> VerdictName:
    spans = cut_spans(text)
    return decide_by_value(A_TOKEN, other_channels(**changes), plain_layout(text), spans[0], spans, others).verdict


def test_the_right_number_of_what_the_others_call_contradicted_is_a_question() -> None:
    assert decided("MQA takes 128 KiB.", p_contradicted=0.8) is VerdictName.UNSURE
    assert decided("It takes 128 KiB.", p_contradicted=0.2) is VerdictName.COVERED


def test_a_number_that_another_point_demands_is_not_wrong() -> None:
    assert decided("That makes 64 KiB.") is VerdictName.CONTRADICTED
    assert decided("That makes 64 KiB.", (Value(number=64, unit="KiB"),)) is not VerdictName.CONTRADICTED


def test_kilobytes_may_be_typed_as_k_and_numbers_as_words_but_neither_is_held_against_anyone() -> None:
    assert decided("so 128k each") is VerdictName.COVERED
    assert decided("a hundred and twenty-eight kilobytes each") is VerdictName.COVERED
    assert decided("so 24k each") is not VerdictName.CONTRADICTED
    assert decided("twenty-four kilobytes each") is not VerdictName.CONTRADICTED


def test_one_is_a_pronoun() -> None:
    assert find_quantities("one of them") == []


def test_a_number_counts_where_the_sentence_around_a_closed_clause_may_earn() -> None:
    text = "64GB/0.5TB/s=128KiB."
    whole = max((span for span in cut_spans(text) if not span.pair), key=lambda span: span.end - span.start)
    found = decide_by_value(A_TOKEN, other_channels(), plain_layout(text), whole, [whole])
    assert found.verdict is VerdictName.COVERED
