"""What the interviewer says in the interface: at once where the words are at hand, else word by word as they come.

Waiting for words is never waiting in the event loop, and always ends: at the model's limit, or with Esc.
What was said is on disk before a screen is told that it is complete.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from concurrent.futures import Future
from typing import TYPE_CHECKING

from interviewer.core.bank.rubric import KeyPoint
from interviewer.core.interview.authored import Speech
from interviewer.core.interview.effects import Ask, Effect, Finish, Leave
from interviewer.core.interview.utterance import Act, Utterance
from interviewer.errors import MockdlError
from interviewer.sessions.conductor import Conductor
from interviewer.sessions.speaking import clarification, explanation, speeches_for
from interviewer.tui import messages
from interviewer.tui.base import AppBase
from interviewer.tui.safe_text import explain, toast

if TYPE_CHECKING:
    from textual.screen import Screen


class StreamingSpeaker:
    """The interviewer of one session."""

    def __init__(self, app: AppBase, conductor: Conductor, screen: Screen[None]) -> None:
        self._app = app
        self._conductor = conductor
        self._screen = screen
        self._waiting: list[Future[Utterance]] = []
        self.asking: int | None = None
        """The turn whose question is being worded, so that it is not on screen yet."""

    @property
    def is_waiting(self) -> bool:
        """Whether words are being looked for."""
        return bool(self._waiting)

    def greet(self, effects: Iterable[Effect]) -> None:
        """The words before the first question, when that is what these effects ask, so that both are seen at once."""
        for effect in effects:
            for speech in speeches_for(effect, self._conductor):
                if speech.act is Act.GREETING:
                    self._keep(speech.words)

    def say(self, effect: Effect) -> bool:
        """Say what goes with an effect; False when it is a question and `TurnAsked` follows once that is worded."""
        if isinstance(effect, Ask) and self.asking == effect.turn_id:
            return False
        if isinstance(effect, Finish | Leave):
            self.hush()
        for speech in speeches_for(effect, self._conductor):
            if speech.act is Act.ASK:
                return self._begin_asking(speech)
            if speech.act in (Act.GREETING, Act.CLOSING):  # the report opens at once, and nothing should lie above it
                self._keep(speech.words)
            else:
                self._say(speech)
        return True

    def _begin_asking(self, speech: Speech) -> bool:
        waits, turn_id = self.is_waiting, speech.words.turn_id
        future = self._begin(speech, self._screen)
        if future.done() and not waits:
            self._finish(future)
            return True
        self.asking = turn_id
        self._app.run_worker(self._ask(turn_id), name=f"ask {turn_id}", group="talking", exit_on_error=False)
        self._screen.post_message(messages.WordsAwaited())
        return False

    async def _ask(self, turn_id: int) -> None:
        try:
            for future in list(self._waiting):
                await asyncio.wrap_future(future)
                self._finish(future)
        finally:  # whatever went wrong, the question is asked
            if self.asking == turn_id:
                self.asking = None
            self._screen.post_message(messages.TurnAsked(turn_id))

    def clarify(self, asked: str) -> None:
        """Reply to what the candidate asks about the question."""
        self._say(clarification(self._conductor, asked))

    def explain(self, question_id: str, point: KeyPoint, screen: Screen[None]) -> None:
        """Explain a key point on the screen that shows the verdict."""
        self._say(explanation(self._conductor, question_id, point), screen)

    def hush(self) -> bool:
        """End all waiting; what was said so far stays, the rest is authored. Returns whether there was any."""
        waiting = list(self._waiting)
        for future in waiting:
            future.cancel()
            self._finish(future)
        return bool(waiting)

    def _say(self, speech: Speech, screen: Screen[None] | None = None) -> None:
        screen = screen or self._screen
        future = self._begin(speech, screen)
        if future.done():
            self._finish(future)
            if speech.act is not Act.REACTION:  # what follows an answer shows it anyway
                screen.post_message(messages.WordsSpoken(speech.act, speech.words.turn_id))
            return
        self._app.run_worker(
            self._await(future, speech, screen), name=f"say {speech.act}", group="talking", exit_on_error=False
        )
        screen.post_message(messages.WordsAwaited())

    async def _await(self, future: Future[Utterance], speech: Speech, screen: Screen[None]) -> None:
        await asyncio.wrap_future(future)
        self._finish(future)
        screen.post_message(messages.WordsSpoken(speech.act, speech.words.turn_id))

    def _begin(self, speech: Speech, screen: Screen[None]) -> Future[Utterance]:
        """Look for words, which come from another thread: posting a message is safe from there."""

        def came(text: str) -> None:
            screen.post_message(messages.WordsCame(speech.act, speech.words.turn_id, text))

        future = self._conductor.word(speech, came)
        self._waiting.append(future)
        return future

    def _finish(self, future: Future[Utterance]) -> None:
        """Keep what was said, once."""
        if future in self._waiting:
            self._waiting.remove(future)
            self._keep(future.result())

    def _keep(self, words: Utterance) -> None:
        try:
            notice = self._conductor.keep(words)
        except MockdlError as error:
            explain(self._app, error)
            return
        if notice:
            toast(self._app, notice, severity="warning", seconds=10)
