"""What our grade is measured against: signals anyone could compute in an afternoon."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from interviewer.core.english import content_stems


def keyword_recall(question: str, reference: str, answer: str) -> float:
    """Share of the reference's stemmed content words that the answer has, words of the question removed."""
    wanted = set(content_stems(reference)) - set(content_stems(question)) or set(content_stems(reference))
    return len(wanted & set(content_stems(answer))) / len(wanted) if wanted else 0.0


def tf_idf_cosines(references: Sequence[str], answers: Sequence[str]) -> list[float]:
    """Cosine of the TF-IDF vectors of each answer and its reference, idf over all of them."""
    documents = [Counter(content_stems(text)) for text in (*references, *answers)]
    seen = Counter(stem for document in documents for stem in document)
    idf = {stem: math.log((1 + len(documents)) / (1 + count)) + 1 for stem, count in seen.items()}

    def cosine(a: Counter[str], b: Counter[str]) -> float:
        dot = sum(a[stem] * b[stem] * idf[stem] ** 2 for stem in a.keys() & b.keys())
        norm = math.prod(math.sqrt(sum((n * idf[stem]) ** 2 for stem, n in each.items())) for each in (a, b))
        return dot / norm if norm else 0.0

    half = len(references)
    return [cosine(documents[row], documents[half + row]) for row in range(half)]
