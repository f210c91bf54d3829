"""Features to probabilities: small fitted models, readable as data.

`weights.json` is written by `benchmarks/fit_grader`, which fits it on the golden examples of
the bank and on answers graded by people. `weights_plain.json` serves encoders the entailment
channel was not trained for; it was fitted on golden examples alone, with the default encoder, so
grades made with it call themselves uncalibrated.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from interviewer.core.bank.kinds import VerdictName
from interviewer.core.grade.grade import Agreement
from interviewer.grading.features import FEATURES
from interviewer.grading.signals import ENTAILED, REFERENCE_SIGNALS, SIGNALS

PLAIN = "weights_plain.json"
"""For encoders without an entailment channel: sentence vectors alone."""
WITH_CHANNEL = "weights.json"

ACCUSED = 0.5
"""Least probability of a verdict of "contradicted". It accuses, so it must be likelier than not; where it is the
likeliest and less probable than this, the verdict is "unsure". `docs/grading.md` says what that saves and costs."""

CLASSES = (VerdictName.COVERED, VerdictName.PARTIAL, VerdictName.MISSING, VerdictName.CONTRADICTED)


LOG_ODDS = (*ENTAILED, "rival")
"""Probabilities among the signals that also enter as log-odds, where a step from 0.9 to 0.99 counts."""
_MOST_ODDS = 7.0


def expand(names: Sequence[str], features: Sequence[float]) -> tuple[float, ...]:
    """The features, and after them the log-odds of those in `LOG_ODDS`, as a share of the most that can be told."""
    named = dict(zip(names, features, strict=True))
    return (*features, *(_log_odds(named[name]) for name in LOG_ODDS if name in named))


def expanded(names: Sequence[str]) -> list[str]:
    """Names of what `expand` returns."""
    return [*names, *(f"log-odds of {name}" for name in LOG_ODDS if name in names)]


def _joint(named: Mapping[str, float]) -> dict[str, float]:
    """Signals of a bare reference taken together.

    A text that repeats nearly every word of a reference and yet does not cover it says the opposite, or is a heap of
    its words: recall earns only where covering goes with it. "copy" is 0 up to a recall of 0.8 and 1 from 0.95 on.
    """
    recall, covers, contradicts = named["whole_recall"], named["covers"], named["contradicts"]
    copy = min(1.0, max(0.0, (recall - 0.8) / 0.15))
    turned = max(named["flipped"], named["turned"], min(1.0, 2 * named["direction_clash"]))
    return {
        "recall x contradicts": recall * named["contradicts_best"],
        "recall beyond covers": max(0.0, recall - covers),
        "recall and covers": min(recall, covers),
        "recall x inverted": recall * named["inverted"],
        "recall x turned": recall * named["turned"],
        "recall x opposed": max(0.0, recall - 0.5) * max(0.0, -named["covers_net"]),
        "recall and used": min(recall, named["whole_used"]),
        "surely contradicts": contradicts**4,
        "copy x contradicts": copy * contradicts,
        "copy x not covers": copy * (1 - covers),
        "copy x turned": copy * turned,
    }


JOINT = tuple(_joint(dict.fromkeys(REFERENCE_SIGNALS, 0.0)))
"""Names of the joint signals, in order."""


def expand_reference(features: Sequence[float]) -> tuple[float, ...]:
    """The signals of a bare reference, their log-odds, and the joint ones, in the order of `JOINT`."""
    named = dict(zip(REFERENCE_SIGNALS, features, strict=True))
    return (*expand(REFERENCE_SIGNALS, features), *_joint(named).values())


def _log_odds(share: float) -> float:
    inside = min(max(share, 1e-9), 1 - 1e-9)
    return max(-_MOST_ODDS, min(_MOST_ODDS, math.log(inside / (1 - inside)))) / _MOST_ODDS


class Decision(NamedTuple):
    """Probabilities of the four classes and the verdict drawn from them."""

    verdict: VerdictName
    p_covered: float
    p_partial: float
    p_contradicted: float


class DecisionModel(NamedTuple):
    """Logistic models over the features; each a row of weights, the first of them the bias."""

    names: tuple[str, ...]
    """Of the features of a key point."""
    point: tuple[tuple[float, ...], ...]
    """For key points of a rubric: shape (len(CLASSES), features as expanded)."""
    misconception: tuple[float, ...]
    """Whether a wrong claim is held: shape (features,)."""
    sure: float
    """When no class is at least this probable, the verdict is "unsure"."""
    weight: tuple[float, ...]
    """What each probability is multiplied by before the largest is taken: rare classes would never win."""
    held: float
    """From this probability on a misconception counts as held."""
    version: str
    calibrated: bool = False
    """Whether answers graded by people were among what it was fitted on."""
    credit: tuple[float, ...] = ()
    """For bare references: the share of the reference earned; shape (as `expand_reference`,), or empty."""
    calibration: str = ""
    """Eight hex digits of the file's SHA-256."""
    agreement: Agreement | None = None
    """Measured on held-out questions by `benchmarks/fit_grader`; None for the plain model."""
    label: tuple[tuple[float, ...], ...] = ()
    """For bare references: covered, missing, contradicted; shape (3, as `expand_reference`), or empty."""
    credit_of_several: tuple[float, ...] = ()
    """The same as `credit` for references of several points, of which an answer may cover some."""
    claim: tuple[tuple[float, ...], ...] = ()
    """The same for a single claim that a text makes or does not make."""

    def decide(self, features: Sequence[float]) -> Decision:
        """Turn the features of one key point into probabilities and a verdict."""
        shares = _softmax(self.point, expand(self.names, features))
        best = max(range(len(CLASSES)), key=lambda i: shares[i] * self.weight[i])
        accused = CLASSES[best] is VerdictName.CONTRADICTED
        sure = max(shares) >= self.sure and not (accused and shares[best] < ACCUSED)
        return Decision(CLASSES[best] if sure else VerdictName.UNSURE, shares[0], shares[1], shares[3])

    def p_held(self, features: Sequence[float]) -> float:
        """Probability that the answer asserts a misconception."""
        return _sigmoid(self.misconception, expand(self.names, features))

    def assess(self, features: Sequence[float], *, single: bool) -> tuple[float, float, float, float]:
        """Credit against a bare reference, and probabilities of covered, missing, contradicted.

        Args:
            features: in the order of `REFERENCE_SIGNALS`.
            single: the reference is one claim; its credit is the probability that it is covered.
        """
        if not self.credit:
            covered, partial, missing, contradicted = _softmax(
                self.point, expand(self.names, features[: len(self.names)])
            )
            return covered + 0.5 * partial, covered, partial + missing, contradicted
        whole = expand_reference(features)
        covered, missing, contradicted = _softmax(self.claim if single else self.label, whole)
        if single:
            return covered, covered, missing, contradicted
        several = features[REFERENCE_SIGNALS.index("several")] > 0
        return _sigmoid(self.credit_of_several if several else self.credit, whole), covered, missing, contradicted


