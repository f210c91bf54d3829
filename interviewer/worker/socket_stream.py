"""One end of a local socket that carries the worker's messages, and the threads that keep it moving.

As with the pipes of `child`, writing has a thread of its own: whoever sends never waits.
"""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from interviewer.worker.protocol import read_message

__all__ = ["Line"]

_CLOSE = b""


class Line:
    """A connected socket.

    Args:
        connection: the socket; it is this object's from here on.
        on_message: called with each message, from the reading thread.
        on_end: called once, from the reading thread, when the other side is gone or this one was closed.
    """

    def __init__(
        self,
        connection: socket.socket,
        *,
        on_message: Callable[[dict[str, Any]], None],
        on_end: Callable[[], None],
    ) -> None:
        self._connection = connection
        self._on_message = on_message
        self._on_end = on_end
        self._outbox: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def begin(self) -> None:
        """Start reading and writing; messages may be sent before."""
        for name, target in (("write", self._write), ("read", self._read)):
            threading.Thread(target=target, name=f"mockdl-line-{name}", daemon=True).start()

    def send(self, packed: bytes) -> None:
        """Queue a packed message; returns at once."""
        self._outbox.put(packed)

    def close(self) -> None:
        """Hang up; `on_end` follows."""
        self._outbox.put(_CLOSE)
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def _write(self) -> None:
        # A line that breaks means that the other side is gone, and the reading thread handles that.
        with suppress(OSError):
            while packed := self._outbox.get():
                self._connection.sendall(packed)

    def _read(self) -> None:
        # Nonsense is treated as the end: the line is then of no more use.
        with suppress(OSError, ValueError, KeyError, TypeError), self._connection.makefile("rb") as stream:
            while (message := read_message(stream)) is not None:
                self._on_message(message)
        self.close()
        self._connection.close()
        self._on_end()
