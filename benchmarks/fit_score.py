"""The constants of the score, chosen on what careful readers gave natural answers by feel.

The readers' own verdicts are fed to the formula, so that nothing of the grader is in it. Whole questions are held out:
the numbers that count are those on questions whose scores did not choose the constants.

    python -m benchmarks.fit_score
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from interviewer.audit.agreement import pearson
from interviewer.bank import read_natural, read_pack
from interviewer.core.bank.content import Item
from interviewer.core.bank.kinds import VerdictName
from interviewer.core.bank.natural import Reading
from interviewer.core.grade.grade import Grade, HeldMisconception, Passport, PointVerdict, Span
from interviewer.core.interview.misconception_scores import MisconceptionScore
from interviewer.core.interview.point_scores import PointScore
from interviewer.core.interview.score_formula import CONSTANTS, Constants, read_second
from interviewer.core.interview.summary import summarise_answer
from interviewer.paths import built_in_pack

_FOLDS = 5
_GRID = {
    "core_share": (0.65, 0.7, 0.75, 0.8, 0.85),
    "price": (0.1, 0.2, 0.3, 0.4),
    "bend": (0.6, 0.7, 0.8, 0.9, 1.0),
}
_NEEDS = (3, 4, 5)
"""Depth points that make full depth, where a rubric says nothing of its own."""


class Row(NamedTuple):
    """One answer as the formula sees it, and what a reader gave it."""

    item: Item
    points: tuple[PointScore, ...]
    wrongs: tuple[MisconceptionScore, ...]
    score: float


def grade_by_reader(reading: Reading) -> Grade:
    """The grade that says what the reader says, with certainty."""
    words = Span(start=0, end=1)
    verdicts = tuple(
        PointVerdict(
            point_id=name,
            verdict=verdict,
            p_covered=float(verdict is VerdictName.COVERED),
            p_partial=float(verdict is VerdictName.PARTIAL),
            p_contradicted=float(verdict is VerdictName.CONTRADICTED),
            evidence=words,
            method="reader",
        )
        for name, verdict in reading.verdicts.items()
    )
    held = tuple(
        HeldMisconception(misconception_id=each, probability=1.0, evidence=words) for each in reading.misconceptions
    )
    return Grade(
        verdicts=verdicts,
        misconceptions=held,
        passport=Passport(name="reader", version="1", rubric_hash="", encoder="none"),
    )


def build_row(item: Item, text: str, reading: Reading) -> Row:
    """What became of every point and misconception by a reader's own verdicts."""
    score = summarise_answer(item, item.question.level, text, grade_by_reader(reading)).score
    return Row(item, score.points, score.misconceptions, reading.score)


def formula(row: Row, by: Constants, need: int | None = None) -> float:
    """The score of one row, 0 to 100."""
    rubric = row.item.rubric if need is None else row.item.rubric.model_copy(update={"need": need})
    found = read_second(rubric, row.item.question.level, row.points, row.wrongs, by)
    assert found is not None
    return min(100.0, max(0.0, found.value - sum(each.penalty for each in row.wrongs)))


def choices() -> Iterator[tuple[Constants, int]]:
    """All constants that are tried."""
    for values in itertools.product(*_GRID.values()):
        by = CONSTANTS._replace(**dict(zip(_GRID, values, strict=True)))
        for need in _NEEDS:
            yield by, need


def fit(predicted: np.ndarray, scores: np.ndarray) -> int:
    """The choice with the least mean error; predictions have shape (choices, rows)."""
    return int(np.abs(predicted - scores).mean(axis=1).argmin())


def report(name: str, predicted: np.ndarray, scores: np.ndarray) -> str:
    """One line: correlation, mean error and bias."""
    gap = predicted - scores
    return f"{name:<44} r {pearson(predicted, scores):.3f}  mean error {np.abs(gap).mean():.2f}  bias {gap.mean():+.2f}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print what the constants in use, those of a fit, and a second reader are worth."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args(arguments)
    reading = read_pack(built_in_pack())
    natural, _ = read_natural(reading)
    rows = [build_row(reading.items[name], each.text, each) for name, own in natural.items() for each in own]
    names = [name for name, own in natural.items() for _ in own]
    scores = np.array([row.score for row in rows])
    tried = list(choices())
    predicted = np.array([[formula(row, by, need) for row in rows] for by, need in tried])
    order = sorted(set(names))
    folds = np.array([order.index(name) % _FOLDS for name in names])
    held_out = np.zeros(len(rows))
    for fold in range(_FOLDS):
        best = fit(predicted[:, folds != fold], scores[folds != fold])
        held_out[folds == fold] = predicted[best, folds == fold]
        print(f"fold {fold}: {tried[best][0]}, need {tried[best][1]}")
    best = fit(predicted, scores)
    print(f"all: {tried[best][0]}, need {tried[best][1]}\n")
    print(f"{len(rows)} answers to {len(order)} questions")
    print(report("constants in use", np.array([formula(row, CONSTANTS) for row in rows]), scores))
    print(report("fitted, on questions that did not choose them", held_out, scores))
    seconds = [each.second for own in natural.values() for each in own]
    twice = [(row.score, second.score) for row, second in zip(rows, seconds, strict=True) if second is not None]
    if twice:
        first, other = np.array(twice).T
        print(report("second reader", other, first))


if __name__ == "__main__":
    main()
