"""What the joint reader learns from: the bank, and items of other subjects written for it, in one form.

The items in `items/` are this project's own: a question, seven claims with wordings and contradictions, and ten
answers as people type them with a verdict on each claim. They are no part of the bank.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml

from benchmarks.joint.folds import third_of
from interviewer.bank import load_bank, read_natural, read_pack
from interviewer.core.bank.content import Item
from interviewer.core.bank.kinds import VerdictName
from interviewer.core.bank.natural import NaturalAnswer
from interviewer.core.bank.rubric import Example
from interviewer.core.grade.grade import FIX_PREFIX
from interviewer.core.layout import plain_layout
from interviewer.grading.decision import CLASSES
from interviewer.grading.features import ClaimTexts
from interviewer.grading.spans import TextSpan, cut_spans
from interviewer.paths import built_in_pack

__all__ = [
    "CONTRADICTED",
    "COVERED",
    "MISSING",
    "MISTAKES",
    "PARTIAL",
    "PROSE",
    "TURNED",
    "Claim",
    "Said",
    "Subject",
    "Typed",
    "Vectors",
    "load_references",
    "load_subjects",
]

COVERED, PARTIAL, MISSING, CONTRADICTED = range(4)
ITEMS = Path(__file__).with_name("items")
TYPED = Path(__file__).with_name("typed")
"""For each question and item what people type of each point, and the same turned into its contradiction."""
REFERENCES = Path(__file__).with_name("references")
"""Questions of other subjects with a teacher's reference answer and nine short answers, without wordings."""
ANSWERS = Path(__file__).with_name("answers")
"""For each question of the bank seven whole answers with their verdicts, three of them wrong in part or throughout;
written from the prompt alone. The bank's own natural answers are what is measured on."""
PROSE = Path(__file__).with_name("prose")
"""For each question of the bank nine well-formed true texts with their verdicts, most of them short, and three of the
same with one thing turned wrong: elsewhere well-formed sentences are mostly the wrong ones."""
MISTAKES = Path(__file__).with_name("mistakes")
"""For each of them four answers as people type them, each once right and once with the mistakes that people make."""
TURNED = ("-turned", "-wrong")
"""What the kind of a text in `PROSE` and `MISTAKES` ends with that is not true throughout."""


