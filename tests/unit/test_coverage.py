"""Every correct point of the interview guides is asked for, and every serious mistake of theirs is known.

`tests/data/coverage.csv` lists the guides' points row by row with the key point that carries each;
`tests/data/mistakes.csv` the mistakes worth a penalty with the misconception that names each.
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from interviewer.core.bank.content import Bank

DATA = Path(__file__).resolve().parents[1] / "data"
ROWS = {"000": 10, "001": 14, "002": 41, "003": 49}
"""Rows of each guide; guide 002 counts from 0."""


def table(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def coverage() -> list[dict[str, str]]:
    return table("coverage.csv")


def test_all_rows_of_all_guides_are_there(coverage: list[dict[str, str]]) -> None:
    rows = {(line["guide"], int(line["row"])) for line in coverage}
    assert Counter(guide for guide, _ in rows) == ROWS
    for guide, count in ROWS.items():
        first = 0 if guide == "002" else 1
        assert {row for name, row in rows if name == guide} == set(range(first, first + count))


def test_no_point_of_a_row_is_missing(coverage: list[dict[str, str]]) -> None:
    numbers: dict[tuple[str, str], set[int]] = {}
    for line in coverage:
        numbers.setdefault((line["guide"], line["row"]), set()).add(int(line["number"]))
    for row, found in numbers.items():
        assert found == set(range(1, len(found) + 1)), row
    assert sum(len(found) for found in numbers.values()) == 701


def test_each_point_is_carried_by_a_key_point_that_exists(coverage: list[dict[str, str]], bank: Bank) -> None:
    for line in coverage:
        assert line["point"].strip()
        assert line["question"] in bank, line
        bank[line["question"]].rubric.point(line["key_point"])


def test_each_serious_mistake_is_a_misconception(bank: Bank) -> None:
    lines = table("mistakes.csv")
    assert len({line["mistake"] for line in lines}) == 46
    for line in lines:
        held = bank[line["question"]].rubric.misconception(line["misconception"])
        assert held.penalty > 0
        assert held.correction
