"""What a scenario tells in the course of it: a fact comes once its stage is behind the candidate."""

from __future__ import annotations

from collections.abc import Collection, Container, Sequence

from interviewer.core.bank.content import Item
from interviewer.core.bank.kinds import Level
from interviewer.core.bank.question import Reveal
from interviewer.core.interview.scoring import score_question
from interviewer.core.interview.session import Turn

__all__ = ["due_reveals", "next_reveal"]

_SAID = 0.5
"""Credit from which on a point of a stage was spoken of."""


def next_reveal(item: Item, level: Level, turns: Sequence[Turn], told: Container[str]) -> Reveal | None:
    """The first fact that was not told yet and whose stage was answered, or has had its share of the usual time.

    Args:
        item: a scenario or design.
        level: asked at.
        turns: about its question, so far.
        told: stages whose facts were told.
    """
    reveals = item.question.reveals
    reached = {
        each.point.stage
        for each in score_question(item, level, turns).points
        if each.credit >= _SAID and each.point.stage is not None
    }
    spent = sum(turn.seconds for turn in turns) / (60 * item.question.minutes)
    for number, reveal in enumerate(reveals, 1):
        if reveal.after not in told:
            return reveal if reveal.after in reached or spent >= number / (len(reveals) + 1) else None
    return None


def due_reveals(item: Item, level: Level, turns: Sequence[Turn], told: Collection[str]) -> list[Reveal]:
    """All facts that `next_reveal` finds one after the other."""
    found: list[Reveal] = []
    while fact := next_reveal(item, level, turns, {*told, *(each.after for each in found)}):
        found.append(fact)
    return found
