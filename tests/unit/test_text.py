"""Outside text is shown as typed, and can do nothing to the terminal."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.core.text import clean, clean_line, escape_hidden, shorten, shorten_path


@pytest.mark.parametrize("text", ["x[0] + w[i] = [1, 2]", "closing [/b] tag", r"$\frac{a}{b}$", "日本語 🙂 naïve"])
def test_ordinary_text_stays_as_typed(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2Jgone", "gone"),
        ("\x1b]0;title\x07after", "after"),
        ("a\u202eb", "ab"),
        ("bell\x07", "bell"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("\ud800", "\ufffd"),
        ("a\x00b", "ab"),
        ("a\x9b31mb", "a31mb"),
        ("a\u200bb\u2060c\u00add\ufeffe", "abcde"),
        ("a\U000e0041b\U000e0100c\ufe01d", "abcd"),
        ("a\u2028b\u2029c", "a\nb\nc"),
        ("☺\ufe0f", "☺\ufe0f"),
    ],
)
def test_what_could_repaint_the_terminal_is_removed(text: str, shown: str) -> None:
    assert clean(text) == shown


IGNORABLE = (
    (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
    (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip
"""`Default_Ignorable_Code_Point` of Unicode 16, first to last: what has no width, though much of it is unassigned."""


def test_nothing_that_is_to_be_ignored_is_shown_but_what_chooses_emoji_or_text() -> None:
    hidden = (chr(point) for first, last in IGNORABLE for point in range(first, last + 1))
    assert [char for char in hidden if clean(f"a{char}b") != "ab"] == ["\ufe0e", "\ufe0f"]


@given(st.text())
def test_clean_text_always_encodes_and_stays_clean(text: str) -> None:
    once = clean(text)
    once.encode("utf-8")
    assert "\x1b" not in once
    assert clean(once) == once


@given(st.text(), st.integers(1, 60))
def test_shortened_text_fits(text: str, most: int) -> None:
    assert len(shorten(text, most)) <= most
    assert "\n" not in clean_line(text)


@pytest.mark.parametrize(
    ("most", "shown"),
    [
        (99, "/home/ada/data/reports/today.md"),
        (23, "…/data/reports/today.md"),
        (20, "…/reports/today.md"),
        (8, "…oday.md"),
    ],
)
def test_a_path_is_cut_at_its_beginning(most: int, shown: str) -> None:
    assert shorten_path("/home/ada/data/reports/today.md", most) == shown


@given(st.text(), st.integers(min_value=1, max_value=60))
def test_a_cut_path_fits(path: str, most: int) -> None:
    assert len(shorten_path(path, most)) <= most


@given(st.text())
def test_escaped_json_is_the_same_data_and_shows_nothing_hidden(text: str) -> None:
    document = json.dumps({text: text}, ensure_ascii=False, indent=1)
    escaped = escape_hidden(document)
    assert json.loads(escaped) == {text: text}
    assert clean(escaped) == escaped
