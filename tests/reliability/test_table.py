"""`docs/reliability.md` says what is tested."""

from __future__ import annotations

import json
import re

from tests.reliability.promises import PROMISES
from tests.reliability.table import END, FIGURES, PAGE, ROOT, START, render_tables


def test_every_test_that_is_named_is_there() -> None:
    for _, tests in PROMISES:
        for file, names in tests.items():
            text = (ROOT / "tests" / file).read_text(encoding="utf-8")
            assert set(names) <= set(re.findall(r"^(?:async )?def (test_\w+)\(", text, re.MULTILINE)), file


def test_the_page_is_made_of_the_table() -> None:
    inside = PAGE.read_text(encoding="utf-8").split(START)[1].split(END)[0].strip()
    assert inside == render_tables(json.loads(FIGURES.read_text(encoding="utf-8"))), "python -m tests.reliability.table"


def test_security_names_only_what_is_there() -> None:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:tests|interviewer)/[\w/.-]+)`", text)
    assert len(named) > 10
    for each in named:
        assert (ROOT / each).exists(), each
