"""Drives one session for the screens: events to the conductor, effects to messages.

Grading runs in a worker that the App owns, because a worker dies with the screen that
started it; its result is on disk before any screen hears of it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual.message import Message

from interviewer.core.interview.effects import Ask, Effect, Finish, GradeTurn, Leave, Rejected, Review, ShowHint
from interviewer.core.interview.session import Event
from interviewer.errors import MockdlError
from interviewer.sessions.conductor import Conductor
from interviewer.tui import messages
from interviewer.tui.base import AppBase
from interviewer.tui.safe_text import explain
from interviewer.tui.session.speaker import StreamingSpeaker

if TYPE_CHECKING:
    from textual.screen import Screen


class SessionRunner:
    """One session of the interface."""

    def __init__(self, app: AppBase, conductor: Conductor, screen: Screen[None]) -> None:
        self._app = app
        self._screen = screen
        self.conductor = conductor
        self.speaker = StreamingSpeaker(app, conductor, screen)
        self._gate = asyncio.Event()
        self._gate.set()

    def send(self, event: Event) -> bool:
        """Store and apply an event; False when it could not be stored (the user was told)."""
        try:
            effects = self.conductor.send(event)
        except MockdlError as error:
            explain(self._app, error)
            return False
        self.perform(effects)
        return True

    def perform(self, effects: tuple[Effect, ...]) -> None:
        """Carry out effects; messages follow."""
        for effect in effects:
            if isinstance(effect, GradeTurn):
                self.grade(effect)
            if self.speaker.say(effect):
                self._screen.post_message(_message_for(effect))

    def hold(self) -> None:
        """Keep grades back, so that nothing moves on and no clock runs while the candidate is asked something."""
        self._gate.clear()

    def release(self) -> None:
        """Take the grades that were kept back."""
        self._gate.set()

    def grade(self, effect: GradeTurn) -> None:
        """Grade in the background; `GradeReady` follows."""
        self._app.run_worker(self._grade(effect), name=f"grade {effect.turn_id}", group="grading", exit_on_error=False)

    async def _grade(self, effect: GradeTurn) -> None:
        event = await asyncio.wrap_future(self.conductor.grade(effect))
        await self._gate.wait()
        try:
            effects = self.conductor.send_grade(event)
        except MockdlError as error:
            explain(self._app, error)
            return
        self._screen.post_message(messages.GradeReady(effect.turn_id))
        self.perform(effects)


def _message_for(effect: Effect) -> Message:
    if isinstance(effect, Ask):
        return messages.TurnAsked(effect.turn_id)
    if isinstance(effect, GradeTurn):
        return messages.GradingStarted(effect.turn_id)
    if isinstance(effect, ShowHint):
        return messages.HintShown(effect.question_id, effect.number)
    if isinstance(effect, Review):
        return messages.ReviewReady(effect.question_id)
    if isinstance(effect, Rejected):
        return messages.Refused(effect.reason)
    if isinstance(effect, Finish):
        return messages.SessionFinished()
    assert isinstance(effect, Leave)
    return messages.SessionLeft()
