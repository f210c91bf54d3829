"""What the joint reader gets to read: a claim in its nearest wordings, and the passage of the answer nearest to it.

A claim alone says too little of how people put it, and all its wordings are too much to read for every point. So
the reader sees the statement, the two wordings nearest to what was said, and the nearest contradiction; and of a
long answer only the stretches that could speak of the claim.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from typing import TYPE_CHECKING

from interviewer.grading.features import ClaimTexts
from interviewer.grading.spans import TextSpan

if TYPE_CHECKING:
    import numpy

WORDINGS = 2
"""Besides the statement."""
PASSAGE = 70
"""Words of an answer that are read beside one claim; people speak of one point in fewer."""
_WHOLE = 40
"""A sentence of so many words at most is read whole where a part of it is near."""
_PARTING = (",", ";", ":", "/")
_MARK = re.compile(r"(?:\d{1,2}|[a-z])[.)]")
"""What stands before an entry of a list."""
_PAIRED = 0.03
"""What a pair of sentences must be nearer by than one sentence to be preferred."""


def claim_text(claim: ClaimTexts, near: numpy.ndarray, *, left_out: Container[str] = (), most: int = WORDINGS) -> str:
    """A claim as the joint reader sees it: statement ; nearest wordings . not: nearest contradiction.

    Args:
        claim: its wordings, the statement first, and its contradictions.
        near: unit vectors of the spans that may earn credit, shape (spans, dimension), at least one.
        left_out: wordings not to be shown; for training, where the answer is itself a wording.
        most: wordings shown.
    """
    statement, *wordings = claim.supporting
    shown = [statement]
    if wordings:
        order = (-(near @ claim.support_vectors[1:].T).max(0)).argsort(kind="stable")
        shown += [wordings[i] for i in order if wordings[i] not in left_out][:most]
    text = " ; ".join(each.rstrip(".") for each in shown) + " ."
    if claim.opposing:
        order = (-(near @ claim.oppose_vectors.T).max(0)).argsort(kind="stable")
        opposite = next((claim.opposing[i] for i in order if claim.opposing[i] not in left_out), None)
        text += f" not: {opposite}" if opposite is not None else ""
    return text


def cut_passage(
    answer: str, claim: ClaimTexts, spans: Sequence[TextSpan], vectors: numpy.ndarray, may_earn: Sequence[bool]
) -> str:
    """The stretches of an answer that are read beside a claim, in their order, "..." between them.

    Args:
        answer: without its layout.
        claim: wordings and contradictions with their vectors.
        spans: of the answer.
        vectors: unit vectors of the spans, shape (spans, dimension).
        may_earn: False for spans that a guard closed, which are not read.
    """
    usable = [i for i, free in enumerate(may_earn) if free]
    single = [spans[i] for i in usable if not spans[i].pair]
    everything = _merged([(span.start, span.end) for span in single])
    if _size(answer, everything) <= PASSAGE:
        return _joined(answer, everything)
    score = (vectors[usable] @ claim.support_vectors.T).max(1)
    if claim.opposing:
        score = score.clip(min=(vectors[usable] @ claim.oppose_vectors.T).max(1) - 0.02)
    score -= [_PAIRED if spans[i].pair else 0.0 for i in usable]
    whole = {span.sentence: (span.start, span.end) for span in reversed(single)}
    chosen: list[tuple[int, int]] = []
    for at in (-score).argsort(kind="stable"):
        more = _merged([*chosen, *_around(answer, spans[usable[int(at)]], whole)])
        if not chosen or _size(answer, more) <= PASSAGE:
            chosen = more
    return _joined(answer, chosen)


def _around(answer: str, span: TextSpan, whole: Mapping[int, tuple[int, int]]) -> list[tuple[int, int]]:
    """The sentences that a span lies in, unless it is a part of a long one."""
    if span.pair:
        return [whole[number] for number in (span.sentence, span.sentence + 1) if number in whole]
    start, end = whole.get(span.sentence, (span.start, span.end))
    return [(start, end) if len(answer[start:end].split()) <= _WHOLE else (span.start, span.end)]


def _merged(ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _size(answer: str, ranges: Sequence[tuple[int, int]]) -> int:
    return sum(len(answer[start:end].split()) for start, end in ranges)


def _joined(answer: str, ranges: Sequence[tuple[int, int]]) -> str:
    """The stretches as one text: "..." where words are left out, and else the mark that parts them or a full stop."""
    text = ""
    last = 0
    for start, end in ranges:
        between = answer[last:start]
        if text:
            skipped = any(word[:1].isalnum() and not _MARK.fullmatch(word) for word in between.split())
            mark = between.strip() if between.strip() in _PARTING else "" if text[-1] in ".!?:" else "."
            text += " ... " if skipped else f"{mark} "
        text += " ".join(answer[start:end].split())
        last = end
    return text
