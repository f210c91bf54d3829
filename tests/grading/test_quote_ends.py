"""Quotes that can be read by themselves."""

from __future__ import annotations

import random

import pytest

from interviewer.bank import read_natural, read_pack
from interviewer.core.layout import plain_layout
from interviewer.grading.quote_ends import complete_quote
from interviewer.grading.spans import cut_spans
from interviewer.paths import built_in_pack


def completed(piece: str, text: str) -> str:
    start = text.index(piece)
    left, right = complete_quote(text, start, start + len(piece))
    return text[left:right]


@pytest.mark.parametrize(
    ("piece", "text", "whole"),
    [
        (
            "sqrt(d)) v",
            "linear projections of x. softmax(qk^T/sqrt(d)) v, n^2 d compute",
            "softmax(qk^T/sqrt(d)) v",
        ),
        ("softmax(qk^T", "softmax(qk^T/sqrt(d)) v, n^2 d compute", "softmax(qk^T/sqrt(d))"),
        (
            "pi*(y|x) = pi_ref(y|x) * exp(r(x",
            "So the optimum is pi*(y|x) = pi_ref(y|x) * exp(r(x,y)/beta) / Z(x), up to a constant.",
            "pi*(y|x) = pi_ref(y|x) * exp(r(x,y)/beta) / Z(x)",
        ),
        (
            "grad norm per layer (which layer goes first",
            "I log grad norm per layer (which layer goes first, and when), and the batch.",
            "grad norm per layer (which layer goes first, and when)",
        ),
        ("21,676,032 multiply", "Done directly it is 21,676,032 multiply-adds per image.", "21,676,032 multiply-adds"),
        ("p(y_w > y_l) = sigmoid(r_w", "p(y_w > y_l) = sigmoid(r_w - r_l), then.", "p(y_w > y_l) = sigmoid(r_w - r_l)"),
        ("2)+1 = 54.", "the size is ((111 - 5)/2)+1 = 54.", "((111 - 5)/2)+1 = 54."),
        ("like, comment", "a multi-task net (like, comment, share, dwell), or two.", "like, comment"),
        ("share, dwell)", "a multi-task net (like, comment, share, dwell), or two.", "(like, comment, share, dwell)"),
        ("it takes 16", "In all it takes 16 GiB, as the weights do.", "it takes 16 GiB"),
        ("the weights are 16", "the weights are 16 and the cache is 4.", "the weights are 16"),
        (
            "kv heads * 128",
            "so 32 layers * 8 kv heads * 128 * 2 bytes, a lot",
            "32 layers * 8 kv heads * 128 * 2 bytes",
        ),
        ("layer", "Put the layer-norm first.", "layer-norm"),
        ("the train", "I mind the train/serve skew.", "the train/serve"),
        ("weight decay", "dropout - weight decay - early stopping", "weight decay"),
        ("dropout and weight decay", "dropout and weight decay, early stopping", "dropout and weight decay"),
        ("dwell, or so", "the net (like, comment, dwell, or so. And more.", "dwell, or so"),
        ("a point", "1) a point, and more", "a point"),
        ("it. And", "Say it. And (then go) on.", "Say it. And (then go) on."[4:11]),
    ],
)
def test_a_quote_is_widened_to_what_can_be_read_by_itself(piece: str, text: str, whole: str) -> None:
    assert completed(piece, text) == whole


def test_no_quote_of_a_real_answer_parts_words_or_brackets_or_leaves_its_sentences() -> None:
    natural, _ = read_natural(read_pack(built_in_pack()))
    answers = [each.text for own in natural.values() for each in own]
    for answer in random.Random(3).sample(answers, 60):
        text = plain_layout(answer).text
        for span in cut_spans(text):
            left, right = complete_quote(text, span.start, span.end)
            quote = text[left:right]
            assert left <= span.start
            assert right >= span.end - 1
            assert not text[:left][-1:].isalnum() or not quote[:1].isalnum()
            assert not quote[-1:].isalnum() or not text[right : right + 1].isalnum()
            assert complete_quote(text, left, right) == (left, right)
