"""What the second edition of the standard asks of a question and its rubric, as far as words alone can tell.

The first edition's quotas (nine demanded points, three long wordings each) failed people who answer as people do.
This one asks for few core points, a generous pool of depth, wordings in the registers people type in, and questions
that do not hold their own answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from interviewer.bank.dangling import dangling
from interviewer.core.bank.content import Item
from interviewer.core.bank.kinds import ExampleKind, Kind, Level, Standard
from interviewer.core.bank.rubric import REGISTERS, ByRegister, KeyPoint
from interviewer.core.english import content_words, tokens

Problem = tuple[str, str]
"""(field, message)."""

CORE_POINTS = range(3, 7)
"""Core points at a question's own level."""
MOST_CORE = 9
"""Core points at any level."""
POOL_POINTS = range(6, 16)
"""Points of the depth pool at a question's own level."""
LEAST_WORDINGS = 8
LEAST_OF_REGISTER = {"terse": 2, "spoken": 2, "item": 1, "natural": 2}
TERSE_WORDS = range(1, 7)
SPOKEN_WORDS = range(7, 60)
LEAST_CONTRADICTIONS = 3
PROMPT_WORDS = range(10, 41)
SITUATION_WORDS = range(10, 91)
"""A scenario, a design and a calculation state facts first."""
TERM_WORDS = 30
_TOLD = 0.6
"""Share of a statement's own content words from which on another text makes its point."""
_YES_OR_NO = frozenset(
    tokens(
        "is are was were do does did can could will would has have had should may might must shall "
        "isn aren don doesn didn couldn wouldn"
    )
)
_SITUATIONS = (Kind.SCENARIO, Kind.DESIGN, Kind.NUMERIC)


def question_problems(item: Item) -> Iterator[Problem]:
    """What is wrong with the question: lengths, hints that tell, a missing source."""
    question = item.question
    wanted = SITUATION_WORDS if question.kind in _SITUATIONS else PROMPT_WORDS
    for field, prompt in (("prompt", question.prompt), *_numbered("alternatives", question.alternatives)):
        words = len(prompt.split())
        if words not in wanted:
            yield field, f"has {words} words; a question asked aloud has {wanted.start} to {wanted.stop - 1}"
    if question.hints and "?" not in question.hints[-1].text:
        yield f"hints[{len(question.hints) - 1}].text", "is the last hint and does not ask; it must not list the answer"
    if question.reveals and question.kind not in (Kind.SCENARIO, Kind.DESIGN):
        yield "reveals", f"belong to a scenario or design, not to a {question.kind} question"
    yield from _glossary_problems(item)
    yield from _broken_lines("model_answer", question.model_answer)
    for number, hint in enumerate(question.hints):
        yield from _broken_lines(f"hints[{number}].text", hint.text)


def _glossary_problems(item: Item) -> Iterator[Problem]:
    """A term must stand in a prompt, and its line must not make a point."""
    asked = " ".join(item.question.prompts).lower()
    known = content_words(" ".join(item.question.prompts))
    for number, each in enumerate(item.question.glossary):
        field = f"glossary[{number}]"
        if each.term.lower() not in " ".join(asked.split()):
            yield f"{field}.term", f"{each.term!r} stands in no wording of the prompt"
        if len(each.text.split()) > TERM_WORDS:
            yield f"{field}.text", f"has {len(each.text.split())} words; at most {TERM_WORDS} are wanted"
        for point in item.rubric.key_points:
            own = content_words(point.statement) - known
            if len(own) > 2 and len(own & content_words(each.text)) / len(own) >= _TOLD:
                yield f"{field}.text", f"gives away {point.id}"


def rubric_problems(item: Item) -> Iterator[Problem]:
    """What is wrong with the rubric, by its own standard."""
    rubric = item.rubric
    full = rubric.standard is Standard.FULL
    if full:
        yield from _tier_problems(item)
    for number, point in enumerate(rubric.key_points):
        for field, message in _point_problems(point, full=full):
            yield f"key_points[{number}].{field}", message
    yield from _dangling_problems(item)
    yield from _doubled_problems(rubric.key_points)
    for number, example in enumerate(rubric.examples):
        yield from _broken_lines(f"examples[{number}].text", example.text)
        if example.kind in (ExampleKind.SOUP, ExampleKind.OFF_TOPIC, ExampleKind.INJECTION) and example.verdicts:
            yield f"examples[{number}].verdicts", f"a {example.kind} answer earns nothing; name none"


