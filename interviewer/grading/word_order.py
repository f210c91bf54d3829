"""How far a stretch of an answer says a wording in its very words, in their order; nearly all of them is "outright".

Sentence vectors and token states hardly tell who does what to whom, so a textbook sentence can look like its own
contradiction, which has the same words. The order of the words tells the two apart, and who says a wording outright
is not to be accused of the contrary.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from interviewer.core.english import STOP_WORDS, stem, tokens

_ALIKE = 0.6
"""Share of the words that stretch and wording have in common, in order, from which on the one says the other."""
_WHOLE, _MARGIN = 0.85, 0.3
"""Share of a wording's words found in order from which on it is said by a longer stretch, and by how much that must
exceed the same share of every contradiction."""
_TEXTS = 40_000
"""More than the wordings and contradictions of the built-in bank, any of which the next answer of a batch may need."""
_TURNS = frozenset(
    tokens("above after all before below down less more no not off on only over same than under up without")
)
"""Function words that decide what is claimed."""


class Order(NamedTuple):
    """How far an answer says a claim, or its contradiction, in its very words and in their order; shares."""

    alike: float
    """Of the words of stretch and wording together, in common."""
    whole: float
    """Of the words of a wording, said."""
    opposed: float
    """The same as `alike` for contradictions."""
    opposed_whole: float

    @property
    def outright(self) -> bool:
        """Whether a wording is said, and none of the contradictions as much."""
        alike = self.alike > _ALIKE and self.alike > self.opposed
        return alike or (self.whole > _WHOLE and self.whole > self.opposed_whole + _MARGIN)

    def turned(self) -> Order:
        """The same for the opposite claim."""
        return Order(self.opposed, self.opposed_whole, self.alike, self.whole)


def compare_order(spans: Sequence[str], wordings: Sequence[str], contradictions: Sequence[str]) -> Order:
    """Hold the order of the words of an answer against a claim and its contradictions.

    Args:
        spans: of the answer.
        wordings: of a claim.
        contradictions: of it.
    """
    said = _said(tuple(spans))
    return Order(*_nearest(said, wordings), *_nearest(said, contradictions))


class _Said(NamedTuple):
    """Stretches of an answer by their words, as most of them have next to none in common with a wording."""

    lengths: list[int]
    """Words of each stretch."""
    places: dict[str, list[tuple[int, int]]]
    """For each word the stretches it is in, and where there."""


@lru_cache(maxsize=256)
def _said(spans: tuple[str, ...]) -> _Said:
    """The stretches of an answer that are held against many claims."""
    said = [_stems(text) for text in spans]
    places: dict[str, list[tuple[int, int]]] = {}
    for number, words in enumerate(said):
        for at, word in enumerate(words):
            places.setdefault(word, []).append((number, at))
    return _Said([len(words) for words in said], places)


def _nearest(said: _Said, texts: Sequence[str]) -> tuple[float, float]:
    """The highest share of common words, of both and of the text alone."""
    alike = whole = 0.0
    for text in texts:
        length, places = _places(text)
        for number, found in _in_common(said, places, min(2, length)):
            span, most = said.lengths[number], min(len(found), length)
            if 2 * most <= alike * (span + length) and most <= whole * length:
                continue
            common = _common([own for _, own in sorted(found)], length)
            if common > 1 or length == 1:
                alike = max(alike, 2 * common / (span + length))
                whole = max(whole, common / length)
    return alike, whole


def _in_common(said: _Said, places: dict[str, int], fewest: int) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """Stretches that have so many different words of a text, and of each such word where it stands in both."""
    words = said.places.keys() & places.keys()
    if len(words) < fewest:
        return
    shared: dict[int, list[tuple[int, int]]] = {}
    for word in words:
        own = places[word]
        for number, at in said.places[word]:
            shared.setdefault(number, []).append((at, own))
    yield from ((number, found) for number, found in shared.items() if len({own for _, own in found}) >= fewest)


def _stems(text: str) -> tuple[str, ...]:
    words = ("not" if word.endswith("n't") else word for word in tokens(text))
    return tuple(stem(word) for word in words if word in _TURNS or word not in STOP_WORDS)


@lru_cache(maxsize=_TEXTS)
def _places(text: str) -> tuple[int, dict[str, int]]:
    """How many such words a wording has, and for each the bits of the places where it stands."""
    words = _stems(text)
    places: dict[str, int] = {}
    for at, word in enumerate(words):
        places[word] = places.get(word, 0) | 1 << at
    return len(words), places


def _common(found: Sequence[int], length: int) -> int:
    """Length of the longest common subsequence: the places that each word of the one has among those of the other.

    All places in the bits of one number, after Hyyrö 2004, "Bit-parallel LCS-length computation revisited": a bit of
    `free` falls where a common subsequence becomes longer.
    """
    free = full = (1 << length) - 1
    for places in found:
        hit = free & places
        free = (free + hit | free - hit) & full
    return length - free.bit_count()
