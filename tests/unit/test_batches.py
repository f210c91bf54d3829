"""Batches that are long, slow, damaged or of another program: no row stops them, and no file of others is touched."""

from __future__ import annotations

import json
import random
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from interviewer.audit.assessing import Batches
from interviewer.audit.evaluation import load_trials
from interviewer.cli import evaluate
from interviewer.cli.grade_lines import grade_lines
from interviewer.cli.json_lines import open_lines
from interviewer.core.grade.grade import Assessment, AssessmentRequest
from interviewer.core.json_rows import MOST_BYTES, parse_row
from interviewer.errors import EncoderError, StorageError, UsageError
from interviewer.paths import find_places
from interviewer.services import Services
from interviewer.settings.schema import Settings
from tests.support.builders import make_item
from tests.support.fuzzing import examples
from tests.support.packs import write_pack
from tests.support.stub_engine import stub_engine


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "pack", make_item("alpha"), make_item("beta"))


@pytest.fixture
def services(pack: Path) -> Iterator[Services]:
    with begin(pack) as made:
        yield made


@contextmanager
def begin(pack: Path) -> Iterator[Services]:
    """The program with the toy worker, and a pack of two questions."""
    engine = stub_engine(pack)
    made = Services(find_places(), Settings(), (pack,), engine=engine)
    engine.start()
    yield made
    made.close()


def row(answer: Any = "an answer", **others: Any) -> bytes:
    return json.dumps({"question_id": "alpha", "answer": answer, **others}).encode()


def graded(output: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line, parse_constant=pytest.fail) for line in output.read_text(encoding="utf-8").split("\n")[:-1]
    ]


# Any row


ODD = {
    "half a character in a column": row(note2="\ud800"),
    "half a character in the answer": row("so \ud835 it is"),
    "too deep": b"[" * 100_000,
    "too deep within": b'{"question_id": "alpha", "answer": "x", "deep": ' + b"[" * 9000 + b"]" * 9000 + b"}",
    "a number too long": b'{"question_id": "alpha", "answer": "x", "n": ' + b"1" * 5000 + b"}",
    "no answer": row(answer=None),
    "no UTF-8": b'{"question_id": "alpha", "answer": "gr\xf6\xdfer"}',
    "too long": b'{"question_id": "alpha", "answer": "' + b"x" * MOST_BYTES + b'"}',
    "an unknown level": row(level="boss"),
    "a level that is a list": row(level=["mid"]),
    "no such question": row(question_id="\ud800"),
    "a list": b"[1, 2]",
    "nothing but a mark": b"\xef\xbb\xbf",
    "a crash": row("crash"),
}  # fmt: skip


