"""A model on an OpenAI-compatible server, asked without waiting.

Calls return a future at once. All work, the import of openai included, happens in one
background thread, and whatever goes wrong there comes back as a `ChatFailure`.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

from interviewer.core.futures import settled
from interviewer.llm.calls import Caller, Sleep
from interviewer.llm.chat import ChatAnswer, ChatFailure, ChatRequest, OnDelta
from interviewer.llm.json_modes import Ladder
from interviewer.llm.loop_thread import Background, Call
from interviewer.llm.request_failures import Trouble, late
from interviewer.llm.server_config import ChatServer
from interviewer.llm.transport import Door
from interviewer.llm.way_to_server import NoWayError

T = TypeVar("T")

_CANCELLED = ChatFailure("cancelled", "The call was cancelled; ask again whenever you like.")


class ChatClient:
    """Asks one server; implements `core.chat.Chat`. Thread-safe. Close it when done.

    Args:
        server: whom, and with what patience.
        cache: folder for what is learned about servers; None learns it anew each time.
        chance: for the jitter of waiting times.
        sleep: waits between repeats, in seconds.
        clock: seconds since 1970, to read dates in headers.
        on_loading: called in the client's thread when calls begin to wait until the server has loaded the model.
    """

    def __init__(
        self,
        server: ChatServer,
        *,
        cache: Path | None = None,
        chance: random.Random | None = None,
        sleep: Sleep = asyncio.sleep,
        clock: Callable[[], float] = time.time,
        on_loading: Callable[[], None] = lambda: None,
    ) -> None:
        self._server = server
        self._ladder = Ladder(cache)
        self._chance = chance or random.Random()
        self._sleep = sleep
        self._clock = clock
        self._on_loading = on_loading
        self._waiting = 0
        self._turns = asyncio.Semaphore(server.concurrency)
        self._opened: Door | None = None
        self._background = Background("mockdl-chat", self._close_door)

    def __repr__(self) -> str:
        return f"ChatClient({self._server.host}, {self._server.model!r})"

    @property
    def model(self) -> str:
        """The model that is asked for."""
        return self._server.model

    @property
    def host(self) -> str:
        """Host and port that requests go to."""
        return self._server.host

    @property
    def is_loading(self) -> bool:
        """Whether a call waits until the server has loaded the model."""
        return self._waiting > 0

    def ask(self, request: ChatRequest) -> Future[ChatAnswer]:
        """Ask for one reply."""
        return self._begin(request, _ignore)

    def stream(self, request: ChatRequest, on_delta: OnDelta) -> Future[ChatAnswer]:
        """Ask for one reply, handing on each piece as it comes; none comes after the future is settled."""
        return self._begin(request._replace(stream=True), on_delta)

    def models(self) -> Future[tuple[str, ...] | ChatFailure]:
        """Ask the server for the names of its models, once and without repeats."""

        async def work() -> tuple[str, ...] | ChatFailure:
            return await self._guard(self._list)

        return self._background.run(work, cancelled=_CANCELLED)

    def warm(self) -> None:
        """Load what the first call needs, in the background, so that it does not wait; nothing is sent."""

        async def load() -> ChatFailure:
            self._door()
            return _CANCELLED

        async def work() -> ChatFailure:
            return await self._guard(load)

        self._background.run(work, cancelled=_CANCELLED)

    def relearn(self) -> None:
        """Forget which ways of asking the server took, as before a probe."""
        self._ladder.forget(self._server.url, self._server.model)

    def close(self) -> None:
        """End all calls and the thread; calls under way are cancelled."""
        self._background.close()

    def _begin(self, request: ChatRequest, on_delta: OnDelta) -> Future[ChatAnswer]:
        problem = self._server.key_problem()
        if problem:
            return settled(ChatFailure("bad-key", problem))

        async def work() -> ChatAnswer:
            return await self._guard(lambda: self._call(request, hand_on))

        def hand_on(text: str) -> None:
            if call.done():
                return
            try:
                on_delta(text)
            except Exception as error:
                call.end(ChatFailure("cancelled", f"The reply could not be shown ({type(error).__name__}); ask again."))

        call: Call[ChatAnswer] = self._background.run(work, cancelled=_CANCELLED)
        return call

    async def _call(self, request: ChatRequest, on_delta: OnDelta) -> ChatAnswer:
        async with self._turns:
            caller = Caller(self._server, self._door(), self._ladder, self._chance, self._sleep, self._note_loading)
            return await caller.call(request, on_delta)

    def _note_loading(self, begins: int) -> None:
        self._waiting += begins
        if begins > 0 and self._waiting == 1:
            self._on_loading()

    async def _list(self) -> tuple[str, ...] | ChatFailure:
        problem = self._server.key_problem()
        if problem:
            return ChatFailure("bad-key", problem)
        try:
            async with asyncio.timeout(self._server.timeout):
                found = await self._door().models()
        except TimeoutError:
            return ChatFailure("timeout", late(self._server))
        return ChatFailure(found.kind, found.reason, found.retry_after) if isinstance(found, Trouble) else found

    async def _guard(self, work: Callable[[], Awaitable[T]]) -> T | ChatFailure:
        """What no one foresaw is a failure too; its message may quote a key, so only its name is told."""
        try:
            return await work()
        except NoWayError as problem:
            return ChatFailure("no-server", str(problem))
        except Exception as error:
            failed = f"The model's client failed ({type(error).__name__})"
            return ChatFailure("bad-reply", f"{failed}; install mockdl anew, and report it if that does not help.")

    def _door(self) -> Door:
        if self._opened is None:
            self._opened = Door(self._server, clock=self._clock)
        return self._opened

    async def _close_door(self) -> None:
        if self._opened is not None:
            await self._opened.close()


def _ignore(text: str) -> None:
    """Nobody listens to the pieces."""