class Vectors:
    """Sentence vectors of texts, each computed once.

    Args:
        model: a loaded sentence-transformers model.
        file: where they are kept between runs; None for nowhere.
    """

    def __init__(self, model: Any, file: Path | None = None) -> None:
        self._model = model
        self._file = file
        self._known: dict[str, np.ndarray] = {}
        if file is not None and file.is_file():
            kept = np.load(file, allow_pickle=True)
            self._known = dict(zip(kept["texts"].tolist(), kept["vectors"].astype(np.float32), strict=True))

    def of(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors, shape (texts, 384)."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            found = self._model.encode(new, batch_size=64, normalize_embeddings=True, show_progress_bar=False)
            self._known.update(zip(new, found.astype(np.float32), strict=True))
        return np.stack([self._known[text] for text in texts]) if texts else np.zeros((0, 384), dtype=np.float32)

    def keep(self) -> None:
        """Write them down."""
        if self._file is not None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            texts = np.array(list(self._known), dtype=object)
            np.savez(self._file, texts=texts, vectors=np.stack(list(self._known.values())).astype(np.float16))


class Typed(NamedTuple):
    """Short answers about one claim, written for training alone."""

    pairs: tuple[tuple[str, str], ...]
    """What makes the claim, and the same with as few words changed as contradict it: short, terse, in passing."""
    half: str
    near: str
    """True, of the neighbouring matter."""
    right: tuple[str, ...]
    """Replies to the claim's probe that make it."""
    wrong: tuple[str, ...]
    half_reply: str


class Referenced(NamedTuple):
    """A reference answer, and what students say."""

    reference: ClaimTexts
    answers: list[tuple[int, str]]
    """Class and text."""


class Claim(NamedTuple):
    """A key point, or a misconception under `fix:<id>`."""

    name: str
    texts: ClaimTexts
    partial: tuple[str, ...]
    probe: str
    typed: Typed | None = None


class Said(NamedTuple):
    """An answer, read, with what it makes of each claim."""

    kind: str
    number: int
    """Of the natural answer or example of its question."""
    text: str
    """Without its layout."""
    spans: list[TextSpan]
    labels: dict[str, int]
    """Claim -> class; claims not named are not known."""


class Subject(NamedTuple):
    """A question with its claims and answers."""

    name: str
    third: int
    """0 to 2 for the bank's; -1 for one that is never held out."""
    claims: list[Claim]
    answers: list[Said]


def load_subjects(vectors: Vectors, *, items: bool = True) -> list[Subject]:
    """The bank's questions, and the items beside them."""
    natural, _ = read_natural(read_pack(built_in_pack()))
    found = [_of_bank(item, natural[name], vectors) for name, item in load_bank([built_in_pack()]).items.items()]
    if items:
        found += [_of_item(file, vectors) for file in sorted(ITEMS.glob("*.yaml"))]
    vectors.of([span.text for subject in found for said in subject.answers for span in said.spans])
    vectors.of([text for subject in found for claim in subject.claims for text in _alone(claim)])
    return found


def _alone(claim: Claim) -> Iterator[str]:
    """What is said of a claim alone; one call for all of it takes a tenth of the time of one for each."""
    yield from (claim.probe, *claim.partial)
    if (typed := claim.typed) is not None:
        yield from (*(text for pair in typed.pairs for text in pair), typed.half, typed.near)
        yield from (*typed.right, *typed.wrong, typed.half_reply)


def _of_bank(item: Item, natural: Sequence[NaturalAnswer], vectors: Vectors) -> Subject:
    rubric = item.rubric
    typed = load_typed(item.question.id, {point.id for point in rubric.key_points})
    claims = [
        Claim(
            point.id,
            claim_texts((point.statement, *point.wordings), point.contradictions, vectors),
            point.partial,
            point.probe,
            typed.get(point.id),
        )
        for point in rubric.key_points
    ]
    for held in rubric.misconceptions:
        truth: tuple[str, ...] = (held.correction,)
        if held.key_point is not None:
            point = rubric.point(held.key_point)
            truth = (held.correction, point.statement, *point.wordings)
        texts = claim_texts((held.claim, *held.phrasings), truth, vectors)
        claims.append(Claim(FIX_PREFIX + held.id, texts, (), held.challenge))
    answers = []
    families: dict[str, Sequence[Example | NaturalAnswer]] = {"golden": rubric.examples, "natural": natural}
    for family, own in families.items():
        for number, each in enumerate(own):
            labels = {
                point.id: CLASSES.index(verdict)
                for point in rubric.key_points
                if (verdict := each.verdicts.get(point.id, VerdictName.MISSING)) in CLASSES
            }
            labels |= {
                FIX_PREFIX + held.id: COVERED if held.id in each.misconceptions else MISSING
                for held in rubric.misconceptions
            }
            answers.append(_said(f"{family}/{each.kind}", number, each.text, labels))
    names = [point.id for point in rubric.key_points]
    for folder, family in ((ANSWERS, "typed"), (PROSE, "prose"), (MISTAKES, "mistakes")):
        answers += _load_answers(folder / f"{item.question.id}.yaml", family, names)
    return Subject(item.question.id, third_of(item.question.id), claims, answers)


def load_typed(name: str, points: Container[str]) -> dict[str, Typed]:
    """What is typed of each point of a question or item; `ValueError` for a point that it does not have."""
    file = TYPED / f"{name}.yaml"
    data = yaml.safe_load(file.read_text(encoding="utf-8")) if file.is_file() else {}
    for unknown in (each for each in data if each not in points):
        raise ValueError(f"{file}: {name} has no point {unknown}")
    return {
        name: Typed(
            tuple((true, false) for true, false in each["pairs"]),
            each["half"],
            each["near"],
            tuple(each.get("right", ())),
            tuple(each.get("wrong", ())),
            each.get("half_reply", ""),
        )
        for name, each in data.items()
    }


def _of_item(file: Path, vectors: Vectors) -> Subject:
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    typed = load_typed(file.stem, {point["id"] for point in data["points"]})
    claims = [
        Claim(
            point["id"],
            claim_texts((point["statement"], *point["wordings"]), tuple(point["contradictions"]), vectors),
            tuple(point["partial"]),
            "",
            typed.get(point["id"]),
        )
        for point in data["points"]
    ]
    answers = labelled(data["answers"], "item", [claim.name for claim in claims])
    return Subject(data["id"], -1, claims, answers)


def _load_answers(file: Path, family: str, points: Sequence[str]) -> list[Said]:
    return labelled(yaml.safe_load(file.read_text(encoding="utf-8")), family, points) if file.is_file() else []


def labelled(rows: Sequence[dict[str, Any]], family: str, points: Sequence[str]) -> list[Said]:
    """Answers with a verdict on each point; points that are not named are missing."""
    names = [str(verdict) for verdict in CLASSES]
    found = []
    for number, each in enumerate(rows):
        told = each.get("verdicts") or {}
        labels = {name: names.index(told.get(name, "missing")) for name in points}
        found.append(_said(f"{family}/{each['kind']}", number, each["text"], labels))
    return found


def load_references(vectors: Vectors) -> list[Referenced]:
    """Reference answers with short answers to each."""
    names = [str(verdict) for verdict in CLASSES]
    rows = [row for file in sorted(REFERENCES.glob("*.yaml")) for row in yaml.safe_load(file.read_text("utf-8"))]
    return [
        Referenced(
            claim_texts((row["reference"],), (), vectors),
            [(names.index(label), plain_layout(text).text) for label, text in row["answers"]],
        )
        for row in rows
    ]


def _said(kind: str, number: int, text: str, labels: dict[str, int]) -> Said:
    plain = plain_layout(text).text
    return Said(kind, number, plain, cut_spans(plain), labels)


def claim_texts(supporting: Sequence[str], opposing: Sequence[str], vectors: Vectors) -> ClaimTexts:
    """Wordings with their vectors."""
    return ClaimTexts(tuple(supporting), tuple(opposing), vectors.of(supporting), vectors.of(opposing))


def answers_of(subjects: Sequence[Subject], families: Sequence[str]) -> Iterator[tuple[Subject, Said]]:
    """All answers of such families ("golden", "natural", "item") that hold a span at all."""
    for subject in subjects:
        for said in subject.answers:
            if said.spans and said.kind.split("/")[0] in families:
                yield subject, said
