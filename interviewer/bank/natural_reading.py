"""Natural answers from disk: `rubrics/<topic>/<id>.natural.jsonl`, one a line."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from interviewer.bank.file_reading import FileFaultError, list_files, read_file
from interviewer.bank.validation_findings import did_you_mean, first_findings
from interviewer.bank.yaml_values import short
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
        if os.path.exists(path):
            answers[question_id], wrong = _read_file(path, item.rubric)
            findings += wrong
    known = {natural_file(rubric) for _, rubric in reading.sources.values()}
    for path in list_files(reading.root / "rubrics", NATURAL_ENDING).files:
        if path not in known:
            findings.append(Finding(path, 0, "", "belongs to no rubric beside it"))
    return answers, findings


def _read_file(path: Path, rubric: Rubric) -> tuple[tuple[NaturalAnswer, ...], list[Finding]]:
    try:
        lines = read_file(path).decode().splitlines()
    except FileFaultError as fault:
        return (), [fault.finding]
    except UnicodeDecodeError as error:
        return (), [Finding(path, 0, "", f"could not be read: {error}")]
    answers: list[NaturalAnswer] = []
    findings = list(first_findings(path, _read_lines(path, lines, rubric, answers)))
    return tuple(answers), findings


def _read_lines(path: Path, lines: list[str], rubric: Rubric, answers: list[NaturalAnswer]) -> Iterator[Finding]:
    """Put the answers of a file into `answers`."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            answer = NaturalAnswer.model_validate(json.loads(line))
        except ValidationError as error:
            for problem in error.errors(include_url=False, include_input=False):
                field = ".".join(short(str(part)) for part in problem["loc"] if part != "[key]")
                yield Finding(path, number, field, problem["msg"].removeprefix("Value error, "))
            continue
        except (ValueError, RecursionError) as error:
            yield Finding(path, number, "", f"is not valid JSON: {error}")
            continue
        answers.append(answer)
        for field, message in _problems(answer, rubric):
            yield Finding(path, number, field, message)


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
