"""An answer cut into overlapping spans that could each carry one key point.

Offsets always refer to the answer as typed, so that evidence can be shown in place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from interviewer.core.english import clauses, is_negated, sentences, strip_span

MOST_SPANS = 240
"""More than 3,000 words of ordinary prose; what lies beyond is not read, and the grade says so."""

_LONG = 12
"""Sentences with more words than this are also cut into clauses, and so are shorter ones with a "not": it belongs to
one clause ("..., so they cannot co-adapt") and must not turn the others."""
_PAIR = 140
"""Two sentences with fewer characters than this together may carry one point between them."""
_LONGEST = 28
"""Clauses with more words are also read through a window."""
_WINDOW = 16
_LEAST_ITEMS = 3
_ITEM = 6
"""Words that the entries of a list have at most, on average."""
_SEPARATOR = re.compile(r"[,;/\n](?:\s+(?:and|or|then)\b)?|\s(?:and|or)\s(?=[^,;/]*$)|\s-\s")
_LISTED = re.compile(r"[-*+]|\(?(?:\d{1,2}|[a-z])[.)]")
_WORD = re.compile(r"\S+")
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
    """Cut an answer into sentences, the clauses of long ones, items of lists, windows where nothing else cuts,
    and pairs of short sentences.

    Args:
        answer: without its layout.
    """
    cut = [(start, end) for start, end in sentences(answer) if end - start > 1]
    spans: list[TextSpan] = []
    head = ""
    for number, (start, end) in enumerate(cut):
        text = answer[start:end]
        cue = _REFUTED.search(text)
        head = _head(answer, start, text, head)
        whole = TextSpan(start, end, text, number, False, cue is not None)
        pieces = _clauses(answer, start, end, number, cue) if len(text.split()) > _LONG or is_negated(text) else []
        known = {(each.start, each.text) for each in (whole, *pieces)}
        items = [each for each in _items(answer, whole, head) if (each.start, each.text) not in known]
        spans += [whole, *pieces, *items]
        spans += [window for piece in pieces or [whole] for window in _windows(answer, piece)]
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


def _head(answer: str, start: int, text: str, head: str) -> str:
    """What the entries of a list belong to: the line before the first of them, which ends with a colon."""
    if text.endswith(":"):
        return text
    mark = answer[answer.rfind("\n", 0, start) + 1 : start].strip()
    short = len(text.split()) <= 2 * _ITEM and not text.endswith(".")
    return head if _LISTED.fullmatch(mark) or (not mark and short) else ""


def _items(answer: str, whole: TextSpan, head: str) -> list[TextSpan]:
    """Entries of a list inside a sentence, each with the list's head; a sentence that is an entry, with its head."""
    colon = whole.text.find(": ")
    if colon > 0:
        head = whole.text[: colon + 1]
    body = whole.start + colon + 1 if colon > 0 else whole.start
    marks = [(body, body), *(each.span() for each in _SEPARATOR.finditer(answer, body, whole.end)), (whole.end, 0)]
    cuts = [strip_span(answer, left, right) for (_, left), (right, _) in pairwise(marks)]
    pieces = [(left, answer[left:right]) for left, right in cuts if right > left]
    words = [len(text.split()) for _, text in pieces]
    if len(pieces) < _LEAST_ITEMS or sum(words) > _ITEM * len(pieces) or max(words) > 2 * _ITEM:
        pieces = [(whole.start, whole.text)] if head and colon <= 0 and not whole.text.endswith(":") else []
    put = f"{head} " if head else ""
    return [
        TextSpan(left, left + len(text), f"{put}{text}", whole.sentence, False, whole.refuted)
        for left, text in pieces
        if text.strip()
    ]


def _windows(answer: str, piece: TextSpan) -> list[TextSpan]:
    """Overlapping stretches of a piece too long to be one thought: dictated text has no stops."""
    words = [(match.start(), match.end()) for match in _WORD.finditer(answer, piece.start, piece.end)]
    if len(words) <= _LONGEST:
        return []
    starts = [*range(0, len(words) - _WINDOW, _WINDOW // 2), len(words) - _WINDOW]
    ends = [(words[at][0], words[at + _WINDOW - 1][1]) for at in starts]
    return [TextSpan(left, right, answer[left:right], piece.sentence, False, piece.refuted) for left, right in ends]


def whole_sentences(spans: Sequence[TextSpan]) -> dict[int, int]:
    """Number of each sentence -> index of the span that holds all of it, in order; its clauses repeat its words."""
    found: dict[int, int] = {}
    for i, span in enumerate(spans):
        if not span.pair:
            found.setdefault(span.sentence, i)
    return dict(sorted(found.items()))
