"""Packs from disk: every file validated, every error reported at once.

A pack is a folder with `corpus/<topic>/<id>.yaml` and, at the same path and name,
`rubrics/<topic>/<id>.yaml`.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from interviewer.bank.bank_cache import content_key
from interviewer.bank.file_reading import FileFaultError, is_stray, list_files, read_file, size_finding
from interviewer.bank.validation_findings import (
    comment_findings,
    did_you_mean,
    first_findings,
    validation_findings,
)
from interviewer.bank.yaml_reading import read_yaml
from interviewer.core.bank.content import Bank, Item
from interviewer.core.bank.finding import Finding, bank_error
from interviewer.core.bank.pack_files import PackReading
from interviewer.core.bank.question import Question
from interviewer.core.bank.rubric import Rubric

Model = TypeVar("Model", bound=BaseModel)


_SINCE_SECOND_EDITION: Any = {
    "edition": True,
    "standard": True,
    "need": True,
    "key_points": {"__all__": {"depth", "partial", "formerly"}},
}


def rubric_hash(rubric: Rubric) -> str:
    """First 16 hex digits of the SHA-256 of the rubric's canonical JSON, for the first edition of its own fields."""
    newer = _SINCE_SECOND_EDITION if rubric.edition == 1 else None
    return hashlib.sha256(rubric.model_dump_json(exclude=newer).encode()).hexdigest()[:16]


def merge_packs(roots: Sequence[Path]) -> Bank:
    """Read and merge packs; see `load_bank`."""
    key = content_key(roots)
    items: dict[str, Item] = {}
    notices: list[str] = []
    for place, root in enumerate(roots):
        reading = read_pack(root)
        errors = [finding for finding in reading.findings if finding.severity == "error"]
        strays = [finding for finding in reading.findings if is_stray(finding)]
        errors += [
            Finding(reading.sources[question_id][0], 1, "id", f"{question_id!r} is already in another pack")
            for question_id in reading.items
            if question_id in items
        ]
        if errors and place == 0:
            raise bank_error(errors)
        if errors:
            notices.append(f"The pack {root} was left out: {_first_of(errors, root)}")
        else:
            items.update(reading.items)
        if strays:
            notices.append(_first_of(strays, root))
    return Bank(items=items, content_hash=key, notices=tuple(notices))


def _first_of(findings: Sequence[Finding], root: Path) -> str:
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    return f"{findings[0]}{more}. `mockdl pack check {root}` lists all."


def read_pack(root: Path) -> PackReading:
    """Read one pack without raising on defects: they come back as findings."""
    findings: list[Finding] = []
    sources: dict[str, tuple[Path, Path]] = {}
    items: dict[str, Item] = {}
    reading = PackReading(root, items, findings, sources)
    corpus, rubrics = root / "corpus", root / "rubrics"
    if not os.path.isdir(corpus):
        findings.append(Finding(root, 0, "", "has no folder `corpus/` and so is not a question pack"))
        return reading
    if (too_large := size_finding(root)) is not None:
        findings.append(too_large)
        return reading
    questions, answers = list_files(corpus), list_files(rubrics)
    findings += [*questions.findings, *answers.findings]
    for path in questions.files:
        _read_question(path, rubrics / path.relative_to(corpus), reading)
    for path in answers.files:
        if not os.path.exists(corpus / path.relative_to(rubrics)):
            findings.append(Finding(path, 0, "", f"has no question at {corpus / path.relative_to(rubrics)}"))
    findings += first_findings(corpus, _link_findings(items, sources))
    if not items and not any(finding.severity == "error" for finding in findings):
        findings.append(Finding(corpus, 0, "", "holds no question files (`<topic>/<id>.yaml`)"))
    return reading


def _read_question(path: Path, twin: Path, reading: PackReading) -> None:
    """Read a question and its rubric into `reading`."""
    findings = reading.findings
    question = _read_model(path, Question, findings)
    if not os.path.exists(twin):
        findings.append(Finding(path, 0, "", f"has no rubric; expected one at {twin}"))
        return
    rubric = _read_model(twin, Rubric, findings)
    if question is None or rubric is None:
        return
    findings += _place_findings(path, twin, question, rubric)
    if question.id in reading.items:
        other = reading.sources[question.id][0]
        findings.append(Finding(path, 1, "id", f"{question.id!r} is also the id of {other}"))
        return
    reading.sources[question.id] = (path, twin)
    reading.items[question.id] = Item(question=question, rubric=rubric, rubric_hash=rubric_hash(rubric))


