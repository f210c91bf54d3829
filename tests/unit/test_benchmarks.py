"""The benchmarks' one table, and what it says of what could not be measured."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence

import pytest

from benchmarks import __main__ as everything
from benchmarks import interface
from benchmarks.table import NotMeasuredError, Row, render

ROWS = [
    Row("first question", 1.234, "s", "a bare app (0.60 s)", 2.06, "2x"),
    Row("batch", 12.5, "rows/s", "0.62 of a bare encode", at_least="0.8"),
]


def test_every_row_says_what_it_stands_beside_and_what_the_aim_is() -> None:
    head, rule, first, second = render(ROWS).splitlines()
    assert {len(line) for line in (head, rule, first, second)} == {len(head)}
    assert "1.23 s" in first
    assert "2.06x a bare app (0.60 s)" in first
    assert "<= 2x" in first
    assert ">= 0.8" in second


def test_a_program_that_paints_nothing_is_named_with_what_it_said() -> None:
    silent = [sys.executable, "-c", "print('no such level')"]
    with pytest.raises(NotMeasuredError, match="no such level"):
        interface.first_paint(silent, os.environ)


def test_what_cannot_be_measured_is_said_and_the_rest_is_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(quick: bool) -> Sequence[Row]:
        raise NotMeasuredError("there is no encoder")

    monkeypatch.setattr(everything, "ALL", {"interface": lambda quick: ROWS[:1], "grade": fail})
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--only", "interface", "grade", "--json", "-"])
    assert everything.main() == 1
    found = json.loads(capsys.readouterr().out)
    assert [row["what"] for row in found["rows"]] == ["first question"]
    assert found["missing"] == {"grade": "there is no encoder"}
