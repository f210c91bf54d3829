"""What pydantic found wrong with a file, as findings with lines and names that were meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from interviewer.bank.file_reading import MOST_TOLD
from interviewer.bank.yaml_building import LinePath
from interviewer.bank.yaml_reading import find_places, place_of
from interviewer.bank.yaml_values import describe_value, short
from interviewer.core.bank.finding import Finding
from interviewer.core.bank.rubric import LISTED, SORTED
from interviewer.errors import nearest_names


def validation_findings(path: Path, raw: bytes, model: type[BaseModel], error: ValidationError) -> Iterator[Finding]:
    """One finding a problem, the first twenty of them, and how many more there are."""
    places = find_places(path, raw)
    # Never with the inputs: of a stranger's file they can be of any size.
    problems = error.errors(include_url=False, include_input=False)
    for problem in problems[:MOST_TOLD]:
        where: LinePath = tuple(part for part in problem["loc"] if part not in ("[key]", LISTED, SORTED))
        place = place_of(places, where)
        message = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "extra_forbidden":
            message = "is not a field of the format" + did_you_mean(str(where[-1]), _fields_at(model, where[:-1]))
        elif problem["type"] == "missing":
            message = "is missing"
        elif problem["type"] == "enum":
            message += did_you_mean(place.text, str(problem["ctx"]["expected"]).replace("'", " ").split())
        elif problem["type"] == "string_type" and place.value is not ...:
            message = describe_value(short(place.text), place.value)
        yield Finding(path, place.line, _field_name(where), message)
    if len(problems) > MOST_TOLD:
        yield Finding(path, 0, "", f"has {len(problems) - MOST_TOLD} more errors")


_COMMENT = re.compile(r"[ \t]+#(\d?)")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")


def comment_findings(path: Path, raw: bytes) -> Iterator[Finding]:
    """Texts that a comment cuts short, of a file that can be read.

    A comment may be meant, and behind a single small word, such as a level, it is. A number behind the sign is none.
    """
    if b" #" not in raw and b"\t#" not in raw:
        return
    text = raw.decode("utf-8-sig")
    for where, place in find_places(path, raw).items():
        found = _COMMENT.match(text, place.end) if place.end and isinstance(place.value, str) else None
        if found and not _NAME.fullmatch(place.value):
            told = f"is read as {short(place.value)!r}, and what follows it as a comment; put the text in quotes"
            told += "" if found[1] else ", or a comment on a line of its own"
            yield Finding(path, place.line, _field_name(where), told, "error" if found[1] else "warning")


def first_findings(path: Path, findings: Iterable[Finding]) -> Iterator[Finding]:
    """The first twenty findings about a file, and a word when there are more; the rest is not even looked for."""
    remaining = iter(findings)
    yield from islice(remaining, MOST_TOLD)
    if (more := next(remaining, None)) is not None:
        yield Finding(path, 0, "", "has more of this kind", more.severity)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown name; "" when nothing is near."""
    near = nearest_names(short(name), known, most=1)
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
        name += f"[{part}]" if isinstance(part, int) else f".{short(part)}" if name else short(part)
    return name
