"""How often a key point may be contested, and with what: once and, when that was refused, once more with other words.

Other words are a stretch that does not lie within the one marked before: the same words would be read the same again.
It may hold them, so that what was cut too short can be marked in full; and after the whole reply it may be any part of
it, for that points somewhere.
A contest that was upheld is final, and so is a second one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from interviewer.core.grade.contest import FEWEST_WORDS, Ruling, is_whole
from interviewer.core.grade.grade import Grade, Span
from interviewer.core.interview.session import Turn

MOST_TRIES = 2
_WORD = re.compile(r"\w+")


class Try(NamedTuple):
    """One contest that was ruled on."""

    turn: Turn
    """In whose answer the words were marked."""
    ruling: Ruling


def tries_of(turns: Sequence[Turn], point_id: str) -> list[Try]:
    """The contests about a point, first to last.

    Args:
        turns: all turns about its question.
        point_id: of the point.
    """
    found = [Try(turn, ruling) for turn in turns for ruling in turn.rulings if ruling.point_id == point_id]
    return sorted(found, key=lambda each: each.ruling.attempt)


def problem_of_try(turns: Sequence[Turn], point_id: str, turn: Turn, span: Span) -> str:
    """Why contests before leave no room for one with these words; "" when they do.

    Args:
        turns: all turns about the question.
        point_id: of the point that is contested.
        turn: in whose answer the words are marked.
        span: of the words.
    """
    tries = tries_of(turns, point_id)
    if any(each.ruling.upheld for each in tries):
        return "a contest about this point was upheld before"
    if len(tries) >= MOST_TRIES:
        return "both tries are used for this point"
    if any(each.turn.id == turn.id and _is_same(turn.answer, span, each.ruling.span) for each in tries):
        return "the second try needs other words than the first"
    return ""


def _is_same(answer: str, span: Span, before: Span) -> bool:
    """Whether a mark brings no other words than the one before it."""
    own, known = _words(answer, span), _words(answer, before)
    return own == known if is_whole(answer, before) else own <= known


def _words(answer: str, span: Span) -> set[int]:
    """Where the words of a mark begin; one that is marked in part counts whole."""
    return {word.start() for word in _WORD.finditer(answer) if word.start() < span.end and span.start < word.end()}


def has_tries(turns: Sequence[Turn], point_id: str) -> bool:
    """Whether contests before leave room for one with some words of some answer."""
    marks = ((turn, span) for turn in turns_with_words(turns) for span in _widest_marks(turn.answer))
    return any(not problem_of_try(turns, point_id, turn, span) for turn, span in marks)


def _widest_marks(answer: str) -> list[Span]:
    """The whole reply, and where enough is left for a mark, all of it but its first word."""
    begin = [word.start() for word in _WORD.finditer(answer)]
    narrower = [Span(start=begin[1], end=len(answer))] if len(begin) >= FEWEST_WORDS else []
    return [Span(start=0, end=len(answer)), *narrower]


def turns_with_words(turns: Sequence[Turn]) -> list[Turn]:
    """Those with a graded answer, in which words can be marked."""
    return [turn for turn in turns if isinstance(turn.result, Grade) and turn.answer]
