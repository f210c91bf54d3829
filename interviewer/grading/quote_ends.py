"""Where a quote begins and ends, so that it can be read by itself: whole words, whole brackets, whole formulas.

What carries a point is cut at commas, slashes and dashes, which also stand inside formulas. A quote never leaves the
sentences that it lies in.
"""

from __future__ import annotations

import re

from interviewer.core.english import STOP_WORDS, clauses, sentences, sentences_touched

CLAUSE_WORDS = 12
"""Words around a number, at most."""
_BEHIND = 3
"""Of these, how many stand behind the number."""
_JOINED_BEFORE = re.compile(r"(?P<own>\S+\s+)?(?P<sign>[=*×·+/^≈<>≤≥]+|[-−](?=\s+\S*[\d_()\[\]^]))\s+$")
_JOINED_AFTER = re.compile(r"\s+(?P<sign>[=*×·+/^≈<>≤≥]+|[-−](?=\s+\S*[\d_()\[\]^]))(?P<own>\s+\S+)?")
_UNIT = re.compile(r"\s+(?P<word>[^\W\d_][^\W\d_/-]*(?:[-/][^\W\d_]+)*)")
_NUMBER_BEFORE = re.compile(r"(?<!\S)\d[\d.,]*(?<![.,])\s+$")
_ENDS_WITH_NUMBER = re.compile(r"(?:^|[\s(=~≈])[\d][\d.,]*$")
_FAR = 80
"""Characters beside a stretch that are looked at for an operator."""
_TRAILING = ",;:"
_OPENING, _CLOSING = "([{\"'\u201c", ")]}\"'\u201d.!?\u2026" + _TRAILING


def complete_quote(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a stretch to whole words, whole formulas and, where their partners stand there, whole brackets.

    Args:
        text: the answer without its layout.
        start: of the stretch.
        end: of the stretch.
    """
    if start >= end:
        return start, end
    typed = end
    first, last = sentences_touched(text, start, end) or (start, end)
    first, last = min(start, first), max(end, last)
    while True:
        found = _whole_words(text, start, end, first, last)
        for widen in (_whole_formula, _whole_brackets):
            found = widen(text, *found, first, last)
        if found == (start, end):
            break
        start, end = found
    while end > typed and text[end - 1] in _TRAILING:
        end -= 1
    return start, end


def clause_around(text: str, start: int, end: int) -> tuple[int, int]:
    """The clause that a number stands in, or `CLAUSE_WORDS` of a longer one, complete."""
    whole = next((each for each in sentences(text) if each[0] <= start < each[1]), (start, end))
    left, right = next((each for each in clauses(text, *whole) if each[0] <= start < each[1]), whole)
    left, right = min(left, start), max(right, end)
    behind = [end + each.end() for each in re.finditer(r"\S+", text[end:right])]
    before = [left + each.start() for each in re.finditer(r"\S+", text[left:start])]
    own = len(text[start:end].split())
    if len(before) + own + len(behind) > CLAUSE_WORDS:
        kept = behind[:_BEHIND]
        right = kept[-1] if kept else end
        room = CLAUSE_WORDS - own - len(kept)
        left = before[-room] if 0 < room <= len(before) else left
    return complete_quote(text, left, right)


def _whole_words(text: str, start: int, end: int, first: int, last: int) -> tuple[int, int]:
    """To white space on both sides, but for brackets and marks that only stand around the words."""
    left, right = start, end
    while left > first and not text[left - 1].isspace() and not text[start].isspace():
        left -= 1
    while right < last and not text[right].isspace() and not text[end - 1].isspace():
        right += 1
    return (
        start if not text[left:start].strip(_OPENING) else left,
        end if not text[end:right].strip(_CLOSING) else right,
    )


def _whole_formula(text: str, start: int, end: int, first: int, last: int) -> tuple[int, int]:
    """With the operand on the other side of an operator at an edge; a number and its unit stay together."""
    near = text[max(first, start - _FAR) : start]
    if before := _JOINED_BEFORE.search(near) or _NUMBER_BEFORE.search(near):
        start -= len(before.group())
    if after := _JOINED_AFTER.match(text, end, min(last, end + _FAR)):
        end = after.end()
    unit = _UNIT.match(text, end, last) if _ENDS_WITH_NUMBER.search(text[start:end]) else None
    if unit is not None and unit["word"].lower() not in STOP_WORDS:
        end = unit.end()
    return start, end


def _whole_brackets(text: str, start: int, end: int, first: int, last: int) -> tuple[int, int]:
    """To the partners of brackets that an edge parts from them; one that has no partner stays as it is."""
    left, right = start, end
    waiting: list[int] = []
    for at in range(first, last):
        if text[at] in "([{":
            waiting.append(at)
        elif text[at] in ")]}" and waiting:  # "[0, 1)" is a pair, too
            opened = waiting.pop()
            if (start <= opened < end) is not (start <= at < end):
                left, right = min(left, opened), max(right, at + 1)
    return left, right
