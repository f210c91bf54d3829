"""An answer against a bare reference: what `mockdl eval` measures, with no rubric to lean on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from interviewer.core.english import content_stems
from interviewer.core.grade.grade import Assessment
from interviewer.grading.claims import Claims
from interviewer.grading.decision import DecisionModel
from interviewer.grading.recall import load_piece_weights, soft_recall

if TYPE_CHECKING:
    import numpy

    from interviewer.core.ports import Reading

_MOST_RATIO = 1.5
_NEARLY_NONE = 0.1
"""Of its weight a token of the question keeps in `whole_new`."""


def reference_signals(
    claims: Claims,
    points: Sequence[tuple[str, ...]],
    features: Sequence[tuple[float, ...]],
    said: Sequence[str],
    vector: numpy.ndarray,
    read: Reading | None,
) -> tuple[float, ...] | None:
    """Means over the points, and the signals of the whole answer.

    Args:
        claims: the reference.
        points: its wordings.
        features: of the points for which some span may earn credit.
        said: sentences that may earn credit.
        vector: unit vector of the whole answer.
        read: the whole answer, token by token: its tokens see more than those of a sentence. None without a reader.

    Returns:
        Numbers in the order of `REFERENCE_SIGNALS`; None when nothing may earn credit.
    """
    import numpy as np

    if not features or claims.whole is None:
        return None
    stems = [stem for sentence in said for stem in content_stems(sentence)]
    wanted = {stem for point in points for stem in content_stems(point[0])}
    new = (wanted - claims.asked) or wanted
    return (
        *(float(each) for each in np.mean(features, axis=0)),
        float(claims.whole @ vector),
        math.log1p(len(stems)) / 5,
        min(_MOST_RATIO, len(stems) / max(1, len(wanted))),
        len(new & set(stems)) / max(1, len(new)),
        *_whole_recalls(claims, read),
        float(len(points) > 1),
    )


def _whole_recalls(claims: Claims, read: Reading | None) -> tuple[float, float, float]:
    if read is None or not claims.alternatives:
        return 0.0, 0.0, 0.0
    tokens, own = read.plain, read.pieces
    pieces, asked = load_piece_weights(), claims.asked_pieces
    usual, new, used = [], [], []
    for each in claims.alternatives:
        usual.append(soft_recall(each.plain, tokens, pieces.of(each.pieces, asked)))
        new.append(soft_recall(each.plain, tokens, pieces.of(each.pieces, asked, _NEARLY_NONE)))
        used.append(soft_recall(tokens, each.plain, pieces.of(own, asked)))
    return max(usual), max(new), max(used)


def build_assessment(model: DecisionModel, features: tuple[float, ...] | None, *, single: bool) -> Assessment:
    """Turn signals into a credit; `single` for one claim rather than a reference."""
    if features is None:
        return Assessment(credit=0.0, p_covered=0.0, p_missing=1.0, p_contradicted=0.0, cosine=0.0, recall=0.0)
    credit, covered, missing, contradicted = model.assess(features, single=single)
    *_, cosine, _length, _ratio, _keywords, recall, _new, _used, _several = features
    return Assessment(
        credit=credit,
        p_covered=covered,
        p_missing=missing,
        p_contradicted=contradicted,
        cosine=cosine,
        recall=recall,
    )
