"""Findings about texts of a pack that lie too near to each other, in meaning or in words."""

from __future__ import annotations

from collections.abc import Iterator

from interviewer.core.bank.content import Item
from interviewer.core.bank.finding import Finding
from interviewer.core.bank.pack_files import PackReading
from interviewer.core.english import content_stems
from interviewer.core.interview.selection import NEAR_DUPLICATE
from interviewer.core.ports import Close, Engine

_LEAKED_WORDS = 0.6
"""Share of a statement's own words that its probe may name; words of the prompt don't count."""

_MESSAGES = {
    "overlap": "asks for nearly the same as {other!r} (cosine {similarity:.2f}); merge the two, or part their claims",
    "copied": "says the statement again (cosine {similarity:.2f}); put it in other words",
    "leak": "is so near to the statement (cosine {similarity:.2f}) that it gives the answer away",
    "truth": "can't be told from a true wording of {other!r} (cosine {similarity:.2f}); say it otherwise",
    "elsewhere": "lies nearer to the truth of {other!r} (cosine {similarity:.2f}) than to any text of its own point",
}


def text_findings(reading: PackReading, item: Item, engine: Engine) -> list[Finding]:
    """Overlapping key points, copied phrasings, leaking probes and contradictions that contradict nothing."""
    path = reading.sources[item.question.id][1]
    close = engine.close_texts(item.rubric).result(timeout=300)
    numeric = {f"key_points[{n}]" for n, point in enumerate(item.rubric.key_points) if point.value is not None}
    findings = [
        Finding(path, 0, each.field, _MESSAGES[each.kind].format(**each.model_dump()), "warning")
        for each in close
        if not _only_the_number_differs(each, numeric)
    ]
    for field, message in _leaks(item):
        if all(finding.field != field for finding in findings):
            findings.append(Finding(path, 0, field, message, "warning"))
    return findings


def duplicate_findings(reading: PackReading, engine: Engine) -> list[Finding]:
    """Questions of the pack that ask for the same thing."""
    texts = {name: f"{item.question.title}. {item.question.prompt}" for name, item in reading.items.items()}
    if len(texts) < 2:
        return []
    pairs = engine.close_questions(texts, NEAR_DUPLICATE).result(timeout=300)
    return [
        Finding(
            reading.sources[name][0], 0, "prompt", f"asks nearly what {other!r} asks (cosine {cosine:.2f})", "warning"
        )
        for name, other, cosine in pairs
    ]


def _only_the_number_differs(close: Close, numeric: set[str]) -> bool:
    """Of a point with an exact value the number is compared by code, whatever the encoder sees."""
    return close.kind == "truth" and close.field.split(".")[0] in numeric


def _leaks(item: Item) -> Iterator[tuple[str, str]]:
    known = set(content_stems(" ".join((item.question.title, *item.question.prompts))))
    for number, point in enumerate(item.rubric.key_points):
        telling = set(content_stems(point.statement)) - known
        told = telling & set(content_stems(point.probe))
        if len(telling) >= 3 and len(told) > _LEAKED_WORDS * len(telling):
            words = ", ".join(sorted(told))
            yield f"key_points[{number}].probe", f"names most of what the point wants to hear ({words})"
