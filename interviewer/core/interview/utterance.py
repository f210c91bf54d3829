"""What the interviewer said, as the journal keeps it: the words, whose they are, and what they cost."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from interviewer.core.frozen import Frozen
from interviewer.core.grade.grade import JudgeCall
from interviewer.core.grade.ledger import Asked


class Act(StrEnum):
    """What an interviewer does with words."""

    GREETING = "greeting"
    ASK = "ask"
    REACTION = "reaction"
    HINT = "hint"
    REVEAL = "reveal"
    CLARIFICATION = "clarification"
    EXPLANATION = "explanation"
    CLOSING = "closing"


class Voicing(Frozen):
    """A language model's part in something the interviewer said."""

    model: str
    host: str
    """Where the text was sent; "" for a script that runs in this process."""
    prompt_hash: str
    call: JudgeCall
    used: bool
    """Whether the words are the model's; otherwise they are the authored ones."""
    problem: str = ""
    """Why the model's words, or the last of them, were not used."""

    @property
    def failed(self) -> bool:
        """Whether the model did not answer; a wording that was turned down, or a call that was ended, is no failure."""
        return self.call.outcome not in ("ok", "cancelled")

    def asked(self) -> Asked:
        """For the ledger."""
        return Asked(part="interviewer", model=self.model, host=self.host, calls=(self.call,))


class Utterance(Frozen):
    """Something the interviewer said. It changes nothing: what is asked and graded is the turn's own prompt."""

    act: Act
    turn_id: int
    text: str
    asked: str = ""
    """The candidate's question that a clarification replies to."""
    about: str = ""
    """The number of a hint (from 0), the stage after which a fact is told, or the id of the point that is explained."""
    at_end: bool = Field(default=False, exclude_if=lambda at_end: not at_end)
    """Of a fact: whether it was told behind the turn, at the end of its question, and not before the turn was asked."""
    voicing: Voicing | None = None
    """None when no model was asked."""
