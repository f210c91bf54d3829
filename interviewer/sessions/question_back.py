"""A question that was typed where the answer goes: put to the interviewer at once, and the answer only when the same
words are sent once more."""

from __future__ import annotations

from interviewer.core.english import tokens
from interviewer.core.interview.passing import asks_back
from interviewer.core.interview.session import Turn

TAKEN_AS_ASKED = "Asked, which is free. The same words once more are taken as your answer."


class AskingBack:
    """What was asked back last, so that the same words are not asked twice."""

    def __init__(self) -> None:
        self._asked: tuple[int, list[str]] | None = None

    def takes(self, turn: Turn, typed: str) -> bool:
        """Whether what is sent is to be asked instead.

        Args:
            turn: that is open.
            typed: all that was typed.
        """
        asked = (turn.id, tokens(typed))
        if asked == self._asked or not asks_back(typed):
            return False
        self._asked = asked
        return True
