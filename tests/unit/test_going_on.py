"""A second `mockdl grade FILE -o OUT` ends with what one run alone had written, or refuses and changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from interviewer.cli import grades_file, json_lines
from interviewer.cli.grade_lines import grade_lines
from interviewer.core import json_rows
from interviewer.core.bank.kinds import Level
from interviewer.core.json_rows import MOST_BYTES
from interviewer.errors import UsageError
from interviewer.services import Services
from interviewer.settings.schema import JudgeMode
from tests.support.builders import make_item
from tests.support.packs import write_pack
from tests.unit.test_batches import begin, graded


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    folder = tmp_path_factory.mktemp("one-worker")
    pack = write_pack(folder / "pack", make_item("alpha"), make_item("beta"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOCKDL_HOME", str(folder / "home"))
        with begin(pack) as made:
            yield made


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "grades.jsonl"


def grade(services: Services, output: Path, *rows: Any, level: Level | None = None) -> int:
    """Grade rows, or lines as bytes."""
    source = output.with_name("rows.jsonl")
    source.write_bytes(
        b"".join((each if isinstance(each, bytes) else json.dumps(each).encode()) + b"\n" for each in rows)
    )
    return grade_lines(services, str(source), output, level)


def answers(names: str, **others: Any) -> list[dict[str, Any]]:
    return [{"question_id": "alpha", "answer": f"answer of {name}", **others} for name in names]


def as_before(output: Path) -> None:
    """Leave of the grades what the version before wrote of them."""
    rows = graded(output)
    for each in rows:
        del each["answer_digest"]
    output.write_text("".join(json.dumps(each) + "\n" for each in rows))


def refused(services: Services, output: Path, *rows: Any, level: Level | None = None) -> str:
    """What is said; nothing was changed and how to go on is told."""
    before = output.read_bytes()
    with pytest.raises(UsageError) as error:
        grade(services, output, *rows, level=level)
    assert output.read_bytes() == before
    assert error.value.exit_code == 2
    assert error.value.kept == "It was not changed."
    assert error.value.todo == "Name another file with -o, or remove this one."
    return error.value.what


def test_a_second_run_writes_what_one_alone_had(services: Services, output: Path, tmp_path: Path) -> None:
    odd = {"score": 4, "note": "mine", "level": " Mid", "big": 1e300, "deep": {"a": [1, None, "\u2028 \ud800"]}}
    rows = [*answers("AB", **odd), b"no JSON", b"", *answers("CD"), {"question_id": "beta", "answer": "one"}]
    grade(services, output, *rows)
    whole = output.read_bytes()
    for kept in range(1, 5):
        for cut in (0, 7):
            lines = whole.splitlines(keepends=True)
            output.write_bytes(b"".join(lines[:kept]) + lines[kept][:cut])
            grade(services, output, *rows)
            assert output.read_bytes() == whole


def test_each_grade_says_what_was_graded(services: Services, output: Path) -> None:
    grade(services, output, *answers("AB"), *answers("A", level="staff"), *answers("A", answer_digest="mine"))
    digests = [each["answer_digest"] for each in graded(output)]
    assert all(len(bytes.fromhex(each)) == 8 for each in digests)
    assert digests[0] == digests[3]
    assert len(set(digests)) == 3
    assert graded(output)[3]["given"] == {"answer_digest": "mine"}


@pytest.mark.parametrize("before", [False, True])
@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        (answers("XYZVW", who="B"), "another input: line 1 had another answer"),
        (answers("AXCD", who="A"), "another input: line 2 had another answer"),
        (answers("ABCD", who="B"), "another input: line 1 had other columns"),
        (answers("ABC", who="A", more=1), "another input: line 1 had other columns"),
        ([*answers("AB", who="A"), {"question_id": "beta", "answer": "answer of C"}], "its line 3 answers 'alpha'"),
        ([], "a grade in it is of line 1, and of the input it ends before"),
        (answers("AB", who="A"), "a grade in it is of line 3, and of the input it ends before"),
        ([b"", *answers("ABC", who="A")], "a grade in it is of line 1, and of the input its next answer is in line 2"),
        ([*answers("A", who="A"), b"{}"], "of line 2, and of the input line 2 cannot be graded"),
        (answers("ABCD", who="A", level="staff"), "another level: line 1 was read at mid, not staff"),
    ],
)  # fmt: skip
def test_grades_of_another_input_are_not_gone_on_behind(
    services: Services, output: Path, rows: list[Any], wanted: str, *, before: bool
) -> None:
    grade(services, output, *answers("ABC", who="A"))
    if before:
        as_before(output)
        wanted = wanted.replace("another answer", "other columns")  # which is all that these tell
        rows = [{**each, "who": "B"} if "answer of X" in str(each) else each for each in rows]
    assert wanted in refused(services, output, *rows)


def test_grades_of_the_version_before_are_gone_on_behind(services: Services, output: Path) -> None:
    rows = answers("ABCD", who="A", score=3)
    grade(services, output, *rows[:3])
    as_before(output)
    before = output.read_bytes()
    assert grade(services, output, *rows) == 0
    assert output.read_bytes().startswith(before)
    assert [each["line"] for each in graded(output)] == [1, 2, 3, 4]


def test_a_line_that_was_mended_since_is_not_left_out_in_silence(services: Services, output: Path) -> None:
    first, second, third = answers("ABC")
    grade(services, output, first, b"{broken", third)
    assert grade(services, output, first, b"{broken", third) == 0
    assert "of line 3, and of the input its next answer is in line 2" in refused(services, output, first, second, third)


def test_grades_at_another_level_are_not_mixed(services: Services, output: Path) -> None:
    grade(services, output, *answers("A"))
    assert "another level: line 1 was read at mid, not staff" in refused(
        services, output, *answers("AB"), level=Level.STAFF
    )
    assert grade(services, output, *answers("AB"), level=Level.MID) == 0, "which is the question's own"


def test_grades_by_another_rubric_are_not_mixed(services: Services, output: Path, tmp_path: Path) -> None:
    grade(services, output, *answers("A"))
    item = make_item("alpha")
    first, *rest = item.rubric.key_points
    points = (first.model_copy(update={"statement": "Something else is meant now."}), *rest)
    changed = item.model_copy(update={"rubric": item.rubric.model_copy(update={"key_points": points})})
    with begin(write_pack(tmp_path / "changed", changed)) as other:
        assert "another rubric: that of 'alpha' in line 1 has changed" in refused(other, output, *answers("AB"))


@pytest.mark.parametrize("field", ["version", "encoder", "calibration"])
def test_grades_of_another_grader_are_not_mixed(services: Services, output: Path, field: str) -> None:
    grade(services, output, *answers("A"))
    row = graded(output)[0]
    row["grader"][field] = "other"
    output.write_text(json.dumps(row))  # nor is its last line ended
    assert "another grader: test" in refused(services, output, *answers("AB"))


def test_grades_of_another_judge_are_not_mixed(services: Services, output: Path) -> None:
    grade(services, output, *answers("A"))
    settings = services.settings
    update = {"judge": JudgeMode.AUTO, "judge_url": "http://127.0.0.1:9/v1", "judge_model": "tiny"}
    services.apply_settings(settings.model_copy(update=update))
    try:
        said = refused(services, output, *answers("AB"))
    finally:
        services.apply_settings(settings)
    assert "line 1 was judged by none, and now would be judged by tiny at 127.0.0.1" in said
    judged = {**graded(output)[0], "judge": {"model": "big", "host": "there", "problem": "busy"}}
    output.write_text(json.dumps(judged) + "\n")
    said = refused(services, output, *answers("AB"))
    assert "line 1 was judged by big at there, and now would be judged by none" in said


# Long and half-written grades


@pytest.mark.parametrize(("sign", "most"), [("x", MOST_BYTES), ("\x7f", 100_000), ("\\ud800\u00e9", 100_000)])
def test_grades_of_the_longest_rows_are_known_again(
    services: Services, output: Path, monkeypatch: pytest.MonkeyPatch, sign: str, most: int
) -> None:
    for module in (json_rows, json_lines):
        monkeypatch.setattr(module, "MOST_BYTES", most)
    monkeypatch.setattr(grades_file, "_MOST_BYTES", grades_file._MOST_BYTES // MOST_BYTES * most)
    begin, end = b'{"question_id": "alpha", "answer": "short", "column": "', b'"}'
    column = sign.encode()
    long = begin + column * ((most - 80 - len(begin)) // len(column)) + end
    assert grade(services, output, long) == 0
    before = output.read_bytes()
    assert len(before) > most
    assert grade(services, output, long) == 0
    assert output.read_bytes() == before
    assert grade(services, output, long, *answers("A")) == 0
    assert output.read_bytes().startswith(before)


@pytest.mark.parametrize("size", [1, 20, 60, 90, 110, 300, -2, -1])
def test_a_first_grade_that_is_half_written_is_made_anew(
    services: Services, output: Path, capsys: pytest.CaptureFixture[str], size: int
) -> None:
    rows = [b"no JSON", *answers("AB", who="\u00e9")]
    grade(services, output, *rows)
    whole = output.read_bytes()
    output.write_bytes(whole.splitlines(keepends=True)[0][:size])
    grade(services, output, *rows)
    assert output.read_bytes() == whole
    assert ("was half written; it was cut off" in capsys.readouterr().err) is (size != -1)


@pytest.mark.parametrize(
    "there",
    [b'{"my": "notes', b'{"line": 2', b'{"line": 1, "question_id": "alpha", "level": "staff"', b'{"line": 1}, {'],
)
def test_what_breaks_off_and_is_no_beginning_of_the_first_grade_stays(
    services: Services, output: Path, there: bytes
) -> None:
    output.write_bytes(there)
    for rows in (answers("A"), []):
        assert "something else than grades of this input" in refused(services, output, *rows)
