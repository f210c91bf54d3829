"""What an interview is made of: its settings, its turns, its clock, and what can happen.

All values are frozen and serialise to JSON, because the journal stores the events and a
resumed session is nothing but its events applied again.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from interviewer.core.bank.kinds import Level
from interviewer.core.frozen import Frozen
from interviewer.core.grade.contest import Ruling
from interviewer.core.grade.grade import GradeResult
from interviewer.core.grade.ledger import Asked
from interviewer.core.interview.utterance import Act, Utterance

RULES = 6
"""The edition of the interview's rules that new sessions are held by."""


class Mode(StrEnum):
    """Interview shows verdicts at the end, practice after each question."""

    INTERVIEW = "interview"
    PRACTICE = "practice"


class AskConfidence(StrEnum):
    """When the candidate is asked how sure they are."""

    PRACTICE = "practice"
    ALWAYS = "always"
    NEVER = "never"

    def applies(self, mode: Mode) -> bool:
        """Whether to ask in a session of this mode."""
        return self is AskConfidence.ALWAYS or (self is AskConfidence.PRACTICE and mode is Mode.PRACTICE)


class Phase(StrEnum):
    """Where an interview stands."""

    NEW = "new"
    ANSWERING = "answering"
    GRADING = "grading"
    REVIEWING = "reviewing"
    PAUSED = "paused"
    FINISHED = "finished"


class TurnKind(StrEnum):
    """Why the interviewer spoke."""

    QUESTION = "question"
    CHALLENGE = "challenge"
    PROBE = "probe"
    DEEPER = "deeper"
    LAST_WORDS = "last-words"


class Outcome(StrEnum):
    """How a turn ended."""

    ANSWERED = "answered"
    SKIPPED = "skipped"
    DONT_KNOW = "dont-know"
    NOT_REACHED = "not-reached"


class SessionConfig(Frozen):
    """What the candidate asked for."""

    level: Level
    mode: Mode = Mode.INTERVIEW
    topics: tuple[str, ...] = ()
    count: int = Field(default=6, ge=1, le=50)
    minutes: float | None = Field(default=None, gt=0)
    """Answering time for the whole session; None for no limit."""
    seed: int = 0
    judge: str = "off"
    demo: bool = False
    """A scripted model judges and speaks; such a session is no part of any trend."""
    edition: int = Field(default=1, exclude_if=lambda edition: edition == 1)
    """Of the interview's rules, by which a session is played again: the second follows up by what is known, and asks at
    the end for anything to add; in the sixth a wrong claim may be taken back in plain words."""


class Planned(Frozen):
    """A question that will be asked, and which of its wordings."""

    question_id: str
    wording: int = 0


class Turn(Frozen):
    """One thing the interviewer asked and what came back."""

    id: int
    question_id: str
    kind: TurnKind
    target: str | None = None
    """Key-point id of a probe, `fix:<misconception id>` or key-point id of a challenge."""
    prompt: str
    started: float
    """Answering time of the session, in seconds, when the turn was asked."""
    seconds: float = 0.0
    ended: float | None = None
    """Unix time at which it was answered or passed on; None while it is open."""
    hints: int = 0
    outcome: Outcome | None = None
    answer: str = ""
    draft: str = Field(default="", exclude_if=lambda draft: not draft)
    """What had been typed when the turn was passed on or the interview was ended. It is kept and not graded."""
    result: GradeResult | None = None
    confidence: int | None = None
    """1 to 5, how sure the candidate was of the answer before the verdict; None when they did not say."""
    rulings: tuple[Ruling, ...] = ()
    """How contests about this answer ended."""
    rules: int = Field(default=1, exclude_if=lambda rules: rules == 1)
    """The edition of the interview's rules that it was asked by."""
    claimed: tuple[str, ...] = Field(default=(), exclude_if=lambda claimed: not claimed)
    """On the question's own turn: ids of key points that the candidate marked as said, in practice. In no score."""


class State(Frozen):
    """An interview at one moment."""

    config: SessionConfig
    plan: tuple[Planned, ...]
    position: int = -1
    phase: Phase = Phase.NEW
    before_pause: Phase | None = None
    turns: tuple[Turn, ...] = ()
    active: float = 0.0
    """Answering time so far, in seconds, not counting the running stretch."""
    running_since: float | None = None
    time_is_up: bool = False
    said: tuple[Utterance, ...] = ()
    """What the interviewer said, in order; nothing is decided by it."""

    @property
    def turn(self) -> Turn | None:
        """The latest turn."""
        return self.turns[-1] if self.turns else None

    def answering_time(self, now: float) -> float:
        """Seconds spent answering up to `now`; grading and pauses do not count."""
        return self.active + (max(0.0, now - self.running_since) if self.running_since is not None else 0.0)

    def turns_of(self, question_id: str) -> tuple[Turn, ...]:
        """The turns about this question, in order."""
        return tuple(turn for turn in self.turns if turn.question_id == question_id)

    def words(self, act: Act, turn_id: int) -> tuple[Utterance, ...]:
        """What was said for this purpose at this turn, in order."""
        return tuple(each for each in self.said if each.act is act and each.turn_id == turn_id)

    def find(self, turn_id: int) -> Turn | None:
        """The turn with this id, or None."""
        return next((turn for turn in self.turns if turn.id == turn_id), None)


