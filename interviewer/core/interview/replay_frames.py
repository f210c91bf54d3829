"""A stored session as a tape: one frame for each thing that happened, to be shown again later.

Pure: it applies the stored events once more and keeps every state between them. Events that
changed nothing, such as a refused key, leave no frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from interviewer.core.bank.content import Item
from interviewer.core.grade.grade import Ungraded
from interviewer.core.interview.session import (
    AnswerSubmitted,
    Event,
    Graded,
    Outcome,
    Phase,
    Spoke,
    State,
    TimeUp,
)
from interviewer.core.interview.state_machine import step
from interviewer.core.interview.utterance import Act, Utterance

_SAYS = {
    Act.GREETING: "the interviewer greets",
    Act.ASK: "the interviewer asks",
    Act.REACTION: "the interviewer has heard the answer",
    Act.HINT: "the interviewer gives the hint",
    Act.REVEAL: "the interviewer tells a fact of the case",
    Act.CLARIFICATION: "a question about the question",
    Act.EXPLANATION: "the interviewer explains a point",
    Act.CLOSING: "the interviewer says goodbye",
}
_HAPPENED = {
    "started": "the interview begins",
    "answer-submitted": "the answer is submitted",
    "hint-requested": "a hint is bought",
    "skipped": "passed on",
    "dont-know": 'said "I don\'t know"',
    "graded": "the answer is graded",
    "grade-deferred": "went on without waiting for the grade",
    "continued": "the verdict was read",
    "time-up": "the time is up",
    "paused": "paused",
    "resumed": "taken up again",
    "quit": "left, to be taken up later",
    "ended": "ended early",
    "rated": "said how sure they were",
    "contested": "a verdict was contested",
    "claimed": "a point was marked as said, or that taken back",
}


class Frame(NamedTuple):
    """One moment of the tape."""

    state: State
    at: float
    """Unix time in seconds."""
    caption: str
    """What happened, in a few words."""
    typed: str = ""
    """What stood in the editor, when this is what the frame shows."""
    asking: int | None = None
    """The turn whose question was being worded, so that it was not on screen yet."""
    spoken: Utterance | None = None
    """What the interviewer said, when this is what the frame shows."""

    @property
    def reading_time(self) -> float:
        """Seconds that a viewer needs at ordinary speed."""
        text = self.spoken.text if self.spoken is not None else ""
        if self.state.phase is Phase.ANSWERING and not self.typed and self.state.turn is not None:
            text = text or self.state.turn.prompt
        return 1.0 + min(5.0, len(text.split()) / 8)


def build_frames(state: State, events: Iterable[Event], items: Mapping[str, Item], draft: str = "") -> list[Frame]:
    """The frames of a session.

    Args:
        state: before the first event.
        events: all stored events, in order.
        items: the session's questions.
        draft: what stood in the editor when the session was left; shown last if a question is open.
    """
    stored = list(events)
    worded = {each.words.turn_id for each in stored if isinstance(each, Spoke) and each.words.act is Act.ASK}
    frames = list(_frames(state, stored, items, worded))
    if frames and draft and frames[-1].state.turn is not None and frames[-1].state.turn.outcome is None:
        frames.append(frames[-1]._replace(caption="the draft that was kept", typed=draft, spoken=None))
    return frames


def _frames(state: State, events: Iterable[Event], items: Mapping[str, Item], worded: set[int]) -> Iterator[Frame]:
    for event in events:
        before, state = state, step(state, event, items).state
        if state is before:
            continue
        typed = _typed(before, event)
        if typed:
            yield Frame(before, event.at, "the answer is typed", typed=typed)
        spoken = event.words if isinstance(event, Spoke) else None
        yield Frame(state, event.at, _caption(state, event), asking=_asking(state, worded), spoken=spoken)


def _typed(state: State, event: Event) -> str:
    """What stood in the editor just before the event, when it was taken as the answer."""
    if state.phase is not Phase.ANSWERING:
        return ""
    text = event.text if isinstance(event, AnswerSubmitted) else event.draft if isinstance(event, TimeUp) else ""
    return text if text.strip() else ""


def _asking(state: State, worded: set[int]) -> int | None:
    turn = state.turn
    waits = turn is not None and turn.id > 0 and turn.id in worded and turn.outcome is not Outcome.NOT_REACHED
    return turn.id if turn is not None and waits and not state.words(Act.ASK, turn.id) else None


def _caption(state: State, event: Event) -> str:
    if isinstance(event, Spoke):
        return _SAYS[event.words.act]
    if isinstance(event, Graded) and isinstance(event.result, Ungraded):
        return f"not graded: {event.result.reason}"
    happened = _HAPPENED.get(event.kind, event.kind)
    return (
        f"{happened}; the interview is over" if state.phase is Phase.FINISHED and event.kind != "graded" else happened
    )
