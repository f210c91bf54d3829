"""Numbers with units in an answer, compared with what a key point demands exactly."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from interviewer.core.bank.kinds import VerdictName
from interviewer.core.bank.rubric import Value
from interviewer.core.english import is_taken_back, sentences
from interviewer.core.grade.grade import PointVerdict, Span
from interviewer.core.layout import Layout
from interviewer.grading.quantities import SCALES, Quantity, find_quantities, unit_named
from interviewer.grading.quote_ends import clause_around
from interviewer.grading.spans import TextSpan

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
MEANS_ANOTHER = 0.5
"""P(contradicted) by the other channels from which on a right number is a question: of 13 such numbers in answers to
questions that nothing was fitted on five stood for something else, of 172 others nine."""
_HALF_MADE, _SAID_WRONGLY = 0.4, 0.5
"""Of a point whose words are there without its number, the shares that are made, half or whole, and that are said
wrongly. Of 60 that held-out answers spoke of so, a careful reader found 8 made, 13 half made and 31 said wrongly; they
were called half made."""
_NEAR = (VerdictName.COVERED, VerdictName.PARTIAL)
_BEFORE = 24
"""Characters before a number that are looked at for it."""


def _in_full(demanded: Iterable[tuple[float, str]]) -> Iterator[tuple[float, str]]:
    """Numbers demanded in thousands or billions as they are read: 4.4 billion and 4.4 B are 4.4e9."""
    return ((number * SCALES[unit], "") for number, unit in demanded if unit in SCALES)


def match_value(value: Value, quantities: Sequence[Quantity]) -> tuple[Quantity | None, Quantity | None]:
    """Return the quantity that gives the value, and one of the same unit that does not.

    A quantity with no known unit counts only for a value without unit, or when it agrees
    to three significant digits, because bare numbers of an intermediate step are common.
    """
    demanded = ((value.number, value.unit), *value.also)
    accepted = [*((number, unit_named(unit)) for number, unit in demanded), *_in_full(demanded)]
    units = {unit for _, unit in accepted}
    wrong: Quantity | None = None
    for quantity in quantities:
        for number, unit in accepted:
            allowed = value.tolerance if unit in (quantity.unit, "") else min(value.tolerance, 5e-3)
            same_kind = unit in (quantity.unit, "") or quantity.unit not in units
            if same_kind and abs(quantity.number - number) <= max(allowed * abs(number), 1e-12):
                return quantity, None
        if quantity.unit in units and quantity.unit and not quantity.is_guess:
            wrong = wrong or quantity
    return None, wrong


def _best_told(value: Value, quantities: Sequence[Quantity], text: str) -> Quantity:
    """Of the quantities that give the value the one to quote: not taken back, in its own unit, a result, the last.

    Digits alone may stand for something else: "16 sequences" is no 16 GiB.
    """
    units = [unit_named(unit) for unit in (value.unit, *(each for _, each in value.also)) if unit]

    def rank(quantity: Quantity) -> tuple[bool, int, bool, int]:
        unit = -units.index(quantity.unit) if quantity.unit in units else -len(units)
        stated = _STATED.search(text[max(0, quantity.start - _BEFORE) : quantity.start]) is not None
        return not is_taken_back(text, quantity.end), unit, stated, quantity.start

    return max((each for each in quantities if match_value(value, [each])[0] is not None), key=rank)


def _is_within(quantity: Quantity, spans: Iterable[TextSpan]) -> bool:
    return any(span.start <= quantity.start < span.end for span in spans if not span.pair)


def _is_supposed(quantity: Quantity, text: str) -> bool:
    """Whether a number belongs to a change, or to a case only thought of: "with 32 heads it would be 64 GiB"."""
    start, end = next((each for each in sentences(text) if each[0] <= quantity.start < each[1]), (0, len(text)))
    return _SUPPOSED.search(text[start:end]) is not None


def decide_by_value(
    value: Value,
    verdict: PointVerdict,
    answer: Layout,
    matched: TextSpan,
    may_earn: Sequence[TextSpan],
    others: Sequence[Value] = (),
) -> PointVerdict:
    """Let the exact number decide: the right number credits the point, a wrong one denies it, and without either the
    words alone make a question of it.

    Where the other channels rather find the contrary said, the right number may stand for something else ("MQA takes
    1536 KiB" of what MHA takes), and the verdict is "unsure". A number that another point demands is not wrong.

    Args:
        value: what the key point demands.
        verdict: of the other channels.
        answer: what was said, without its layout.
        matched: the span that would earn the point.
        may_earn: spans that no guard closed; a number outside of them counts for nothing.
        others: what the other points of the rubric demand.
    """
    quantities = [each for each in find_quantities(answer.text) if _is_within(each, may_earn)]
    right, wrong = match_value(value, quantities)
    if right is not None:
        shown = _best_told(value, quantities, answer.text)
        evidence = Span.of(answer.typed(*clause_around(answer.text, shown.start, shown.end)))
        credited = {"verdict": VerdictName.COVERED, "p_covered": 0.95, "p_partial": 0.03, "p_contradicted": 0.0}
        if verdict.p_contradicted >= MEANS_ANOTHER:
            credited = {"verdict": VerdictName.UNSURE, "p_covered": 0.5, "p_partial": 0.1, "p_contradicted": 0.35}
        return verdict.model_copy(update={**credited, "evidence": evidence, "method": "exact value"})
    stated = (
        wrong is not None
        and matched.start <= wrong.start < matched.end
        and not _is_supposed(wrong, answer.text)
        and all(match_value(each, [wrong])[0] is None for each in others)
    )
    if stated and verdict.verdict in (VerdictName.COVERED, VerdictName.CONTRADICTED, VerdictName.UNSURE):
        evidence = Span.of(answer.typed(matched.start, matched.end))
        denied = {"verdict": VerdictName.CONTRADICTED, "p_covered": 0.02, "p_partial": 0.05, "p_contradicted": 0.9}
        return verdict.model_copy(update={**denied, "evidence": evidence, "method": "exact value"})
    near = verdict.p_covered + verdict.p_partial
    asked = VerdictName.UNSURE if verdict.verdict in _NEAR else verdict.verdict
    wrongly = max(verdict.p_contradicted, _SAID_WRONGLY * near)
    told = {"verdict": asked, "p_covered": 0.0, "p_partial": _HALF_MADE * near, "p_contradicted": wrongly}
    return verdict.model_copy(update=told)
