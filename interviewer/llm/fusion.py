"""How a judge's opinion and the offline grade become one grade.

The written rule:

1. An opinion needs evidence. Covered, partial and contradicted count only with a quote; without one that
   holds, the offline verdict stays and the opinion is kept as unsupported. "Cannot tell" changes nothing. A
   quote holds when
   a. it stands in the answer as typed, in a place where nothing was closed: neither by a guard of the offline
      grader, nor as a sentence that addresses whoever grades (`injection.py`; the judge is not shown those at all);
   b. the sentence it stands in shares a content word with the wordings of the key point, words of the question left
      aside, and the offline grader, reading it alone, finds something of the point in it; where it surely does, other
      words will do (`python -m benchmarks.judge_evidence` measures both);
   c. it is not most of a long answer, which shows nothing in particular;
   d. fewer than `_TOO_MANY` key points lean on the same stretch, or fewer than one for `_WORDS_EACH` of its words:
      what stands for everything shows nothing, but a list in one breath does make ten points.
2. Where both say the same, their probabilities are averaged.
3. Where they differ, the judge's weigh what `judge-check` measured it to be worth, and little before that
   (`judge_weight.py`); the interval of the score comes from these probabilities, so disagreement widens it. From
   one half on the judge's verdict counts; below, the offline one, but for what that left unsure and the judge
   credits. A judge that measured worse than the offline grader alone is shown and not counted. But what code has
   computed, an exact value, stands; and "missing", which needs no evidence, against "covered" with a probability of
   `_SURE` or more is a dispute: the judge is shown the passage alone, and unless it misses the claim there, too,
   the point is "unsure".
4. A difference on a heavy key point, or a score near the bound of a band, is worth asking the judge again,
   three times at most; the majority counts, and a tie is "unsure".
   A ballot with one verdict for all of four key points or more tells nothing, unless a quote of its own holds for
   each or, of "missing", the offline grader credits one at most: that is what a prompt that was cut looks like.
5. A misconception is held when both say so, or one of them with a quote and the other knows nothing better;
   the quote must hold as in rule 1, and the judge's word counts from a weight of one half on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Sequence
from typing import NamedTuple

from interviewer.core.bank.content import Item
from interviewer.core.bank.kinds import Level, VerdictName
from interviewer.core.bank.rubric import KeyPoint
from interviewer.core.grade.grade import (
    FIX_PREFIX,
    JUDGE_DECIDES,
    Grade,
    HeldMisconception,
    Opinion,
    PointVerdict,
    Span,
)
from interviewer.llm.evidence import Evidence
from interviewer.llm.judge_reply import Judgement

MOST_BALLOTS = 3
HEAVY = 0.6
"""Share of the heaviest expected weight from which on a key point is heavy."""
_FEW_POINTS = 4
_TOO_MANY = 6
_WORDS_EACH = 3
_SAME = 0.8
"""Shared part of two quotes from which on they are one stretch."""
_SHARES = {
    VerdictName.COVERED: (0.92, 0.06, 0.01),
    VerdictName.PARTIAL: (0.12, 0.76, 0.03),
    VerdictName.MISSING: (0.03, 0.06, 0.02),
    VerdictName.CONTRADICTED: (0.02, 0.04, 0.90),
}
"""Probabilities of covered, partial and contradicted that a judge's word stands for."""
_SURE = 0.9
_COMPUTED = "exact value"
"""The method of a verdict that code has computed."""
_NEEDS_QUOTE = (VerdictName.COVERED, VerdictName.PARTIAL, VerdictName.CONTRADICTED)
_JUDGE_HELD = 0.8


def disputed_points(item: Item, level: Level, grade: Grade, judgement: Judgement) -> list[KeyPoint]:
    """Heavy key points on which the two differ by more than covered against partial."""
    expected = [point for point in item.rubric.key_points if point.is_core(level)]
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


def unproven(grade: Grade, ballots: Sequence[Judgement]) -> list[PointVerdict]:
    """Surely covered points that the judge, who needs to show nothing for it, calls missing."""
    found = []
    for own in grade.verdicts:
        votes = [ballot.points[own.point_id].verdict for ballot in ballots if own.point_id in ballot.points]
        sure = own.verdict is VerdictName.COVERED and own.p_covered >= _SURE and own.method != _COMPUTED
        if votes and sure and _majority(votes) is VerdictName.MISSING:
            found.append(own)
    return found


def fuse(
    grade: Grade, ballots: Sequence[Judgement], evidence: Evidence, *, weight: float, confirmed: Container[str] = ()
) -> Grade:
    """Join one offline grade with one to three judgements of the same answer.

    Args:
        grade: of the offline grader.
        ballots: the judge's opinions, the first one first.
        evidence: checks quotes from the answer.
        weight: of the judge, 0 to 1.
        confirmed: points of `unproven` that the judge also missed in the very passage.
    """
    found = [_checked(each, evidence) for each in ballots]
    decides = weight >= JUDGE_DECIDES
    disputed = {each.point_id for each in unproven(grade, ballots) if decides and each.point_id not in confirmed}
    verdicts = tuple(_fuse_point(each, ballots, found, each.point_id in disputed, weight) for each in grade.verdicts)
    held = _fuse_misconceptions(grade, ballots, evidence) if decides else grade.misconceptions
    return grade.model_copy(update={"verdicts": verdicts, "misconceptions": held})


