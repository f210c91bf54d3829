"""A request that waits for its reply, and what becomes of its future."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import Any

from interviewer.errors import EncoderError


class PendingCall:
    """One open request.

    Args:
        read: makes the result from plain data; `ValueError` when it is not what was asked for.
    """

    def __init__(self, read: Callable[[Any], Any]) -> None:
        self._read = read
        self.future: Future[Any] = Future()
        self.message: dict[str, Any] = {}
        """The request."""
        self.packed = b""
        """The same as it is sent."""
        self.since = time.monotonic()
        self.deaths = 0
        """How many processes died while they served this request."""

    def settle(self, plain: Any) -> None:
        """Set the result from a reply's plain data."""
        try:
            result = self._read(plain)
        except ValueError as error:
            self.fail(EncoderError(f"The encoder's process answered with something else: {error}"))
            return
        # Whoever asked may have cancelled the future since, as a screen that closes does.
        with suppress(InvalidStateError):
            self.future.set_result(result)

    def fail(self, error: EncoderError) -> None:
        """Set the error."""
        with suppress(InvalidStateError):
            self.future.set_exception(error)
