"""The candidate's own words in front of a follow-up: whole clauses, to the point, and never the same words twice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from interviewer.core.bank.content import Item
from interviewer.core.bank.rubric import KeyPoint
from interviewer.core.english import clauses, content_words, sentences, tokens
from interviewer.core.text import clean_line

__all__ = ["bears_on", "quote_behind", "quoted_before", "whole_quotes"]

MOST_CHARACTERS = 120
"""Of a quote."""
_COMMON = 0.25
"""Share of a rubric's points from which on a word that they use tells none of them from another."""
_QUOTED = re.compile(r'^You said: "(?P<quote>.+?)"\. ')
_GOES_ON = frozenset(
    """
    a an and as at because but by for from if into nor not of or since so than the then to when whereas which while with
    """.split()  # noqa: SIM905 - as everywhere for lists of words
)
"""Words after which a clause goes on."""


def whole_quotes(answer: str, span: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Stretches around a piece of evidence that end where a clause does, the best to quote first.

    Args:
        answer: as typed.
        span: of the evidence.
    """
    start, end = span
    around = [each for each in sentences(answer) if each[0] < end and start < each[1]]
    if not around:
        return
    first, last = around[0][0], around[0][1]
    begin = max(first, start)
    stops = [stop for _, stop in clauses(answer, first, last) if begin < stop < last]
    for left, right in ((first, last), (begin, last), *((begin, stop) for stop in reversed(stops))):
        if right - left <= MOST_CHARACTERS and _is_whole(answer[left:right]):
            yield left, right


def _is_whole(text: str) -> bool:
    words = tokens(text)
    return bool(words) and words[-1] not in _GOES_ON


def quote_behind(asked: str, answer: str, stretch: tuple[int, int]) -> str:
    """What is asked, behind these words."""
    quote = clean_line(answer[slice(*stretch)]).rstrip(".,;: ")
    return f'You said: "{quote}". {asked}'


def quoted_before(prompts: Sequence[str]) -> list[str]:
    """The words that follow-ups have quoted."""
    return [found["quote"].lower() for each in prompts if (found := _QUOTED.match(each))]


def bears_on(quote: str, point: KeyPoint, item: Item) -> bool:
    """Whether words have to do with this very point: they share a word with it that few points of the rubric use."""
    own = [content_words(" ".join((each.statement, *each.wordings))) for each in item.rubric.key_points]
    used = Counter(word for words in own for word in words)
    most = max(1, int(_COMMON * len(own)))
    wanted = content_words(" ".join((point.statement, *point.wordings, *point.contradictions)))
    return any(used[word] <= most for word in content_words(quote) & wanted)