def tells_nothing(grade: Grade, ballot: Judgement, evidence: Evidence) -> bool:
    """Whether a ballot has one verdict for everything, which neither its quotes nor the offline grade bear out."""
    said = {name: each.verdict for name, each in ballot.points.items()}
    if len(said) < _FEW_POINTS or len(set(said.values())) > 1:
        return False
    (verdict,) = set(said.values())
    if verdict is VerdictName.UNSURE or all(each.verdict is verdict for each in grade.verdicts):
        return False
    if verdict is VerdictName.MISSING:
        return sum(each.verdict in (VerdictName.COVERED, VerdictName.PARTIAL) for each in grade.verdicts) > 1
    credits = verdict in (VerdictName.COVERED, VerdictName.PARTIAL)
    return not credits or len(_checked(ballot, evidence).places) < len(said)


class _Checked(NamedTuple):
    """What became of a ballot's quotes."""

    places: dict[str, Span]
    """Key points whose quote holds, and where it stands."""
    problems: dict[str, str]
    """Why the others' does not, as the end of a sentence."""


def _checked(ballot: Judgement, evidence: Evidence) -> _Checked:
    quoted = {name: each.quote for name, each in ballot.points.items() if each.verdict in _NEEDS_QUOTE}
    problems = {name: problem for name, quote in quoted.items() if (problem := evidence.problem(quote))}
    places = {name: span for name, quote in quoted.items() if (span := evidence.place(quote)) is not None}
    found = {}
    for name, span in places.items():
        leaning = sum(_is_the_same(other, span) for other in places.values())
        words = len(quoted[name].split())
        if leaning >= max(_TOO_MANY, words / _WORDS_EACH):
            problems[name] = "it quotes the same words for too many key points"
        elif not evidence.speaks_of(name, span):
            problems[name] = "the sentence it quotes speaks of something else"
        else:
            found[name] = span
    return _Checked(found, problems)


def _is_the_same(one: Span, other: Span) -> bool:
    """Whether two stretches are the same but for a few words."""
    shared = min(one.end, other.end) - max(one.start, other.start)
    return shared >= _SAME * (max(one.end, other.end) - min(one.start, other.start))


def _fuse_point(
    own: PointVerdict, ballots: Sequence[Judgement], found: Sequence[_Checked], disputed: bool, weight: float
) -> PointVerdict:
    name = own.point_id
    said = [
        (each.points[name], checked.places.get(name))
        for each, checked in zip(ballots, found, strict=True)
        if name in each.points
    ]
    if not said:
        return own
    votes = tuple(each.verdict for each, _ in said)
    decided = _majority(votes)
    agreeing = [each for each in said if each[0].verdict is decided]
    chosen, span = next((each for each in agreeing if each[1] is not None), (agreeing or said)[0])
    supported = decided not in _NEEDS_QUOTE or span is not None
    problem = "" if supported else next((each.problems[name] for each in found if name in each.problems), "")
    if supported and own.method == _COMPUTED and decided not in (own.verdict, VerdictName.UNSURE):
        problem = "the number was checked by calculation"
    if supported and not weight and not problem:
        problem = "it was measured to be worse than the offline grader alone"
    opinion = Opinion(
        verdict=decided,
        quote=chosen.quote,
        reason=chosen.reason,
        supported=supported,
        problem=problem,
        ballots=votes,
        offline=own.verdict,
    )
    if problem or not supported or decided is VerdictName.UNSURE:
        return own.model_copy(update={"opinion": opinion})
    if disputed:
        # Neither shows that the other is wrong; the offline grader has words for it, the judge has none.
        told = {"verdict": VerdictName.UNSURE, "method": f"judge and {own.method}", "opinion": opinion}
        return own.model_copy(update={**told, **_mixed(_SHARES[decided], own, 0.5)})
    agree = decided is own.verdict
    mixed = _mixed(_SHARES[decided], own, min(0.5, weight) if agree else weight)
    settles = own.verdict is VerdictName.UNSURE and decided in (VerdictName.COVERED, VerdictName.PARTIAL)
    if not agree and weight < JUDGE_DECIDES and not settles:
        return own.model_copy(update={**mixed, "opinion": opinion})
    return own.model_copy(
        update={
            **mixed,
            "verdict": decided,
            "evidence": span if decided in _NEEDS_QUOTE else None,
            "method": f"judge and {own.method}",
            "opinion": opinion,
        }
    )


def _mixed(theirs: tuple[float, float, float], own: PointVerdict, share: float) -> dict[str, float]:
    """Probabilities of which the judge's make up a share."""
    ours = (own.p_covered, own.p_partial, own.p_contradicted)
    mixed = (round(share * one + (1 - share) * other, 4) for one, other in zip(theirs, ours, strict=True))
    return dict(zip(("p_covered", "p_partial", "p_contradicted"), mixed, strict=True))


def _majority(votes: Sequence[VerdictName]) -> VerdictName:
    (first, most), *others = Counter(votes).most_common()
    return VerdictName.UNSURE if any(count == most for _, count in others) else first


def _fuse_misconceptions(
    grade: Grade, ballots: Sequence[Judgement], evidence: Evidence
) -> tuple[HeldMisconception, ...]:
    found = {each.misconception_id: each for each in grade.misconceptions}
    names = dict.fromkeys(name for ballot in ballots for name in ballot.misconceptions)
    for name in names:
        quotes = [ballot.misconceptions[name] for ballot in ballots if name in ballot.misconceptions]
        spans = (evidence.place(quote) for quote in quotes)
        span = next((each for each in spans if each and evidence.speaks_of(FIX_PREFIX + name, each)), None)
        if name not in found and span is not None and 2 * len(quotes) > len(ballots):
            found[name] = HeldMisconception(misconception_id=name, probability=_JUDGE_HELD, evidence=span)
    return tuple(found.values())
