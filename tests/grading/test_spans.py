"""What could carry a point: sentences, clauses, entries of lists, windows."""

from __future__ import annotations

import pytest

from interviewer.core.layout import plain_layout
from interviewer.grading.spans import cut_spans


def texts(answer: str) -> list[str]:
    return [span.text for span in cut_spans(plain_layout(answer).text)]


@pytest.mark.parametrize(
    "answer",
    [
        "dropout, weight decay, early stopping and augmentation",
        "dropout; weight decay; early stopping; augmentation",
        "dropout / weight decay / early stopping / augmentation",
        "dropout -> weight decay -> early stopping -> augmentation",
        "- dropout\n- weight decay\n- early stopping\n- augmentation",
        "1) dropout\n2) weight decay\n3) early stopping\n4) augmentation",
        "<ul><li>dropout</li><li>weight decay</li><li>early stopping</li><li>augmentation</li></ul>",
    ],
)
def test_each_entry_of_a_list_is_a_span(answer: str) -> None:
    assert {"dropout", "weight decay", "early stopping", "augmentation"} <= set(texts(answer))


def test_entries_carry_the_head_of_their_list() -> None:
    inline = texts("against overfitting: dropout, weight decay, early stopping")
    lines = texts("Against overfitting:\n- dropout\n- weight decay\n\nThat is what I would do first.")
    assert "against overfitting: weight decay" in inline
    assert "Against overfitting: weight decay" in lines
    assert not any(text.startswith("Against overfitting: That") for text in lines)


def test_an_entry_points_at_its_own_words() -> None:
    answer = "against overfitting: dropout, weight decay, early stopping"
    (span,) = [each for each in cut_spans(answer) if each.text.endswith(": weight decay")]
    assert answer[span.start : span.end] == "weight decay"


def test_ordinary_commas_make_no_list() -> None:
    answer = (
        "At test time, when nothing is dropped, every unit is active, so the expected input of a unit stays the same."
    )
    assert all(len(text.split()) >= 3 for text in texts(answer))


def test_a_long_stretch_without_marks_is_read_through_windows() -> None:
    words = [f"word{number}" for number in range(60)]
    spans = texts(" ".join(words))
    assert max(len(text.split()) for text in spans) == 60
    windows = [text for text in spans if len(text.split()) == 16]
    assert set(words) == {word for text in windows for word in text.split()}
