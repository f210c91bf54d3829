"""Messages over two streams, with a thread for each direction.

Writing has a thread of its own because a pipe or a socket holds 64 kB: a process that is busy loading, or stopped,
would otherwise hold up whoever asks, and that is the interface.
"""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any

from interviewer.worker.protocol import read_message

_CLOSE = b""


class MessageStream:
    """One side of a conversation; the streams are this object's from here on.

    Args:
        source: where messages come from.
        sink: where they go to.
        on_message: called with each message, from the reading thread.
        on_end: called once, from the reading thread, when no more can come: with None at the end of the stream, with
            the error when what came was no message.
    """

    def __init__(
        self,
        source: IO[bytes],
        sink: IO[bytes],
        *,
        on_message: Callable[[dict[str, Any]], None],
        on_end: Callable[[Exception | None], None],
    ) -> None:
        self._source = source
        self._sink = sink
        self._on_message = on_message
        self._on_end = on_end
        self._outbox: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self.last_heard = time.monotonic()
        """When the last message came, by the monotonic clock."""

    def begin(self) -> None:
        """Start reading and writing; messages may be sent before."""
        for name, target in (("write", self._write), ("read", self._read)):
            threading.Thread(target=target, name=f"mockdl-worker-{name}", daemon=True).start()

    def send(self, packed: bytes) -> None:
        """Queue a packed message; returns at once."""
        self._outbox.put(packed)

    def close(self) -> None:
        """Close the sink once all is written; returns at once."""
        self._outbox.put(_CLOSE)

    def _write(self) -> None:
        # A stream that breaks means that the other side is gone, and the reading thread handles that.
        with suppress(OSError, ValueError):
            while packed := self._outbox.get():
                self._sink.write(packed)
                self._sink.flush()
        with suppress(OSError):
            self._sink.close()

    def _read(self) -> None:
        nonsense: Exception | None = None
        try:
            while (message := read_message(self._source)) is not None:
                self.last_heard = time.monotonic()
                self._on_message(message)
        except (ValueError, KeyError, TypeError, OSError) as error:
            nonsense = error
        self.close()
        with suppress(OSError):
            self._source.close()
        self._on_end(nonsense)


class MessageSocket(MessageStream):
    """One end of a connected local socket; `on_end` is called without the error.

    Nonsense is treated as the end: the connection is then of no more use.
    """

    def __init__(
        self,
        connection: socket.socket,
        *,
        on_message: Callable[[dict[str, Any]], None],
        on_end: Callable[[], None],
    ) -> None:
        source, sink = connection.makefile("rb"), connection.makefile("wb")
        super().__init__(source, sink, on_message=on_message, on_end=lambda _: on_end())
        self._connection = connection

    def close(self) -> None:
        """Hang up; `on_end` follows."""
        super().close()
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._connection.close()
