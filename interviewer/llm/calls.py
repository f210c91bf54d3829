"""One call: down the ladder until the server takes the request, with patience, within the time.

A repeat is for what may pass (a rate limit, a dropped connection), a lower rung for what
will not (a format the server does not know). Once a piece of a stream has been handed on
there is neither: the reader has seen it.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

from interviewer.llm.chat import ChatAnswer, ChatFailure, ChatReply, ChatRequest, OnDelta, Rung
from interviewer.llm.json_modes import Habit, Ladder, request_body, rungs_from
from interviewer.llm.request_failures import Trouble, late
from interviewer.llm.response_parsing import Heard
from interviewer.llm.retry import pause_before
from interviewer.llm.server_config import ChatServer
from interviewer.llm.transport import Door, Sent

Sleep = Callable[[float], Awaitable[None]]
_EMPTY = Trouble("empty", "The model sent an empty reply, however it was asked; try another model.", climbs=True)
_TAKEN = ("truncated", "refused")
"""Troubles that tell that the server took the way of asking."""


class Caller:
    """Asks one server.

    Args:
        server: whom.
        door: to it.
        ladder: what is known of it.
        chance: for jitter.
        sleep: waits, in seconds.
    """

    def __init__(self, server: ChatServer, door: Door, ladder: Ladder, chance: random.Random, sleep: Sleep) -> None:
        self._server = server
        self._door = door
        self._ladder = ladder
        self._chance = chance
        self._sleep = sleep

    async def call(self, request: ChatRequest, on_delta: OnDelta) -> ChatAnswer:
        """Ask until there is a reply, or a failure that asking again does not mend."""
        loop = asyncio.get_running_loop()
        start = loop.time()
        sent = Sent()
        Sent.current.set(sent)
        attempt = _Attempt(self._server, request, on_delta, start + self._server.timeout)
        try:
            async with asyncio.timeout(self._server.timeout):
                outcome = await self._climb(attempt)
        except TimeoutError:
            outcome = Trouble("timeout", late(self._server))
        seconds = loop.time() - start
        if isinstance(outcome, Trouble):
            return ChatFailure(outcome.kind, outcome.reason, outcome.retry_after, seconds, sent.bytes)
        counts = outcome.prompt_tokens, outcome.completion_tokens
        model = outcome.model or self._server.model
        return ChatReply(outcome.text, model, attempt.rung, *counts, seconds, sent.bytes)

    async def _climb(self, attempt: _Attempt) -> Heard | Trouble:
        habit = self._ladder.habit(self._server.url, self._server.model)
        attempt.without = habit.without
        wants_json = attempt.request.schema is not None
        rungs = rungs_from(habit.rung if wants_json else Rung.TEXT)
        for rung in rungs:
            attempt.rung = rung
            attempt.is_last = rung is rungs[-1]
            outcome = await self._ask(attempt)
            if isinstance(outcome, Heard) or outcome.kind in _TAKEN:
                self._ladder.remember(
                    self._server.url, self._server.model, Habit(rung if wants_json else habit.rung, attempt.without)
                )
                return outcome
            if not outcome.climbs or attempt.told:
                return outcome
        return outcome

    async def _ask(self, attempt: _Attempt) -> Heard | Trouble:
        """Ask on one rung, repeating what may pass and leaving out what is refused."""
        while True:
            body = request_body(attempt.request, self._server.model, attempt.rung, attempt.without)
            outcome = attempt.judge(await self._door.send(body, attempt.hand_on))
            if isinstance(outcome, Heard) or attempt.told:
                return outcome
            if outcome.parameter in body:
                attempt.without |= {outcome.parameter}
                continue
            if not outcome.again or attempt.repeats >= attempt.most_repeats(outcome):
                return outcome
            pause = pause_before(attempt.repeats, outcome.retry_after, self._chance)
            if asyncio.get_running_loop().time() + pause > attempt.deadline:
                return outcome
            attempt.repeats += 1
            await self._sleep(pause)


class _Attempt:
    """Where one call stands."""

    def __init__(self, server: ChatServer, request: ChatRequest, on_delta: OnDelta, deadline: float) -> None:
        self.server = server
        self.request = request
        self.deadline = deadline
        self.without: frozenset[str] = frozenset()
        self.rung = Rung.TEXT
        self.is_last = True
        self.repeats = 0
        self.told = False
        self._on_delta = on_delta

    def hand_on(self, text: str) -> None:
        """Pass on a piece of a stream."""
        self.told = True
        self._on_delta(text)

    def most_repeats(self, trouble: Trouble) -> int:
        """How often the call may be repeated in all. Where the format is suspected, once is enough to tell."""
        return min(1, self.server.retries) if trouble.climbs and not self.is_last else self.server.retries

    def judge(self, outcome: Heard | Trouble) -> Heard | Trouble:
        """A reply that cannot serve is trouble too."""
        if isinstance(outcome, Trouble):
            return outcome
        if outcome.refusal or outcome.finish == "content_filter":
            words = f': "{outcome.refusal}"' if outcome.refusal else ""
            return Trouble("refused", f"The model declined to answer{words}; try another model.")
        if outcome.finish == "length":
            limit = self.request.max_tokens
            at = f"at the limit of {limit} tokens" if limit is not None else "at the server's limit of tokens"
            return Trouble("truncated", f"The reply was cut off {at}; try a model that writes less.")
        if not outcome.text.strip():
            return _EMPTY
        if self.request.schema is not None and not self.is_last and not self.told and "{" not in outcome.text:
            # The server ignored the format, and the model has not been told of it in words.
            return Trouble("bad-reply", "The model did not reply in JSON; try another model.", climbs=True)
        return outcome
