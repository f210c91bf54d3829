"""Grades without the joint reader: each says so, and none is taken for a full one."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from interviewer.cli.grade_lines import grade_lines
from interviewer.cluster.ray_engine import RayEngine
from interviewer.core.bank.content import Bank
from interviewer.core.grade.grade import Grade, GradeRequest, Passport
from interviewer.errors import UsageError
from interviewer.grading import build_grader
from interviewer.paths import find_places
from interviewer.services import Services
from interviewer.settings.schema import Settings
from interviewer.wording import worth
from tests.support.builders import make_item
from tests.support.encoders import WordEncoder
from tests.support.packs import write_pack
from tests.support.stub_engine import stub_engine
from tests.unit.test_cli import mockdl

PASSPORT = Passport(name="offline-contrast", version="3p", rubric_hash="0", encoder="words", fast=True)


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    pack = write_pack(tmp_path / "pack", make_item("alpha"))
    engine = stub_engine(pack)
    made = Services(find_places(), Settings(), (pack,), engine=engine)
    engine.start()
    yield made
    made.close()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"question_id": "alpha", "answer": "one", "fast": "mine"}\n', encoding="utf-8")
    return path


def test_a_grade_says_in_its_passport_that_it_is_fast(bank: Bank) -> None:
    item = bank["dropout"]
    request = GradeRequest(question_id="dropout", answer=item.rubric.key_points[0].statement)
    fast, full = (build_grader(WordEncoder(), fast=each).grade(item, request) for each in (True, False))
    assert isinstance(fast, Grade)
    assert isinstance(full, Grade)
    assert fast.passport.model_dump()["fast"] is True
    assert "fast" not in full.passport.model_dump(), "as in grades of before"
    assert fast.passport != full.passport


@pytest.mark.parametrize("first", [True, False])
def test_a_second_run_never_mixes_fast_grades_with_full_ones(
    services: Services, tmp_path: Path, source: Path, first: bool
) -> None:
    output = tmp_path / "grades.jsonl"
    services.fast = first
    assert grade_lines(services, str(source), output, None) == 0
    before = output.read_bytes()
    row = json.loads(before)
    assert row.get("fast", False) is first
    assert row["given"] == {"fast": "mine"}
    assert grade_lines(services, str(source), output, None) == 0, "the same kind goes on"
    services.fast = not first
    with pytest.raises(UsageError, match="are not mixed with") as refused:
        grade_lines(services, str(source), output, None)
    assert refused.value.kept == "It was not changed."
    assert output.read_bytes() == before


def test_a_report_says_that_grades_are_fast() -> None:
    assert "fast (without the joint reader)" in worth._describe(PASSPORT, 50)
    assert "fast ones, made without the joint reader" in worth._tell(PASSPORT, 50)


@pytest.mark.encoder
def test_fast_is_said_aloud_and_in_the_grade() -> None:
    result = mockdl("grade", "--question", "dropout", "--fast", "--json", typed="Units are dropped at random.")
    assert result.returncode == 0, result.stderr
    assert result.stderr.count("without the joint reader") == 1
    assert json.loads(result.stdout)["grader"]["fast"] is True


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["--fast"], "a session keeps full grades"),
        (["rows.jsonl", "--engine", "spark"], "is not an engine"),
        (["rows.jsonl", "--workers", "2"], "--workers is for --engine ray"),
        (["--question", "dropout", "--engine", "ray"], "--engine ray grades a file"),
    ],
)
def test_wrong_use_is_explained(arguments: list[str], wanted: str) -> None:
    result = mockdl("grade", *arguments, typed="text")
    assert result.returncode == 2
    assert wanted in result.stderr
    assert "Traceback" not in result.stderr


def test_without_the_extra_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UsageError, match="needs the package ray, which is not installed") as refused:
        RayEngine({}, 2)
    assert "mockdl[ray]" in refused.value.todo
