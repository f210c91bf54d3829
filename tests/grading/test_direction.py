"""Words a paraphrase may not change: direction, order, numbers."""

from __future__ import annotations

import pytest

from interviewer.grading.direction import CHECKS, check_direction


def found(wording: str, said: str) -> dict[str, float]:
    return dict(zip(CHECKS, check_direction(wording, said), strict=True))


@pytest.mark.parametrize(
    ("wording", "said", "turned"),
    [
        ("Dropout reduces overfitting.", "it decreases overfitting", 0),
        ("Dropout reduces overfitting.", "it increases overfitting", 1),
        ("Dropout reduces overfitting.", "it does not reduce overfitting", 1),
        ("Dropout reduces overfitting.", "it doesn't increase overfitting", 0),
        ("Statistics come from the batch during training.", "at inference they come from the batch", 1),
        ("Normalise before the layer.", "the norm sits after the layer", 1),
    ],
)
def test_clashing_sides_and_negations_cancel_out(wording: str, said: str, turned: float) -> None:
    assert found(wording, said)["turned"] == turned


def test_a_text_on_both_sides_takes_none() -> None:
    both = found(
        "Large batches need a higher rate.", "with a larger batch the rate is higher, with a smaller one lower"
    )
    assert both["direction_clash"] == 0


def test_swapped_roles_stand_in_the_other_order() -> None:
    wording = "The generator fools the discriminator with samples."
    assert found(wording, "the discriminator fools the generator with samples")["inverted"] > 0
    assert found(wording, "a generator tries to fool the discriminator, using samples")["inverted"] == 0


def test_only_two_sets_of_numbers_can_clash() -> None:
    wording = "Each parameter takes 16 bytes."
    assert found(wording, "that makes 12 bytes")["numbers_clash"] == 1
    assert found(wording, "16 bytes in 2 states")["numbers_clash"] == 0
    assert found(wording, "a few bytes")["numbers_clash"] == 0
