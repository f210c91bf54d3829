"""Rules of good content that the schema cannot express, each rubric held to its own edition of the standard.

A pack that breaks one still loads; `mockdl pack check` names the place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from interviewer.bank import second_edition
from interviewer.bank.second_edition import Problem
from interviewer.bank.starter import PLACEHOLDER
from interviewer.core.bank.content import Item
from interviewer.core.bank.finding import Finding, Severity
from interviewer.core.bank.kinds import EXAMPLE_KINDS, ExampleKind, Kind, Level, Standard
from interviewer.core.bank.pack_files import PackReading
from interviewer.core.bank.question import Question
from interviewer.core.bank.rubric import Rubric
from interviewer.core.english import tokens

_LEAST_SAID = 2


def check_bank(reading: PackReading) -> list[Finding]:
    """Return the findings of all content rules in file order: warnings by the first edition, errors by the second.

    Of a file that is still a template there is one finding, however much of it is to be filled in.
    """
    findings: list[Finding] = []
    for question_id, item in reading.items.items():
        first = item.rubric.edition == 1
        severity: Severity = "warning" if first else "error"
        question_path, rubric_path = reading.sources[question_id]
        parts: tuple[tuple[Path, Question | Rubric, list[Iterator[Problem]]], ...] = (
            (question_path, item.question, [_question_problems(item)]),
            (rubric_path, item.rubric, [_staged_problems(item)]),
        )
        parts[0][2].append(iter(()) if first else second_edition.question_problems(item))
        parts[1][2].append(_first_edition_problems(item) if first else second_edition.rubric_problems(item))
        for path, model, problems in parts:
            if fields := list(_placeholders(model.model_dump(mode="json"), "")):
                more = f", as do {len(fields) - 1} more fields" if len(fields) > 1 else ""
                findings.append(Finding(path, 0, fields[0], f"still says {PLACEHOLDER}{more}", severity))
            else:
                findings += [Finding(path, 0, field, message, severity) for field, message in chain(*problems)]
    return findings


def _placeholders(value: object, field: str) -> Iterable[str]:
    """Fields whose text was never written over."""
    if isinstance(value, str) and PLACEHOLDER in value.split():
        yield field
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _placeholders(inner, f"{field}.{name}" if field else name)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _placeholders(inner, f"{field}[{number}]")


def _question_problems(item: Item) -> Iterator[Problem]:
    question = item.question
    if question.level.rank >= Level.SENIOR.rank and not question.references:
        yield "references", f"a {question.level} question needs at least one reference"
    if item.rubric.standard is Standard.FULL:
        for field, found in (("alternatives", len(question.alternatives)), ("hints", len(question.hints))):
            if found < _LEAST_SAID:
                yield field, f"has {found}; {_LEAST_SAID} are wanted"
    words = len(question.model_answer.split())
    if item.rubric.standard is Standard.FULL and not 150 <= words <= 650:
        yield "model_answer", f"has {words} words; two to four minutes aloud is 150 to 650"
    prices = [hint.price for hint in question.hints]
    if prices != sorted(prices):
        yield "hints", "a later hint tells more and should not be cheaper"


def _staged_problems(item: Item) -> Iterator[Problem]:
    question, rubric = item.question, item.rubric
    for number, point in enumerate(rubric.key_points):
        if question.kind in (Kind.SCENARIO, Kind.DESIGN) and point.stage is None:
            yield f"key_points[{number}].stage", f"is missing; points of a {question.kind} question are staged"
    if question.kind is Kind.NUMERIC and not any(point.value for point in rubric.key_points):
        yield "key_points", "a numeric question needs at least one point with a value"
    if rubric.standard is Standard.FULL:
        if not rubric.misconceptions:
            yield "misconceptions", "has none; 1 to 4 are wanted"
        yield from _example_problems(item)


def _first_edition_problems(item: Item) -> Iterator[Problem]:
    question, rubric = item.question, item.rubric
    regular = [point for point in rubric.key_points if not point.bonus]
    if not 4 <= len(regular) <= 9:
        yield "key_points", f"has {len(regular)} points that are no bonus; 4 to 9 are wanted"
    if len(rubric.key_points) - len(regular) > 6:
        yield "key_points", "has more than six bonus points"
    if sum(point.is_core(question.level) for point in regular) < 3:
        yield "key_points", f"fewer than three points are expected at {question.level}"
    for number, point in enumerate(rubric.key_points):
        field = f"key_points[{number}]"
        if len(point.contradictions) < 2:
            yield f"{field}.contradictions", "has 1; 2 are wanted"
        for other, phrasing in enumerate(point.wordings):
            if set(tokens(phrasing)) == set(tokens(point.statement)):
                yield f"{field}.phrasings[{other}]", "copies the statement"
        if set(tokens(point.statement)) <= set(tokens(point.probe)):
            yield f"{field}.probe", "gives the whole point away"


def _example_problems(item: Item) -> Iterator[Problem]:
    kinds = Counter(example.kind for example in item.rubric.examples)
    for kind in EXAMPLE_KINDS:
        wanted = 2 if kind is ExampleKind.PARTIAL else 1
        if kinds[kind] < wanted:
            yield "examples", f"has {kinds[kind]} of kind {kind.value!r}; {wanted} wanted"
    for number, example in enumerate(item.rubric.examples):
        words = len(example.text.split())
        if not 20 <= words <= 200:
            yield f"examples[{number}].text", f"has {words} words; 30 to 180 are wanted"
