"""A request that waits for its reply, and what becomes of its future."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import Any, NamedTuple

from interviewer.errors import EncoderError

__all__ = ["PendingCall", "Reply"]


class Reply(NamedTuple):
    """How a reply becomes a result."""

    read: Callable[[Any], Any] = lambda plain: plain
    """From plain data; `ValueError` when it is not what was asked for."""
    instead: Callable[[EncoderError], Any] | None = None
    """The result in place of an error; without it the future raises."""


class PendingCall:
    """One open request."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply
        self.future: Future[Any] = Future()
        self.packed = b""
        self.since = time.monotonic()
        self.deaths = 0
        """How many processes died while they served this request."""

    def settle(self, plain: Any) -> None:
        """Set the result from a reply's plain data."""
        try:
            result = self._reply.read(plain)
        except ValueError as error:
            self.fail(EncoderError(f"The encoder's process answered with something else: {error}"))
            return
        self._set(result)

    def fail(self, error: EncoderError) -> None:
        """Set the error, or what stands for it."""
        if self._reply.instead is not None:
            self._set(self._reply.instead(error))
            return
        with suppress(InvalidStateError):
            self.future.set_exception(error)

    def _set(self, result: Any) -> None:
        # Whoever asked may have cancelled the future since, as a screen that closes does.
        with suppress(InvalidStateError):
            self.future.set_result(result)
