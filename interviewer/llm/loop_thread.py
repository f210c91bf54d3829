"""An event loop in a thread of its own, so that who asks never waits and never stutters."""

from __future__ import annotations

import asyncio
import atexit
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, InvalidStateError
from typing import Any, Generic, TypeVar

T = TypeVar("T")
_PATIENCE = 5.0
"""Seconds that closing waits for the thread."""


class Call(Future[T], Generic[T]):
    """A future that holds a value whatever happens: cancelling it settles it at once."""

    def __init__(self, cancelled: T) -> None:
        super().__init__()
        self._cancelled = cancelled
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def settle(self, value: T) -> bool:
        """Give it its value, unless it has one."""
        try:
            self.set_result(value)
        except InvalidStateError:
            return False
        return True

    def cancel(self) -> bool:
        """End the work; the result is what was agreed on for this."""
        return self.end(self._cancelled)

    def end(self, value: T) -> bool:
        """End the work with this value, unless it has come to its own."""
        if not self.settle(value):
            return False
        if self._loop is not None:
            # By the time this runs the loop has begun the work, or sees that it need not.
            self._loop.call_soon_threadsafe(self._stop)
        return True

    def begin(self, loop: asyncio.AbstractEventLoop, work: Callable[[], Coroutine[Any, Any, T]]) -> None:
        """Have the loop do the work."""
        self._loop = loop
        loop.call_soon_threadsafe(self._start, loop, work)

    def _start(self, loop: asyncio.AbstractEventLoop, work: Callable[[], Coroutine[Any, Any, T]]) -> None:
        if not self.done():
            self._task = loop.create_task(self._run(work))

    async def _run(self, work: Callable[[], Coroutine[Any, Any, T]]) -> None:
        self.settle(await work())

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()


class Background:
    """Runs coroutines; the thread starts with the first one.

    Args:
        name: of the thread.
        last: what to do in the loop before it ends.
    """

    def __init__(self, name: str, last: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._name = name
        self._last = last
        self._lock = threading.Lock()
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._calls: set[Call[Any]] = set()

    def run(self, work: Callable[[], Coroutine[Any, Any, T]], *, cancelled: T) -> Call[T]:
        """Start `work`, which must not raise; returns at once. After `close` the call is cancelled."""
        call = Call(cancelled)
        with self._lock:
            if self._closed:
                call.cancel()
                return call
            self._calls.add(call)
            call.begin(self._loop or self._start(), work)
        call.add_done_callback(self._calls.discard)
        return call

    def close(self) -> None:
        """Cancel what is under way and end the thread."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        for call in tuple(self._calls):
            call.cancel()
        if self._loop is not None and self._thread is not None:
            atexit.unregister(self.close)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(_PATIENCE)

    def _start(self) -> asyncio.AbstractEventLoop:
        self._loop = asyncio.new_event_loop()
        # A daemon, so that a server that does not answer keeps nobody from leaving.
        self._thread = threading.Thread(target=self._serve, args=(self._loop,), name=self._name, daemon=True)
        self._thread.start()
        atexit.register(self.close)
        return self._loop

    def _serve(self, loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        try:
            loop.run_forever()
            loop.run_until_complete(self._finish())
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.run_until_complete(loop.shutdown_default_executor())
        finally:
            loop.close()

    async def _finish(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._last()
