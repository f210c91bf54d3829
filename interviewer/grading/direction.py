"""Direction and quantity checks: the words a paraphrase may not change.

Sentence vectors hardly move when "increases" becomes "decreases", when "before" becomes "after"
or when two roles trade places. These checks look at just those words, by rule.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from interviewer.core.english import content_stems, is_negated, tokens
from interviewer.grading.quantities import find_quantities

CHECKS = ("direction_same", "direction_clash", "turned", "inverted", "numbers_clash")
"""Names of what `check_direction` returns, in order:

direction_same, direction_clash: axes (more/less, before/after, train/test ...) on which both texts
take the same side, or opposite ones, as a share of two; turned: 1 when clashing axes and differing
negation add up to an odd number; inverted: share of pairs of common content words that stand in the
other order; numbers_clash: 1 when both texts hold numbers and none in common.
"""

_AXES = tuple(
    (frozenset(one.split()), frozenset(other.split()))
    for one, other in (
        (
            "more increase increases increased increasing raise raises raised raising grow grows grew growing rise "
            "rises rising higher high larger large greater bigger big up upward longer long gain gains amplify "
            "amplifies expand expands most maximum maximise maximize maximises maximizes",
            "less fewer decrease decreases decreased decreasing reduce reduces reduced reducing lower lowers lowered "
            "lowering low shrink shrinks shrinking fall falls falling drop drops smaller small down downward shorter "
            "short lose loses diminish diminishes least minimum minimise minimize minimises minimizes",
        ),
        ("before previous preceding earlier first prior", "after next following later last subsequent"),
        ("training train trained fitting", "inference test testing serving deployment evaluation"),
        ("with including includes", "without excluding excludes"),
        ("same equal identical shared share shares", "different unequal distinct differs separate own"),
        ("fast faster quick quicker speeds accelerates", "slow slower slows slowly"),
        ("cheap cheaper", "expensive costly dearer"),
        ("linear linearly", "nonlinear nonlinearity nonlinearities"),
        ("overfit overfits overfitting", "underfit underfits underfitting"),
        ("positive positives", "negative negatives"),
        ("stable stabilises stabilizes", "unstable destabilises destabilizes"),
        ("convex", "nonconvex"),
        ("forward", "backward backwards"),
        ("input inputs", "output outputs"),
        ("bias biased", "variance"),
        ("precision", "recall"),
        ("encoder", "decoder"),
        ("generator", "discriminator"),
        ("sparse", "dense"),
        ("local", "global"),
        ("always every all must", "never none"),
        ("allow allows enables enable keeps keep preserves helps help", "prevent prevents stops blocks destroys hurts"),
        ("better improves improve", "worse worsens degrades harms"),
        ("easy easier", "hard harder difficult"),
        ("deterministic", "stochastic random"),
        ("open", "closed"),
        ("left", "right"),
        ("hot", "cold"),
        ("connected", "disconnected"),
        ("supervised labelled labeled", "unsupervised unlabelled unlabeled"),
    )
)
_MOST_PAIRED = 12
"""Common words whose order is looked at; the rest of a long text says little more."""


class _Words(NamedTuple):
    sides: tuple[int, ...]
    """For each axis 1, -1, or 0 when neither or both sides occur."""
    negated: bool
    stems: tuple[str, ...]
    numbers: frozenset[float]


def check_direction(wording: str, said: str) -> tuple[float, ...]:
    """Compare the direction words, word order and numbers of two short texts; see `CHECKS`."""
    a, b = _words(wording), _words(said)
    same = sum(x * y > 0 for x, y in zip(a.sides, b.sides, strict=True))
    clash = sum(x * y < 0 for x, y in zip(a.sides, b.sides, strict=True))
    turned = (clash + (a.negated != b.negated)) % 2
    numbers = bool(a.numbers and b.numbers and not a.numbers & b.numbers)
    return min(1.0, same / 2), min(1.0, clash / 2), float(turned), _inverted(a.stems, b.stems), float(numbers)


@lru_cache(maxsize=8192)
def _words(text: str) -> _Words:
    words = set(tokens(text))
    sides = tuple((bool(words & one)) - (bool(words & other)) for one, other in _AXES)
    numbers = frozenset(quantity.number for quantity in find_quantities(text, guesses=False))
    return _Words(sides, is_negated(text), tuple(dict.fromkeys(content_stems(text))), numbers)


def _inverted(a: tuple[str, ...], b: tuple[str, ...]) -> float:
    place = {each: number for number, each in enumerate(b)}
    order = [place[each] for each in a if each in place][:_MOST_PAIRED]
    pairs = [(i, j) for i in range(len(order)) for j in range(i + 1, len(order))]
    return sum(order[i] > order[j] for i, j in pairs) / len(pairs) if len(order) >= 3 else 0.0
