"""Fit `interviewer/grading/weights.json` on the bank's golden examples and wordings.

    python -m benchmarks.fit_first_grader            # five folds over questions, then the fit
    python -m benchmarks.fit_first_grader --dry-run  # only the folds

Whole questions are held out in the folds. Labels are the authored verdicts, not grades by
people, so the result is called uncalibrated. Deterministic: no random numbers are used.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize

from interviewer.bank import load_bank
from interviewer.core.content import Bank, Item, VerdictName
from interviewer.core.grade import FIX_PREFIX
from interviewer.embedding import load_encoder
from interviewer.grading.decision import CLASSES, DecisionModel
from interviewer.grading.features import FEATURES, ClaimTexts, match_claim
from interviewer.grading.grader import OfflineGrader
from interviewer.grading.spans import cut_spans
from interviewer.paths import built_in_pack

WEIGHTS = Path(__file__).resolve().parents[1] / "interviewer" / "grading" / "weights.json"
WORDING_WEIGHT = 0.15
"""A phrasing graded as an answer counts this much beside a golden example."""
RIDGE = 0.02
SURE = 0.42
HELD = 0.6


class Row(NamedTuple):
    question: str
    features: tuple[float, ...]
    label: int
    weight: float
    kind: str


def example_rows(item: Item, grader: OfflineGrader) -> Iterator[tuple[Row, bool]]:
    """Golden examples: (row, whether it is about a misconception)."""
    for example in item.rubric.examples:
        for name, matched in grader.match(item, example.text).items():
            if matched is None:
                continue
            if name.startswith(FIX_PREFIX):
                held = name.removeprefix(FIX_PREFIX) in example.misconceptions
                yield Row(item.question.id, matched.features, int(held), 1.0, example.kind), True
            else:
                verdict = example.verdicts.get(name, VerdictName.MISSING)
                label = CLASSES.index(verdict) if verdict in CLASSES else None
                if label is not None:
                    yield Row(item.question.id, matched.features, label, 1.0, example.kind), False


def wording_rows(item: Item, grader: OfflineGrader) -> Iterator[Row]:
    """Each phrasing and contradiction graded as a one-sentence answer, itself left out of its claim."""
    claims = grader._claims_of(item)
    points = item.rubric.key_points
    for point in points:
        own = claims.points[point.id]
        for label, texts, vectors in ((0, own.supporting, own.support_vectors), (3, own.opposing, own.oppose_vectors)):
            for number, text in enumerate(texts):
                if label == 0 and number == 0:
                    continue
                spans = cut_spans(text)[:1]
                for other in points:
                    claim = claims.points[other.id]
                    if other.id == point.id:
                        claim = _without(claim, label, number)
                    matched = match_claim(
                        claim, spans, vectors[number : number + 1], [True], claims.weights, claims.asked
                    )
                    if matched is not None:
                        target = label if other.id == point.id else 2
                        weight = WORDING_WEIGHT if other.id == point.id else WORDING_WEIGHT / len(points)
                        yield Row(item.question.id, matched.features, target, weight, "wording")


def _without(claim: ClaimTexts, label: int, number: int) -> ClaimTexts:
    if label == 0:
        kept = [i for i in range(len(claim.supporting)) if i != number]
        return claim._replace(
            supporting=tuple(claim.supporting[i] for i in kept), support_vectors=claim.support_vectors[kept]
        )
    kept = [i for i in range(len(claim.opposing)) if i != number]
    return claim._replace(opposing=tuple(claim.opposing[i] for i in kept), oppose_vectors=claim.oppose_vectors[kept])


def fit(rows: list[Row], classes: int) -> np.ndarray:
    """Multinomial logistic regression with a ridge; returns weights of shape (classes, len(FEATURES))."""
    x = np.array([row.features for row in rows])
    y = np.array([row.label for row in rows])
    w = np.array([row.weight for row in rows])

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        theta = flat.reshape(classes, -1)
        logits = x @ theta.T
        logits -= logits.max(1, keepdims=True)
        p = np.exp(logits)
        p /= p.sum(1, keepdims=True)
        error = -(w * np.log(p[np.arange(len(y)), y] + 1e-12)).sum() / w.sum()
        p[np.arange(len(y)), y] -= 1
        gradient = (p * w[:, None]).T @ x / w.sum()
        ridge = theta.copy()
        ridge[:, 0] = 0
        return error + RIDGE / 20 * (ridge**2).sum(), (gradient + RIDGE / 10 * ridge).ravel()

    start = np.zeros(classes * x.shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 2000})
    return found.x.reshape(classes, -1)


def report(rows: list[Row], folds: int = 5) -> None:
    """Print accuracy by kind of example on questions the fit has not seen."""
    questions = sorted({row.question for row in rows})
    hits: dict[str, list[bool]] = {}
    matrix = np.zeros((4, 4), dtype=int)
    unsure = total = 0
    for fold in range(min(folds, len(questions))):
        held = set(questions[fold::folds])
        train = [row for row in rows if row.question not in held]
        if not train:
            continue
        theta = fit(train, 4)
        for row in rows:
            if row.question in held and row.kind != "wording":
                logits = theta @ np.array(row.features)
                p = np.exp(logits - logits.max())
                p /= p.sum()
                total += 1
                unsure += p.max() < SURE
                right = int(p.argmax()) == row.label and p.max() >= SURE
                matrix[row.label, int(p.argmax())] += 1
                hits.setdefault(row.kind, []).append(right)
    everything = [hit for found in hits.values() for hit in found]
    print(f"held-out verdict accuracy {np.mean(everything):.3f} over {total}, unsure {unsure / max(1, total):.3f}")
    for kind, found in sorted(hits.items()):
        print(f"  {kind:<14} {np.mean(found):.3f}  ({len(found)})")
    print("rows: authored, columns: graded;", ", ".join(CLASSES))
    print(matrix)


def content_digest(bank: Bank) -> str:
    """What the weights were fitted on, as eight hex digits."""
    return hashlib.sha256(bank.content_hash.encode()).hexdigest()[:8]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dry-run", action="store_true")
    wanted = parser.parse_args()
    bank = load_bank([built_in_pack()])
    encoder = load_encoder("default", "cpu", cache=Path(tempfile.gettempdir()))
    zero = tuple((0.0,) * len(FEATURES) for _ in CLASSES)
    grader = OfflineGrader(encoder, encoder, DecisionModel(zero, zero[0], SURE, HELD, "0"))
    points: list[Row] = []
    wrongs: list[Row] = []
    for item in bank.items.values():
        for row, misconception in example_rows(item, grader):
            (wrongs if misconception else points).append(row)
        points += wording_rows(item, grader)
    report(points)
    if wanted.dry_run:
        return
    theta = fit(points, 4)
    held = fit(wrongs, 2)
    body = {
        "version": f"1.{content_digest(bank)}",
        "features": list(FEATURES),
        "classes": [str(each) for each in CLASSES],
        "point": [[round(float(v), 4) for v in row] for row in theta - theta.mean(0)],
        "misconception": [round(float(v), 4) for v in held[1] - held[0]],
        "sure": SURE,
        "held": HELD,
    }
    WEIGHTS.write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {WEIGHTS}")


if __name__ == "__main__":
    main()
