"""An answer cut into overlapping spans that could each carry one key point.

Offsets always refer to the answer as typed, so that evidence can be shown in place.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from interviewer.grading.words import FUNCTION_WORDS, is_negated

__all__ = ["MOST_SPANS", "TextSpan", "cut_spans"]

MOST_SPANS = 240
"""More than 3,000 words of ordinary prose; what lies beyond is not read, and the grade says so."""

_SENTENCE = re.compile(r"(?:[^.!?\n]|[.!?](?![\s\"')\]]|$))+(?:[.!?]+[\"')\]]*)?", re.MULTILINE)
_CLAUSE = re.compile(
    r"\s*(?:;|:|—|–| - |,?\s+\b(?:but|because|whereas|while|although|which means|therefore|rather|instead"
    r"|so (?:that|they|it|the|you|we|each|every|no))\b"
    r"|,\s+(?:and|so|then|or|not)\b|,(?=\s))",
    re.IGNORECASE,
)
_BULLET = re.compile(r"\s*(?:[-*•+]|\d+[.)])\s")
_FULL_LINE = 55
"""A line this long was ended by wrapping, a shorter one on purpose, unless a word like "the" ends it."""
_GOES_ON = tuple(",;:-(\"'")
"""Besides letters and digits, what a line that was wrapped ends with; `in` needs a tuple, for "" ends none."""
_LONG = 12
"""Sentences with more words than this are also cut into clauses, and so are shorter ones with a "not": it belongs to
one clause ("..., so they cannot co-adapt") and must not turn the others."""
_SHORT_CLAUSE = 4
"""Clauses with fewer words stay with their neighbour."""
_PAIR = 140
"""Two sentences with fewer characters than this together may carry one point between them."""
_REFUTED = re.compile(
    r"\b(?:"
    r"(?:it|that|this)(?:'s| is| isn't| is not)?(?: simply| just| also)? "
    r"(?:not true|wrong|false|untrue|a myth|incorrect|a (?:common )?mis\w+)"
    r"|isn't true|is not true|not the case|contrary to"
    r"|people (?:often |sometimes )?(?:say|think|believe|claim)|some (?:people )?(?:say|think|believe|claim)"
    r"|(?:common|popular) (?:myth|mis\w+|mistake)|would be wrong|mis(?:conception|take|understanding) (?:is|that)"
    r"|(?:is|are) (?:simply |just )?(?:wrong|false|mistaken)|you (?:often )?hear"
    r")\b",
    re.IGNORECASE,
)
_TURN = re.compile(
    r"\b(?:rather|instead|in fact|actually|in reality|what (?:really|actually)|the truth|but no)\b|;", re.IGNORECASE
)


class TextSpan(NamedTuple):
    """A stretch of the answer."""

    start: int
    end: int
    text: str
    sentence: int
    """Number of the (first) sentence it lies in."""
    pair: bool
    """Whether it holds this sentence and the next."""
    refuted: bool
    """Whether the words around it call it wrong ("it is not true that ...")."""


def cut_spans(answer: str) -> list[TextSpan]:
    """Cut an answer into sentences, clauses of long sentences, and pairs of short sentences."""
    sentences = [_strip(answer, m.start(), m.end()) for m in _SENTENCE.finditer(_join_wrapped(answer))]
    sentences = [(start, end) for start, end in sentences if end - start > 1]
    spans: list[TextSpan] = []
    for number, (start, end) in enumerate(sentences):
        text = answer[start:end]
        cue = _REFUTED.search(text)
        spans.append(TextSpan(start, end, text, number, False, cue is not None))
        if len(text.split()) > _LONG or is_negated(text):
            spans += _clauses(answer, start, end, number, cue)
        if number and end - sentences[number - 1][0] < _PAIR:
            first = sentences[number - 1][0]
            refuted = cue is not None or _REFUTED.search(answer[first:end]) is not None
            spans.append(TextSpan(first, end, answer[first:end], number - 1, True, refuted))
        if len(spans) >= MOST_SPANS:
            break
    return spans[:MOST_SPANS]


def _join_wrapped(answer: str) -> str:
    """Blank out line ends inside a paragraph, so that a wrapped sentence stays one; same length."""
    lines = answer.split("\n")
    joined = lines[0]
    for before, line in pairwise(lines):
        goes_on = before.rstrip()[-1:].isalnum() or before.rstrip()[-1:] in _GOES_ON
        unfinished = before.split()[-1:] and before.split()[-1].lower() in FUNCTION_WORDS
        wrapped = (len(before) >= _FULL_LINE or unfinished) and goes_on and line.strip() and not _BULLET.match(line)
        joined += (" " if wrapped else "\n") + line
    return joined


def _clauses(answer: str, start: int, end: int, number: int, cue: re.Match[str] | None) -> list[TextSpan]:
    """Clauses of one sentence; those after "rather" in a refuting sentence are the speaker's own again."""
    cuts = [start, *(start + match.start() for match in _CLAUSE.finditer(answer[start:end])), end]
    pieces: list[tuple[int, int]] = []
    for left, right in pairwise(cuts):
        previous = answer[slice(*pieces[-1])] if pieces else ""
        if pieces and min(len(answer[left:right].split()), len(previous.split())) < _SHORT_CLAUSE:
            pieces[-1] = (pieces[-1][0], right)
        else:
            pieces.append((left, right))
    if len(pieces) < 2:
        return []
    turn = _TURN.search(answer, start + cue.start(), end) if cue else None
    spans = []
    for piece in pieces:
        left, right = _strip(answer, *piece)
        refuted = cue is not None and (turn is None or left < turn.start())
        if right - left > 1:
            spans.append(TextSpan(left, right, answer[left:right], number, False, refuted))
    return spans


def _strip(answer: str, start: int, end: int) -> tuple[int, int]:
    """Move the ends inwards past white space and leading punctuation."""
    while start < end and (answer[start].isspace() or answer[start] in ",;:-–—•*"):
        start += 1
    while end > start and answer[end - 1].isspace():
        end -= 1
    return start, end
