"""The formats graded answers are published in, read into rows of `mockdl eval`.

SemEval-2013 Task 7 (Beetle, SciEntsBank): a folder of XML files, one a question. Short Answer
Feedback (Filighera et al. 2022): JSON, or JSON Lines, with `provided_answer` and `reference_answer`.
And the prepared form `question_id, question, reference, answer, score, label`, gzipped or not.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

__all__ = ["read_answers"]

_SCORES = {"correct": 1.0, "contradictory": 0.0, "incorrect": 0.0}
_THREE_WAYS = {
    "correct": "correct",
    "contradictory": "contradictory",
    "incorrect": "incorrect",
    "partially_correct_incomplete": "incorrect",
    "irrelevant": "incorrect",
    "non_domain": "incorrect",
}


def read_answers(source: Path) -> Iterator[dict[str, Any]]:
    """Rows of one published set.

    Args:
        source: a folder of SemEval XML files, one such file, or a `.json`, `.jsonl` or `.jsonl.gz` file.

    Raises:
        ValueError: the file is in none of the formats.
    """
    if source.is_dir():
        for file in sorted(source.rglob("*.xml")):
            yield from _semeval(file)
    elif source.suffix == ".xml":
        yield from _semeval(source)
    else:
        for row in _json_rows(source):
            yield _saf(row) if "provided_answer" in row else _prepared(row, source)


def _semeval(file: Path) -> Iterator[dict[str, Any]]:
    root = ElementTree.parse(file).getroot()  # noqa: S314 - the user's own copy of a published set
    question = (root.findtext("questionText") or "").strip()
    references = [(each.text or "").strip() for each in root.iter("referenceAnswer")]
    best = [
        (each.text or "").strip() for each in root.iter("referenceAnswer") if each.get("category") in (None, "BEST")
    ]
    for answer in root.iter("studentAnswer"):
        label = _THREE_WAYS.get(str(answer.get("accuracy")))
        if label is not None and references:
            yield {
                "question_id": root.get("id"),
                "question": question,
                "reference": (best or references)[0],
                "references": references,
                "answer": (answer.text or "").strip(),
                "score": _SCORES[label],
                "label": label,
            }


def _json_rows(source: Path) -> list[dict[str, Any]]:
    raw = gzip.decompress(source.read_bytes()) if source.suffix == ".gz" else source.read_bytes()
    text = raw.decode("utf-8").strip()
    rows = json.loads(text) if text.startswith("[") else [json.loads(line) for line in text.splitlines() if line]
    return list(rows)


def _saf(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "question_id": str(row.get("question_id") or row["question"]),
        "question": row["question"],
        "reference": row["reference_answer"],
        "answer": row["provided_answer"],
        "score": float(row["score"]),
    }


def _prepared(row: dict[str, Any], source: Path) -> dict[str, Any]:
    missing = {"question", "reference", "answer"} - row.keys()
    if missing or not {"score", "label"} & row.keys():
        raise ValueError(f"{source} is in none of the known formats: a row has no {', '.join(missing) or 'score'}")
    return row
