"""The rule by which a candidate contests a verdict: "these words of mine make that point".

1. The candidate marks words of one answer for one key point that has no full credit. A contest that was refused can
   be tried once more with other words; after that, or once upheld, it is final (`core/interview/contest_tries.py`).
2. Only the marked words are read, so that nothing else in the answer helps or hurts. A mark is short, or the whole
   reply. Its words are widened to whole words,
   and to the whole sentence where what was left out denies something: "not" must not be marked away. What a guard
   closed in grading (orders to the grader, repeated questions, pasted text) is taken out first.
3. A second method rules: a language model when one judges, else two offline readings of the words alone. The first is
   that of the grader, whose rubric says what speaks against the point. The second holds each wording of the point
   against them as a single claim and takes the most probable. The probability is the mean of the two; the contest is
   upheld from one half on, unless the first finds little or the words contradict the statement. Single claims alone
   would not do: any sentence on the subject makes some wording likely. Measured on golden answers of 10 questions of
   the bank, on the sentence most like the point: this upholds 35 of 78 points that the grader had overlooked, and 9 of
   348 that the answer does not make; the most probable single claim, from one half on, would uphold 185 of those.
4. A point that asks for a number needs that number among the words.
5. An upheld contest makes the point covered, with the credit of one that a follow-up brought or what it had if that is
   more: the words were there, and a second method had to find them. In the first edition of this rule the verdict
   stayed and the credit rose to the ruling's probability; rulings from then count so for ever (`Ruling.edition`).

Pure: candidate text is data here, looked at only by these rules.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from pydantic import Field

from interviewer.core.bank.content import Item
from interviewer.core.bank.kinds import VerdictName
from interviewer.core.bank.rubric import KeyPoint
from interviewer.core.frozen import Frozen
from interviewer.core.grade.grade import Assessment, AssessmentRequest, PointVerdict, Probability, Span
from interviewer.core.grade.ledger import Asked
from interviewer.core.text import count_words

FEWEST_WORDS, MOST_WORDS = 3, 60
"""Of a mark. Fewer make no claim, but for two different words with meaning ("upload size"); more point nowhere, unless
they are all of the reply."""
RULE_EDITION = 2
"""Of the rule by which contests count from now on."""
UPHELD_FROM = 0.5
_LEAST_READING = 0.2
"""What the grader's own reading of the words must at least find."""
_OPPOSED = 0.5
"""Probability that the words contradict the statement from which on they can't make the point."""
_DENIES = re.compile(
    r"\b(?:not|no|never|nor|neither|cannot|without|hardly|rarely|unlike|wrong\w*|false|incorrect|untrue|myth|mistak\w+|"
    r"mis\w+|instead of|rather than|contrary|opposite|refut\w+)\b|n['’]t\b",
    re.IGNORECASE,
)
_TAKES_BACK = re.compile(
    r"\s*(?:but |and |no, ?)?(?:that|this|it|which|all of (?:that|this))\b.{0,30}?"
    r"\b(?:not|wrong|false|incorrect|untrue|myth|mis\w+)\b",
    re.IGNORECASE,
)


class Ruling(Frozen):
    """How a contest ended."""

    point_id: str
    span: Span
    """The words the candidate marked, in the turn's answer as typed."""
    read: str
    """The words that were read: the mark without what a guard closed, and with what belongs to its sentence."""
    upheld: bool
    probability: Probability
    """That the words make the point."""
    by: str
    """Who ruled, e.g. "single claims, offline" or "judge tiny-chat"."""
    reason: str = ""
    asked: Asked | None = None
    """What a language model was asked for it."""
    whole: bool = Field(default=False, exclude_if=lambda whole: not whole)
    """Whether the whole reply was marked."""
    edition: int = Field(default=1, exclude_if=lambda edition: edition == 1)
    """Of the rule by which it counts. The first, which old journals do not name, is not stored."""
    attempt: int = Field(default=1, exclude_if=lambda attempt: attempt == 1)
    """Which contest about its point it ended, counted from 1 by who takes it up."""


class Mark(NamedTuple):
    """A marked stretch, ready to be read."""

    text: str
    """"" when nothing is left that may earn credit."""
    closed: bool
    """Whether a guard had closed some of it."""


