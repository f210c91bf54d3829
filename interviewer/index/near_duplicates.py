"""Texts of a bank that lie too near to each other, for whoever checks a pack.

The bounds were read off the distribution over the built-in bank: each lies beyond what its
questions, reread by hand, show where nothing is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
STRAYS = 0.30
"""A phrasing nearer by this to the truth of another point. Not formulas, nor analogies: of those the encoder knows
little."""
_READ = ("phrasings.terse", "phrasings.spoken", "phrasings.item", "phrasings[")


def close_texts(rubric: Rubric, encoder: Encoder) -> list[Close]:
    """All pairs of texts of one rubric beyond the bounds of this module."""
    import numpy as np

    points = rubric.key_points
    # All in one go: batches of texts of like length take half the time of a batch for each point.
    texts = list(dict.fromkeys(text for point in points for text in _texts(point)))
    vector = dict(zip(texts, encoder.encode(texts), strict=True))
    truths = [np.stack([vector[text] for text in (point.statement, *point.wordings)]) for point in points]
    found = [
        Close(kind="overlap", field=f"key_points[{second}].statement", other=points[first].id, similarity=cosine)
        for first, second in combinations(range(len(points)), 2)
        if (cosine := float(truths[first][0] @ truths[second][0])) > OVERLAPS
    ]
    for number, point in enumerate(points):
        found += _close_wordings(number, point, truths[number], vector)
        found += _stray_wordings(number, point, truths, [each.id for each in points])
        found += _close_contradictions(number, point, truths, [each.id for each in points], vector)
    return found


def _texts(point: KeyPoint) -> Iterator[str]:
    yield point.statement
    yield from point.wordings
    yield point.probe
    yield from point.contradictions


def _close_wordings(
    number: int, point: KeyPoint, truths: numpy.ndarray, vector: Mapping[str, numpy.ndarray]
) -> Iterator[Close]:
    for place, (field, _) in enumerate(point.placed_wordings(), start=1):
        cosine = float(truths[place] @ truths[0])
        if cosine > COPIED:
            yield Close(kind="copied", field=f"key_points[{number}].{field}", other=point.id, similarity=cosine)
    cosine = float(vector[point.probe] @ truths[0])
    if cosine > LEAKS:
        yield Close(kind="leak", field=f"key_points[{number}].probe", other=point.id, similarity=cosine)


def _stray_wordings(number: int, point: KeyPoint, truths: list[numpy.ndarray], ids: list[str]) -> Iterator[Close]:
    for place, (field, _) in enumerate(point.placed_wordings(), start=1):
        if not field.startswith(_READ):
            continue
        wording = truths[number][place]
        own = max(float(each @ wording) for row, each in enumerate(truths[number]) if row != place)
        elsewhere = [
            (float((truths[other] @ wording).max()), ids[other]) for other in range(len(ids)) if other != number
        ]
        cosine, other_id = max(elsewhere, default=(-1.0, ""))
        if cosine > own + STRAYS:
            yield Close(kind="stray", field=f"key_points[{number}].{field}", other=other_id, similarity=cosine)


def _close_contradictions(
    number: int,
    point: KeyPoint,
    truths: list[numpy.ndarray],
    ids: list[str],
    vector: Mapping[str, numpy.ndarray],
) -> Iterator[Close]:
    wrongs = [vector[text] for text in point.contradictions]
    for place in range(len(point.contradictions)):
        field = f"key_points[{number}].contradictions[{place}]"
        own = float((truths[number] @ wrongs[place]).max())
        for other, vectors in enumerate(truths):
            cosine = float((vectors @ wrongs[place]).max())
            if cosine > SAYS_THE_TRUTH:
                yield Close(kind="truth", field=field, other=ids[other], similarity=cosine)
        among = [float(wrongs[place] @ wrongs[other]) for other in range(len(wrongs)) if other != place]
        elsewhere = [
            (float((truths[other] @ wrongs[place]).max()), ids[other]) for other in range(len(ids)) if other != number
        ]
        cosine, other_id = max(elsewhere, default=(-1.0, ""))
        if cosine > max(own, *among, -1.0) + ELSEWHERE:
            yield Close(kind="elsewhere", field=field, other=other_id, similarity=cosine)


def nearest_texts(texts: Sequence[str], others: Sequence[str], encoder: Encoder) -> list[tuple[int, float]]:
    """For each text the place of the nearest among `others`, and their cosine; nothing where there are no others."""
    if not texts or not others:
        return []
    similarity = encoder.encode(list(texts)) @ encoder.encode(list(others)).T
    places = similarity.argmax(axis=1)
    return [(int(place), float(row[place])) for place, row in zip(places, similarity, strict=True)]


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
