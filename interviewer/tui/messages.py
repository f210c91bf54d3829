"""What has happened, as the screens hear it."""

from __future__ import annotations

from textual.message import Message

from interviewer.core.interview.utterance import Act
from interviewer.core.ports import EncoderStatus

__all__ = [
    "EncoderChanged",
    "GradeReady",
    "GradingStarted",
    "HintShown",
    "Refused",
    "ReviewReady",
    "SessionFinished",
    "SessionLeft",
    "TurnAsked",
    "WordsAwaited",
    "WordsCame",
    "WordsSpoken",
]


class EncoderChanged(Message):
    """The encoder's worker process said what it is doing."""

    def __init__(self, status: EncoderStatus) -> None:
        self.status = status
        super().__init__()


class TurnAsked(Message):
    """The interviewer asked something; the candidate may type."""

    def __init__(self, turn_id: int) -> None:
        self.turn_id = turn_id
        super().__init__()


class HintShown(Message):
    """A hint was bought."""

    def __init__(self, question_id: str, number: int) -> None:
        self.question_id = question_id
        self.number = number
        super().__init__()


class GradingStarted(Message):
    """An answer is on disk and is being graded."""

    def __init__(self, turn_id: int) -> None:
        self.turn_id = turn_id
        super().__init__()


class GradeReady(Message):
    """A grade, or the reason why there is none, was stored."""

    def __init__(self, turn_id: int) -> None:
        self.turn_id = turn_id
        super().__init__()


class ReviewReady(Message):
    """A question is done and its verdict may be shown (practice mode)."""

    def __init__(self, question_id: str) -> None:
        self.question_id = question_id
        super().__init__()


class Refused(Message):
    """What the candidate wanted is not possible now."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__()


class SessionFinished(Message):
    """The interview is over."""


class SessionLeft(Message):
    """The interview was left and can be resumed."""


class WordsAwaited(Message):
    """The interviewer is looking for words."""


class WordsCame(Message):
    """The interviewer is speaking; `text` is all that may be shown so far."""

    def __init__(self, act: Act, turn_id: int, text: str) -> None:
        self.act = act
        self.turn_id = turn_id
        self.text = text
        super().__init__()


class WordsSpoken(Message):
    """The interviewer has said something, and it is stored."""

    def __init__(self, act: Act, turn_id: int) -> None:
        self.act = act
        self.turn_id = turn_id
        super().__init__()