def problem_of(answer: str, span: Span, point: KeyPoint) -> str:
    """What is wrong with a mark as such, so that it is not even contested; "" for nothing."""
    from interviewer.core.english import content_words

    marked = span.cut(answer)
    words = count_words(marked)
    told = len(content_words(marked)) >= FEWEST_WORDS - 1
    fewest = 1 if point.value is not None else FEWEST_WORDS - told  # "12 GB" says all
    if words < fewest:
        return f"mark at least {fewest} words" if words else "mark the words that you think earned the point"
    if words <= MOST_WORDS or is_whole(answer, span):
        return ""
    return f"mark at most {MOST_WORDS} words, or the whole reply; these are {words}"


def is_whole(answer: str, span: Span) -> bool:
    """Whether a mark holds all of a reply."""
    return span.cut(answer).strip() == answer.strip()


def read_mark(answer: str, span: Span, closed: Sequence[Span] = ()) -> Mark:
    """The words that are read for a mark.

    Args:
        answer: as typed.
        span: what was marked.
        closed: stretches of the answer that a guard closed when it was graded.
    """
    start, end = _widen(answer, span)
    kept, place, hit = [], start, False
    for each in sorted(closed, key=lambda one: one.start):
        if each.start < end and place < each.end:
            kept.append(answer[place : max(place, each.start)])
            place, hit = min(end, each.end), True
    kept.append(answer[place:end])
    text = " ".join(" ".join(piece.split()) for piece in kept if piece.strip())
    return Mark(text if any(char.isalnum() for char in text) else "", hit)


def _widen(answer: str, span: Span) -> tuple[int, int]:
    """To whole words; to whole sentences where what was left out of them, or follows, denies something."""
    start, end = span.start, min(span.end, len(answer))
    while start < end and answer[start].isspace():
        start += 1
    while end > start and answer[end - 1].isspace():
        end -= 1
    while start > 0 and answer[start - 1].isalnum() and answer[start : start + 1].isalnum():
        start -= 1
    while end < len(answer) and answer[end].isalnum() and answer[end - 1 : end].isalnum():
        end += 1
    from interviewer.core.english import sentences

    cut = sentences(answer)
    touched = [(a, b) for a, b in cut if a < end and start < b]
    if not touched:
        return start, end
    first, last = touched[0][0], touched[-1][1]
    following = next((each for each in cut if each[0] >= last), None)
    if following is not None and _TAKES_BACK.match(answer, *following):
        return first, following[1]
    outside = answer[first:start] + " " + answer[end:last]
    return (first, last) if _DENIES.search(outside) else (start, end)


def contest_requests(item: Item, point: KeyPoint, text: str) -> list[AssessmentRequest]:
    """The single claims to hold against the words: statement and phrasings, then the contradictions."""
    return [
        AssessmentRequest(question=item.question.prompt, points=((claim,),), answer=text, single=True)
        for claim in (point.statement, *point.wordings, *point.contradictions)
    ]


def decide(point: KeyPoint, reading: PointVerdict, found: Sequence[Assessment]) -> tuple[bool, float, str]:
    """Whether the words make the point, how probable that is, and why.

    Args:
        point: that is contested.
        reading: of the words as an answer of their own.
        found: one for each of `contest_requests`, in its order.
    """
    right, wrong = found[: 1 + len(point.wordings)], found[1 + len(point.wordings) :]
    best = max(each.p_covered for each in right)
    probability = round((reading.p_covered + best) / 2, 4)
    contradicted = reading.verdict is VerdictName.CONTRADICTED
    opposed = contradicted or right[0].p_contradicted >= _OPPOSED
    if not opposed and probability >= UPHELD_FROM and reading.p_covered >= _LEAST_READING:
        return True, probability, "a wording of the point follows from these words alone"
    refused = "these words alone were not enough to show the point"
    if contradicted:  # what only leans that way is no reading to hold against anybody
        read = [(each.p_covered, said) for each, said in zip(wrong, point.contradictions, strict=True)]
        likeliest, said = max(read, key=lambda each: each[0], default=(0.0, ""))
        refused += "; they could also be read as " + (f'"{said}"' if likeliest >= _OPPOSED else "its opposite")
    return False, probability, refused


def decide_by_number(reading: PointVerdict) -> tuple[bool, float, str]:
    """The same for a point that asks for a number: its exact value must be among the words."""
    upheld = reading.verdict is VerdictName.COVERED
    return upheld, reading.p_covered, "the number is there" if upheld else "the number asked for is not in these words"