def read_known_hard(root: Path) -> tuple[dict[str, str], list[Finding]]:
    """Read `rubrics/known_hard.yaml`: question id -> why its golden order is still broken.

    The list may only shrink: whoever checks the pack reports a listed question that passes.
    """
    path = root / "rubrics" / "known_hard.yaml"
    if not os.path.exists(path):
        return {}, []
    try:
        data = read_yaml(path, read_file(path))
    except FileFaultError as fault:
        return {}, [fault.finding]
    wrong = [Finding(path, 0, name, "must be a text that says why") for name in data if not isinstance(data[name], str)]
    return {name: reason for name, reason in data.items() if isinstance(reason, str)}, wrong


def _read_model(path: Path, model: type[Model], findings: list[Finding]) -> Model | None:
    try:
        raw = read_file(path)
        data = read_yaml(path, raw)
        findings.extend(first_findings(path, comment_findings(path, raw)))
        return model.model_validate(data)
    except FileFaultError as fault:
        findings.append(fault.finding)
    except ValidationError as error:
        findings.extend(validation_findings(path, raw, model, error))
    except Exception as error:  # whatever a stranger's file does, it is one file that cannot be read
        findings.append(Finding(path, 0, "", f"could not be read: {type(error).__name__}"))
    return None


def _place_findings(path: Path, twin: Path, question: Question, rubric: Rubric) -> Iterable[Finding]:
    if question.id != path.stem:
        yield Finding(path, 1, "id", f"is {question.id!r} but the file is named {path.name!r}")
    if question.topic != path.parent.name:
        yield Finding(path, 1, "topic", f"is {question.topic!r} but the folder is {path.parent.name!r}")
    if rubric.id != question.id:
        yield Finding(twin, 1, "id", f"is {rubric.id!r} but its question is {question.id!r}")
    points = [point.id for point in rubric.key_points]
    wrongs = [misconception.id for misconception in rubric.misconceptions]
    for name, ids in (("key_points", points), ("misconceptions", wrongs)):
        for doubled in sorted({each for each in ids if ids.count(each) > 1}):
            yield Finding(twin, 0, name, f"the id {doubled!r} stands here twice")
    if not any(point.is_core(question.level) for point in rubric.key_points):
        yield Finding(twin, 0, "key_points", f"none is expected at the question's own level, {question.level}")
    for number, point in enumerate(rubric.key_points):
        for name in sorted(set(point.formerly) & set(points)):
            yield Finding(twin, 0, f"key_points[{number}].formerly", f"{name!r} is still a key point")
    yield from first_findings(twin, _id_findings(twin, rubric, points, wrongs))
    for number, reference in enumerate(question.references):
        for named in reference.points:
            if named not in points:
                message = f"{named!r} is no key point" + did_you_mean(named, points)
                yield Finding(path, 0, f"references[{number}].points", message)


def _id_findings(twin: Path, rubric: Rubric, points: list[str], wrongs: list[str]) -> Iterable[Finding]:
    for number, example in enumerate(rubric.examples):
        for named in example.verdicts:
            if named not in points:
                field = f"examples[{number}].verdicts"
                yield Finding(twin, 0, field, f"{named!r} is no key point" + did_you_mean(named, points))
        for named in example.misconceptions:
            if named not in wrongs:
                field = f"examples[{number}].misconceptions"
                yield Finding(twin, 0, field, f"{named!r} is no misconception" + did_you_mean(named, wrongs))
    for number, misconception in enumerate(rubric.misconceptions):
        if misconception.key_point is not None and misconception.key_point not in points:
            field = f"misconceptions[{number}].key_point"
            message = f"{misconception.key_point!r} is no key point" + did_you_mean(misconception.key_point, points)
            yield Finding(twin, 0, field, message)


def _link_findings(items: dict[str, Item], sources: dict[str, tuple[Path, Path]]) -> Iterable[Finding]:
    for question_id, item in items.items():
        for field in ("related", "avoid_after"):
            for named in getattr(item.question, field):
                if named not in items or named == question_id:
                    yield Finding(
                        sources[question_id][0],
                        0,
                        field,
                        f"{named!r} is no other question of this pack" + did_you_mean(named, items),
                        "warning",
                    )
