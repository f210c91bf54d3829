"""Packs from disk: every file validated, every error reported at once, the result cached.

A pack is a folder with `corpus/<topic>/<id>.yaml` and, at the same path and name,
`rubrics/<topic>/<id>.yaml`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from interviewer.bank.bank_cache import content_key, read_cache, stamp_of, write_cache, yaml_files
from interviewer.bank.yaml_reading import LinePath, locate, read_yaml
from interviewer.core.bank.content import Bank, Item
from interviewer.core.bank.finding import Finding, bank_error
from interviewer.core.bank.pack_files import PackReading
from interviewer.core.bank.question import Question
from interviewer.core.bank.rubric import LISTED, SORTED, Rubric
from interviewer.errors import nearest_names

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


def load_bank(roots: Sequence[Path], *, cache: Path | None = None) -> Bank:
    """Load and merge packs; a later pack may not redefine a question of an earlier one.

    Args:
        roots: pack folders. The first must be in order; a later one that is not is left out as a
            whole, and the bank's notices say why.
        cache: file for the validated bank. It is used when it was written for the very
            same file contents, and silently left alone when it cannot be written.

    Raises:
        BankError: the first pack has errors; names every file, line and field that is wrong.
    """
    stamp = stamp_of(roots)
    cached = read_cache(cache, stamp, lambda: content_key(roots)) if cache else None
    if cached is not None:
        return cached
    key = content_key(roots)
    items: dict[str, Item] = {}
    notices: list[str] = []
    for place, root in enumerate(roots):
        reading = read_pack(root)
        errors = [finding for finding in reading.findings if finding.severity == "error"]
        errors += [
            Finding(reading.sources[question_id][0], 1, "id", f"{question_id!r} is already in another pack")
            for question_id in reading.items
            if question_id in items
        ]
        if errors and place == 0:
            raise bank_error(errors)
        if errors:
            notices.append(_left_out(root, errors))
        else:
            items.update(reading.items)
    bank = Bank(items=items, content_hash=key, notices=tuple(notices))
    if cache:
        write_cache(cache, bank, stamp)
    return bank


def _left_out(root: Path, errors: Sequence[Finding]) -> str:
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return f"The pack {root} was left out: {errors[0]}{more}. `mockdl pack check {root}` lists all."


def read_pack(root: Path) -> PackReading:
    """Read one pack without raising on defects: they come back as findings."""
    findings: list[Finding] = []
    sources: dict[str, tuple[Path, Path]] = {}
    items: dict[str, Item] = {}
    corpus, rubrics = root / "corpus", root / "rubrics"
    if not corpus.is_dir():
        findings.append(Finding(root, 0, "", "has no folder `corpus/` and so is not a question pack"))
        return PackReading(root, items, findings, sources)
    seen: dict[str, Path] = {}
    for path in yaml_files(corpus):
        relative = path.relative_to(corpus)
        twin = rubrics / relative
        question = _read_model(path, Question, findings)
        if not twin.is_file():
            findings.append(Finding(path, 0, "", f"has no rubric; expected one at {twin}"))
            continue
        rubric = _read_model(twin, Rubric, findings)
        if question is None or rubric is None:
            continue
        findings += _place_findings(path, twin, relative, question, rubric)
        if question.id in seen:
            findings.append(Finding(path, 1, "id", f"{question.id!r} is also the id of {seen[question.id]}"))
            continue
        seen[question.id] = path
        sources[question.id] = (path, twin)
        items[question.id] = Item(question=question, rubric=rubric, rubric_hash=rubric_hash(rubric))
    for path in yaml_files(rubrics):
        if not (corpus / path.relative_to(rubrics)).is_file() and path.parent != rubrics:
            findings.append(Finding(path, 0, "", f"has no question at {corpus / path.relative_to(rubrics)}"))
    findings += _link_findings(items, sources)
    if not items and not findings:
        findings.append(Finding(corpus, 0, "", "holds no question files (`<topic>/<id>.yaml`)"))
    return PackReading(root, items, findings, sources)


def read_known_hard(root: Path) -> tuple[dict[str, str], list[Finding]]:
    """Read `rubrics/known_hard.yaml`: question id -> why its golden order is still broken.

    The list may only shrink: whoever checks the pack reports a listed question that passes.
    """
    path = root / "rubrics" / "known_hard.yaml"
    if not path.is_file():
        return {}, []
    data, finding = read_yaml(path, path.read_bytes())
    if data is None:
        return {}, [finding] if finding is not None else []
    return {str(question_id): str(reason) for question_id, reason in data.items()}, []


def _read_model(path: Path, model: type[Model], findings: list[Finding]) -> Model | None:
    try:
        raw = path.read_bytes()
    except OSError as error:
        findings.append(Finding(path, 0, "", f"could not be read: {error.strerror}"))
        return None
    data, finding = read_yaml(path, raw)
    if data is None:
        if finding is not None:
            findings.append(finding)
        return None
    try:
        return model.model_validate(data)
    except ValidationError as error:
        findings.extend(_validation_findings(path, raw, model, error))
        return None


def _validation_findings(path: Path, raw: bytes, model: type[BaseModel], error: ValidationError) -> Iterable[Finding]:
    for problem in error.errors(include_url=False):
        where: LinePath = tuple(part for part in problem["loc"] if part not in ("[key]", LISTED, SORTED))
        message = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "extra_forbidden":
            message = "is not a field of the format" + did_you_mean(str(where[-1]), _fields_at(model, where[:-1]))
        elif problem["type"] == "missing":
            message = "is missing"
        elif problem["type"] == "enum":
            message += did_you_mean(str(problem["input"]), str(problem["ctx"]["expected"]).replace("'", " ").split())
        yield Finding(path, locate(raw, where), _field_name(where), message)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown name; "" when nothing is near."""
    near = nearest_names(name, known, most=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _fields_at(model: type[BaseModel], where: LinePath) -> list[str]:
    """Names allowed where an unknown field stood: follows list and model annotations."""
    current: Any = model
    for part in where:
        if isinstance(part, int) or not hasattr(current, "model_fields"):
            continue
        field = current.model_fields.get(part)
        if field is None:
            return []
        current = next(_models_in(field.annotation), field.annotation)
    return list(getattr(current, "model_fields", {}))


def _models_in(annotation: Any) -> Iterator[Any]:
    """The models that a field's type names, in a list or as one of two ways to write it."""
    for part in (annotation, *getattr(annotation, "__args__", ())):
        if hasattr(part, "model_fields"):
            yield part
        elif part is not annotation:
            yield from _models_in(part)


def _field_name(where: LinePath) -> str:
    name = ""
    for part in where:
        name += f"[{part}]" if isinstance(part, int) else f".{part}" if name else str(part)
    return name


def _place_findings(path: Path, twin: Path, relative: Path, question: Question, rubric: Rubric) -> Iterable[Finding]:
    if question.id != relative.stem:
        yield Finding(path, 1, "id", f"is {question.id!r} but the file is named {relative.name!r}")
    if question.topic != relative.parent.name:
        yield Finding(path, 1, "topic", f"is {question.topic!r} but the folder is {relative.parent.name!r}")
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
    yield from _id_findings(twin, rubric, points, wrongs)


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
