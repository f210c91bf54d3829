"""Pairs from the golden examples: the stretches of real-looking answers that earn, miss or contradict a point.

An example says which points it covers, not where. The stretch is taken to be the one nearest to the
point's wordings by the untouched encoder, so these labels are weak and weigh less than authored ones.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from benchmarks.channel.frozen import Frozen
from benchmarks.channel.pairs import CONTRADICTED, COVERED, MISSING, Pair, fold_of
from interviewer.core.bank.content import Bank, Item
from interviewer.core.bank.kinds import VerdictName
from interviewer.grading.spans import cut_spans

__all__ = ["example_pairs", "example_texts"]

WORTHLESS = ("soup", "off-topic", "injection")
NEAR = 0.35
"""A stretch less like every wording than this is not taken for the one that earns the point."""
MISSING_SHARE = 0.6
"""Share of the missing points that are used; there are far more of them."""


@lru_cache(maxsize=2048)
def _spans(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(" ".join(span.text.split()) for span in cut_spans(text)))


def example_texts(bank: Bank) -> set[str]:
    """All stretches of all examples that pairs are made of."""
    return {span for item in bank.items.values() for each in _examples(item) for span in _spans(each.text)}


def example_pairs(bank: Bank, frozen: Frozen, *, seed: int = 11) -> list[Pair]:
    """Weakly labelled pairs, in a fixed order.

    Args:
        bank: with golden examples.
        frozen: vectors of `example_texts` and of all wordings.
        seed: of the sampling.
    """
    rng = random.Random(seed)
    pairs: list[Pair] = []
    for item in bank.items.values():
        for example in _examples(item):
            pairs += _point_pairs(item, example, frozen, rng)
            pairs += _misconception_pairs(item, example, frozen)
    return pairs


def _examples(item: Item) -> list[Any]:
    return [each for each in item.rubric.examples if each.kind not in WORTHLESS]


def _point_pairs(item: Item, example: Any, frozen: Frozen, rng: random.Random) -> Iterator[Pair]:
    spans, fold = _spans(example.text), fold_of(item.question.id)
    for point in item.rubric.key_points:
        verdict = example.verdicts.get(point.id, VerdictName.MISSING)
        truths, group = [point.statement, *point.wordings], f"{item.question.id}/{point.id}"
        other = rng.choice(truths[1:])
        if verdict is VerdictName.COVERED:
            span, near = _nearest(spans, truths, frozen)
            if near >= NEAR:
                yield Pair(span, point.statement, COVERED, "example", group, 0.8, fold)
                yield Pair(span, other, COVERED, "example", group, 0.4, fold)
        elif verdict is VerdictName.CONTRADICTED:
            span, near = _nearest(spans, [*point.contradictions, *truths], frozen)
            if near >= NEAR:
                yield Pair(span, point.statement, CONTRADICTED, "example", group, 1.0, fold)
                yield Pair(span, other, CONTRADICTED, "example", group, 0.5, fold)
        elif verdict is VerdictName.MISSING and rng.random() < MISSING_SHARE:
            span, _ = _nearest(spans, truths, frozen)
            yield Pair(span, point.statement, MISSING, "example", group, 0.6, fold)
            if rng.random() < MISSING_SHARE:
                yield Pair(span, other, MISSING, "example", group, 0.3, fold)


def _misconception_pairs(item: Item, example: Any, frozen: Frozen) -> Iterator[Pair]:
    spans, fold = _spans(example.text), fold_of(item.question.id)
    for each in item.rubric.misconceptions:
        group, claims = f"{item.question.id}/fix:{each.id}", [each.claim, *each.phrasings]
        span, near = _nearest(spans, claims, frozen)
        if each.id in example.misconceptions and near >= NEAR:
            yield Pair(span, each.claim, COVERED, "example", group, 0.6, fold)
            yield Pair(span, each.correction, CONTRADICTED, "example", group, 0.6, fold)
        elif each.id not in example.misconceptions and example.kind in ("strong", "paraphrase", "partial"):
            yield Pair(span, each.claim, MISSING, "example", group, 0.3, fold)


def _nearest(spans: Sequence[str], wordings: Sequence[str], frozen: Frozen) -> tuple[str, float]:
    """The stretch most like any of the wordings, and its cosine; of near equals the shortest."""
    said = frozen.pooled[[frozen.row[each] for each in spans]].numpy()
    wanted = frozen.pooled[[frozen.row[each] for each in wordings]].numpy()
    best = (said @ wanted.T).max(1)
    near = [i for i in range(len(spans)) if best[i] >= best.max() - 0.02]
    at = min(near, key=lambda i: len(spans[i]))
    return spans[at], float(np.float32(best[at]))