def _tier_problems(item: Item) -> Iterator[Problem]:
    question, points = item.question, item.rubric.key_points
    core = sum(point.is_core(question.level) for point in points)
    if core not in CORE_POINTS:
        yield "key_points", f"has {core} core points at {question.level}; {_bounds(CORE_POINTS)} are wanted"
    most = sum(point.is_core(Level.STAFF) for point in points)
    if most > MOST_CORE:
        yield "key_points", f"has {most} core points at staff; at most {MOST_CORE} (mark the others `depth: true`)"
    pool = len(points) - core
    if pool not in POOL_POINTS:
        yield "key_points", f"has {pool} points beyond the core at {question.level}; {_bounds(POOL_POINTS)} are wanted"


def _point_problems(point: KeyPoint, *, full: bool) -> Iterator[Problem]:
    if point.bonus:
        yield "bonus", "is a word of the first edition; say `depth: true`"
    if full:
        yield from _register_problems(point)
        if len(point.contradictions) < LEAST_CONTRADICTIONS:
            yield "contradictions", f"has {len(point.contradictions)}; {LEAST_CONTRADICTIONS} are wanted"
        if not point.partial and re.search(r"\band\b|;", point.statement):
            yield "partial", "is empty, but the statement says two things; word each half, or make two points of it"
    if _asks_yes_or_no(point.probe):
        yield "probe", "can be answered by yes or no"


def _dangling_problems(item: Item) -> Iterator[Problem]:
    """Follow-ups that only make sense beside more than the question."""
    asked = [(f"key_points[{n}].probe", each.probe) for n, each in enumerate(item.rubric.key_points)]
    asked += [(f"misconceptions[{n}].challenge", each.challenge) for n, each in enumerate(item.rubric.misconceptions)]
    for field, text in asked:
        if pointing := dangling(" ".join(text.split()), item.question.prompts):
            yield field, f"does not make sense read alone ({pointing!r}); name what it points at"


def _register_problems(point: KeyPoint) -> Iterator[Problem]:
    if not isinstance(point.phrasings, ByRegister):
        yield "phrasings", f"is a list; sort the wordings by register ({', '.join(REGISTERS)})"
        return
    if len(point.wordings) < LEAST_WORDINGS:
        yield "phrasings", f"has {len(point.wordings)} wordings; {LEAST_WORDINGS} are wanted"
    for register, least in LEAST_OF_REGISTER.items():
        found = len(getattr(point.phrasings, register))
        if found < least:
            yield f"phrasings.{register}", f"has {found}; {least} wanted"
    for register, wanted in (("terse", TERSE_WORDS), ("spoken", SPOKEN_WORDS)):
        for number, text in enumerate(getattr(point.phrasings, register)):
            if len(text.split()) not in wanted:
                yield f"phrasings.{register}[{number}]", f"has {len(text.split())} words; {_bounds(wanted)} are wanted"


def _doubled_problems(points: Iterable[KeyPoint]) -> Iterator[Problem]:
    """The same words twice: in two wordings, or in a wording and a contradiction."""
    seen: dict[frozenset[str], str] = {}
    for number, point in enumerate(points):
        truths = [("statement", point.statement), *point.placed_wordings(), *_numbered("partial", point.partial)]
        for field, text in truths:
            place = f"key_points[{number}].{field}"
            words = frozenset(tokens(text)) or frozenset([text])
            if words in seen:
                yield place, f"has the words of {seen[words]}"
            seen.setdefault(words, place)
        for field, text in _numbered("contradictions", point.contradictions):
            true = next((place for place, truth in truths if truth == text), None)
            if true is not None:
                yield f"key_points[{number}].{field}", f"is also key_points[{number}].{true}"


def _asks_yes_or_no(probe: str) -> bool:
    """Whether the last question of a probe begins with an auxiliary verb."""
    questions = [part for part in re.split(r"(?<=[.?!:,])\s+", probe.strip()) if part.endswith("?")]
    if not questions:
        return False
    words = tokens(questions[-1])
    return bool(words) and words[0] in _YES_OR_NO and " or " not in questions[-1]


def _broken_lines(field: str, text: str) -> Iterator[Problem]:
    """A line of one or two words in the middle of a paragraph of prose: a wrap that went wrong."""
    for paragraph in text.split("\n\n"):
        lines = [line.strip() for line in paragraph.strip().splitlines()]
        if len(lines) > 2 and all(len(line.split()) > 2 for line in lines[:1]):
            short = [line for line in lines[1:-1] if len(line.split()) <= 2 and len(line) < 24]
            if short and max(len(line) for line in lines) > 60:
                yield field, f"is broken in mid-sentence at {short[0]!r}"


def _numbered(name: str, texts: Iterable[str]) -> list[Problem]:
    return [(f"{name}[{number}]", text) for number, text in enumerate(texts)]


def _bounds(wanted: range) -> str:
    return f"{wanted.start} to {wanted.stop - 1}"
