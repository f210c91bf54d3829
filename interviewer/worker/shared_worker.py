"""A visitor's connection to a worker process that somebody else started: see `bridge`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from interviewer.worker.meeting_point import connect
from interviewer.worker.message_stream import MessageSocket


class SharedWorker(MessageSocket):
    """A connection to the shared worker; stands where a `ChildProcess` stands, so that the client need not know.

    Args:
        address: of the meeting point.
        on_message: called with each message, from the reading thread.
        on_death: called once, from the reading thread, when the connection has ended.

    Raises:
        OSError: nobody listens there, or somebody else.
    """

    def __init__(
        self, address: str, *, on_message: Callable[[dict[str, Any]], None], on_death: Callable[[SharedWorker], None]
    ) -> None:
        self.end = "the connection to the shared encoder was lost"
        """How it ended, in a few words."""
        connection = connect(address)
        super().__init__(connection, on_message=on_message, on_end=lambda: on_death(self))
        self.begin()

    def kill(self, why: str) -> None:
        """Hang up now, for this reason; the worker process is not this program's to end."""
        self.end = why
        self.close()

    def stop(self) -> None:
        """Hang up."""
        self.close()
