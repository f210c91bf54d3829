"""What became of each misconception over all turns about one question."""

from __future__ import annotations

from collections.abc import Sequence

from interviewer.core.bank.content import Item
from interviewer.core.bank.kinds import VerdictName
from interviewer.core.bank.rubric import Misconception
from interviewer.core.english import clauses, content_words, is_negated, sentences
from interviewer.core.english_retraction import denials, still_said, takes_back
from interviewer.core.frozen import Frozen
from interviewer.core.grade.grade import FIX_PREFIX, Grade, HeldMisconception
from interviewer.core.interview.leaks import overlap
from interviewer.core.interview.point_scores import PointScore
from interviewer.core.interview.session import Turn, TurnKind

_FIRST_TAKEN_BACK = 0.5
"""First edition: the share of a penalty that is left once the misconception was taken back; in the second, none."""
_PLAIN_WORDS = 6
"""Edition of the interview's rules from which on plain words take a claim back."""
_SAME_CLAIM = 0.6
"""Share of the words of a wrong claim from which on a clause is about that very claim."""


class MisconceptionScore(Frozen):
    """A wrong claim that was held, and whether it was put right later."""

    misconception: Misconception
    evidence: str
    turn_id: int
    corrected: bool
    penalty: float
    span: tuple[int, int] | None = None


def score_misconceptions(item: Item, turns: Sequence[Turn], points: Sequence[PointScore]) -> list[MisconceptionScore]:
    """The misconceptions held in any turn, each paid for once, and those put right later by the edition's rule.

    In the first edition a reply to the challenge puts one right and half of its penalty is left. In the second so does
    whatever covers the point that it denies, in a later turn or by a contest, and nothing is left. A reply to the
    challenge puts one right by saying the correction or, from the sixth edition of the interview's rules on, by taking
    back outright what was said.

    Args:
        item: whose rubric names them.
        turns: all turns about the question.
        points: what became of the key points.
    """
    first = item.rubric.edition == 1
    upheld = {each.point.id for each in points if each.upheld}
    found: dict[str, MisconceptionScore] = {}
    for turn in turns:
        if not isinstance(turn.result, Grade) or turn.kind is TurnKind.LAST_WORDS:
            continue
        for held in turn.result.misconceptions:
            if held.misconception_id in found:
                continue
            misconception = item.rubric.misconception(held.misconception_id)
            corrected = _was_corrected(misconception, turn.id, turns)
            if not first and not corrected:
                corrected = misconception.key_point in upheld or _was_put_right(misconception, turns)
            found[held.misconception_id] = MisconceptionScore(
                misconception=misconception,
                evidence=held.evidence.cut(turn.answer),
                turn_id=turn.id,
                corrected=corrected,
                penalty=misconception.penalty * (1.0 if not corrected else _FIRST_TAKEN_BACK if first else 0.0),
                span=(held.evidence.start, held.evidence.end),
            )
    return list(found.values())


def _was_corrected(misconception: Misconception, since: int, turns: Sequence[Turn]) -> bool:
    corrected = False
    for turn in turns:
        if turn.id <= since:
            continue
        verdict = turn.result.verdict(FIX_PREFIX + misconception.id) if isinstance(turn.result, Grade) else None
        if verdict is not None and verdict.verdict is VerdictName.COVERED:
            return True
        if _takes_back(turn, misconception):
            corrected = True
        elif corrected and turn.kind is not TurnKind.LAST_WORDS and _held(turn, misconception):
            corrected = False
    return corrected


def _takes_back(turn: Turn, misconception: Misconception) -> bool:
    """Whether a reply to the challenge takes the claim back outright and does not make it again."""
    if turn.rules < _PLAIN_WORDS or turn.target != FIX_PREFIX + misconception.id:
        return False
    wordings = (misconception.claim, *misconception.phrasings)
    denied = any(overlap(each, what) >= _SAME_CLAIM for each in wordings for what in denials(turn.answer))
    return (denied or takes_back(turn.answer)) and not _makes_again(turn, misconception)


def _makes_again(turn: Turn, misconception: Misconception) -> bool:
    """Whether the claim is made beside what takes it back: as the grader heard it, or in its own words."""
    text = still_said(turn.answer)
    if any(len(content_words(each.evidence.cut(text))) > 1 for each in _held(turn, misconception)):
        return True
    said = (text[slice(*each)] for start, end in sentences(text) for each in clauses(text, start, end))
    return any(_is_claim(each, misconception) for each in said)


def _is_claim(clause: str, misconception: Misconception) -> bool:
    """Whether a clause is nearer to a wording of the claim than to what puts it right."""
    return any(
        overlap(each, clause) >= max(_SAME_CLAIM, overlap(misconception.correction, clause))
        for each in (misconception.claim, *misconception.phrasings)
        if is_negated(each) is is_negated(clause)
    )


def _held(turn: Turn, misconception: Misconception) -> list[HeldMisconception]:
    """Where the grade of a turn found the claim; it names one once at most."""
    found = turn.result.misconceptions if isinstance(turn.result, Grade) else ()
    return [each for each in found if each.misconception_id == misconception.id]


def _was_put_right(misconception: Misconception, turns: Sequence[Turn]) -> bool:
    """Whether the point that it denies was covered after it had been held for the last time."""
    if misconception.key_point is None:
        return False
    held = put_right = False
    for turn in turns:
        if not isinstance(turn.result, Grade):
            continue
        verdict = turn.result.verdict(misconception.key_point)
        if _held(turn, misconception) and turn.kind is not TurnKind.LAST_WORDS:
            held, put_right = True, False
        elif held and verdict is not None and verdict.verdict is VerdictName.COVERED:
            put_right = True
    return put_right
