"""Pairs (claim, passage, class) for the joint reader, drawn anew for every epoch."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from benchmarks.joint.material import (
    CONTRADICTED,
    COVERED,
    MISSING,
    PARTIAL,
    Claim,
    Subject,
    Typed,
    Vectors,
    answers_of,
    load_references,
)
from benchmarks.joint.negated import negated
from interviewer.core.grade.grade import FIX_PREFIX
from interviewer.grading.features import ClaimTexts
from interviewer.grading.joint_text import claim_text, cut_passage

__all__ = ["Pair", "draw_all", "whole_pairs"]


class Pair(NamedTuple):
    """What is read and what is to be said of it."""

    claim: str
    passage: str
    label: int
    source: str
    key: tuple[str, str, int, str] | None = None
    """Question, kind and number of the answer, claim; None for what was made up."""
    told: tuple[float, ...] = ()
    """What another reader says of it, the probabilities of the four classes; empty where none was asked."""


_BETWEEN = (". ", ". ", ". ", ", ", "; ", " and ", " ", ", and then ", " / ")


def _claims(subjects: Sequence[Subject], vectors: Vectors, rng: random.Random, *, mixes: int) -> list[Pair]:
    """Claims alone and mixed, and whole answers."""
    found: list[Pair] = []
    for subject in subjects:
        claims = subject.claims
        points = [claim for claim in claims if not claim.name.startswith(FIX_PREFIX)]
        for claim in points:
            found += _of_claim(claim, points, vectors, rng)
        for claim in claims[len(points) :]:
            found += [_alone(claim, text, COVERED, "fix", vectors, rng) for text in claim.texts.supporting[1:]]
            found += [_alone(claim, text, CONTRADICTED, "fix", vectors, rng) for text in claim.texts.opposing[:2]]
        for _ in range(mixes if len(points) > 10 else mixes * 2 // 3):
            found += _mixed(points, vectors, rng)
    found += whole_pairs(subjects, ("golden",), vectors, rng=rng, keep_missing=0.15)
    for kept in (0.8, 0.1):
        found += whole_pairs(subjects, ("natural", "item"), vectors, rng=rng, keep_missing=kept)
    return found


def draw_all(subjects: Sequence[Subject], vectors: Vectors, rng: random.Random) -> list[Pair]:
    """Claims alone and mixed, what people type of them, whole answers, prose, and claims negated."""
    found = _claims(subjects, vectors, rng, mixes=9) + _typed_of(subjects, vectors, rng)
    found += whole_pairs(subjects, ("prose", "mistakes"), vectors, rng=rng, keep_missing=0.35)
    for subject in subjects:
        for claim in subject.claims:
            found += _negated(claim, vectors, rng)
    often = ("natural", "item", "other", "typed")
    return [each for each in found if each.label != MISSING or each.source not in often or rng.random() < 0.55]


def _negated(claim: Claim, vectors: Vectors, rng: random.Random) -> Iterator[Pair]:
    """A wording beside the bare claim, and the same with its negation turned."""
    said = rng.choice(claim.texts.supporting)
    wrong = negated(said, rng)
    if wrong is None:
        return
    kept = list(dict.fromkeys((0, claim.texts.supporting.index(said))))
    bare = ClaimTexts(claim.texts.supporting[:1], (), claim.texts.support_vectors[:1], claim.texts.oppose_vectors[:0])
    shown = claim_text(bare, claim.texts.support_vectors[kept])
    yield Pair(shown, _typed(wrong, rng), CONTRADICTED, "negated")
    yield Pair(shown, _typed(said, rng), COVERED, "negated")


def _typed_of(subjects: Sequence[Subject], vectors: Vectors, rng: random.Random) -> list[Pair]:
    """What people type of each claim beside the same turned round, and whole answers."""
    found: list[Pair] = []
    for subject in subjects:
        points = [claim for claim in subject.claims if not claim.name.startswith(FIX_PREFIX)]
        for claim in points:
            if claim.typed is not None:
                found += _of_typed(claim, claim.typed, points, vectors, rng)
            found += rng.sample(list(_of_claim(claim, points, vectors, rng)), 3)
        for _ in range(8 if len(points) > 10 else 5):
            found += _mixed(points, vectors, rng, typed=True)
    found += [
        Pair(claim_text(each.reference, each.reference.support_vectors), _typed(text, rng), label, "reference")
        for each in load_references(vectors)
        for label, text in each.answers
    ]
    found += whole_pairs(subjects, ("golden",), vectors, rng=rng, keep_missing=0.05)
    return found + whole_pairs(subjects, ("natural", "typed", "item"), vectors, rng=rng, keep_missing=0.6)


def _of_typed(
    claim: Claim, typed: Typed, others: Sequence[Claim], vectors: Vectors, rng: random.Random
) -> Iterator[Pair]:
    """Every text of its own, the short ones beside a near other claim, and the replies behind their probe."""
    others = [each for each in others if each is not claim]
    for number, (true, false) in enumerate(typed.pairs):
        yield _alone(claim, true, COVERED, "typed", vectors, rng)
        yield _alone(claim, false, CONTRADICTED, "typed", vectors, rng)
        if number < 2 and rng.random() < 0.3:
            text = rng.choice((true, false))
            yield _alone(_near_other(text, others, vectors, rng), text, MISSING, "other", vectors, rng)
    yield _alone(claim, typed.half, PARTIAL, "typed", vectors, rng)
    yield _alone(claim, typed.near, MISSING, "typed", vectors, rng)
    replies = [(text, COVERED) for text in typed.right] + [(text, CONTRADICTED) for text in typed.wrong]
    if typed.half_reply:
        replies.append((typed.half_reply, PARTIAL))
    for reply, label in replies:
        asked = f"{claim.probe} {_typed(reply, rng)}"
        yield Pair(_shown(claim, vectors.of([reply]), rng), asked, label, "reply")


def whole_pairs(
    subjects: Sequence[Subject],
    families: Sequence[str],
    vectors: Vectors,
    *,
    rng: random.Random | None = None,
    keep_missing: float = 1.0,
) -> list[Pair]:
    """Every claim beside every answer of its question; varied when there is a generator."""
    found = []
    for subject, said in answers_of(subjects, families):
        near = vectors.of([span.text for span in said.spans])
        for claim in subject.claims:
            label = said.labels.get(claim.name)
            if label is None or (rng is not None and label == MISSING and rng.random() > keep_missing):
                continue
            passage = cut_passage(said.text, claim.texts, said.spans, near, (True,) * len(said.spans))
            if rng is not None and not said.kind.startswith("golden"):
                passage = _typed(passage, rng)
            key = (subject.name, said.kind, said.number, claim.name)
            found.append(Pair(_shown(claim, near, rng), passage, label, said.kind.split("/")[0], key))
    return found


def _of_claim(claim: Claim, others: Sequence[Claim], vectors: Vectors, rng: random.Random) -> Iterator[Pair]:
    """Each of its wordings, contradictions and halves alone as the answer, beside it and beside a near other claim."""
    others = [each for each in others if each is not claim]
    for text in claim.texts.supporting[1:]:
        if rng.random() < 0.35:
            continue
        yield _alone(claim, text, COVERED, "wording", vectors, rng)
        if rng.random() < 0.45:
            yield _alone(_near_other(text, others, vectors, rng), text, MISSING, "other", vectors, rng)
    yield _alone(claim, claim.texts.supporting[0], COVERED, "wording", vectors, rng)
    for text in claim.texts.opposing:
        yield _alone(claim, text, CONTRADICTED, "contradiction", vectors, rng)
        if rng.random() < 0.35:
            yield _alone(_near_other(text, others, vectors, rng), text, MISSING, "other", vectors, rng)
    for text in claim.partial:
        yield _alone(claim, text, PARTIAL, "half", vectors, rng)
    words = rng.choice(claim.texts.supporting).split()
    rng.shuffle(words)
    yield _alone(claim, " ".join(words), MISSING, "soup", vectors, rng)
    if claim.probe:
        yield _alone(claim, claim.probe, MISSING, "probe", vectors, rng)
        # What a probe asks is no part of the reply; the reply may lean on it.
        said = rng.choice(claim.texts.supporting[1:])
        other = rng.choice(_near_other(said, others, vectors, rng).texts.supporting)
        for reply, label in ((said, COVERED), (other, MISSING), (rng.choice(claim.texts.opposing), CONTRADICTED)):
            pair = _alone(claim, reply, label, "reply", vectors, rng)
            yield pair._replace(passage=f"{claim.probe} {pair.passage}")


def _near_other(text: str, others: Sequence[Claim], vectors: Vectors, rng: random.Random) -> Claim:
    """Another claim, most often the nearest to a text."""
    vector = vectors.of([text])[0]
    order = sorted(others, key=lambda each: -float((each.texts.support_vectors @ vector).max()))
    return order[min(int(rng.expovariate(0.7)), len(order) - 1)]


def _alone(claim: Claim, text: str, label: int, source: str, vectors: Vectors, rng: random.Random) -> Pair:
    # People do say a thing in the very words of the rubric, if rarely.
    left_out: set[str] = set() if label == COVERED and rng.random() < 0.25 else {text}
    return Pair(_shown(claim, vectors.of([text]), rng, left_out=left_out), _typed(text, rng), label, source)


def _mixed(points: Sequence[Claim], vectors: Vectors, rng: random.Random, *, typed: bool = False) -> Iterator[Pair]:
    """An answer made of what is said of two to five claims, beside these and as many others."""
    chosen = rng.sample(points, min(rng.choice([2, 2, 3, 3, 4, 5]), len(points) - 1))
    between = rng.choice(_BETWEEN)
    parts, labels = [], []
    for claim in chosen:
        part, label = _part(claim, rng, typed=typed)
        parts.append(part)
        labels.append(label)
    near = vectors.of(parts)
    text = between.join(_typed(part, rng).rstrip(".") for part in parts)
    for claim, label, part in zip(chosen, labels, parts, strict=True):
        left_out = set() if label == COVERED and rng.random() < 0.25 else {part}
        yield Pair(_shown(claim, near, rng, left_out=left_out), text, label, "mix")
    rest = [claim for claim in points if claim not in chosen]
    for claim in rng.sample(rest, min(len(chosen) - 1, len(rest))):
        yield Pair(_shown(claim, near, rng), text, MISSING, "mix")


def _part(claim: Claim, rng: random.Random, *, typed: bool) -> tuple[str, int]:
    """What is said of a claim, in typed words half of the time when `typed`, and what that makes of it."""
    chance = rng.random()
    pair = rng.choice(claim.typed.pairs[:2]) if typed and claim.typed is not None and rng.random() < 0.5 else None
    if chance < 0.2:
        return pair[1] if pair else rng.choice(claim.texts.opposing), CONTRADICTED
    if chance < 0.3 and claim.partial:
        return rng.choice(claim.partial), PARTIAL
    return pair[0] if pair else rng.choice(claim.texts.supporting), COVERED


def _shown(
    claim: Claim, near: np.ndarray, rng: random.Random | None, *, left_out: set[str] | frozenset[str] = frozenset()
) -> str:
    """The claim's text; now and then other wordings, fewer, or no contradiction, as a new pack has it."""
    texts = claim.texts
    if rng is None:
        return claim_text(texts, near, left_out=left_out)
    chance = rng.random()
    if chance < 0.12:
        bare = ClaimTexts(texts.supporting[:1], (), texts.support_vectors[:1], texts.oppose_vectors[:0])
        return claim_text(bare, near)
    most = 2
    if chance < 0.24 and len(texts.supporting) > 3:
        kept = [0, *sorted(rng.sample(range(1, len(texts.supporting)), 2))]
        texts = ClaimTexts(
            tuple(texts.supporting[i] for i in kept), texts.opposing, texts.support_vectors[kept], texts.oppose_vectors
        )
    elif chance < 0.36:
        texts = texts._replace(opposing=(), oppose_vectors=texts.oppose_vectors[:0])
    elif chance < 0.44:
        most = 1
    return claim_text(texts, near, left_out=left_out, most=most)


def _typed(text: str, rng: random.Random) -> str:
    """The same as somebody types it."""
    chance = rng.random()
    if chance < 0.35:
        text = text[:1].lower() + text[1:]
    if chance < 0.5:
        text = text.rstrip(".")
    if chance < 0.12:
        text = text.replace(",", "").replace(". ", " ")
    if 0.5 < chance < 0.56:
        text = f"I think {text[:1].lower()}{text[1:]}"
    elif chance < 0.6 and chance > 0.56:
        text = f"so basically {text[:1].lower()}{text[1:]}"
    return text
