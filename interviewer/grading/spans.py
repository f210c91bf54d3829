"""An answer cut into overlapping spans that could each carry one key point.

Offsets always refer to the answer as typed, so that evidence can be shown in place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from interviewer.core.english import clauses, is_negated, sentences

MOST_SPANS = 240
"""More than 3,000 words of ordinary prose; what lies beyond is not read, and the grade says so."""

_LONG = 12
"""Sentences with more words than this are also cut into clauses, and so are shorter ones with a "not": it belongs to
one clause ("..., so they cannot co-adapt") and must not turn the others."""
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
    cut = [(start, end) for start, end in sentences(answer) if end - start > 1]
    spans: list[TextSpan] = []
    for number, (start, end) in enumerate(cut):
        text = answer[start:end]
        cue = _REFUTED.search(text)
        spans.append(TextSpan(start, end, text, number, False, cue is not None))
        if len(text.split()) > _LONG or is_negated(text):
            spans += _clauses(answer, start, end, number, cue)
        if number and end - cut[number - 1][0] < _PAIR:
            first = cut[number - 1][0]
            refuted = cue is not None or _REFUTED.search(answer[first:end]) is not None
            spans.append(TextSpan(first, end, answer[first:end], number - 1, True, refuted))
        if len(spans) >= MOST_SPANS:
            break
    return spans[:MOST_SPANS]


def _clauses(answer: str, start: int, end: int, number: int, cue: re.Match[str] | None) -> list[TextSpan]:
    """Clauses of one sentence; those after "rather" in a refuting sentence are the speaker's own again."""
    pieces = clauses(answer, start, end)
    if len(pieces) < 2:
        return []
    turn = _TURN.search(answer, start + cue.start(), end) if cue else None
    return [
        TextSpan(
            left, right, answer[left:right], number, False, cue is not None and (turn is None or left < turn.start())
        )
        for left, right in pieces
        if right - left > 1
    ]


def whole_sentences(spans: Sequence[TextSpan]) -> dict[int, int]:
    """Number of each sentence -> index of the span that holds all of it, in order; its clauses repeat its words."""
    found: dict[int, int] = {}
    for i, span in enumerate(spans):
        if not span.pair:
            found.setdefault(span.sentence, i)
    return dict(sorted(found.items()))
