"""Features to probabilities: small fitted models, readable as data.

`weights.json` is written by `benchmarks/fit_grader`, which fits it on the golden examples of
the bank and on answers graded by people. `weights_plain.json` serves encoders the joint
reader was not trained for; it was fitted on golden examples alone, with the default encoder, so
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
from interviewer.grading.signals import JOINT, REFERENCE_SIGNALS, SIGNALS

PLAIN = "weights_plain.json"
"""For encoders without the joint reader: sentence vectors alone."""
WITH_READER = "weights.json"

ACCUSED = 0.93
"""Least probability of a verdict of "contradicted"; where it is the likeliest and less probable than this, the verdict
is "unsure". It accuses: from here on one in 240 short texts that are true in every word is accused by a point, and
one in 22 points so called in natural answers was not contradicted (`python -m benchmarks.truth truths`, `natural`)."""
BACKED = 0.25
"""What the joint reader must find of "contradicted", as a share of what it finds of "covered"."""
NEARER = 0.1
"""By how much the nearest contradiction may be further away than the nearest wording, in cosines."""
SAID = 0.5
"""Share of the words of a stretch and a wording in common, in order, from which on a contradiction must have more."""
WORD_FOR_WORD = 0.9
"""The same share from which on no contradiction is thought of: of 61 points so said in answers as people type them two
were contradicted."""
COVERS, NEARER_BY = 0.7, 0.05
"""Nor is it where half of a wording is said in order, the joint reader finds the point covered with so much probability
and the wording is by so much nearer than any contradiction: of 493 points of such answers 14 were contradicted."""
ASIDE = 0.95
"""P(covered) from which on a reply is heard to make a point that it was not asked for; `ASIDE_NEAR` where a stretch of
it is as near to a wording as `NEAR`. Answers to a question make its points far more often than replies to another one,
so it has to be surer: of 3,247 points that held-out natural answers did not make two are heard so (of those called
covered 54), of wordings alone 99.9%."""
ASIDE_NEAR, NEAR = 0.75, 0.8
SURE = 0.4
"""When no class is at least this probable, the verdict is "unsure"."""
DOUBTED = 0.25
"""P(covered) from which on a core point is put as a question in place of being called missing. Of the core points that
held-out natural answers did make 10% were called missing without this bound and 6% are with it; of those called missing
13% and 9% had been made."""
HELD_ALONE = 0.5
"""P(covered) that the words quoted for a misconception must have by themselves."""
CLASSES = (VerdictName.COVERED, VerdictName.PARTIAL, VerdictName.MISSING, VerdictName.CONTRADICTED)


LOG_ODDS = JOINT
"""Probabilities among the signals that also enter as log-odds, where a step from 0.9 to 0.99 counts."""
_MOST_ODDS = 7.0
COPY = 0.8, 0.95
"""Recall of a bare reference from which on an answer begins to be, and is, a copy of it."""
TURNED = 0.85
"""Share of the credit that a copy loses when its negation or a direction word is turned."""


def expand(names: Sequence[str], features: Sequence[float]) -> tuple[float, ...]:
    """The features, and after them the log-odds of those in `LOG_ODDS`, as a share of the most that can be told."""
    named = dict(zip(names, features, strict=True))
    return (*features, *(_log_odds(named[name]) for name in LOG_ODDS if name in named))


def expanded(names: Sequence[str]) -> list[str]:
    """Names of what `expand` returns."""
    return [*names, *(f"log-odds of {name}" for name in LOG_ODDS if name in names)]


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
    weight: tuple[float, ...]
    """What each probability is multiplied by before the largest is taken: rare classes would never win."""
    lift: float
    """By which the odds of covered and partial are raised once the verdict is drawn: the score's formula takes a tenth
    off each credit, and is to be too high as often as too low."""
    held: float
    """From this probability on a misconception counts as held."""
    version: str
    calibrated: bool = False
    """Whether answers graded by people were among what it was fitted on."""
    credit: tuple[float, ...] = ()
    """For bare references: the share of the reference earned; shape (as `REFERENCE_SIGNALS` expanded,), or empty."""
    calibration: str = ""
    """Eight hex digits of the file's SHA-256."""
    agreement: Agreement | None = None
    """Measured on held-out questions by `benchmarks/fit_grader`; None for the plain model."""
    credit_of_several: tuple[float, ...] = ()
    """The same as `credit` for references of several points, of which an answer may cover some."""
    reply: tuple[tuple[float, ...], ...] = ()
    """As `point`, for a reply to the follow-up that asks for the point and leans on its words; or empty."""

    def decide(self, features: Sequence[float], *, reply: bool = False) -> Decision:
        """Turn the features of one key point into probabilities and a verdict.

        An accusation has to be nearly certain, and nothing may speak against it; else the verdict is "unsure". So it is
        where a core point may well have been made.

        Args:
            features: in the order of `names`.
            reply: they are of a reply to a follow-up that asks for this very point.
        """
        rows = self.reply if reply and self.reply else self.point
        shares = _softmax(rows, expand(self.names, features))
        named = dict(zip(self.names, features, strict=True))
        if _is_said(named, WORD_FOR_WORD) or _all_agree(named):
            shares = [*shares[:3], 0.0]
            shares = [each / sum(shares) for each in shares]
        best = max(range(len(CLASSES)), key=lambda i: shares[i] * self.weight[i])
        accused, missed = (CLASSES[best] is each for each in (VerdictName.CONTRADICTED, VerdictName.MISSING))
        sure = (
            max(shares) >= SURE
            and not (accused and (shares[best] < ACCUSED or not _may_accuse(named)))
            and not (missed and named.get("core") and shares[0] >= DOUBTED)
        )
        covered, partial, _, contradicted = self._lifted(shares)
        return Decision(CLASSES[best] if sure else VerdictName.UNSURE, covered, partial, contradicted)

    def _lifted(self, shares: Sequence[float]) -> list[float]:
        """Probabilities with the odds of credit raised by `lift`."""
        raised = [share * (self.lift if i < 2 else 1.0) for i, share in enumerate(shares)]
        return [each / sum(raised) for each in raised]

    def p_held(self, features: Sequence[float]) -> float:
        """Probability that the answer asserts a misconception."""
        return _sigmoid(self.misconception, expand(self.names, features))

    def assess(self, features: Sequence[float], *, single: bool) -> tuple[float, float, float, float]:
        """Credit against a bare reference, and probabilities of covered, missing, contradicted.

        The probabilities are the joint reader's own: no fit of them held on sets that it had not seen.

        Args:
            features: in the order of `REFERENCE_SIGNALS`.
            single: the reference is one claim; its credit is the probability that it is covered.
        """
        if not self.credit:
            covered, partial, missing, contradicted = _softmax(
                self.point, expand(self.names, features[: len(self.names)])
            )
            return covered + 0.5 * partial, covered, partial + missing, contradicted
        named = dict(zip(REFERENCE_SIGNALS, features, strict=True))
        covered, partial, missing, contradicted = (named[name] for name in JOINT)
        if single:
            return covered, covered, partial + missing, contradicted
        weights = self.credit_of_several if named["several"] else self.credit
        earned = _sigmoid(weights, expand(REFERENCE_SIGNALS, features))
        return earned * kept_of_copy(named), covered, partial + missing, contradicted


