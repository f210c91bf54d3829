"""Rules of good content that the schema cannot express.

A pack that breaks one still loads; `mockdl pack check` names the place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from interviewer.bank.starter import PLACEHOLDER
from interviewer.core.bank.content import EXAMPLE_KINDS, ExampleKind, Item, Kind, Level
from interviewer.core.bank.finding import Finding
from interviewer.core.bank.pack_files import PackReading


def check_bank(reading: PackReading) -> list[Finding]:
    """Return the findings of all content rules, as warnings, in file order."""
    findings: list[Finding] = []
    for question_id, item in reading.items.items():
        question_path, rubric_path = reading.sources[question_id]
        for field, message in _question_problems(item):
            findings.append(Finding(question_path, 0, field, message, "warning"))
        for field, message in _rubric_problems(item):
            findings.append(Finding(rubric_path, 0, field, message, "warning"))
        for path, model in ((question_path, item.question), (rubric_path, item.rubric)):
            if fields := list(_placeholders(model.model_dump(mode="json"), "")):
                more = f", as do {len(fields) - 1} more fields" if len(fields) > 1 else ""
                findings.append(Finding(path, 0, fields[0], f"still says {PLACEHOLDER}{more}", "warning"))
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


def _question_problems(item: Item) -> Iterable[tuple[str, str]]:
    question = item.question
    if question.level.rank >= Level.SENIOR.rank and not question.references:
        yield "references", f"a {question.level} question needs at least one reference"
    words = len(question.model_answer.split())
    if not 150 <= words <= 650:
        yield "model_answer", f"has {words} words; two to four minutes aloud is 150 to 650"
    prices = [hint.price for hint in question.hints]
    if prices != sorted(prices):
        yield "hints", "a later hint tells more and should not be cheaper"


def _rubric_problems(item: Item) -> Iterable[tuple[str, str]]:
    from interviewer.core.english import tokens

    question, rubric = item.question, item.rubric
    regular = [point for point in rubric.key_points if not point.bonus]
    if not 4 <= len(regular) <= 9:
        yield "key_points", f"has {len(regular)} points that are no bonus; 4 to 9 are wanted"
    if len(rubric.key_points) - len(regular) > 6:
        yield "key_points", "has more than six bonus points"
    if sum(point.is_expected(question.level) for point in regular) < 3:
        yield "key_points", f"fewer than three points are expected at {question.level}"
    for number, point in enumerate(rubric.key_points):
        field = f"key_points[{number}]"
        if question.kind in (Kind.SCENARIO, Kind.DESIGN) and point.stage is None:
            yield f"{field}.stage", f"is missing; points of a {question.kind} question are staged"
        for other, phrasing in enumerate(point.phrasings):
            if set(tokens(phrasing)) == set(tokens(point.statement)):
                yield f"{field}.phrasings[{other}]", "copies the statement"
        if set(tokens(point.statement)) <= set(tokens(point.probe)):
            yield f"{field}.probe", "gives the whole point away"
    if question.kind is Kind.NUMERIC and not any(point.value for point in rubric.key_points):
        yield "key_points", "a numeric question needs at least one point with a value"
    yield from _example_problems(item)


def _example_problems(item: Item) -> Iterable[tuple[str, str]]:
    kinds = Counter(example.kind for example in item.rubric.examples)
    for kind in EXAMPLE_KINDS:
        wanted = 2 if kind is ExampleKind.PARTIAL else 1
        if kinds[kind] < wanted:
            yield "examples", f"has {kinds[kind]} of kind {kind.value!r}; {wanted} wanted"
    for number, example in enumerate(item.rubric.examples):
        words = len(example.text.split())
        if not 20 <= words <= 200:
            yield f"examples[{number}].text", f"has {words} words; 30 to 180 are wanted"
