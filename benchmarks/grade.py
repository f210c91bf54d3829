"""The time of a grade beside one bare encode of its spans, encoder warm; of the first grade of a question; of many.

python -m benchmarks.grade
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.table import NotMeasuredError, Row, show
from interviewer.bank import load_bank
from interviewer.core.bank.content import Bank
from interviewer.core.grade.grade import AssessmentRequest, GradeRequest
from interviewer.embedding import SentenceEncoder, load_encoder
from interviewer.errors import EncoderError
from interviewer.grading import OfflineGrader, build_grader
from interviewer.grading.spans import cut_spans
from interviewer.paths import built_in_pack

POINTS = 13
QUESTION = "attention-mechanism"
MANY = 40


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def measure(repeats: int) -> list[Row]:
    """One grade, the first of a question, and many against bare references; medians of so many.

    Raises:
        NotMeasuredError: there is no encoder.
    """
    bank = load_bank([built_in_pack()])
    item = bank[QUESTION]
    try:
        encoder = load_encoder("default", "cpu", cache=Path(tempfile.gettempdir()))
        grader = build_grader(encoder, None, encoder.reader())
    except EncoderError as error:
        raise NotMeasuredError(" ".join(str(error).splitlines())) from error
    strong, paraphrase = (example.text for example in item.rubric.examples[:2])
    answer = " ".join(f"{strong} {paraphrase}".split()[:200])
    ids = tuple(point.id for point in item.rubric.key_points[:POINTS])
    request = GradeRequest(question_id=item.question.id, answer=answer, point_ids=ids)
    spans = [span.text for span in cut_spans(answer)]
    encoder.encode(spans)
    first = seconds(lambda: grader.grade(item, request))
    grades, encodes = [], []
    for _ in range(repeats):
        encodes.append(seconds(lambda: encoder.encode(spans)))
        grades.append(seconds(lambda: grader.grade(item, request)))
    grade, encode = statistics.median(grades), statistics.median(encodes)
    return [
        Row(
            f"grade, 200 words, {POINTS} points",
            grade * 1000,
            "ms",
            f"bare encode of its {len(spans)} spans ({encode * 1000:.0f} ms)",
            grade / encode,
            "8x",
        ),
        Row("first grade of a question", first * 1000, "ms", "a later one", first / grade, "2x"),
        _bare_references(bank, encoder, grader),
    ]


def _bare_references(bank: Bank, encoder: SentenceEncoder, grader: OfflineGrader) -> Row:
    requests = [
        AssessmentRequest(question=each.question.prompt, points=((each.rubric.key_points[0].statement,),), answer=text)
        for each in list(bank.items.values())[:MANY]
        for text in [example.text for example in each.rubric.examples[:2]]
    ]
    texts = [span.text for each in requests for span in cut_spans(each.answer)]
    bare = min(seconds(lambda: encoder.encode(texts)) for _ in range(2))
    batch = min(seconds(lambda: grader.assess(requests)) for _ in range(2))
    beside = f"{bare / batch:.2f} of a bare encode of their spans"
    return Row(f"{len(requests)} answers, bare references", len(requests) / batch, "rows/s", beside, at_least="0.2")


def main() -> int:
    """Measure and print; 1 when something was missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=15)
    repeats = parser.parse_args().repeats
    return show(lambda: measure(repeats))


if __name__ == "__main__":
    sys.exit(main())