def _may_accuse(named: Mapping[str, float]) -> bool:
    """Whether nothing speaks against a contradiction.

    The joint reader sees one, too; no wording is much nearer than it, nor is one said in its own words and their
    order; and it has as much of a negation as what was said.
    """
    read = named.get("joint_contradicted", 1.0) > BACKED * named.get("joint_covered", 0.0)
    near = named.get("opposition", 1.0) >= named.get("support", 0.0) - NEARER
    said = named.get("outright", 0.0) or _is_said(named, SAID)
    return bool(read and near and not said and not named.get("opposed_flipped", 0.0))


def _all_agree(named: Mapping[str, float]) -> bool:
    """Whether the joint reader, the vectors and the order of the words all find the claim, and not its contrary."""
    covers = named.get("joint_covered", 0.0) > COVERS
    nearer = named.get("support", 0.0) > named.get("opposition", 0.0) + NEARER_BY
    return covers and nearer and _is_said(named, SAID)


def _is_said(named: Mapping[str, float], share: float) -> bool:
    """Whether so much of a wording is said in its own words and order, and less of any contradiction."""
    alike = named.get("in_order", 0.0)
    return alike >= share and alike > named.get("opposed_in_order", 0.0)


def kept_of_copy(named: Mapping[str, float]) -> float:
    """Share of the credit against a bare reference that is kept: a copy of it that says the opposite earns little."""
    start, end = COPY
    copy = min(1.0, max(0.0, (named["whole_recall"] - start) / (end - start)))
    return 1 - TURNED * copy * named["turned"]


def _softmax(rows: Sequence[Sequence[float]], features: Sequence[float]) -> list[float]:
    logits = [sum(w * x for w, x in zip(row, features, strict=True)) for row in rows]
    top = max(logits)
    exponentials = [math.exp(each - top) for each in logits]
    return [each / sum(exponentials) for each in exponentials]


def _sigmoid(row: Sequence[float], features: Sequence[float]) -> float:
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, sum(w * x for w, x in zip(row, features, strict=True))))))


@lru_cache(maxsize=2)
def load_model(name: str = WITH_READER) -> DecisionModel:
    """Read shipped weights; `ValueError` when they were fitted for other features."""
    raw = files("interviewer.grading").joinpath(name).read_bytes()
    return parse_model(raw, SIGNALS if name == WITH_READER else FEATURES)


def parse_model(raw: bytes, features: Sequence[str]) -> DecisionModel:
    """Weights from a file's bytes; `ValueError` when they were fitted for other features."""
    data = json.loads(raw)
    if data["features"] != expanded(features) or data["classes"] != [str(each) for each in CLASSES]:
        raise ValueError("these weights were fitted for other features; run benchmarks/fit_grader")
    return DecisionModel(
        names=tuple(features),
        point=tuple(tuple(row) for row in data["point"]),
        reply=tuple(tuple(row) for row in data.get("reply", ())),
        misconception=tuple(data["misconception"]),
        weight=tuple(data["weight"]),
        lift=data.get("lift", 1.0),
        held=data["held"],
        version=data["version"],
        calibrated=data.get("calibrated", False),
        calibration=hashlib.sha256(raw.replace(b"\r\n", b"\n")).hexdigest()[:8],
        agreement=Agreement.model_validate(data["agreement"]) if "agreement" in data else None,
        credit=tuple(data.get("credit", ())),
        credit_of_several=tuple(data.get("credit_of_several", ())),
    )
