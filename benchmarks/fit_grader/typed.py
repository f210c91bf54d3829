"""Rows of what people type of the bank's claims, which the joint reader of their third has not seen.

Whole answers with verdicts; and short texts alone: true ones beside the same turned wrong in a word or two, halves,
near misses, the rubric's own words.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml

from benchmarks.fit_grader.answers import GoldenRow, point_rows
from benchmarks.joint.material import ANSWERS, MISTAKES, PROSE, TURNED, Typed, load_typed
from interviewer.core.bank.content import Item
from interviewer.core.bank.kinds import VerdictName
from interviewer.core.bank.rubric import KeyPoint
from interviewer.core.grade.grade import FIX_PREFIX
from interviewer.grading.decision import CLASSES
from interviewer.grading.offline_grader import OfflineGrader

__all__ = ["alone_rows", "mistake_rows", "pair_rows", "prose_rows", "reply_rows", "typed_rows"]

COVERED, PARTIAL, MISSING, CONTRADICTED = range(len(CLASSES))


def typed_rows(item: Item, grader: OfflineGrader) -> Iterator[GoldenRow]:
    """All points of a question beside whole answers."""
    return _labelled(item, ANSWERS, grader)


def prose_rows(item: Item, grader: OfflineGrader) -> Iterator[GoldenRow]:
    """All points of a question beside well-formed prose, and all misconceptions beside what of it is true."""
    return _labelled(item, PROSE, grader)


def mistake_rows(item: Item, grader: OfflineGrader) -> Iterator[GoldenRow]:
    """The same beside answers as people type them, each once right and once with mistakes."""
    return _labelled(item, MISTAKES, grader)


def _labelled(item: Item, folder: Path, grader: OfflineGrader) -> Iterator[GoldenRow]:
    file = folder / f"{item.question.id}.yaml"
    rows = yaml.safe_load(file.read_text(encoding="utf-8")) if file.is_file() else []
    for number, row in enumerate(rows):
        kind, found = str(row["kind"]), grader.signals(item, row["text"])
        labels = {name: CLASSES.index(VerdictName(told)) for name, told in (row.get("verdicts") or {}).items()}
        yield from point_rows(item.question.id, kind, number, found, labels)
        if folder != ANSWERS and not kind.endswith(TURNED):
            for name, own in found.items():
                if name.startswith(FIX_PREFIX):
                    yield GoldenRow(item.question.id, kind, number, name, None if own is None else own.features, 0)


def alone_rows(item: Item, grader: OfflineGrader) -> Iterator[GoldenRow]:
    """Each point beside its statement, a wording and a contradiction as they stand in the rubric."""
    chance = random.Random(item.question.id)
    for point in item.rubric.key_points:
        texts = [("wording", point.statement, COVERED), ("wording", chance.choice(point.wordings), COVERED)]
        if point.contradictions:
            texts.append(("contradiction", chance.choice(point.contradictions), CONTRADICTED))
        yield from _rows(item, point, texts, grader)


def pair_rows(item: Item, grader: OfflineGrader) -> Iterator[GoldenRow]:
    """Each point beside what people type of it and the same turned wrong in a word or two, a half and a near miss."""
    for point, own in _typed(item):
        texts = [("true", true, COVERED) for true, _ in own.pairs]
        texts += [("turned", false, CONTRADICTED) for _, false in own.pairs]
        texts += [("half", own.half, PARTIAL), ("near", own.near, MISSING)]
        yield from _rows(item, point, texts, grader)


def reply_rows(item: Item, grader: OfflineGrader) -> Iterator[GoldenRow]:
    """Each point beside replies to its probe: right, wrong and half ones, and one that would be right of another."""
    chance = random.Random(item.question.id)
    typed = list(_typed(item))
    for point, own in typed:
        others = [text for other, each in typed if other is not point for text in each.right]
        texts = [("right", text, COVERED) for text in own.right] + [("wrong", text, CONTRADICTED) for text in own.wrong]
        texts += [("half", own.half_reply, PARTIAL)] if own.half_reply else []
        texts += [("other", chance.choice(others), MISSING)] if others else []
        yield from _rows(item, point, texts, grader, point.probe)


def _typed(item: Item) -> Iterator[tuple[KeyPoint, Typed]]:
    typed = load_typed(item.question.id, {point.id for point in item.rubric.key_points})
    yield from ((point, typed[point.id]) for point in item.rubric.key_points if point.id in typed)


def _rows(
    item: Item, point: KeyPoint, texts: Sequence[tuple[str, str, int]], grader: OfflineGrader, follow_up: str = ""
) -> Iterator[GoldenRow]:
    """One point beside texts of a kind and a class, of which each is the whole answer."""
    for number, (kind, text, label) in enumerate(texts):
        found = grader.signals(item, text, follow_up, (point.id,))[point.id]
        yield GoldenRow(item.question.id, kind, number, point.id, None if found is None else found.features, label)
