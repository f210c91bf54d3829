"""Authored texts outside the Markdown widget, and texts that nobody authored."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from interviewer.wording.prose import read_blocks, reflow, rejoin

CODE = "Say what\nthis does:\n\n```python\nfor x in xs:\n    y[0] += x\n```\n\nwith $x_i$\nin mind"


def test_paragraphs_are_set_anew_and_code_keeps_its_lines_without_fences() -> None:
    assert reflow(CODE) == "Say what this does:\n\n    for x in xs:\n        y[0] += x\n\nwith xᵢ in mind"


def test_lists_and_tables_keep_their_lines() -> None:
    text = "Two:\n\n- one\n- two\n\n| a | b |\n| 1 | 2 |\n\nand so\non"
    assert reflow(text) == "Two:\n\n- one\n- two\n\n| a | b |\n| 1 | 2 |\n\nand so on"


def test_a_fence_that_is_never_closed_loses_nothing() -> None:
    assert reflow("```\nx = 1") == "    x = 1"


def test_what_a_candidate_wrote_is_not_read_as_formulas() -> None:
    assert rejoin("You said: $x_i$ and\n[/b] x[0]") == "You said: $x_i$ and [/b] x[0]"
    assert rejoin("- a\n- $b_i$") == "- a\n- $b_i$"


@given(st.text(alphabet="ab `-|\n", max_size=60))
def test_no_word_is_lost(text: str) -> None:
    said = "".join("".join(block.text.split()) for block in read_blocks(text))
    for mark in "ab":
        assert said.count(mark) >= text.count(mark) - sum(
            line.count(mark) for line in text.split("\n") if line.strip().startswith("```")
        )
