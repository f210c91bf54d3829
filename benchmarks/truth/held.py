"""A grader, the questions that it has not seen, and what it says of an answer to one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.fit_grader.rows import load_grader
from benchmarks.joint.folds import third_of
from interviewer.bank import load_bank
from interviewer.core.bank.content import Item
from interviewer.core.bank.kinds import VerdictName
from interviewer.core.grade.grade import Grade, GradeRequest
from interviewer.core.interview.summary import summarise_answer
from interviewer.grading.offline_grader import OfflineGrader
from interviewer.paths import built_in_pack

__all__ = ["CONTRADICTED", "COVERED", "MISSING", "UNSURE", "Held", "grade", "interval", "load_held", "score"]

COVERED, CONTRADICTED, MISSING, UNSURE = (
    VerdictName.COVERED,
    VerdictName.CONTRADICTED,
    VerdictName.MISSING,
    VerdictName.UNSURE,
)


class Held(NamedTuple):
    """A grader, and the questions that it has not seen."""

    grader: OfflineGrader
    items: list[Item]


_GRADES: dict[tuple[OfflineGrader, str, str], Grade | None] = {}
"""By grader, question's rubric and answer: a grade takes a second, and several measures want the same."""


def load_held(readers: Path, decisions: Path, *, shipped: bool) -> Iterator[Held]:
    """Each fold of the bank with its grader; with `shipped` all questions with the grader that ships."""
    items = list(load_bank([built_in_pack()]).items.values())
    if shipped:
        from interviewer.embedding.reader import JOINT_FILE
        from interviewer.grading.decision import WITH_READER

        weights = Path(__file__).resolve().parents[2] / "interviewer" / "grading" / WITH_READER
        yield Held(load_grader(JOINT_FILE, weights)[1], items)
        return
    for file in sorted(decisions.glob("fold*.json")):
        held = set(json.loads(file.read_text(encoding="utf-8"))["questions"])
        third = third_of(next(iter(held)))
        _, grader = load_grader(readers / f"third{third}.safetensors", file)
        yield Held(grader, [item for item in items if item.question.id in held])


def grade(grader: OfflineGrader, item: Item, answer: str) -> Grade | None:
    """The grade; None where there is none."""
    key = (grader, item.rubric_hash, answer)
    if key not in _GRADES:
        found = grader.grade(item, GradeRequest(question_id=item.question.id, answer=answer))
        _GRADES[key] = found if isinstance(found, Grade) else None
    return _GRADES[key]


def interval(item: Item, answer: str, found: Grade | None) -> tuple[float, float, float]:
    """Score at the question's own level and the ends of its interval, 0 to 100."""
    if found is None:
        return 0.0, 0.0, 0.0
    told = summarise_answer(item, item.question.level, answer, found).score
    return told.value or 0.0, told.low, told.high


def score(item: Item, answer: str, found: Grade | None) -> float:
    """0 to 100 at the question's own level."""
    return interval(item, answer, found)[0]