def test_no_row_stops_a_batch_and_a_second_run_has_nothing_left_to_do(
    services: Services, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, output = tmp_path / "rows.jsonl", tmp_path / "grades.jsonl"
    source.write_bytes(b"\n".join([row(), *(each for odd in ODD.values() for each in (odd, row()))]) + b"\n")
    assert grade_lines(services, str(source), output, None) == 1
    said = capsys.readouterr().err
    rows = graded(output)
    assert {each["line"] for each in rows} >= set(range(1, 2 * len(ODD) + 2, 2))
    named = {name: number for number, name in enumerate(ODD, 1)}
    for name in ("too deep", "too deep within", "a number too long", "no UTF-8", "too long", "a level that is a list"):
        assert f"{source}:{2 * named[name]}: " in said, name
    by_line = {each["line"]: each for each in rows}
    assert by_line[2 * named["half a character in a column"]]["note2"] == "\ud800"
    assert by_line[2 * named["half a character in the answer"]]["score"] is not None
    assert "stopped twice over this request" in by_line[2 * named["a crash"]]["note"]
    before = output.read_bytes()
    grade_lines(services, str(source), output, None)
    assert output.read_bytes() == before


def test_files_of_windows_and_pandas_lose_no_row_and_no_column(services: Services, tmp_path: Path) -> None:
    source, output = tmp_path / "rows.jsonl", tmp_path / "grades.jsonl"
    own: dict[str, Any] = {
        "score": 4,
        "note": "teacher's note",
        "grader": "Ms Li",
        "flags": None,
        "line": 77,
        "given": 1,
        "human": 3,
    }
    rows = [row(level=None), b'{"question_id": "alpha", "answer": "x", "human": NaN, "big": 1e999}', row(**own)]
    source.write_bytes(b"\xef\xbb\xbf" + b"\r\n".join(rows) + b"\r\n")
    assert grade_lines(services, str(source), output, None) == 0
    first, second, third = graded(output)
    assert first["level"] == "mid"
    assert second["human"] is second["big"] is None
    assert third["human"] == 3
    assert third["line"] == 3
    assert third["given"] == {"score": 4, "note": "teacher's note", "grader": "Ms Li", "line": 77, "given": 1}
    assert "given" not in first


def test_utf_16_is_named(services: Services, tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"question_id": "alpha"}\n', encoding="utf-16")
    with pytest.raises(UsageError, match="is UTF-16 text"):
        grade_lines(services, str(tmp_path / "rows.jsonl"), None, None)


# Whose files


def test_the_input_is_no_output_by_whatever_name(services: Services, tmp_path: Path) -> None:
    source, link = tmp_path / "rows.jsonl", tmp_path / "link"
    source.write_bytes(row())
    link.symlink_to(source)
    for output in (source, link):
        with pytest.raises(UsageError, match="is the file that is read"):
            grade_lines(services, str(source), output, None)
    assert source.read_bytes() == row()


@pytest.mark.parametrize("there", ["my notes", '{"mine": 1}', "kinds"])
def test_eval_writes_over_nothing_but_its_results(tmp_path: Path, there: str) -> None:
    file, output = tmp_path / "rows.jsonl", tmp_path / "mine"
    file.write_text('{"reference": "a b c", "answer": "a b c d e", "score": 1}\n')
    output.write_text(there)
    for target in (output, file):
        before = target.read_bytes()
        with pytest.raises(UsageError):
            evaluate._measure(file, as_json=True, output=target, min_words=1)
        assert target.read_bytes() == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_an_output_that_takes_no_more_is_said_with_what_is_in_it(services: Services, tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_bytes(row())
    with pytest.raises(StorageError, match="No space left") as caught:
        grade_lines(services, str(tmp_path / "rows.jsonl"), Path("/dev/full"), None)
    assert caught.value.kept == "0 grades are in /dev/full"
    assert "goes on from there" in caught.value.todo


# A worker that fails


def test_a_batch_whose_encoder_is_given_up_keeps_what_was_done_and_goes_on_later(
    services: Services, pack: Path, tmp_path: Path
) -> None:
    source, output = tmp_path / "rows.jsonl", tmp_path / "grades.jsonl"
    source.write_bytes(b"\n".join([row(), row(), row("crash"), row("crash"), row("crash"), row(), row()]) + b"\n")
    with pytest.raises(EncoderError, match="The batch stopped at line") as caught:
        grade_lines(services, str(source), output, None)
    assert f"grades are in {output}" in caught.value.kept
    assert "goes on from there" in caught.value.todo
    assert [each["line"] for each in graded(output)][:2] == [1, 2]
    for _ in range(2):  # once more for each answer over which it is given up
        with begin(pack) as again, suppress(EncoderError):
            grade_lines(again, str(source), output, None)
    assert [each["line"] for each in graded(output)] == [1, 2, 3, 4, 5, 6, 7]


class SlowEngine:
    """Takes so long an answer, and fails over some."""

    def __init__(self, seconds: float = 0.0, poison: frozenset[str] = frozenset(), most: int = 10**9) -> None:
        self.seconds, self.poison, self.most = seconds, poison, most
        self.sizes: list[int] = []

    def status(self) -> Any:
        return type("Status", (), {"state": "failed" if self.most <= 0 else "ready"})

    def assess(self, requests: list[AssessmentRequest]) -> Any:
        from concurrent.futures import Future

        future: Future[list[Assessment]] = Future()
        self.sizes.append(len(requests))
        self.most -= len(requests)
        time.sleep(self.seconds * len(requests))
        if self.most < 0 or any(each.answer in self.poison for each in requests):
            future.set_exception(EncoderError("It failed."))
        else:
            future.set_result([ASSESSED] * len(requests))
        return future


ASSESSED = Assessment(credit=0.5, p_covered=0.5, p_missing=0.5, p_contradicted=0, cosine=0.5, recall=0.5)


def requests(count: int) -> list[AssessmentRequest]:
    return [AssessmentRequest(points=(("a",),), answer=str(n)) for n in range(count)]


def run(engine: SlowEngine, count: int) -> Batches:
    batches = Batches(engine, requests(count), lambda _: None)  # type: ignore[arg-type]
    batches.run()
    return batches


def test_batches_grow_on_a_fast_machine_and_shrink_on_a_slow_one(monkeypatch: pytest.MonkeyPatch) -> None:
    fast = SlowEngine()
    assert None not in run(fast, 1000).found
    assert max(fast.sizes) == 64
    monkeypatch.setattr("interviewer.audit.assessing._SECONDS", 0.02)
    slow = SlowEngine(seconds=0.01)
    assert None not in run(slow, 60).found
    assert slow.sizes[-2] <= 4


def test_a_batch_that_fails_is_halved_until_only_the_poison_is_left() -> None:
    batches = run(SlowEngine(poison=frozenset({"17", "500"})), 800)
    assert [each.first for each in batches.left] == [17, 500]
    assert [n for n, each in enumerate(batches.found) if each is None] == [17, 500]


def test_an_encoder_that_is_given_up_leaves_the_rest_and_keeps_what_was_done() -> None:
    batches = run(SlowEngine(most=100), 500)
    done = sum(each is not None for each in batches.found)
    assert 0 < done <= 100
    assert sum(each.last - each.first + 1 for each in batches.left) == 500 - done


# Ten thousand rows


@contextmanager
def peak() -> Iterator[Callable[[], int]]:
    tracemalloc.start()
    try:
        yield lambda: tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def many(path: Path, count: int, make: Callable[[int], dict[str, Any]]) -> Path:
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            file.write(json.dumps(make(number)) + "\n")
    return path


@pytest.mark.timeout(600)
def test_ten_thousand_answers_are_graded_in_flat_memory_and_gone_on_behind(services: Services, tmp_path: Path) -> None:
    def make(number: int) -> dict[str, Any]:
        return {"question_id": "alpha", "answer": f"short {number}", "n": number}

    few = many(tmp_path / "few.jsonl", 2_000, make)
    with peak() as most:  # which costs three times the time, so not over all of them
        assert grade_lines(services, str(few), tmp_path / "few-grades.jsonl", None) == 0
        assert most() < 4_000_000, "a fifth of what the grades alone would take"
    source, output = many(tmp_path / "rows.jsonl", 10_000, make), tmp_path / "grades.jsonl"
    assert grade_lines(services, str(source), output, None) == 0
    with output.open(encoding="utf-8") as file:
        assert [json.loads(line)["n"] for line in file] == list(range(10_000))
    size = output.stat().st_size
    with peak() as most:
        assert grade_lines(services, str(source), output, None) == 0
        assert most() < 2_000_000 < size
    assert output.stat().st_size == size


@pytest.mark.timeout(600)
def test_ten_thousand_rows_are_measured_in_one_go(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def make(number: int) -> dict[str, Any]:
        answer = "an answer of five words " + "x" * (number % 10)
        return {"question_id": f"q{number % 400}", "reference": "a b c", "answer": answer, "score": number % 5 / 4}

    @contextmanager
    def opened() -> Iterator[Services]:
        yield services

    monkeypatch.setattr(evaluate, "open_services", opened)
    monkeypatch.setattr("interviewer.audit.evaluation.measure_scores", lambda trials, found: {"n": len(found)})
    source = many(tmp_path / "rows.jsonl", 10_000, make)
    with peak() as most:
        evaluate._measure(source, as_json=True, output=None, min_words=1)
        assert most() < 60_000_000, "a few kilobytes a row at most: agreement is measured on all of them together"
    assert json.loads(capsys.readouterr().out) == {"n": 10_000}


def test_a_line_without_end_is_read_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interviewer.cli.json_lines.MOST_BYTES", 100_000)
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"x" * 20_000_000 + b"\n" + row())
    with peak() as most, open_lines(str(path)) as lines:
        assert [(number, len(line)) for number, line in lines] == [(1, 100_001), (2, len(row()))]
        assert most() < 1_000_000


# Anything at all


WORDS = st.sampled_from(
    [b"{", b"}", b"[", b"]", b'"', b":", b",", b"NaN", b"null", b"1e999", b"\\ud800", b"\xef\xbb\xbf"]
)
ROWS = st.one_of(
    st.binary(max_size=200),
    st.lists(WORDS, max_size=40).map(b"".join),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(st.characters(), max_size=9),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(), max_size=9), inner),
        max_leaves=12,
    ).map(lambda value: json.dumps(value).encode()),
)


