"""The last thing an interviewer asks: whether the candidate would like to add anything, to any of the questions.

The reply is read against the core points of all questions that are still open, each question by itself. It counts as
prompted, and nothing in it is held against the candidate.
"""

from __future__ import annotations

from collections.abc import Mapping

from interviewer.core.bank.content import Item
from interviewer.core.bank.kinds import Level
from interviewer.core.grade.grade import Grade
from interviewer.core.interview.point_scores import ENOUGH_CREDIT
from interviewer.core.interview.scoring import score_question
from interviewer.core.interview.session import Mode, State, Turn, TurnKind

__all__ = ["LAST_WORDS", "copies_of", "is_wanted", "open_points", "open_questions"]

LAST_WORDS = "Before we stop: is there anything you would like to add, to any of the questions?"


def is_wanted(state: State, items: Mapping[str, Item]) -> bool:
    """Whether to ask now, with all questions behind the candidate; in practice the verdicts have told everything."""
    asked = any(turn.kind is TurnKind.LAST_WORDS for turn in state.turns)
    free = state.config.edition > 1 and state.config.mode is Mode.INTERVIEW and not state.time_is_up
    return free and not asked and bool(open_questions(state, items))


def open_questions(state: State, items: Mapping[str, Item]) -> list[str]:
    """Questions with a graded answer that leaves core points open, in the order they were asked."""
    asked = dict.fromkeys(turn.question_id for turn in state.turns if isinstance(turn.result, Grade))
    return [each for each in asked if open_points(items[each], state.config.level, state.turns_of(each))]


def open_points(item: Item, level: Level, turns: tuple[Turn, ...]) -> tuple[str, ...]:
    """Ids of the core points that earned little so far, replies to this very question left out."""
    before = [turn for turn in turns if turn.kind is not TurnKind.LAST_WORDS]
    points = score_question(item, level, before).points
    return tuple(each.point.id for each in points if each.expected and each.credit < ENOUGH_CREDIT and not each.upheld)


def copies_of(turn: Turn, state: State, items: Mapping[str, Item]) -> tuple[Turn, ...]:
    """The same reply once more for each other open question, to be graded there."""
    others = [each for each in open_questions(state, items) if each != turn.question_id]
    first = len(state.turns)
    return tuple(
        turn.model_copy(update={"id": first + number, "question_id": each, "seconds": 0.0})
        for number, each in enumerate(others)
    )
