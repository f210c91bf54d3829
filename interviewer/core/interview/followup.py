"""Which follow-up a good interviewer asks next.

Challenge what was said wrongly, then ask for the heaviest core point that was surely not heard, behind the candidate's
own words where some came near, then, when the answer was strong, go one level deeper. Two follow-ups at most for one
question. The first edition of the rules asked for any core point with little credit, also for one that was half heard;
the second did not quote the misconception that it challenged; the third quoted the evidence as the grader had cut it,
whatever it had to do with the probe, and again if need be, and challenged all that the grader held against somebody;
the fourth asked for a number that had been given, wrongly, as if nobody had said one; the fifth left more unasked of
what had hardly been heard, and challenged every point called contradicted, however sure of it the grade was.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from typing import NamedTuple

from interviewer.core.bank.content import Item
from interviewer.core.bank.kinds import Level, VerdictName
from interviewer.core.bank.rubric import KeyPoint
from interviewer.core.grade.grade import FIX_PREFIX, Grade, PointVerdict
from interviewer.core.interview.misconception_scores import MisconceptionScore
from interviewer.core.interview.own_words import bears_on, quote_behind, quoted_before, whole_quotes
from interviewer.core.interview.point_scores import ENOUGH_CREDIT, PointScore
from interviewer.core.interview.scoring import score_question
from interviewer.core.interview.session import Turn, TurnKind
from interviewer.core.text import clean_line, shorten

MOST_FOLLOW_UPS = 2
STRONG_CORE = 0.8
"""From this share of the core on an answer is strong and the interviewer goes deeper."""
STRONG_SCORE = 80.0
"""The same for a rubric of the first edition, which has no core: the score."""
UNHEARD = 0.1
"""P(covered) below which a point counts as not heard. Of those that are then asked for one in twenty had been made, as
many as may be (`python -m benchmarks.truth listening`); so what was half heard is asked for, behind the words that
came near, only where it was hardly covered."""
UNHEARD_BEFORE = 0.07
"""The same in the editions before the sixth."""
WRONG = 0.7
"""P(contradicted) from which on a point is challenged. Whom the offline grader accuses alone is above 0.9; a judge that
decides is seldom below this, mixed with the offline grade."""
CERTAIN = 0.9
"""P(held) from which on a misconception is challenged. Of those so probable in held-out natural answers one in fifty
was not held, and of all follow-ups fewer than one in a hundred challenges what was not wrong."""
CERTAIN_BEFORE = 0.95
"""The same in the fourth and fifth edition."""

CHECK_NUMBER = "Go through the numbers once more."
"""Said to who gave another number than the point demands; it tells neither that it is wrong nor which one is right."""


class FollowUp(NamedTuple):
    """What to ask next about the same question."""

    kind: TurnKind
    target: str
    """What its answer will be graded against: a key-point id or `fix:<misconception id>`."""
    prompt: str


def pick_follow_up(item: Item, level: Level, turns: Sequence[Turn], *, edition: int = 1) -> FollowUp | None:
    """Choose the follow-up after these turns about one question; None when there is none.

    Args:
        item: the question.
        level: asked at.
        turns: about it, the main one first.
        edition: of the interview's rules.
    """
    asked = {turn.target for turn in turns if turn.target is not None}
    if len(turns) > MOST_FOLLOW_UPS or not isinstance(turns[0].result, Grade):
        return None
    score = score_question(item, level, turns)
    for wrong in _surely_held(score.misconceptions, turns, edition):
        if FIX_PREFIX + wrong.misconception.id not in asked and wrong.misconception.key_point not in asked:
            challenge, target = wrong.misconception.challenge, FIX_PREFIX + wrong.misconception.id
            if edition > 3:
                challenge = _behind_a_quote(challenge, wrong, score.points, turns)
            elif edition > 2:
                challenge = _with_their_words(challenge, wrong, score.points)
            return FollowUp(TurnKind.CHALLENGE, target, challenge)
    missing = [each for each in score.points if each.expected and each.credit < ENOUGH_CREDIT]
    missing = [each for each in missing if each.point.id not in asked and not _challenged(item, each.point, asked)]
    wrongly = [each for each in missing if each.verdict is VerdictName.CONTRADICTED]
    unheard = UNHEARD if edition > 5 else UNHEARD_BEFORE
    if edition > 5:
        wrongly = [each for each in wrongly if _contradicted(each.point, turns) >= WRONG]
    if edition > 1:
        missing = [each for each in missing if _heard(each.point, turns) < unheard]
        if wrongly or missing:
            chosen = _heaviest(wrongly or missing)
            kind = TurnKind.CHALLENGE if wrongly else TurnKind.PROBE
            prompt = _asked_for(chosen, score.points, turns, item, edition)
            return FollowUp(kind, chosen.point.id, prompt)
    elif wrongly:
        return _question_claim(_heaviest(wrongly))
    elif missing:
        point = _heaviest(missing).point
        return FollowUp(TurnKind.PROBE, point.id, point.probe)
    if is_strong(item, level, turns):
        heard = {each.point.id for each in score.points if edition > 1 and _heard(each.point, turns) >= unheard}
        return _deeper(score.points, asked, level, heard)
    return None


def is_strong(item: Item, level: Level, turns: Sequence[Turn]) -> bool:
    """Whether the answers so far, without a hint, hold `STRONG_CORE`; in the first edition score `STRONG_SCORE`."""
    score = score_question(item, level, turns)
    if score.value is None or score.hint_cost:
        return False
    return score.value >= STRONG_SCORE if score.core is None else score.core >= STRONG_CORE


def _challenged(item: Item, point: KeyPoint, asked: set[str]) -> bool:
    """Whether a misconception about this very point has been challenged already."""
    return any(FIX_PREFIX + each.id in asked for each in item.rubric.misconceptions if each.key_point == point.id)


def _grades(turns: Sequence[Turn]) -> list[Grade]:
    return [turn.result for turn in turns if isinstance(turn.result, Grade)]


def _verdicts(point: KeyPoint, turns: Sequence[Turn]) -> list[PointVerdict]:
    """What each grade of these turns says of a point."""
    return [verdict for grade in _grades(turns) if (verdict := grade.verdict(point.id)) is not None]


def _heard(point: KeyPoint, turns: Sequence[Turn]) -> float:
    """The highest probability with which any turn covered a point; 1 where a reply seems to have made it aside."""
    if any(point.id in grade.aside for grade in _grades(turns)):
        return 1.0
    return max((each.p_covered for each in _verdicts(point, turns)), default=0.0)


def _contradicted(point: KeyPoint, turns: Sequence[Turn]) -> float:
    """The highest probability with which any turn contradicted a point."""
    return max((each.p_contradicted for each in _verdicts(point, turns)), default=0.0)


def _surely_held(
    found: Sequence[MisconceptionScore], turns: Sequence[Turn], edition: int
) -> Iterator[MisconceptionScore]:
    """The misconceptions that may be challenged, the dearest first."""
    certain = CERTAIN if edition > 5 else CERTAIN_BEFORE
    held = (each for grade in _grades(turns) for each in grade.misconceptions)
    sure = {each.misconception_id for each in held if each.probability >= certain}
    for each in sorted(found, key=lambda each: -each.misconception.penalty):
        if edition < 4 or each.misconception.id in sure:
            yield each


def _with_their_words(asked: str, said: PointScore | MisconceptionScore, points: Sequence[PointScore]) -> str:
    """What is asked, behind the words that came near or are wrong; never behind words that earned a point."""
    quote = shorten(said.evidence, 120).rstrip(". ")
    if not quote or any(_overlap(said, each) for each in points if each.credit >= ENOUGH_CREDIT):
        return asked
    return f'You said: "{quote}". {asked}'


def _overlap(one: PointScore | MisconceptionScore, other: PointScore) -> bool:
    return one.span is not None and one.turn_id == other.turn_id and _share(one.span, other.span)


def _share(one: tuple[int, int], other: tuple[int, int] | None) -> bool:
    return other is not None and max(one[0], other[0]) < min(one[1], other[1])


def _behind_a_quote(
    asked: str, said: PointScore | MisconceptionScore, points: Sequence[PointScore], turns: Sequence[Turn]
) -> str:
    """What is asked, behind whole clauses of what was said that earned no point and were not quoted before."""
    answer = next((turn.answer for turn in turns if turn.id == said.turn_id), "")
    earned = [each.span for each in points if each.turn_id == said.turn_id and each.credit >= ENOUGH_CREDIT]
    before = quoted_before([turn.prompt for turn in turns])
    for stretch in whole_quotes(answer, said.span) if said.span is not None else ():
        words = clean_line(answer[slice(*stretch)]).lower()
        repeats = any(each in words or words.rstrip(". ") in each for each in before)
        if not repeats and not any(_share(stretch, each) for each in earned):
            return quote_behind(asked, answer, stretch)
    return asked


def _asked_for(
    chosen: PointScore, points: Sequence[PointScore], turns: Sequence[Turn], item: Item, edition: int
) -> str:
    """The probe of a point, behind the words that came near it."""
    probe = chosen.point.probe
    if edition < 4:
        return _with_their_words(probe, chosen, points)
    if not bears_on(chosen.evidence, chosen.point, item):
        return probe
    if edition > 4 and chosen.point.value is not None and any(map(str.isdigit, chosen.evidence)):
        probe = f"{CHECK_NUMBER} {probe}"
    return _behind_a_quote(probe, chosen, points, turns)


def _question_claim(score: PointScore) -> FollowUp:
    quote = shorten(score.evidence, 120)
    prompt = f'You said: "{quote}" Let me stay with that. {score.point.probe}' if quote else score.point.probe
    return FollowUp(TurnKind.CHALLENGE, score.point.id, prompt)


def _deeper(points: Sequence[PointScore], asked: set[str], level: Level, heard: Container[str]) -> FollowUp | None:
    """The heaviest point beyond what the level demands that was not said, nearest one level up; once a question.

    In the first edition all points beyond lie above the level or are asides, and the lowest is taken.
    """
    beyond = [
        each for each in points if not each.expected and each.credit < ENOUGH_CREDIT and each.point.id not in heard
    ]
    if not beyond or any(each.point.id in asked for each in points if not each.expected):
        return None

    def away(score: PointScore) -> int:
        rank = score.point.expected_at.rank
        return rank if score.edition == 1 else abs(rank - level.rank - 1)

    nearest = min(map(away, beyond))
    point = _heaviest([each for each in beyond if away(each) == nearest]).point
    return FollowUp(TurnKind.DEEPER, point.id, point.probe)


def _heaviest(points: Sequence[PointScore]) -> PointScore:
    return max(points, key=lambda each: each.point.weight)
