"""How a judge's opinion and the offline grade become one grade.

The written rule:

1. An opinion needs evidence. Covered, partial and contradicted count only with a quote that stands in the
   answer, outside what a guard closed; without one the offline verdict stays and the opinion is kept as
   unsupported. "Cannot tell" changes nothing.
2. Where both say the same, their probabilities are averaged.
3. Where they differ, the judge's weigh 0.7 and the offline ones 0.3. The interval of the score comes from
   these probabilities, so disagreement widens it.
4. A difference on a heavy key point, or a score near the bound of a band, is worth asking the judge again,
   three times at most; the majority counts, and a tie is "unsure".
5. A misconception is held when both say so, or one of them with a quote and the other knows nothing better.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from interviewer.core.content import Item, KeyPoint, Level, VerdictName
from interviewer.core.grade import Grade, HeldMisconception, Opinion, PointVerdict, Span
from interviewer.llm.judgement import JudgedPoint, Judgement
from interviewer.llm.quotes import find_quote

__all__ = ["HEAVY", "MOST_BALLOTS", "disputed_points", "fuse"]

MOST_BALLOTS = 3
HEAVY = 0.6
"""Share of the heaviest expected weight from which on a key point is heavy."""
_JUDGE_SHARE = 0.7
_SHARES = {
    VerdictName.COVERED: (0.92, 0.06, 0.01),
    VerdictName.PARTIAL: (0.12, 0.76, 0.03),
    VerdictName.MISSING: (0.03, 0.06, 0.02),
    VerdictName.CONTRADICTED: (0.02, 0.04, 0.90),
}
"""Probabilities of covered, partial and contradicted that a judge's word stands for."""
_NEEDS_QUOTE = (VerdictName.COVERED, VerdictName.PARTIAL, VerdictName.CONTRADICTED)
_JUDGE_HELD = 0.8


def disputed_points(item: Item, level: Level, grade: Grade, judgement: Judgement) -> list[KeyPoint]:
    """Heavy key points on which the two differ by more than covered against partial."""
    expected = [point for point in item.rubric.key_points if point.is_expected(level)]
    heaviest = max((point.weight for point in expected), default=0.0)
    found = []
    for point in expected:
        offline, judged = grade.verdict(point.id), judgement.points.get(point.id)
        if offline is None or judged is None or point.weight < HEAVY * heaviest:
            continue
        pair = {offline.verdict, judged.verdict}
        if len(pair) == 2 and VerdictName.UNSURE not in pair and pair != {VerdictName.COVERED, VerdictName.PARTIAL}:
            found.append(point)
    return found


def fuse(grade: Grade, ballots: Sequence[Judgement], answer: str) -> Grade:
    """Join one offline grade with one to three judgements of the same answer.

    Args:
        grade: of the offline grader.
        ballots: the judge's opinions, the first one first.
        answer: as typed.
    """
    verdicts = tuple(_fuse_point(each, ballots, answer, grade.closed) for each in grade.verdicts)
    return grade.model_copy(
        update={"verdicts": verdicts, "misconceptions": _fuse_misconceptions(grade, ballots, answer)}
    )


def _fuse_point(own: PointVerdict, ballots: Sequence[Judgement], answer: str, closed: Sequence[Span]) -> PointVerdict:
    said = [each.points[own.point_id] for each in ballots if own.point_id in each.points]
    if not said:
        return own
    votes = tuple(each.verdict for each in said)
    decided = _majority(votes)
    chosen = next((each for each in said if each.verdict is decided), said[0])
    span = _evidence(chosen, answer, closed)
    supported = decided not in _NEEDS_QUOTE or span is not None
    opinion = Opinion(
        verdict=decided,
        quote=chosen.quote,
        reason=chosen.reason,
        supported=supported,
        ballots=votes,
        offline=own.verdict,
    )
    if not supported or decided is VerdictName.UNSURE:
        return own.model_copy(update={"opinion": opinion})
    share = 0.5 if decided is own.verdict else _JUDGE_SHARE
    covered, partial, contradicted = (
        round(share * theirs + (1 - share) * ours, 4)
        for theirs, ours in zip(_SHARES[decided], (own.p_covered, own.p_partial, own.p_contradicted), strict=True)
    )
    return own.model_copy(
        update={
            "verdict": decided,
            "p_covered": covered,
            "p_partial": partial,
            "p_contradicted": contradicted,
            "evidence": span if decided in _NEEDS_QUOTE else None,
            "method": f"judge and {own.method}",
            "opinion": opinion,
        }
    )


def _majority(votes: Sequence[VerdictName]) -> VerdictName:
    (first, most), *others = Counter(votes).most_common()
    return VerdictName.UNSURE if any(count == most for _, count in others) else first


def _evidence(judged: JudgedPoint, answer: str, closed: Sequence[Span]) -> Span | None:
    """Where the quote stands; None when it does not, or only where a guard closed the answer."""
    span = find_quote(judged.quote, answer)
    if span is None:
        return None
    inside = any(each.start < span.end and span.start < each.end for each in closed)
    return None if inside else span


def _fuse_misconceptions(grade: Grade, ballots: Sequence[Judgement], answer: str) -> tuple[HeldMisconception, ...]:
    found = {each.misconception_id: each for each in grade.misconceptions}
    names = dict.fromkeys(name for ballot in ballots for name in ballot.misconceptions)
    for name in names:
        quotes = [ballot.misconceptions[name] for ballot in ballots if name in ballot.misconceptions]
        span = next((span for quote in quotes if (span := find_quote(quote, answer)) is not None), None)
        if name not in found and span is not None and 2 * len(quotes) > len(ballots):
            found[name] = HeldMisconception(misconception_id=name, probability=_JUDGE_HELD, evidence=span)
    return tuple(found.values())
