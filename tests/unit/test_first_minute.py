"""The recorded first minute of a newcomer holds what it is said to hold."""

from __future__ import annotations

import json
from pathlib import Path

FILE = Path(__file__).resolve().parents[2] / "docs" / "first-minute.cast"


def test_the_first_grade_is_on_the_screen_within_a_minute() -> None:
    header, *events = map(json.loads, FILE.read_text(encoding="utf-8").splitlines())
    assert (header["version"], header["width"], header["height"]) == (2, 80, 24)
    assert [at for at, _, _ in events] == sorted(at for at, _, _ in events)
    ((at, _, label),) = [event for event in events if event[1] == "m"]
    shown = "".join(text for when, kind, text in events if kind == "o" and when <= at)
    assert label == "first graded answer"
    assert at < 60
    assert "of 100" in shown
