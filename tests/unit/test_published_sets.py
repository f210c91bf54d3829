"""The formats graded answers are published in, each from a file as it is published."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from benchmarks.grading.formats import read_answers

XML = """<?xml version="1.0" encoding="UTF-8"?>
<question id="Q1" module="Circuits"><questionText>Why is the bulb off?</questionText>
<referenceAnswers><referenceAnswer category="MINIMAL" id="a1">There is a gap.</referenceAnswer>
<referenceAnswer category="BEST" id="a2">The gap opens the circuit.</referenceAnswer></referenceAnswers>
<studentAnswers><studentAnswer id="s1" accuracy="correct">the path has a gap</studentAnswer>
<studentAnswer id="s2" accuracy="partially_correct_incomplete">there is something wrong</studentAnswer>
<studentAnswer id="s3" accuracy="contradictory">the path is closed</studentAnswer>
<studentAnswer id="s4" accuracy="unheard_of">x</studentAnswer></studentAnswers></question>
"""


def test_semeval_folders_are_read_with_their_best_reference_first(tmp_path: Path) -> None:
    (tmp_path / "one.xml").write_text(XML, encoding="utf-8")
    rows = list(read_answers(tmp_path))
    assert [row["label"] for row in rows] == ["correct", "incorrect", "contradictory"]
    assert rows[0]["reference"] == "The gap opens the circuit."
    assert len(rows[0]["references"]) == 2
    assert [row["score"] for row in rows] == [1.0, 0.0, 0.0]


def test_short_answer_feedback_is_read_as_published(tmp_path: Path) -> None:
    row = {"question": "What is TCP?", "reference_answer": "A protocol.", "provided_answer": "It is one.", "score": 0.5}
    file = tmp_path / "saf.json"
    file.write_text(json.dumps([row]), encoding="utf-8")
    (found,) = read_answers(file)
    assert (found["answer"], found["score"], found["question_id"]) == ("It is one.", 0.5, "What is TCP?")


def test_prepared_rows_pass_and_strangers_are_refused(tmp_path: Path) -> None:
    row = {"question_id": "q", "question": "?", "reference": "r", "answer": "a", "score": 1, "label": "correct"}
    good = tmp_path / "good.jsonl.gz"
    good.write_bytes(gzip.compress((json.dumps(row) + "\n").encode()))
    assert list(read_answers(good)) == [row]
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"text": "x"}\n', encoding="utf-8")
    with pytest.raises(ValueError, match="none of the known formats"):
        list(read_answers(bad))
