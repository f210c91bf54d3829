"""Rows to fit and measure the grader with: signals of golden examples and of answers graded by people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from benchmarks.sources import is_held, load_negate, read_rows
from interviewer.audit.baselines import keyword_recall, tf_idf_cosines
from interviewer.audit.evaluation import split_reference
from interviewer.core.bank.content import Bank, Item
from interviewer.core.bank.kinds import VerdictName
from interviewer.core.bank.natural import NaturalAnswer
from interviewer.core.bank.rubric import Example, KeyPoint
from interviewer.core.grade.grade import FIX_PREFIX
from interviewer.core.ports import Encoder
from interviewer.grading.decision import CLASSES
from interviewer.grading.features import Matched
from interviewer.grading.offline_grader import OfflineGrader
from interviewer.grading.signals import Signals

__all__ = ["BASELINES", "SETS", "GoldenRow", "GradedRow", "contrast_rows", "golden_rows", "graded_rows", "point_rows"]


SETS = ("beetle", "scientsbank", "saf", "mohler")
"""Answers graded by people. The joint reader learns from none of them; a fit holds one out whole."""
_SEVERAL = ("saf", "mohler")
"""Sets whose references hold several points."""
_POINTS = 3
"""Every which key point of the bank its wordings are compared for: all would make three quarters of the contrasts."""
MISSING = CLASSES.index(VerdictName.MISSING)
BASELINES = ("length", "TF-IDF cosine", "keyword recall", "whole cosine")


class GoldenRow(NamedTuple):
    """One claim of the bank and one golden answer."""

    question: str
    kind: str
    number: int
    """Of the answer among those of its question and family."""
    point: str
    signals: tuple[float, ...] | None
    """None when a guard closed the whole answer."""
    label: int
    """Index into CLASSES; for a misconception 1 when it is held."""


class GradedRow(NamedTuple):
    """One answer graded by a person."""

    data: str
    question: str
    split: str
    words: int
    signals: tuple[float, ...] | None
    """In the order of `REFERENCE_SIGNALS`; None when a guard closed the whole answer."""
    score: float
    label: str
    baselines: tuple[float, ...] = ()
    """In the order of `BASELINES`; empty for contrasts."""


def golden_rows(
    item: Item, grader: OfflineGrader, answers: Sequence[Example | NaturalAnswer] | None = None
) -> Iterator[GoldenRow]:
    """All claims of one question against answers with verdicts; against its golden examples when none are given."""
    for number, example in enumerate(item.rubric.examples if answers is None else answers):
        for name, found in grader.signals(item, example.text).items():
            numbers = None if found is None else found.features
            if name.startswith(FIX_PREFIX):
                label = int(name.removeprefix(FIX_PREFIX) in example.misconceptions)
            else:
                verdict = example.verdicts.get(name, VerdictName.MISSING)
                if verdict not in CLASSES:
                    continue
                label = CLASSES.index(verdict)
            yield GoldenRow(item.question.id, str(example.kind), number, name, numbers, label)


def point_rows(
    question: str, kind: str, number: int, found: Mapping[str, Matched | Signals | None], labels: Mapping[str, int]
) -> Iterator[GoldenRow]:
    """All key points beside one answer.

    Args:
        question: that the answer is to.
        kind: of the answer.
        number: of the answer.
        found: its signals, by claim.
        labels: by key point; one that is not named is missing.
    """
    for name, own in found.items():
        if not name.startswith(FIX_PREFIX):
            yield GoldenRow(
                question, kind, number, name, None if own is None else own.features, labels.get(name, MISSING)
            )


def graded_rows(
    data: Path, name: str, grader: OfflineGrader, encoder: Encoder, *, most: int | None = None
) -> Iterator[GradedRow]:
    """Answers of five words or more.

    Args:
        data: the folder with `graded/`.
        name: of the set.
        grader: measures.
        encoder: for the plain cosine, one of the baselines.
        most: answers a question.
    """
    rows = _chosen(data, name, most)
    tf_idf = tf_idf_cosines([row["reference"] for row in rows], [row["answer"] for row in rows])
    for row, frequency in zip(rows, tf_idf, strict=True):
        question, reference, answer = row["question"], row["reference"], row["answer"]
        claims: Sequence[tuple[str, ...]] = (
            [(point,) for point in split_reference(reference)]
            if name in _SEVERAL
            else [tuple(row.get("references") or [reference])]
        )
        whole = encoder.encode([reference, answer])
        yield GradedRow(
            name,
            row["question_id"],
            row.get("split", ""),
            len(answer.split()),
            grader.reference_signals(question, claims, answer),
            float(row["score"]),
            str(row.get("label", "")),
            (
                float(len(answer.split())),
                frequency,
                keyword_recall(question, reference, answer),
                float(whole[0] @ whole[1]),
            ),
        )


def _chosen(data: Path, name: str, most: int | None) -> list[dict[str, Any]]:
    taken: Counter[str] = Counter()
    chosen = []
    for row in read_rows(data / "graded" / f"{name}.jsonl.gz"):
        if len(row["answer"].split()) < 5:
            continue
        taken[row["question_id"]] += 1
        if most is None or taken[row["question_id"]] <= most:
            chosen.append(row)
    return chosen


def contrast_rows(
    data: Path, bank: Bank, grader: OfflineGrader, chosen: Container[str], *, step: int = 1
) -> Iterator[GradedRow]:
    """Texts against one claim where the order is known: antonyms, negated references, the bank's wordings.

    Of the antonyms only what is never trained on, of the bank the questions `chosen`, on which the grader's reader
    was not trained.

    `score` is 1 for a text that covers the claim and 0 for one that does not; `label` says how it came
    about. Statements of the bank stand alone here, without their other phrasings.
    """

    def row(name: str, group: str, asked: str, claim: str, said: str, label: str) -> GradedRow:
        found = grader.reference_signals(asked, [(claim,)], said, single=True)
        return GradedRow(name, group, "", len(said.split()), found, float(label == "covered"), label)

    antonyms = read_rows(data / "contrast" / "antonyms.jsonl.gz")
    for each in antonyms:
        if is_held(each["a"]):
            label = "contradicted" if each["contradicts"] else "covered"
            yield row("antonyms", each["a"], "", each["a"], each["b"], label)
    negate = load_negate(data)
    for name in ("beetle", "scientsbank"):
        rng, seen = Random(3), set()
        for each in read_rows(data / "graded" / f"{name}.jsonl.gz"):
            group, reference = each["question_id"], each["reference"]
            if group not in seen:
                seen.add(group)
                negated = negate(reference, rng)
                yield row(f"{name}-negated", group, each["question"], reference, negated, "contradicted")
    rng = Random(5)
    for item in (bank[name] for name in bank.items if name in chosen):
        for point in item.rubric.key_points[:: _POINTS * step]:
            group = f"{item.question.id}/{point.id}"
            for label, text in _bank_texts(item, point, negate, rng):
                yield row("bank", group, item.question.prompt, point.statement, text, label)


def _bank_texts(
    item: Item, point: KeyPoint, negate: Callable[[str, Random], str], rng: Random
) -> Iterator[tuple[str, str]]:
    """Labelled texts for one key point of the bank."""
    for text in point.wordings:
        yield "covered", text
    for text in point.contradictions:
        yield "contradicted", text
    yield "negated", negate(rng.choice([point.statement, *point.wordings]), rng)
    others = [each for each in item.rubric.key_points if each.id != point.id]
    for other in rng.sample(others, 2):
        yield "neighbour", rng.choice([other.statement, *other.wordings])
    words = point.statement.split()
    rng.shuffle(words)
    yield "soup", " ".join(words)
    yield "echo", item.question.prompt
