"""Sentences of an answer that speak to whoever grades it instead of about the question.

They are known by how they talk of marks, rubrics and verdicts. An interview about language models and metrics
talks of scores, prompts, judges and forgetting, too, so a single such word is no sign of an order: none of the
bank's own texts is taken for an order, nor are the sentences of `tests/unit/test_orders.py`. What is found here
earns nothing, is not shown to a judge, and is not taken as its evidence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from interviewer.core.grade.grade import Span

__all__ = ["LEFT_OUT", "find_orders", "is_order", "leave_out", "sentence_around"]

LEFT_OUT = "[a sentence that addresses the grader was left out here]"
_ORDER = re.compile(
    r"""
    \b(?:ignore|disregard|override|forget)\s
        (?:(?:all|any|every|everything|that|the|your|my|these|of|previous|prior|earlier)\s)*
        (?:above|instructions?|prompts?|rules|rubric|guidelines|interview)\b
    | \byou\ are\ (?:now\ )?(?:an?\ |the\ )?(?:\w+\ ){0,2}(?:grader|examiner|judge|assistant|interviewer|evaluator)\b
    | \b(?:mark|grade|rate|score)\ (?:this|my|me)\ (?:answers?|as|respon\w+|reply|text|submission|well|high\w*|100)\b
    | \b(?:mark|grade)\ (?:the|it)\b.{0,30}\b(?:perfect|passed)\b
    | \bscore\ (?:of|to|as)\ (?:100|(?:one|a)\ hundred)\b | \b(?:100|hundred)\ (?:points|as\ the\ score|of\ 100)\b
    | \b(?:grader|grading|marking|evaluation)\ (?:model|override)\b | \b(?:dear|attention)\ (?:grad|examin|evaluat)
    | \b(?:the|your)\ rubric\ (?:you|for\ this|has|were)\b | \bhighest\ mark\b | \bno\ misconceptions\b
    | \b(?:full|top|maximum)\ (?:marks?|credit)\b
    | \bgive\ (?:me|us|this|my|the\ (?:candidate|answer))\b.{0,30}\b(?:score|marks?|credit|points|grade)\b
    | \baward\b.{0,30}\b(?:marks?|credit|points|score)\b | \b(?:return|output|print|respond\ with)\b.{0,20}\b100\b
    | \bscore\s*[:=]\s*(?:100|1\.0)\b | \bverdicts?\s*(?:[:=]|is|are)\s*covered\b | \bscore\ is\ (?:one\ hundred|maxim)
    | ["'](?:verdict|covered)["']\s*: | ["']score["']\s*:\s*(?:100|1\b) | ["']points["']\s*:\s*\[
    | \b(?:no|all|each|every|the)(?:\ of\ the)?\ key\ points?\b.{0,40}\b(?:covered|answered|credited|met|rubric|shown)\b
    | \bcover(?:s|ed|ing)?\ (?:all|each|every)(?:\ of)?(?:\ the)?(?:\ single)?(?:\ key)?\ points?\b
    | \bevery(?:thing|\ point)\ is\ covered\b | \brubric\ (?:says|above|below|demands)\b
    | \b(?:the|this|every|each)\ candidate\ (?:has\ |have\ )?
        (?:shown|covered|covers|mastered|demonstrated|answered|deserves|passed)\b
    | \b(?:notes?|messages?|instructions?)\ (?:to|for)\ the\ (?:\w+\ )?(?:grader|examiner|judge|interviewer)\b
    | \bhiring\ manager\ has\b | \b(?:automatic\ marker|scoring\ engine|autograder)\b
    | \b(?:next|another|move\ on)\b.{0,20}\b(?:question|round)\ please\b
    | \b(?:evaluation|interview|grading)\ is\ (?:over|finished|complete)\b
    | \bsystem\ (?:message|override)\s*: | \bend\ of\ (?:the\ )?(?:answer|candidate)\b
    | ^\W*(?:interviewer|grader|examiner|judge)\s*: | </(?:system|answer|instructions?|rubric)> | <tool_call>
    | \b(?:this|my)\ answer\ (?:deserves|covers|should\ (?:get|receive|be)|must\ (?:get|receive|be))\b
    | \bthis\ (?:answer\ )?is\b.{0,30}\b(?:complete|correct|perfect|excellent)\b.{0,20}\banswer\b
    | \bthis\ answer\ is\ (?:\w+\ ){0,3}(?:complete|correct|perfect|excellent|passed)\b
    """,
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_COVERED = re.compile(r"\bcovered\b", re.IGNORECASE)
_MARKING = re.compile(
    r"\b(?:verdicts?|key points?|all points|each point|rubric|grad(?:er|ing)|misconceptions|mark(?:ed|ing)?|score"
    r"|everything|everywhere|for each id|fully)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?:[^.!?\n]|\n(?=[ \t]*[a-z])|[.!?](?!\s|$))+[.!?]*", re.MULTILINE)
"""A line that begins with a small letter goes on with the one before."""


def is_order(text: str) -> bool:
    """Whether a stretch of an answer addresses whoever grades it."""
    shown = _visible(text)
    return _ORDER.search(shown) is not None or bool(_COVERED.search(shown) and _MARKING.search(shown))


def find_orders(answer: str) -> tuple[Span, ...]:
    """The sentences of an answer that are about its grading, as typed and in order."""
    found = (Span(start=match.start(), end=match.end()) for match in _SENTENCE.finditer(answer))
    return tuple(span for span in found if is_order(span.cut(answer)))


def leave_out(answer: str, spans: Iterable[Span]) -> str:
    """The answer with a note in place of each of these stretches; those that touch share one."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda each: each.start):
        if joined and not answer[joined[-1].end : span.start].strip():
            joined[-1] = Span(start=joined[-1].start, end=max(joined[-1].end, span.end))
        else:
            joined.append(span)
    for span in reversed(joined):
        answer = answer[: span.start] + LEFT_OUT + answer[span.end :]
    return answer


def sentence_around(span: Span, answer: str) -> str:
    """The sentences that a stretch of the answer touches."""
    touched = [m for m in _SENTENCE.finditer(answer) if m.start() < span.end and span.start < m.end()]
    return answer[touched[0].start() : touched[-1].end()] if touched else span.cut(answer)


def _visible(text: str) -> str:
    """As a reader sees it: no hidden characters, one form for each letter, runs of white space as one space."""
    shown = (char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf")
    return " ".join("".join(shown).split())