class _Event(Frozen):
    at: float
    """Unix time in seconds."""


class _OfTurn(_Event):
    turn_id: int | None = Field(default=None, exclude_if=lambda turn_id: turn_id is None)
    """The turn that is meant, so that nothing is filed under another one; journals of before name none."""


class Started(_Event):
    """The candidate opened the interview."""

    kind: Literal["started"] = "started"


class AnswerSubmitted(_OfTurn):
    """The candidate sent an answer to the current turn."""

    kind: Literal["answer-submitted"] = "answer-submitted"
    text: str


class HintRequested(_OfTurn):
    """The candidate asked for the next hint."""

    kind: Literal["hint-requested"] = "hint-requested"


class _PassedOn(_OfTurn):
    draft: str = Field(default="", exclude_if=lambda draft: not draft)
    """What had been typed; journals of before have none."""


class Skipped(_PassedOn):
    """The candidate passed on the current turn."""

    kind: Literal["skipped"] = "skipped"


class DontKnow(_PassedOn):
    """The candidate said "I don't know" to the current turn."""

    kind: Literal["dont-know"] = "dont-know"


class Graded(_Event):
    """A turn's answer was graded, or could not be."""

    kind: Literal["graded"] = "graded"
    turn_id: int
    result: GradeResult
    deeper: str | None = None
    """A related question one level up, to be asked next after a strong answer."""


class ModelAsked(_Event):
    """A language model was asked for something that is no grade of its own; only the ledger hears of it."""

    kind: Literal["model-asked"] = "model-asked"
    asked: Asked


class GradeDeferred(_OfTurn):
    """The candidate went on without waiting for the grade."""

    kind: Literal["grade-deferred"] = "grade-deferred"


class Continued(_Event):
    """The candidate read the verdict and went on (practice mode)."""

    kind: Literal["continued"] = "continued"


class TimeUp(_OfTurn):
    """The session's answering time ran out; `draft` is what stood in the editor."""

    kind: Literal["time-up"] = "time-up"
    draft: str = ""


class Paused(_Event):
    """The candidate stopped the clock."""

    kind: Literal["paused"] = "paused"


class Resumed(_Event):
    """The candidate came back, after a pause or after the program had ended."""

    kind: Literal["resumed"] = "resumed"
    last_seen: float | None = None
    """When the program was last known to run; a crash's down time is not counted."""


class Quit(_Event):
    """The candidate left; the session can be resumed."""

    kind: Literal["quit"] = "quit"


class Ended(_Event):
    """The candidate ended the interview for good; `draft` is what stood in the editor, and journals of before have
    none."""

    kind: Literal["ended"] = "ended"
    draft: str = Field(default="", exclude_if=lambda draft: not draft)


class Spoke(_Event):
    """The interviewer said something, in a model's words or in authored ones."""

    kind: Literal["spoke"] = "spoke"
    words: Utterance


class Rated(_Event):
    """The candidate said how sure they are of an answer, before they know what it was worth."""

    kind: Literal["rated"] = "rated"
    turn_id: int
    confidence: int = Field(ge=1, le=5)


class Contested(_Event):
    """The candidate contested a verdict, and a second method has ruled."""

    kind: Literal["contested"] = "contested"
    turn_id: int
    ruling: Ruling


class Claimed(_Event):
    """In practice the candidate marked a point as said, or took that back. Nobody rules on it; it counts nowhere."""

    kind: Literal["claimed"] = "claimed"
    question_id: str
    point_id: str
    said: bool = True
    """False takes the mark back."""


OfTurn = AnswerSubmitted | HintRequested | Skipped | DontKnow | TimeUp | GradeDeferred
"""What the candidate does with the turn that is open."""

Event = Annotated[
    Started
    | AnswerSubmitted
    | HintRequested
    | Skipped
    | DontKnow
    | Graded
    | ModelAsked
    | GradeDeferred
    | Continued
    | TimeUp
    | Paused
    | Resumed
    | Quit
    | Ended
    | Spoke
    | Rated
    | Contested
    | Claimed,
    Field(discriminator="kind"),
]

event_adapter: TypeAdapter[Event] = TypeAdapter(Event, config=ConfigDict(defer_build=True))
"""Parses and serialises any event."""
