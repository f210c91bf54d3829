"""What became of each key point over all turns about one question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from interviewer.core.bank.kinds import Level, VerdictName
from interviewer.core.bank.rubric import KeyPoint
from interviewer.core.frozen import Frozen
from interviewer.core.grade.contest import MOST_WORDS, Ruling
from interviewer.core.grade.grade import Grade, Opinion, PointVerdict
from interviewer.core.interview.contest_tries import has_tries, tries_of
from interviewer.core.interview.session import Outcome, Turn, TurnKind
from interviewer.core.text import count_words

PROMPTED_SHARE = 0.7
"""Share of a point's credit that is left when a follow-up had to ask for it."""
FULL_CREDIT = 0.75
"""From this credit on a point has been said as well as it can be told."""
ENOUGH_CREDIT = 0.5
"""From this credit on a point is not open: no follow-up asks for it, nor the last words, and it is no gap to study."""


class PointScore(Frozen):
    """What became of one key point over all turns of its question."""

    point: KeyPoint
    expected: bool
    """Core at the level asked."""
    edition: int = 1
    """Of the rubric it stands in."""
    verdict: VerdictName
    credit: float
    """0 to 1, after the prompted share."""
    variance: float
    prompted: bool = False
    """Whether a follow-up, the last words or a contest had to bring it out."""
    asked: bool = False
    """Whether a follow-up asked for this very point, and its reply was read or there was none."""
    at_close: bool = False
    """Whether it was the last words that brought it out."""
    evidence: str = ""
    turn_id: int | None = None
    span: tuple[int, int] | None = None
    method: str = ""
    opinion: Opinion | None = None
    """A language model's, when one was asked about the turn that counts."""
    ruling: Ruling | None = None
    """How the latest contest about it ended."""
    earlier: tuple[Ruling, ...] = ()
    """How those before it ended."""
    has_tries: bool = True
    """Whether contests before leave room for another one."""
    contested: bool = False
    """Whether that counts for it; `evidence` is then what was marked. By the first edition of the rule `verdict` is
    still the grader's, and the credit was raised."""
    claimed: bool = False
    """Whether the candidate marked it as said; it counts for nothing."""

    @property
    def upheld(self) -> bool:
        """Whether an upheld contest made it covered."""
        return self.contested and self.ruling is not None and self.ruling.edition > 1

    @property
    def is_said(self) -> bool:
        """Whether it was said as far as a reader is told, so that there is nothing to contest, to explain or to add.

        It goes by the verdict shown, whatever the credit: a follow-up takes off some. Contests of the first edition
        left the verdict and raised the credit.
        """
        raised = self.contested and self.credit >= FULL_CREDIT
        return self.verdict is VerdictName.COVERED or raised

    @property
    def is_perhaps(self) -> bool:
        """Whether it was said in part, or may have been."""
        return not self.is_said and self.verdict in (VerdictName.PARTIAL, VerdictName.UNSURE)

    @property
    def is_missed(self) -> bool:
        """Whether nothing of it was said, or the opposite."""
        return not (self.is_said or self.is_perhaps)


class _Credit(NamedTuple):
    mean: float
    variance: float


def credit(verdict: PointVerdict) -> _Credit:
    """Expected credit of a verdict, 0 to 1, and its variance.

    A missing point keeps the little that its probabilities give it: with calibrated ones a score that jumps where
    the likeliest verdict changes would hang on words that mean nothing.
    """
    if verdict.verdict is VerdictName.CONTRADICTED:
        return _Credit(0.0, 0.0)
    mean = verdict.p_covered + 0.5 * verdict.p_partial
    variance = max(0.0, verdict.p_covered + 0.25 * verdict.p_partial - mean * mean)
    return _Credit(mean, variance)


