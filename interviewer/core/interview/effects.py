"""What the interview wants done by the outside: the effects that `state_machine.step` returns."""

from __future__ import annotations

from typing import NamedTuple


class Ask(NamedTuple):
    """Show this turn and let the candidate type."""

    turn_id: int


class GradeTurn(NamedTuple):
    """Grade this turn's answer, then send `Graded`."""

    turn_id: int


class ShowHint(NamedTuple):
    """Show this hint (counted from 0) of the question."""

    question_id: str
    number: int


class Review(NamedTuple):
    """Show the verdict on this question (practice mode)."""

    question_id: str


class Finish(NamedTuple):
    """The interview is over; show and save the report."""


class Leave(NamedTuple):
    """Close the program; the session can be resumed."""


class Rejected(NamedTuple):
    """The event makes no sense now; nothing changed."""

    reason: str
    """As a sentence to the candidate."""


Effect = Ask | GradeTurn | ShowHint | Review | Finish | Leave | Rejected