@examples(300)
@given(ROWS)
@example(b"[" * 100_000)
@example(b"\xef\xbb\xbf{}")
def test_any_line_is_a_row_or_an_error_by_name(line: bytes) -> None:
    try:
        found = parse_row(line)
    except ValueError:
        return
    json.dumps(found, allow_nan=False)


FIELDS = ("question_id", "question", "reference", "references", "key_points", "answer", "answers", "score", "label",
          "key_point", "text", "kind")  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(st.characters(), max_size=9) | st.just("good"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
    max_leaves=8,
)


@examples(300)
@given(st.dictionaries(st.sampled_from(FIELDS), VALUES))
def test_any_row_of_eval_is_a_trial_or_a_problem_by_name(fields: dict[str, Any]) -> None:
    trials, problems = load_trials([json.dumps(fields)])
    assert all(problem.startswith("1: ") for problem in problems)
    for trial in trials:
        trial.request.model_dump_json()
        assert trial.score is None or 0 <= trial.score <= 1


@pytest.mark.parametrize("seed", range(4))
def test_any_file_of_rows_is_graded_to_its_end(services: Services, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    whole = [row(f"answer {n}", extra="é \u2028 \ud800"[: chance.randrange(6)]) for n in range(30)]
    lines = [
        bytes(chance.randrange(256) if chance.random() < 0.02 else each for each in line).replace(b"\n", b" ")
        for line in whole
    ]
    source, output = tmp_path / f"{seed}.jsonl", tmp_path / f"{seed}-grades.jsonl"
    source.write_bytes(b"\n".join([*lines, row()]) + b"\n")
    assert grade_lines(services, str(source), output, None) in (0, 1)
    assert graded(output)[-1]["line"] == 31
