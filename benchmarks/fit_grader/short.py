"""Short answers in words that the rubric does not have: each a wording that was taken out of its rubric first."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import cycle

from benchmarks.fit_grader.answers import GoldenRow, point_rows
from interviewer.core.bank.content import Item
from interviewer.core.bank.kinds import VerdictName
from interviewer.core.bank.rubric import KeyPoint
from interviewer.grading.decision import CLASSES
from interviewer.grading.offline_grader import OfflineGrader

__all__ = ["short_rows", "without"]

COVERED, CONTRADICTED = (CLASSES.index(each) for each in (VerdictName.COVERED, VerdictName.CONTRADICTED))


def without(item: Item, number: int) -> Item:
    """The item, of each key point the phrasing of that number left out, and a contradiction."""
    points = tuple(
        point.model_copy(
            update={
                "phrasings": tuple(text for i, text in enumerate(point.wordings) if i != number % len(point.wordings)),
                "contradictions": tuple(
                    text for i, text in enumerate(point.contradictions) if i != number % len(point.contradictions)
                ),
            }
        )
        for point in item.rubric.key_points
    )
    rubric = item.rubric.model_copy(update={"key_points": points})
    return item.model_copy(update={"rubric": rubric, "rubric_hash": f"{item.rubric_hash}-{number}"})


def short_rows(item: Item, grader: OfflineGrader) -> Iterator[GoldenRow]:
    """Each key point said in a short answer of one to three, with the verdicts that all points must get."""
    chance = random.Random(item.question.id)
    number = chance.randrange(8)
    cut = without(item, number)
    left = list(item.rubric.key_points)
    chance.shuffle(left)
    for place, size in enumerate(cycle((1, 2, 3))):
        if not left:
            break
        chosen, left = left[:size], left[size:]
        text, labels = compose(chosen, number, chance)
        yield from point_rows(item.question.id, "short", place, grader.signals(cut, text), labels)


def compose(points: Sequence[KeyPoint], number: int, chance: random.Random) -> tuple[str, dict[str, int]]:
    """One answer that makes these points, or their opposite, and the label of each."""
    said, labels = [], {}
    for point in points:
        wrong = chance.random() < 0.25
        labels[point.id] = CONTRADICTED if wrong else COVERED
        wordings = point.contradictions if wrong else point.wordings
        said.append(wordings[number % len(wordings)].strip().rstrip("."))
    if len(said) > 1 and chance.random() < 0.3:
        said[:2] = [f"{said[0]}, and {said[1]}"]
    return " ".join(f"{each[0].upper()}{each[1:]}." for each in said), labels
