"""Quotes found again in a text, whatever became of their quotation marks, dashes and spaces."""

from __future__ import annotations

import pytest

from interviewer.core.grade.quotes import find_places, nearest_words

TEXT = "It’s a “gate” –  of sorts. A gate\u200b of sorts decides."


@pytest.mark.parametrize(
    ("quote", "places"),
    [
        ("gate", ["gate", "gate"]),
        ('IT\'S A "GATE" - OF', ["It’s a “gate” –  of"]),
        ("...a gate of sorts...", ["A gate\u200b of sorts"]),
        (" ... ", []),
        ("a door", []),
    ],
)
def test_all_places_are_found_and_given_as_typed(quote: str, places: list[str]) -> None:
    assert [span.cut(TEXT) for span in find_places(quote, TEXT)] == places


@pytest.mark.parametrize(
    ("quote", "near"),
    [
        ("a gate of sort decided", "A gate of sorts decides."),
        ("nothing whatever alike", ""),
        ("", ""),
        ("one more word than there are in the whole of this text, as anybody can count", ""),
    ],
)
def test_the_words_most_like_a_quote_are_shown_or_none(quote: str, near: str) -> None:
    assert nearest_words(quote, TEXT) == near
    assert nearest_words(quote, "") == ""
