"""Tables for people: 80 columns, plain, and what others wrote in them is only text."""

from __future__ import annotations

import math
from typing import Any

import pytest

from interviewer.cli.evaluate import _table
from interviewer.cli.tables import render_columns, short_number, show_interval

NASTY = ["[bold red]x[/]", "\x1b[31mred\x1b[0m", ":smile:", "[/b]", "a\rb", "\u202eevil", "界" * 60, "long " * 40]


@pytest.mark.parametrize("cell", NASTY)
@pytest.mark.parametrize("right", [True, False])
def test_a_cell_is_text_and_the_line_fits(cell: str, right: bool) -> None:
    head, row = render_columns(["name", "number"], [[cell, "1.25"]], right=right)
    assert max(len(head), len(row)) <= 80
    assert row.endswith("1.25")
    assert not set("\x1b\r\u202e") & set(row)
    if len(cell) < 20 and cell.isascii() and cell.isprintable():
        assert row.startswith(cell)


def test_colours_are_for_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "20")
    assert render_columns(["a", "b"], [["one", "two"], ["three", "4"]], gap=1) == ["a     b", "one   two", "three 4"]


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0.444, ".44"), (-0.05, "-.05"), (1.0, "1.00"), (0.996, "1.00"), (0.994, ".99"), (0, ".00"), (None, "-")],
)
def test_numbers_are_shown_as_correlations_are(number: float | None, shown: str) -> None:
    assert short_number(number) == shown


def test_intervals_stand_beside_their_values() -> None:
    assert show_interval(0.44, 0.4, 0.49) == ".44 [.40 .49]"
    assert show_interval(0.1, -0.1, 0.3, signed=True) == "+.10 [-.10 .30]"
    assert show_interval(math.nan, math.nan, math.nan) == "-"
    assert show_interval(0.5, None, None) == ".50 [- -]"


def measured(value: float, low: float, high: float) -> dict[str, Any]:
    return {"value": value, "low": low, "high": high, "n": 9}


@pytest.mark.parametrize("names", [["r"], ["r", "rho", "within r", "QWK", "MAE"]])
def test_a_table_of_measures_keeps_to_80_columns(names: list[str]) -> None:
    row = {"n": 9, **dict.fromkeys(names, measured(-0.05, -0.1, -0.01))}
    lines = list(_table({"agreement": {"keyword recall": row, "\x1b[2J[b]kind[/b]": row}}))
    assert max(map(len, lines)) <= 80
    assert lines[0] == "agreement (9 answers), 95% intervals over questions"
    text = " ".join("\n".join(lines).split())
    assert text.count("-.05") == text.count("[-.10 -.01]") == 2 * len(names)
    assert "[b]kind[/b]" in text
    assert "\x1b" not in text
