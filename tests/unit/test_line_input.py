"""A line one types into, without the interface around it."""

from __future__ import annotations

import pytest

from interviewer.tui.widgets.line_input import LineInput
from tests.tui.nasty import NASTY


@pytest.mark.parametrize("name", NASTY)
def test_a_line_takes_any_text_and_holds_nothing_that_could_repaint_the_terminal(name: str) -> None:
    assert not set("\x1b\x07\r\n\u202e\u2066\ud800") & set(LineInput().validate_value(NASTY[name]))


def test_what_is_ordinary_stays_as_typed() -> None:
    text = r" x[0]  and [/b] $\frac{a}{b}$ 日本語 "
    assert LineInput().validate_value(text) == text
