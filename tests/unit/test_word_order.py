"""The order of words, compared bit by bit, is what comparing them word by word gives."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.grading.word_order import compare_order

WORDS = st.lists(st.sampled_from(["gradient", "shrinks", "layer", "product", "loss", "batch"]), min_size=1, max_size=9)


def common(one: Sequence[str], other: Sequence[str]) -> int:
    """Length of the longest common subsequence, by the definition."""
    if not one or not other:
        return 0
    if one[0] == other[0]:
        return 1 + common(one[1:], other[1:])
    return max(common(one[1:], other), common(one, other[1:]))


@given(said=WORDS, wording=WORDS)
def test_it_finds_the_longest_common_subsequence(said: list[str], wording: list[str]) -> None:
    found = common(said, wording)
    counts = len(wording) == 1 or (found > 1 and len(set(said) & set(wording)) > 1)
    order = compare_order([" ".join(said)], [" ".join(wording)], [])
    assert order.alike == pytest.approx(2 * found / (len(said) + len(wording)) if counts else 0.0)
    assert order.whole == pytest.approx(found / len(wording) if counts else 0.0)


@given(said=st.lists(WORDS, max_size=4), wordings=st.lists(WORDS, min_size=1, max_size=3))
def test_of_many_stretches_and_wordings_the_nearest_two_count(said: list[list[str]], wordings: list[list[str]]) -> None:
    spans, texts = ([" ".join(words) for words in each] for each in (said, wordings))
    each = [compare_order([span], [text], []) for span in spans for text in texts]
    order = compare_order(spans, texts, texts[::-1])
    assert order[:2] == order[2:]
    assert order[:2] == (max((one.alike for one in each), default=0.0), max((one.whole for one in each), default=0.0))


def test_the_same_words_again_are_as_much_as_one_of_them() -> None:
    assert compare_order(["loss loss"], ["loss of the loss"], []).alike == 0.0
    assert compare_order(["loss batch loss"], ["loss of the batch loss"], []).alike == 1.0


def test_a_wording_longer_than_a_machine_word_is_compared_whole() -> None:
    long = " ".join(f"w{number}" for number in range(100))
    assert compare_order([long], [long], []).whole == 1.0
    assert compare_order([long], [" ".join(reversed(long.split()))], []).whole == 0.0
