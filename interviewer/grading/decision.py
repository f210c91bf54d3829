"""Features to probabilities: two small fitted models, readable as data.

`weights.json` is written by `benchmarks/fit_first_grader.py`, which fits it on the golden
examples of the bank. Those are written by us, not graded by people, so grades made with it
call themselves uncalibrated.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from interviewer.core.content import VerdictName
from interviewer.grading.features import FEATURES

__all__ = ["CLASSES", "Decision", "DecisionModel", "load_model"]

CLASSES = (VerdictName.COVERED, VerdictName.PARTIAL, VerdictName.MISSING, VerdictName.CONTRADICTED)


class Decision(NamedTuple):
    """Probabilities of the four classes and the verdict drawn from them."""

    verdict: VerdictName
    p_covered: float
    p_partial: float
    p_contradicted: float


class DecisionModel(NamedTuple):
    """Multinomial logistic regression for key points, logistic regression for misconceptions."""

    point: tuple[tuple[float, ...], ...]
    """Shape (len(CLASSES), len(FEATURES))."""
    misconception: tuple[float, ...]
    """Shape (len(FEATURES),)."""
    sure: float
    """A verdict whose probability is below this is "unsure"."""
    held: float
    """From this probability on a misconception counts as held."""
    version: str

    def decide(self, features: Sequence[float]) -> Decision:
        """Turn the features of one key point into probabilities and a verdict."""
        logits = [sum(w * x for w, x in zip(row, features, strict=True)) for row in self.point]
        top = max(logits)
        exponentials = [math.exp(each - top) for each in logits]
        shares = [each / sum(exponentials) for each in exponentials]
        best = max(range(len(CLASSES)), key=shares.__getitem__)
        verdict = CLASSES[best] if shares[best] >= self.sure else VerdictName.UNSURE
        return Decision(verdict, shares[0], shares[1], shares[3])

    def p_held(self, features: Sequence[float]) -> float:
        """Probability that the answer asserts a misconception."""
        return 1 / (1 + math.exp(-sum(w * x for w, x in zip(self.misconception, features, strict=True))))


@lru_cache(maxsize=1)
def load_model() -> DecisionModel:
    """Read the shipped weights; `ValueError` when they were fitted for other features."""
    data = json.loads(files("interviewer.grading").joinpath("weights.json").read_text(encoding="utf-8"))
    if tuple(data["features"]) != FEATURES or data["classes"] != [str(each) for each in CLASSES]:
        raise ValueError("weights.json was fitted for other features; run benchmarks/fit_first_grader.py")
    return DecisionModel(
        point=tuple(tuple(row) for row in data["point"]),
        misconception=tuple(data["misconception"]),
        sure=data["sure"],
        held=data["held"],
        version=data["version"],
    )
