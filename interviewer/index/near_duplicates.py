"""Texts of a bank that lie too near to each other, for whoever checks a pack.

The bounds were read off the distribution over the built-in bank: each lies beyond what its
questions, reread by hand, show where nothing is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import TYPE_CHECKING

from interviewer.core.bank.rubric import KeyPoint, Rubric
from interviewer.core.ports import Close, Encoder

if TYPE_CHECKING:
    import numpy

OVERLAPS = 0.86
"""Two statements of a rubric above this ask for the same thing."""
COPIED = 0.95
"""A phrasing above this adds nothing to its statement."""
LEAKS = 0.70
"""A probe above this tells what it asks for."""
SAYS_THE_TRUTH = 0.99
"""A contradiction above this can't be told from a true wording of its own point."""
ELSEWHERE = 0.30
"""A contradiction nearer by this to the truth of another point belongs there, if anywhere."""


def close_texts(rubric: Rubric, encoder: Encoder) -> list[Close]:
    """All pairs of texts of one rubric beyond the bounds of this module."""
    points = rubric.key_points
    truths = [encoder.encode([point.statement, *point.wordings]) for point in points]
    found = [
        Close(kind="overlap", field=f"key_points[{second}].statement", other=points[first].id, similarity=cosine)
        for first, second in combinations(range(len(points)), 2)
        if (cosine := float(truths[first][0] @ truths[second][0])) > OVERLAPS
    ]
    for number, point in enumerate(points):
        found += _close_wordings(number, point, truths[number], encoder)
        found += _close_contradictions(number, point, truths, [each.id for each in points], encoder)
    return found


def _close_wordings(number: int, point: KeyPoint, truths: numpy.ndarray, encoder: Encoder) -> Iterator[Close]:
    for place in range(len(point.wordings)):
        cosine = float(truths[place + 1] @ truths[0])
        if cosine > COPIED:
            field = f"key_points[{number}].phrasings[{place}]"
            yield Close(kind="copied", field=field, other=point.id, similarity=cosine)
    cosine = float(encoder.encode([point.probe])[0] @ truths[0])
    if cosine > LEAKS:
        yield Close(kind="leak", field=f"key_points[{number}].probe", other=point.id, similarity=cosine)


def _close_contradictions(
    number: int, point: KeyPoint, truths: list[numpy.ndarray], ids: list[str], encoder: Encoder
) -> Iterator[Close]:
    wrongs = encoder.encode(list(point.contradictions))
    for place in range(len(point.contradictions)):
        field = f"key_points[{number}].contradictions[{place}]"
        own = float((truths[number] @ wrongs[place]).max())
        if own > SAYS_THE_TRUTH:
            yield Close(kind="truth", field=field, other=point.id, similarity=own)
        among = [float(wrongs[place] @ wrongs[other]) for other in range(len(wrongs)) if other != place]
        elsewhere = [
            (float((truths[other] @ wrongs[place]).max()), ids[other]) for other in range(len(ids)) if other != number
        ]
        cosine, other_id = max(elsewhere, default=(-1.0, ""))
        if cosine > max(own, *among, -1.0) + ELSEWHERE:
            yield Close(kind="elsewhere", field=field, other=other_id, similarity=cosine)


def close_questions(texts: Mapping[str, str], encoder: Encoder, bound: float) -> list[tuple[str, str, float]]:
    """Pairs of questions whose texts (by id) have a cosine above `bound`, nearest first."""
    import numpy as np

    ids = list(texts)
    vectors = encoder.encode(list(texts.values()))
    similarity = vectors @ vectors.T
    first, second = np.triu_indices(len(ids), k=1)
    pairs = [
        (ids[a], ids[b], float(similarity[a, b]))
        for a, b in zip(first, second, strict=True)
        if similarity[a, b] > bound
    ]
    return sorted(pairs, key=lambda pair: -pair[2])
