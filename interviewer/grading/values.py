"""Numbers with units in an answer, compared with what a key point demands exactly."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from interviewer.core.bank.kinds import VerdictName
from interviewer.core.bank.rubric import Value
from interviewer.core.english import is_taken_back, sentences
from interviewer.core.grade.grade import PointVerdict, Span
from interviewer.core.layout import Layout
from interviewer.grading.quote_ends import clause_around
from interviewer.grading.spans import TextSpan

_NUMBER = re.compile(
    r"(?<![\w.])[-−]?(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    r"(?:\s*(?:[eE]|(?:[x×*·]|times)\s*10\s*(?:\^|\*\*|to the(?: power(?: of)?)?)?)\s*"
    r"(?P<exponent>[-−+]?\d{1,3}|[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}))?"
    r"(?P<scale>[kKMBT](?![\w])|\s*(?:thousand|million|billion|trillion)\b)?"
    r"\s*(?P<unit>%|[A-Za-zµ]+(?:/[A-Za-z]+)?)?"
)
_SCALES = {
    "k": 1e3, "K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12,
    "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12,
}  # fmt: skip
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺−", "0123456789-+-")
_UNIT_NAMES = {
    "gigabyte": "gb", "gigabytes": "gb", "gbytes": "gb", "gig": "gb", "gigs": "gb", "gibibytes": "gib",
    "megabyte": "mb", "megabytes": "mb", "mebibytes": "mib", "kilobyte": "kb", "kilobytes": "kb",
    "kibibytes": "kib", "byte": "bytes", "b": "bytes", "terabytes": "tb", "percent": "%", "pct": "%",
    "seconds": "s", "second": "s", "sec": "s", "milliseconds": "ms", "token": "tokens",
}  # fmt: skip


_SUPPOSED = re.compile(
    r"\b(?:would|could|were|if|instead|halv\w+|doubl\w+|quarter\w*|shrinks?|drops?|grows?|reduc\w+|cuts?|saves?|saved)\b|"
    r"\b\w+['\u2019]d\b",
    re.IGNORECASE,
)

_STATED = re.compile(
    r"(?:[=:≈~]|['\u2019]s|\b(?:is|are|about|roughly|around|makes?|gives?|gets?|got|comes? to|takes?|needs?|equals?))"
    r"\s*(?:about|roughly|around|only|just)?\s*[~≈]?\s*$",
    re.IGNORECASE,
)
"""What a result stands behind."""
_BEFORE = 24
"""Characters before a number that are looked at for it."""


class Quantity(NamedTuple):
    """A number as typed, with its unit in lower case ("" when none follows)."""

    number: float
    unit: str
    start: int
    end: int


def find_quantities(text: str) -> list[Quantity]:
    """All numbers of a text with the word that follows each as its unit."""
    found = []
    for match in _NUMBER.finditer(text):
        # Read as one: a power of ten of its own may be too large for a float, which a number as written never is.
        number = float(match["number"].replace(",", "") + "e" + (match["exponent"] or "0").translate(_RAISED))
        number *= _SCALES.get((match["scale"] or "").strip(), 1.0)
        found.append(Quantity(number, _unit(match["unit"] or ""), match.start(), match.end()))
    return found


def _unit(name: str) -> str:
    lowered = name.lower()
    return _UNIT_NAMES.get(lowered, lowered)


def _in_full(number: float, unit: str) -> tuple[float, str]:
    """A demanded number as one is read: 4.4 billion is 4.4e9, and so is 4.4 B, which is no unit."""
    return (number * _SCALES[unit], "") if unit in _SCALES else (number, _unit(unit))


def match_value(value: Value, quantities: Sequence[Quantity]) -> tuple[Quantity | None, Quantity | None]:
    """Return the quantity that gives the value, and one of the same unit that does not.

    A quantity with no known unit counts only for a value without unit, or when it agrees
    to three significant digits, because bare numbers of an intermediate step are common.
    """
    accepted = [_in_full(*each) for each in ((value.number, value.unit), *value.also)]
    units = {unit for _, unit in accepted}
    wrong: Quantity | None = None
    for quantity in quantities:
        for number, unit in accepted:
            allowed = value.tolerance if unit in (quantity.unit, "") else min(value.tolerance, 5e-3)
            same_kind = unit in (quantity.unit, "") or quantity.unit not in units
            if same_kind and abs(quantity.number - number) <= max(allowed * abs(number), 1e-12):
                return quantity, None
        if quantity.unit in units and quantity.unit:
            wrong = wrong or quantity
    return None, wrong


def _best_told(value: Value, quantities: Sequence[Quantity], text: str) -> Quantity:
    """Of the quantities that give the value the one to quote: not taken back, in its own unit, a result, the last.

    Digits alone may stand for something else: "16 sequences" is no 16 GiB.
    """
    units = [_unit(unit) for unit in (value.unit, *(each for _, each in value.also)) if unit]

    def rank(quantity: Quantity) -> tuple[bool, int, bool, int]:
        unit = -units.index(quantity.unit) if quantity.unit in units else -len(units)
        stated = _STATED.search(text[max(0, quantity.start - _BEFORE) : quantity.start]) is not None
        return not is_taken_back(text, quantity.end), unit, stated, quantity.start

    return max((each for each in quantities if match_value(value, [each])[0] is not None), key=rank)


def _is_within(quantity: Quantity, closed: Sequence[TextSpan]) -> bool:
    return any(span.start <= quantity.start < span.end for span in closed)


def _is_supposed(quantity: Quantity, text: str) -> bool:
    """Whether a number belongs to a change, or to a case only thought of: "with 32 heads it would be 64 GiB"."""
    start, end = next((each for each in sentences(text) if each[0] <= quantity.start < each[1]), (0, len(text)))
    return _SUPPOSED.search(text[start:end]) is not None


def decide_by_value(
    value: Value, verdict: PointVerdict, answer: Layout, matched: TextSpan, closed: Sequence[TextSpan]
) -> PointVerdict:
    """Let the exact number decide: the right number credits the point, a wrong one denies it.

    Args:
        value: what the key point demands.
        verdict: of the other channels.
        answer: what was said, without its layout.
        matched: the span that would earn the point.
        closed: spans that a guard closed; a number in them counts for nothing.
    """
    quantities = find_quantities(answer.text)
    right, wrong = match_value(value, quantities)
    if right is not None and not _is_within(right, closed):
        shown = _best_told(value, [each for each in quantities if not _is_within(each, closed)], answer.text)
        evidence = Span.of(answer.typed(*clause_around(answer.text, shown.start, shown.end)))
        credited = {"verdict": VerdictName.COVERED, "p_covered": 0.95, "p_partial": 0.03, "p_contradicted": 0.0}
        return verdict.model_copy(update={**credited, "evidence": evidence, "method": "exact value"})
    stated = wrong is not None and matched.start <= wrong.start < matched.end and not _is_supposed(wrong, answer.text)
    if stated and verdict.verdict is not VerdictName.MISSING:
        evidence = Span.of(answer.typed(matched.start, matched.end))
        denied = {"verdict": VerdictName.CONTRADICTED, "p_covered": 0.02, "p_partial": 0.05, "p_contradicted": 0.9}
        return verdict.model_copy(update={**denied, "evidence": evidence, "method": "exact value"})
    partial = VerdictName.PARTIAL if verdict.verdict is VerdictName.COVERED else verdict.verdict
    return verdict.model_copy(
        update={"verdict": partial, "p_covered": 0.0, "p_partial": min(0.9, verdict.p_covered + verdict.p_partial)}
    )