def score_point(point: KeyPoint, level: Level, turns: Sequence[Turn], edition: int) -> PointScore:
    """Best credit over the turns; a contradiction stands unless a later turn earns credit.

    Args:
        point: of the rubric.
        level: decides whether it is expected.
        turns: all turns about its question.
        edition: of the rubric it stands in.
    """
    best: PointScore = PointScore(
        point=point,
        expected=point.is_core(level),
        edition=edition,
        verdict=VerdictName.MISSING,
        credit=0.0,
        variance=0.0,
        claimed=any(point.id in turn.claimed for turn in turns),
        asked=any(turn.target == point.id and _was_replied_to(turn) for turn in turns),
    )
    for turn in turns:
        verdict = turn.result.verdict(point.id) if isinstance(turn.result, Grade) else None
        if verdict is None:
            continue
        prompted = turn.kind is not TurnKind.QUESTION
        share = PROMPTED_SHARE if prompted else 1.0
        mean, variance = credit(verdict)
        wins = mean * share > best.credit or turn.kind is TurnKind.QUESTION
        contradicts = verdict.verdict is VerdictName.CONTRADICTED and best.credit < 0.25
        if turn.kind is TurnKind.LAST_WORDS:  # what is added freely is never held against anyone
            contradicts, wins = False, wins and verdict.verdict is not VerdictName.CONTRADICTED
        if wins or contradicts:
            span = verdict.evidence
            best = best.model_copy(
                update={
                    "verdict": verdict.verdict,
                    "credit": mean * share,
                    "variance": variance * share**2,
                    "prompted": prompted,
                    "at_close": turn.kind is TurnKind.LAST_WORDS,
                    "evidence": span.cut(turn.answer) if span else "",
                    "span": (span.start, span.end) if span else None,
                    "turn_id": turn.id,
                    "method": verdict.method,
                    "opinion": verdict.opinion,
                }
            )
    return _after_contest(best, turns)


def _was_replied_to(turn: Turn) -> bool:
    return isinstance(turn.result, Grade) or turn.outcome in (Outcome.SKIPPED, Outcome.DONT_KNOW)


def _after_contest(score: PointScore, turns: Sequence[Turn]) -> PointScore:
    """What became of the point after contests; refused ones are only noted."""
    tries = tries_of(turns, score.point.id)
    if not tries:
        return score
    turn, ruling = tries[-1]
    earlier = tuple(each.ruling for each in tries[:-1])
    left = has_tries(turns, score.point.id)
    score = score.model_copy(update={"ruling": ruling, "earlier": earlier, "has_tries": left})
    if not ruling.upheld:
        return score
    return _raise(score, ruling, turn) if ruling.edition == 1 else _cover(score, ruling, turn)


def _raise(score: PointScore, ruling: Ruling, turn: Turn) -> PointScore:
    """First edition of the rule: the credit rises to what the ruling says; the verdict stays what it was."""
    prompted = turn.kind is not TurnKind.QUESTION
    share = PROMPTED_SHARE if prompted else 1.0
    if ruling.probability * share <= score.credit:
        return score
    credit = {"credit": ruling.probability * share, "variance": _doubt(ruling, share), "prompted": prompted}
    return score.model_copy(update={**credit, **_marked(ruling, turn)})


def _cover(score: PointScore, ruling: Ruling, turn: Turn) -> PointScore:
    """The point as covered, with prompted credit or what it had; the interval still says how sure the ruling was."""
    prompted = score.prompted or score.verdict is not VerdictName.COVERED
    covered = {"verdict": VerdictName.COVERED, "prompted": prompted, **_marked(ruling, turn)}
    if score.credit < PROMPTED_SHARE:
        covered |= {"credit": PROMPTED_SHARE, "variance": _doubt(ruling, PROMPTED_SHARE)}
    return score.model_copy(update=covered)


def _doubt(ruling: Ruling, share: float) -> float:
    return ruling.probability * (1 - ruling.probability) * share**2


def _marked(ruling: Ruling, turn: Turn) -> dict[str, object]:
    """The words that were marked, as the evidence that counts; a long reply is no quote, and its span tells all."""
    words = ruling.span.cut(turn.answer)
    return {
        "evidence": "" if ruling.whole and count_words(words) > MOST_WORDS else words,
        "span": (ruling.span.start, ruling.span.end),
        "turn_id": turn.id,
        "at_close": turn.kind is TurnKind.LAST_WORDS,
        "contested": True,
    }
