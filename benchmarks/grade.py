"""The time of one grade beside one bare encode of the same spans, encoder warm.

python -m benchmarks.grade
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from interviewer.bank import load_bank
from interviewer.core.grade.grade import GradeRequest
from interviewer.embedding import load_encoder
from interviewer.grading import build_grader
from interviewer.grading.spans import cut_spans
from interviewer.paths import built_in_pack

POINTS = 7


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=15)
    repeats = parser.parse_args().repeats
    bank = load_bank([built_in_pack()])
    item = bank["attention-mechanism"]
    encoder = load_encoder("default", "cpu", cache=Path(tempfile.gettempdir()))
    grader = build_grader(encoder, None, encoder.reader())
    grader.prepare(item)
    strong, paraphrase = (example.text for example in item.rubric.examples[:2])
    answer = " ".join(f"{strong} {paraphrase}".split()[:200])
    ids = tuple(point.id for point in item.rubric.key_points[:POINTS])
    request = GradeRequest(question_id=item.question.id, answer=answer, point_ids=ids)
    spans = [span.text for span in cut_spans(answer)]
    model = encoder._model
    grades, encodes = [], []
    for _ in range(repeats):
        began = time.perf_counter()
        model.encode(spans, show_progress_bar=False)
        middle = time.perf_counter()
        grader.grade(item, request)
        encodes.append(middle - began)
        grades.append(time.perf_counter() - middle)
    grade, encode = statistics.median(grades), statistics.median(encodes)
    print(f"200 words, {len(spans)} spans, {POINTS} key points, warm, median of {repeats}")
    print(f"| bare encode of the spans | {encode * 1000:.0f} ms |")
    print(f"| grade                    | {grade * 1000:.0f} ms |")
    print(f"| ratio (at most 4)        | {grade / encode:.2f} |")


if __name__ == "__main__":
    main()