def _softmax(rows: Sequence[Sequence[float]], features: Sequence[float]) -> list[float]:
    logits = [sum(w * x for w, x in zip(row, features, strict=True)) for row in rows]
    top = max(logits)
    exponentials = [math.exp(each - top) for each in logits]
    return [each / sum(exponentials) for each in exponentials]


def _sigmoid(row: Sequence[float], features: Sequence[float]) -> float:
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, sum(w * x for w, x in zip(row, features, strict=True))))))


@lru_cache(maxsize=2)
def load_model(name: str = WITH_CHANNEL) -> DecisionModel:
    """Read shipped weights; `ValueError` when they were fitted for other features."""
    raw = files("interviewer.grading").joinpath(name).read_bytes()
    data = json.loads(raw)
    features = SIGNALS if name == WITH_CHANNEL else FEATURES
    if data["features"] != expanded(features) or data["classes"] != [str(each) for each in CLASSES]:
        raise ValueError(f"{name} was fitted for other features; run benchmarks/fit_grader")
    return DecisionModel(
        names=tuple(features),
        point=tuple(tuple(row) for row in data["point"]),
        misconception=tuple(data["misconception"]),
        sure=data["sure"],
        weight=tuple(data["weight"]),
        held=data["held"],
        version=data["version"],
        calibrated=data.get("calibrated", False),
        calibration=hashlib.sha256(raw.replace(b"\r\n", b"\n")).hexdigest()[:8],
        agreement=Agreement.model_validate(data["agreement"]) if "agreement" in data else None,
        credit=tuple(data.get("credit", ())),
        label=tuple(tuple(row) for row in data.get("label", ())),
        credit_of_several=tuple(data.get("credit_of_several", ())),
        claim=tuple(tuple(row) for row in data.get("claim", ())),
    )
