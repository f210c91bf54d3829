"""What has happened, as the screens hear it."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from interviewer.core.interview.utterance import Act
from interviewer.core.ports import EncoderStatus


@dataclass
class EncoderChanged(Message):
    """The encoder's worker process said what it is doing."""

    status: EncoderStatus


@dataclass
class TurnAsked(Message):
    """The interviewer asked something; the candidate may type."""

    turn_id: int


@dataclass
class HintShown(Message):
    """A hint was bought."""

    question_id: str
    number: int


@dataclass
class GradingStarted(Message):
    """An answer is on disk and is being graded."""

    turn_id: int


@dataclass
class GradeReady(Message):
    """A grade, or the reason why there is none, was stored."""

    turn_id: int


@dataclass
class ReviewReady(Message):
    """A question is done and its verdict may be shown (practice mode)."""

    question_id: str


@dataclass
class Refused(Message):
    """What the candidate wanted is not possible now."""

    reason: str


class SessionFinished(Message):
    """The interview is over."""


class SessionLeft(Message):
    """The interview was left and can be resumed."""


class WordsAwaited(Message):
    """The interviewer is looking for words."""


@dataclass
class WordsCame(Message):
    """The interviewer is speaking; `text` is all that may be shown so far."""

    act: Act
    turn_id: int
    text: str


@dataclass
class WordsSpoken(Message):
    """The interviewer has said something, and it is stored."""

    act: Act
    turn_id: int
