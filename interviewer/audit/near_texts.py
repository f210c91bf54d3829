"""Findings about texts of a pack that lie too near to each other, in meaning or in words, or too far apart."""

from __future__ import annotations

from collections.abc import Iterator

from interviewer.core.bank.content import Item
from interviewer.core.bank.finding import Finding
from interviewer.core.bank.pack_files import PackReading
from interviewer.core.english import content_stems, sentences
from interviewer.core.interview.selection import NEAR_DUPLICATE
from interviewer.core.ports import Close, Engine
from interviewer.core.text import clean_line, shorten

_LEAKED_WORDS = 0.6
"""Share of a statement's own words that its probe may name; words of the prompt don't count."""

_MESSAGES = {
    "overlap": "asks for nearly the same as {other!r} (cosine {similarity:.2f}); merge the two, or part their claims",
    "copied": "says the statement again (cosine {similarity:.2f}); put it in other words",
    "leak": "is so near to the statement (cosine {similarity:.2f}) that it gives the answer away",
    "truth": "can't be told from a true wording of {other!r} (cosine {similarity:.2f}); say it otherwise",
    "elsewhere": "lies nearer to the truth of {other!r} (cosine {similarity:.2f}) than to any text of its own point by "
    "0.30 and more; say more of what this point is about",
    "stray": "lies nearer to {other!r} (cosine {similarity:.2f}) than to any text of its own point",
}
_BY_SIMILARITY = ("leak", "elsewhere", "stray")
"""What a person has to look at: a probe that makes sense read alone shares the subject with its statement."""
_SAME_FACT = 0.86
"""Two statements of different questions above this (cosine) say the same. Read off the built-in bank."""
_UNPAID = 0.45
"""A sentence of the model answer below this to every wording of the rubric is paid by none. Read off the bank, too."""
_SENTENCE_WORDS = 7
"""Shorter sentences lead over and claim nothing."""


def text_findings(reading: PackReading, item: Item, engine: Engine) -> list[Finding]:
    """Overlapping key points, copied phrasings, leaking probes and contradictions that contradict nothing."""
    path = reading.sources[item.question.id][1]
    close = engine.close_texts(item.rubric).result(timeout=300)
    numeric = {f"key_points[{n}]" for n, point in enumerate(item.rubric.key_points) if point.value is not None}
    findings = [
        Finding(
            path,
            0,
            each.field,
            _MESSAGES[each.kind].format(**each.model_dump()),
            "note" if item.rubric.edition > 1 and each.kind in _BY_SIMILARITY else "warning",
        )
        for each in close
        if not _only_the_number_differs(each, numeric)
    ]
    for field, message in _leaks(item):
        if all(finding.field != field for finding in findings):
            findings.append(Finding(path, 0, field, message, "warning"))
    return findings + _unpaid(reading, item, engine) if item.rubric.edition > 1 else findings


def _unpaid(reading: PackReading, item: Item, engine: Engine) -> list[Finding]:
    """Sentences of the model answer that no point pays."""
    answer = item.question.model_answer
    claims = [
        answer[start:end] for start, end in sentences(answer) if len(answer[start:end].split()) >= _SENTENCE_WORDS
    ]
    truths = [text for point in item.rubric.key_points for text in (point.statement, *point.wordings)]
    nearest = engine.nearest_texts(claims, truths).result(timeout=300)
    path = reading.sources[item.question.id][0]
    return [
        Finding(path, 0, "model_answer", f"no key point pays for {quote(claim)} (cosine {cosine:.2f})", "note")
        for claim, (_, cosine) in zip(claims, nearest, strict=True)
        if cosine < _UNPAID
    ]


def level_findings(reading: PackReading, engine: Engine) -> list[Finding]:
    """Key points of different questions that say the same and are expected at different levels."""
    points = {
        f"{name}/{point.id}": (name, number, point)
        for name, item in reading.items.items()
        if item.rubric.edition > 1
        for number, point in enumerate(item.rubric.key_points)
    }
    if len(points) < 2:
        return []
    texts = {key: point.statement for key, (_, _, point) in points.items()}
    found = []
    for first, second, cosine in engine.close_questions(texts, _SAME_FACT).result(timeout=300):
        (name, number, point), (other, _, same) = points[first], points[second]
        if name != other and point.expected_at is not same.expected_at:
            message = f"is expected at {point.expected_at}; {second} says the same (cosine {cosine:.2f}) at "
            field = f"key_points[{number}].expected_at"
            found.append(Finding(reading.sources[name][1], 0, field, f"{message}{same.expected_at}", "note"))
    return found


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


def quote(text: str) -> str:
    """The beginning of a text, in quotation marks."""
    return f'"{shorten(clean_line(text), 70)}"'


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
