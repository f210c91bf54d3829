"""`mockdl grade` and `mockdl eval` as scripts use them: order kept, bad lines named, a second run goes on."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from interviewer.audit.evaluation import load_trials, measure_kinds, split_reference
from interviewer.core.bank.content import Bank
from interviewer.core.grade.grade import Assessment
from tests.unit.test_cli import mockdl


@pytest.fixture
def strong(bank: Bank) -> str:
    return bank["dropout"].rubric.examples[0].text


@pytest.mark.usefixtures("shared_worker")
def test_one_answer_is_graded_from_standard_input(strong: str) -> None:
    result = mockdl("grade", "--question", "dropout", "--json", typed=strong)
    assert result.returncode == 0, result.stderr
    body = json.loads(result.stdout)
    assert body["score"] > 40
    assert {point["verdict"] for point in body["key_points"]} > {"covered"}
    assert all(point["evidence"] in strong for point in body["key_points"])
    readable = mockdl("grade", "--question", "dropout", typed=strong)
    assert "Key points:" in readable.stdout


@pytest.mark.parametrize(
    ("arguments", "typed", "wanted"),
    [
        (["--question", "dropuot"], "text", "Did you mean dropout"),
        (["--question", "dropout"], " \n", "The answer is empty"),
        (["--question", "dropout", "/nowhere.txt"], "", "/nowhere.txt could not be read"),
        (["/nowhere.jsonl"], "", "/nowhere.jsonl could not be read"),
        (["--question", "dropout", "--level", "boss"], "text", "is not a level"),
    ],
)
def test_wrong_use_is_explained(arguments: list[str], typed: str, wanted: str) -> None:
    result = mockdl("grade", *arguments, typed=typed)
    assert result.returncode == 2
    assert wanted in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.usefixtures("shared_worker")
def test_lines_keep_their_order_and_a_second_run_goes_on(tmp_path: Path, strong: str) -> None:
    source, target = tmp_path / "answers.jsonl", tmp_path / "grades.jsonl"
    rows = [
        json.dumps({"question_id": "dropout", "answer": strong, "who": "ann"}),
        "no json at all",
        json.dumps({"question_id": "dropuot", "answer": "x"}),
        json.dumps({"question_id": "kv-cache-sizing", "answer": "I don't know", "level": "staff"}),
        json.dumps(
            {"question_id": "dropout", "answer": "Es ist mir leider nicht bekannt, was das genau ist und wofür."}
        ),
        "",
        json.dumps({"question_id": "dropout", "answer": 3}),
    ]
    source.write_text("\n".join(rows[:4]) + "\n", encoding="utf-8")
    first = mockdl("grade", str(source), "-o", str(target))
    assert first.returncode == 1
    assert f"{source}:2: is no JSON" in first.stderr
    assert "did you mean 'dropout'" in first.stderr
    graded = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [row["line"] for row in graded] == [1, 4]
    assert graded[0]["who"] == "ann"
    assert graded[0]["level"] == "junior"
    assert graded[0]["score"] > graded[1]["score"]
    assert graded[1]["level"] == "staff"

    source.write_text("\n".join(rows) + "\n", encoding="utf-8")
    target.write_text(target.read_text(encoding="utf-8") + '{"line": 5, "ques', encoding="utf-8")
    second = mockdl("grade", str(source), "-o", str(target))
    assert "up to line 4" in second.stderr
    assert "has no text 'answer'" in second.stderr
    lines = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [row["line"] for row in lines] == [1, 4, 5]
    assert lines[2]["score"] is None
    assert "German" in lines[2]["note"]

    target.write_text("something else\n", encoding="utf-8")
    third = mockdl("grade", str(source), "-o", str(target))
    assert third.returncode == 2
    assert target.read_text(encoding="utf-8") == "something else\n"


GRADE = {
    "line": 1, "question_id": "dropout", "level": "junior", "score": 50.0, "interval": [40.0, 60.0], "note": "",
    "flags": [], "key_points": [], "misconceptions": [], "grader": None,
}  # fmt: skip
GRADED = json.dumps(GRADE).encode() + b"\n"
ASKED = json.dumps({"question_id": "dropout", "answer": "I don't know"}) + "\n"
"""What it is a grade of."""


@pytest.mark.parametrize(
    "there",
    [
        b"my notes, without a line break at the end",
        b"first line\nsecond line, unended",
        b'{"line": 2, "ques',
        bytes(range(256)) * 4,
        b"\n\n\n",
        b'{"line": 3, "text": "of another program"}\n',
        b'{"line": 3, "text": "of another program"}\n{"line": 4, "te',
        b'{"question_id": "dropout", "answer": "an answer and no grade"}\n',
        b"my notes\n" + GRADED,
        GRADED + b"my notes\n",
        GRADED + b"my notes, unended",
        GRADED + b'{"other": "program"}',
        GRADED + b"\n" + GRADED,
        GRADED + b'{"line": 2, "ques\n' + GRADED,
        b"[" * 100_000,
    ],
)
def test_an_output_that_holds_anything_else_than_grades_stays_as_it_is(tmp_path: Path, there: bytes) -> None:
    target = tmp_path / "mine"
    target.write_bytes(there)
    result = mockdl("grade", "-", "-o", str(target), typed='{"question_id": "dropout", "answer": "noise"}\n')
    assert result.returncode == 2
    assert "holds something else than grades" in result.stderr
    assert "It was not changed." in result.stderr
    assert "Traceback" not in result.stderr
    assert target.read_bytes() == there


@pytest.mark.usefixtures("shared_worker")
def test_a_half_written_grade_is_left_until_the_input_is_there(tmp_path: Path) -> None:
    target = tmp_path / "grades.jsonl"
    target.write_bytes(GRADED + b'{"line": 2, "ques')
    assert mockdl("grade", "/nowhere.jsonl", "-o", str(target)).returncode == 2
    assert target.read_bytes() == GRADED + b'{"line": 2, "ques'
    result = mockdl("grade", "-", "-o", str(target), typed=ASKED)
    assert "was half written; it was cut off" in result.stderr
    assert target.read_bytes() == GRADED


@pytest.mark.encoder
def test_an_encoder_that_fails_leaves_a_half_written_grade_alone(tmp_path: Path) -> None:
    target = tmp_path / "grades.jsonl"
    target.write_bytes(GRADED + b'{"line": 2, "ques')
    result = mockdl("grade", "-", "-o", str(target), typed=ASKED, env={"MOCKDL_ENCODER": str(tmp_path)})
    assert result.returncode == 6
    assert "Nothing was changed." in result.stderr
    assert target.read_bytes() == GRADED + b'{"line": 2, "ques'


@pytest.mark.usefixtures("shared_worker")
def test_a_last_grade_without_a_line_break_is_a_grade(tmp_path: Path) -> None:
    target = tmp_path / "grades.jsonl"
    target.write_bytes(GRADED.rstrip())
    result = mockdl("grade", "-", "-o", str(target), typed=ASKED * 2)
    assert "up to line 1" in result.stderr
    first, second = target.read_bytes().splitlines(keepends=True)
    assert first == GRADED
    assert json.loads(second)["line"] == 2


@pytest.mark.parametrize("target", ["/proc/self/mem", "/", "/dev/null/grades", "/nowhere/grades"])
def test_an_output_that_cannot_be_read_or_written_is_explained(target: str) -> None:
    result = mockdl("grade", "-", "-o", target, typed="")
    assert result.returncode == 2
    assert f"{target} could not be" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="nothing is forbidden to root")
def test_an_output_that_may_not_be_read_stays_as_it_is(tmp_path: Path) -> None:
    target = tmp_path / "grades.jsonl"
    target.write_bytes(b"mine")
    target.chmod(0)
    result = mockdl("grade", "-", "-o", str(target), typed="")
    target.chmod(0o600)
    assert result.returncode == 2
    assert target.read_bytes() == b"mine"


def eval_rows() -> list[dict[str, object]]:
    good = "Plants make sugar from light, water and carbon dioxide."
    return [
        {"question_id": f"q{n}", "question": "What do plants do?", "reference": good, "answer": text, "score": score}
        for n in range(3)
        for text, score in (
            ("From light and water and CO2 the plants build sugar.", 1.0),
            ("They use light and water in some way to grow.", 0.5),
            ("Stones roll down the hill in the winter.", 0.0),
            ("They make sugar out of carbon dioxide and water with light.", 1.0),
            ("My dog likes to sleep in the garden all day.", 0.0),
        )
    ]


@pytest.mark.usefixtures("shared_worker")
def test_eval_prints_agreement_beside_the_baselines_and_names_bad_lines(tmp_path: Path) -> None:
    rows = [json.dumps(row) for row in eval_rows()]
    point = {
        "question": "What do plants do?",
        "key_point": "Plants make sugar from light.",
        "answers": [
            {"text": "plants build sugar using light", "label": "covered", "kind": "covering"},
            {"text": "plants do not make sugar from light", "label": "contradicted", "kind": "negated"},
            {"text": "my dog sleeps all day", "label": "missing", "kind": "neighbour"},
        ],
    }
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join([*rows, "{broken", json.dumps(point)]) + "\n", encoding="utf-8")
    result = mockdl("eval", str(file), "--json")
    assert result.returncode == 1
    assert f"{file}:16: can't be read" in result.stderr
    body = json.loads(result.stdout)
    agreement = body["agreement with scores"]
    assert set(agreement) == {
        "mockdl", "length", "TF-IDF cosine", "keyword recall", "whole cosine", "token recall"
    }  # fmt: skip
    assert agreement["mockdl"]["r"]["value"] > 0.6
    assert (
        agreement["mockdl"]["r"]["low"] <= agreement["mockdl"]["r"]["value"] <= agreement["mockdl"]["r"]["high"] + 1e-9
    )
    kinds = body["kinds of answers to a key point"]
    assert kinds["neighbour"]["outranked by covering"] == 1.0
    assert "outranked by covering" not in kinds["covering"]
    file.write_text("\n".join(rows[:5]) + "\n", encoding="utf-8")
    assert "agreement with scores" in mockdl("eval", str(file)).stdout


@pytest.mark.usefixtures("shared_worker")
def test_a_result_that_cannot_be_written_is_not_lost(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    row = {"reference": "Plants make sugar.", "answer": "The plants make sugar from light.", "label": "correct"}
    file.write_text(json.dumps(row) + "\n", encoding="utf-8")
    result = mockdl("eval", str(file), "-o", "/nowhere/result", "--json")
    assert result.returncode == 2
    assert "/nowhere/result could not be written" in result.stderr
    assert "The result was printed instead." in result.stderr
    assert "journal" not in result.stderr
    assert json.loads(result.stdout)["agreement with labels"]["mockdl"]["n"] == 1


def test_eval_of_nothing_is_explained(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text('{"answer": "a b c d e f"}\n', encoding="utf-8")
    result = mockdl("eval", str(tmp_path / "empty.jsonl"))
    assert result.returncode == 2
    assert "no row that can be measured" in result.stderr


def test_references_are_split_into_their_points() -> None:
    assert split_reference("First point here. Second point there;\n- a third one too") == [
        "First point here.", "Second point there", "a third one too"
    ]  # fmt: skip
    assert split_reference("Short. One.") == ["Short. One."]


def test_short_answers_and_wrong_scores_are_no_trials() -> None:
    rows = [
        {"reference": "a b c d", "answer": "too short", "score": 1},
        {"reference": "a b c d", "answer": "this one is long enough", "score": 7},
        {"reference": "a b c d", "answer": "this one is long enough", "label": "correct"},
        {"key_points": ["one", "two"], "answer": "this one is long enough", "score": 0.5},
    ]
    trials, problems = load_trials([json.dumps(row) for row in rows], min_words=5)
    assert [trial.label for trial in trials] == ["covered", None]
    assert trials[1].request.points == (("one",), ("two",))
    assert problems == ["2: can't be read (score 7 is not between 0 and 1); the line was skipped"]


def test_labels_of_single_points_may_be_plain_or_binary() -> None:
    row = {
        "key_point": "Plants make sugar.",
        "answers": [
            {"text": "sugar is made", "label": "good"},
            {"text": "no sugar", "label": "bad", "kind": "negated"},
            {"text": "they rest", "label": "missing", "kind": "neighbour"},
        ],
    }
    trials, problems = load_trials([json.dumps(row)])
    assert [(trial.label, trial.kind) for trial in trials] == [
        ("covered", "good"), ("uncovered", "negated"), ("missing", "neighbour")
    ]  # fmt: skip
    assert problems == []
    said = Assessment(credit=0.1, p_covered=0.1, p_missing=0.3, p_contradicted=0.6, cosine=0.0, recall=0.0)
    kinds = measure_kinds(trials, [said] * 3)["kinds of answers to a key point"]
    assert [kinds[kind]["accuracy"] for kind in ("good", "negated", "neighbour")] == [0.0, 1.0, 0.0]
    row["answers"] = [{"text": "x", "label": "purple"}]
    _, problems = load_trials([json.dumps(row)])
    assert "label 'purple' is none of" in problems[0]
