"""One call: down the ladder until the server takes the request, with patience, within the time.

A repeat is for what may pass (a rate limit, a dropped connection, a model that is being loaded), a lower rung
for what will not (a format the server does not know), more room for a reply that was cut off. Once a piece of a
stream has been handed on there is none of these: the reader has seen it.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

from interviewer.llm.chat import ChatAnswer, ChatFailure, ChatReply, ChatRequest, OnDelta, Rung
from interviewer.llm.final_text import json_values
from interviewer.llm.json_modes import LENGTHS, SYSTEM, WIDER, Habit, Ladder, request_body, room_for, rungs_from
from interviewer.llm.request_failures import Trouble, late
from interviewer.llm.response_parsing import Heard
from interviewer.llm.retry import pause_before
from interviewer.llm.server_config import ChatServer
from interviewer.llm.transport import Door, Sent

Sleep = Callable[[float], Awaitable[None]]
_EMPTY = Trouble("empty", "The model sent an empty reply, however it was asked; try another model.", climbs=True)
_TAKEN = ("truncated", "refused")
"""Troubles that tell that the server took the way of asking."""
_BYTES_A_TOKEN = 6.0
"""A prompt of so many bytes for each token that the server counted was cut before the model read it."""
_LONG = 2_000
"""Bytes of a prompt from which on that tells."""
_SMALL = 200
"""Tokens below which no reply is worth asking for."""
_LOADING = 2.0
"""Seconds between two looks at a model that is being loaded."""


class Caller:
    """Asks one server.

    Args:
        server: whom.
        door: to it.
        ladder: what is known of it.
        chance: for jitter.
        sleep: waits, in seconds.
        on_loading: called with 1 when the server has to load the model first, and with -1 when that is over.
    """

    def __init__(
        self,
        server: ChatServer,
        door: Door,
        ladder: Ladder,
        chance: random.Random,
        sleep: Sleep,
        on_loading: Callable[[int], None],
    ) -> None:
        self._server = server
        self._door = door
        self._ladder = ladder
        self._chance = chance
        self._sleep = sleep
        self._on_loading = on_loading
        self._loads = False

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
        finally:
            self._note_loading(now=False)
        seconds = loop.time() - start
        counts = attempt.prompt_tokens, attempt.completion_tokens
        if isinstance(outcome, Trouble):
            return ChatFailure(outcome.kind, outcome.reason, outcome.retry_after, seconds, sent.bytes, *counts)
        model = outcome.model or self._server.model
        return ChatReply(outcome.text, model, attempt.rung, *counts, seconds, sent.bytes)

    def _note_loading(self, *, now: bool) -> None:
        if now is not self._loads:
            self._loads = now
            self._on_loading(1 if now else -1)

    async def _climb(self, attempt: _Attempt) -> Heard | Trouble:
        habit = self._ladder.habit(self._server.url, self._server.model)
        attempt.without, attempt.room = habit.without, habit.room
        wants_json = attempt.request.schema is not None
        rungs = rungs_from(habit.rung if wants_json else Rung.TEXT)
        for rung in rungs:
            attempt.rung = rung
            attempt.is_last = rung is rungs[-1]
            outcome = await self._ask(attempt)
            if isinstance(outcome, Heard) or outcome.kind in _TAKEN:
                best = rung if wants_json else habit.rung
                self._ladder.remember(self._server.url, self._server.model, Habit(best, attempt.without, attempt.room))
                return outcome
            if not outcome.climbs or attempt.told:
                return outcome
        return outcome

    async def _ask(self, attempt: _Attempt) -> Heard | Trouble:
        """Ask on one rung, repeating what may pass, leaving out what is refused, giving more room where it lacks."""
        while True:
            body = request_body(
                attempt.request,
                self._server.model,
                attempt.rung,
                attempt.without,
                most=attempt.most,
                extra=self._server.extra,
            )
            outcome = attempt.judge(await self._door.send(body, attempt.hand_on))
            self._note_loading(now=isinstance(outcome, Trouble) and outcome.loading)
            if isinstance(outcome, Heard) or attempt.told:
                return outcome
            if outcome.parameter in body or outcome.parameter in {SYSTEM, LENGTHS} - attempt.without:
                attempt.without |= {outcome.parameter}
                continue
            if outcome.kind == "truncated" and not outcome.unread and attempt.widen(cut=outcome.cut):
                continue
            if outcome.afford is not None and attempt.narrow(outcome.afford):
                continue
            pause = _LOADING if outcome.loading else pause_before(attempt.repeats, outcome.retry_after, self._chance)
            patient = outcome.loading or attempt.repeats < attempt.most_repeats(outcome)
            late = asyncio.get_running_loop().time() + pause > attempt.deadline
            if not outcome.again or not patient or late or attempt.waited > self._server.timeout:
                return outcome
            attempt.repeats += not outcome.loading
            attempt.waited += pause
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
        self.waited = 0.0
        self.room = 1
        self.told = False
        self.prompt_tokens: int | None = None
        self.completion_tokens: int | None = None
        self._unlimited = False
        self._affordable: int | None = None
        self._on_delta = on_delta

    @property
    def most(self) -> int | None:
        """Most tokens of the reply."""
        wanted = None if self._unlimited else room_for(self.request, self.room, self.server.max_tokens)
        return wanted if self._affordable is None else min(self._affordable, wanted or self._affordable)

    def widen(self, *, cut: bool) -> bool:
        """Give the reply more room if it was cut off there, or none that the request would not fit beside; whether
        that changes anything."""
        if not cut:
            changes, self._unlimited = self.most is not None, True
            return changes
        before = self.most
        wider = room_for(self.request, self.room * WIDER, self.server.max_tokens)
        if before is None or wider is None or wider <= before:
            return False
        self.room *= WIDER
        return True

    def narrow(self, afford: int) -> bool:
        """Take what the account can pay, if a reply may fit into it; whether that changes anything."""
        most = self.most
        if self._affordable is not None or afford < _SMALL or (most is not None and afford >= most):
            return False
        self._affordable = afford
        return True

    def hand_on(self, text: str) -> None:
        """Pass on a piece of a stream."""
        self.told = True
        self._on_delta(text)

    def most_repeats(self, trouble: Trouble) -> int:
        """How often the call may be repeated in all. Where the format is suspected, once is enough to tell."""
        return min(1, self.server.retries) if trouble.climbs and not self.is_last else self.server.retries

    def judge(self, outcome: Heard | Trouble) -> Heard | Trouble:
        """A reply that cannot serve is trouble too; what it cost is counted whatever it is worth."""
        if isinstance(outcome, Trouble):
            return outcome
        self._count(outcome)
        if outcome.refusal or outcome.finish == "content_filter":
            words = f': "{outcome.refusal}"' if outcome.refusal else ""
            return Trouble("refused", f"The model declined to answer{words}; try another model.")
        if outcome.finish == "error":
            return Trouble("server-error", f"{self.server.host} broke off with an error; try again later.", again=True)
        if outcome.finish == "length":
            return Trouble("truncated", self._cut_off(outcome), cut=True)
        if self._was_cut(outcome):
            return Trouble("truncated", _SHORT_CONTEXT.format(outcome.prompt_tokens, self._size()), unread=True)
        if not outcome.text.strip() and self.request.schema is not None:
            outcome = outcome._replace(text=_object_in(outcome.thoughts))
        if not outcome.text.strip():
            return _EMPTY
        if self.request.schema is not None and not self.is_last and not self.told and "{" not in outcome.text:
            # The server ignored the format, and the model has not been told of it in words.
            return Trouble("bad-reply", "The model did not reply in JSON; try another model.", climbs=True)
        if self.request.stream and not self.told:
            self.hand_on(outcome.text)  # the server sends no streams
        return outcome

    def _count(self, heard: Heard) -> None:
        if heard.prompt_tokens is not None:
            self.prompt_tokens = (self.prompt_tokens or 0) + heard.prompt_tokens
        if heard.completion_tokens is not None:
            self.completion_tokens = (self.completion_tokens or 0) + heard.completion_tokens

    def _cut_off(self, heard: Heard) -> str:
        limit = self.most
        at = f"at the limit of {limit:,} tokens" if limit is not None else "at the server's limit of tokens"
        thought = " before it came to an end of its thinking" if heard.thoughts and not heard.text.strip() else ""
        return (
            f"The reply was cut off {at}{thought}; `mockdl config set judge_max_tokens N` gives it more, or take a "
            "model that writes less."
        )

    def _was_cut(self, heard: Heard) -> bool:
        """Whether the server left most of the prompt out, by the tokens that it counted."""
        size = self._size()
        return heard.prompt_tokens is not None and size > _LONG and size > _BYTES_A_TOKEN * max(1, heard.prompt_tokens)

    def _size(self) -> int:
        return sum(len(each.content.encode("utf-8", "replace")) for each in self.request.messages)


_SHORT_CONTEXT = (
    "The server read only {:,} tokens of a prompt of {:,} bytes, so the model saw but a part of it; give it a larger "
    "context (for Ollama, OLLAMA_CONTEXT_LENGTH=8192)."
)


def _object_in(thoughts: str) -> str:
    """The last JSON object of what a server took for thinking; "" when there is none."""
    found = [thoughts[start:end] for start, end, value in json_values(thoughts) if isinstance(value, dict)]
    return found[-1] if found else ""
