"""Numbers with their units as people type them: "131,072 bytes", "2.3 × 10²³", "1.4 trillion", "sixteen gigs"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from interviewer.core.english import STOP_WORDS

__all__ = ["SCALES", "Quantity", "find_quantities", "unit_named"]

_SCALE_WORDS = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
SCALES = {"k": 1e3, "K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12, **_SCALE_WORDS}
_UNIT = r"\s*(?P<unit>%|[A-Za-zµ]+(?:/[A-Za-z]+)?)?"
_NUMBER = re.compile(
    r"(?<![\w.])[-−]?(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    r"(?:\s*(?:[eE]|(?:[x×*·]|times)\s*10\s*(?:\^|\*\*|to the(?: power(?: of)?)?)?)\s*"
    r"(?P<exponent>[-−+]?\d{1,3}|[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}))?"
    rf"(?P<scale>[kKMBT](?![\w])|\s*(?:{'|'.join(_SCALE_WORDS)})\b)?" + _UNIT
)
_SMALL = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_WORDS = {
    **{word: number for number, word in enumerate(_SMALL.split())},
    **{word: 10 * number for number, word in enumerate(_TENS.split(), start=2)},
}
_WORD = "|".join([*_WORDS, "hundred", *_SCALE_WORDS])
_IN_WORDS = re.compile(
    rf"\b(?P<words>(?:{_WORD})(?:[\s-]+(?:(?:and|point)[\s-]+)?(?:{_WORD}))*)\b{_UNIT}", re.IGNORECASE
)
_BYTES = {"k": "kb", "K": "kb", "M": "mb", "T": "tb"}
"""What "24k" says where bytes are asked for."""
_NO_UNITS = STOP_WORDS | {"each", "per"}
"""Words behind a number that are no unit of it."""
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺−", "0123456789-+-")
_UNIT_NAMES = {
    "gigabyte": "gb", "gigabytes": "gb", "gbytes": "gb", "gig": "gb", "gigs": "gb", "gibibytes": "gib",
    "g": "gb", "meg": "mb", "megs": "mb",
    "megabyte": "mb", "megabytes": "mb", "mebibytes": "mib", "kilobyte": "kb", "kilobytes": "kb",
    "kibibytes": "kib", "byte": "bytes", "b": "bytes", "terabytes": "tb", "percent": "%", "pct": "%",
    "seconds": "s", "second": "s", "sec": "s", "milliseconds": "ms", "token": "tokens",
}  # fmt: skip


class Quantity(NamedTuple):
    """A number as typed, with its unit in lower case ("" when none follows)."""

    number: float
    unit: str
    start: int
    end: int
    is_guess: bool = False
    """Whether the text may mean another number: it can be right, and is never held against anyone."""


def find_quantities(text: str, *, guesses: bool = True) -> list[Quantity]:
    """All numbers, each with the word behind it as its unit; those in words, and "24k" of bytes, as guesses."""
    found = [*_spelled_out(text)] if guesses else []
    for match in _NUMBER.finditer(text):
        # Read as one: a power of ten of its own may be too large for a float, which a number as written never is.
        number = float(match["number"].replace(",", "") + "e" + (match["exponent"] or "0").translate(_RAISED))
        number *= SCALES.get((match["scale"] or "").strip(), 1.0)
        found.append(Quantity(number, unit_named(match["unit"] or ""), match.start(), match.end()))
        if guesses and match["scale"] in _BYTES and (match["unit"] or "each").lower() in _NO_UNITS:
            count = number / SCALES[match["scale"]]
            found.append(Quantity(count, _BYTES[match["scale"]], match.start(), match.end(), is_guess=True))
    return sorted(found, key=lambda each: each.start)


def _spelled_out(text: str) -> Iterator[Quantity]:
    """Numbers in words: "a hundred and ten GPUs", "one point seven billion"."""
    for match in _IN_WORDS.finditer(text):
        words = re.findall(r"[a-z]+", match["words"].lower())
        if words == ["one"]:  # the pronoun
            continue
        whole, _, decimals = " ".join(words).partition(" point ")
        number, group = 0.0, 0.0
        for word in whole.split():
            if word in SCALES:
                number, group = number + max(group, 1.0) * SCALES[word], 0.0
            elif word == "hundred":
                group = max(group, 1.0) * 100
            elif word != "and":
                group += _WORDS[word]
        fraction = "".join(str(_WORDS[word]) for word in decimals.split() if _WORDS.get(word, 10) < 10)
        number += group + (float(f"0.{fraction}") if fraction else 0.0)
        scale = next((SCALES[word] for word in decimals.split() if word in SCALES), 1.0)
        yield Quantity(number * scale, unit_named(match["unit"] or ""), match.start(), match.end(), is_guess=True)


def unit_named(name: str) -> str:
    """A unit by one name, in lower case."""
    lowered = name.lower()
    return _UNIT_NAMES.get(lowered, lowered)
