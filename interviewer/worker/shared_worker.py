"""A visitor's connection to a worker process that somebody else started: see `bridge`.

Stands where a `Child` stands in the client, so that the client need not know the difference.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from interviewer.worker.socket_stream import Line

__all__ = ["Link"]


class Link:
    """A connection to the shared worker.

    Args:
        path: the socket's file.
        on_message: called with each message, from the reading thread.
        on_death: called once, from the reading thread, when the connection has ended.

    Raises:
        OSError: nobody listens there.
    """

    def __init__(
        self, path: Path, *, on_message: Callable[[dict[str, Any]], None], on_death: Callable[[Link], None]
    ) -> None:
        self._on_message = on_message
        self._on_death = on_death
        self._why = "the connection to the shared encoder was lost"
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(str(path))
        except OSError:
            connection.close()
            raise
        self.last_heard = time.monotonic()
        self._line = Line(connection, on_message=self._hear, on_end=lambda: self._on_death(self))
        self._line.begin()

    @property
    def pid(self) -> int:
        """No process of this program's own."""
        return 0

    @property
    def end(self) -> str:
        """How the connection ended, in a few words."""
        return self._why

    def send(self, packed: bytes) -> None:
        """Queue a packed message; returns at once."""
        self._line.send(packed)

    def kill(self, why: str) -> None:
        """Hang up now, for this reason; the worker process is not this program's to end."""
        self._why = why
        self._line.close()

    def close(self, grace: float) -> None:
        """Hang up."""
        self._line.close()

    def _hear(self, message: dict[str, Any]) -> None:
        self.last_heard = time.monotonic()
        self._on_message(message)
