"""A visitor's connection to a worker process that somebody else started: see `bridge`."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from interviewer.worker.message_stream import MessageSocket


class SharedWorker(MessageSocket):
    """A connection to the shared worker; stands where a `ChildProcess` stands, so that the client need not know.

    Args:
        path: the socket's file.
        on_message: called with each message, from the reading thread.
        on_death: called once, from the reading thread, when the connection has ended.

    Raises:
        OSError: nobody listens there.
    """

    def __init__(
        self, path: Path, *, on_message: Callable[[dict[str, Any]], None], on_death: Callable[[SharedWorker], None]
    ) -> None:
        self.end = "the connection to the shared encoder was lost"
        """How it ended, in a few words."""
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(str(path))
        except OSError:
            connection.close()
            raise
        super().__init__(connection, on_message=on_message, on_end=lambda: on_death(self))
        self.begin()

    def kill(self, why: str) -> None:
        """Hang up now, for this reason; the worker process is not this program's to end."""
        self.end = why
        self.close()

    def stop(self) -> None:
        """Hang up."""
        self.close()
