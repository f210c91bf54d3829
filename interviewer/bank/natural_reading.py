"""Natural answers from disk: `rubrics/<topic>/<id>.natural.jsonl`, one a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from interviewer.bank.pack_loading import did_you_mean
from interviewer.core.bank.finding import Finding
from interviewer.core.bank.natural import NaturalAnswer, Reading
from interviewer.core.bank.pack_files import NATURAL_ENDING, PackReading, natural_file
from interviewer.core.bank.rubric import Rubric


def read_natural(reading: PackReading) -> tuple[dict[str, tuple[NaturalAnswer, ...]], list[Finding]]:
    """The natural answers of a pack by question id, for questions that have a file, and what is wrong with them."""
    answers: dict[str, tuple[NaturalAnswer, ...]] = {}
    findings: list[Finding] = []
    for question_id, item in reading.items.items():
        path = natural_file(reading.sources[question_id][1])
        if path.is_file():
            answers[question_id], wrong = _read_file(path, item.rubric)
            findings += wrong
    known = {natural_file(rubric) for _, rubric in reading.sources.values()}
    for path in sorted((reading.root / "rubrics").glob(f"*/*{NATURAL_ENDING}")):
        if path not in known:
            findings.append(Finding(path, 0, "", "belongs to no rubric beside it"))
    return answers, findings


def _read_file(path: Path, rubric: Rubric) -> tuple[tuple[NaturalAnswer, ...], list[Finding]]:
    answers: list[NaturalAnswer] = []
    findings: list[Finding] = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        return (), [Finding(path, 0, "", f"could not be read: {error}")]
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            answer = NaturalAnswer.model_validate(json.loads(line))
        except ValidationError as error:
            for problem in error.errors(include_url=False):
                field = ".".join(str(part) for part in problem["loc"] if part != "[key]")
                findings.append(Finding(path, number, field, problem["msg"].removeprefix("Value error, ")))
            continue
        except ValueError as error:
            findings.append(Finding(path, number, "", f"is not valid JSON: {error}"))
            continue
        answers.append(answer)
        findings += [Finding(path, number, field, message) for field, message in _problems(answer, rubric)]
    return tuple(answers), findings


def _problems(answer: NaturalAnswer, rubric: Rubric) -> Iterator[tuple[str, str]]:
    yield from _reading_problems("", answer, rubric)
    if answer.second is not None:
        yield from _reading_problems("second.", answer.second, rubric)


def _reading_problems(prefix: str, reading: Reading, rubric: Rubric) -> Iterator[tuple[str, str]]:
    points = [point.id for point in rubric.key_points]
    # A point that came after the second reading has the first reader's verdict only.
    lacking = [name for name in points if name not in reading.verdicts] if not prefix else []
    if lacking:
        yield f"{prefix}verdicts", f"has none for {', '.join(lacking)}"
    wrongs = [wrong.id for wrong in rubric.misconceptions]
    both = (("verdicts", reading.verdicts, points), ("misconceptions", reading.misconceptions, wrongs))
    for field, named, known in both:
        for name in named:
            if name not in known:
                yield f"{prefix}{field}", f"{name!r} is unknown" + did_you_mean(name, known)
