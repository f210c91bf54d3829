"""Verdicts and scores on whole answers beside the readers' own."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.truth.held import CONTRADICTED, COVERED, UNSURE, Held, grade, interval
from interviewer.audit.agreement import cohen_kappa, estimate, pearson
from interviewer.core.bank.content import Item
from interviewer.core.bank.natural import NaturalAnswer
from interviewer.core.grade.grade import Grade

__all__ = ["natural", "read_fresh"]


class Judged(NamedTuple):
    """One natural answer beside its grade."""

    item: Item
    answer: NaturalAnswer
    grade: Grade | None
    score: float
    low: float
    high: float


def natural(held: Sequence[Held], answers: dict[str, list[NaturalAnswer]], target: Path | None) -> None:
    """Verdicts and scores beside the readers' own, by length; what they are worth by length also into a file."""
    judged = []
    for grader, items in held:
        for item in items:
            for answer in answers.get(item.question.id, []):
                found = grade(grader, item, answer.text)
                judged.append(Judged(item, answer, found, *interval(item, answer.text, found)))
    _report_natural("all", judged)
    worth = []
    low = 0
    for high in (25, 60, 120, None):
        own = [each for each in judged if low <= len(each.answer.text.split()) <= (high or 10_000)]
        if own:
            worth.append({"most_words": high, **_report_natural(f"{low} to {high or 'more'} words", own)})
        low = (high or 0) + 1
    print(json.dumps(worth))
    if target is not None:
        target.write_text(json.dumps(worth, indent=1) + "\n", encoding="utf-8")
    for kind in sorted({each.answer.kind for each in judged}):
        _report_natural(kind, [each for each in judged if each.answer.kind == kind])
    swapped = [each for each in judged if each.answer.kind == "swapped"]
    wins = [
        right.score > wrong.score
        for wrong in swapped
        for right in judged
        if right.item is wrong.item and right.answer.kind in ("plain", "terse", "long")
    ]
    if wins:
        print(f"a right answer above one with its roles swapped: {np.mean(wins):.3f}, {len(wins)} pairs")


def _report_natural(title: str, judged: Sequence[Judged]) -> dict[str, float]:
    rows = [
        (each.item.question.id, str(truth), str(said.verdict))
        for each in judged
        if each.grade is not None
        for point, truth in each.answer.verdicts.items()
        if (said := each.grade.verdict(point)) is not None
    ]
    groups = [row[0] for row in rows]

    def share(chosen: Sequence[int], where: Callable[[str, str], bool], hit: Callable[[str, str], bool]) -> float:
        own = [rows[i][1:] for i in chosen if where(*rows[i][1:])]
        return float(np.mean([hit(*row) for row in own])) if own else float("nan")

    def kappa(chosen: Sequence[int]) -> float:
        return cohen_kappa([rows[i][1] for i in chosen], [rows[i][2] for i in chosen])

    measures: dict[str, Callable[[Sequence[int]], float]] = {
        "kappa": kappa,
        "made found": lambda own: share(own, lambda t, _: t == COVERED, lambda _, s: s == COVERED),
        "found made": lambda own: share(own, lambda _, s: s == COVERED, lambda t, _: t == COVERED),
        "made contradicted": lambda own: share(own, lambda t, _: t == COVERED, lambda _, s: s == CONTRADICTED),
        "contradictions found": lambda own: share(own, lambda t, _: t == CONTRADICTED, lambda _, s: s == CONTRADICTED),
        "contradictions credited": lambda own: share(own, lambda t, _: t == CONTRADICTED, lambda _, s: s == COVERED),
        "accusations true": lambda own: share(own, lambda _, s: s == CONTRADICTED, lambda t, _: t == CONTRADICTED),
        "unsure": lambda own: share(own, lambda *_: True, lambda _, s: s == UNSURE),
    }
    scores, truth = np.array([each.score for each in judged]), np.array([each.answer.score for each in judged])
    print(f"{title}: {len(judged)} answers, {len(rows)} verdicts")
    for name, measure in measures.items():
        spread = estimate(measure, groups, rounds=200) if title == "all" else None
        ends = f" [{spread.low:.3f}, {spread.high:.3f}]" if spread else ""
        print(f"  {name:<24}{measure(range(len(rows))):.3f}{ends}")
    gap = scores - truth
    inside = np.mean([each.low <= each.answer.score <= each.high for each in judged])
    print(
        f"  score r {pearson(scores, truth):.3f}, mean error {np.abs(gap).mean():.1f}, "
        f"bias {gap.mean():+.1f}, inside the 80% interval {inside:.2f}",
        flush=True,
    )
    whole = range(len(rows))
    found, right = measures["made found"](whole), measures["found made"](whole)
    return {"found": round(found, 3), "right": round(right, 3), "error": round(float(np.abs(gap).mean()), 1)}


def read_fresh(file: Path) -> dict[str, list[NaturalAnswer]]:
    """Natural answers from a file of JSON lines that name their question."""
    found: dict[str, list[NaturalAnswer]] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        found.setdefault(row.pop("question"), []).append(NaturalAnswer.model_validate(row))
    return found
