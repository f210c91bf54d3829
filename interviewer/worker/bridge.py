"""One worker process for several visitors: a private meeting point in front of the client.

`mockdl serve` runs each visitor's app as a process of its own, and an encoder for each would
cost 0.7 GB a visitor. So the server starts one worker and listens where only its
user can come in; the visitors speak the worker's own protocol over it. A crash of the worker is
the server's to mend: the visitors wait, and their requests are asked again.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

from interviewer.core.ports import EncoderStatus
from interviewer.errors import EncoderError
from interviewer.worker.engine import WorkerEngine
from interviewer.worker.meeting_point import MeetingPoint
from interviewer.worker.message_stream import MessageSocket
from interviewer.worker.methods import METHODS
from interviewer.worker.protocol import describe_error, pack_message

_OTHER_SETTINGS = "The encoder of `mockdl serve` keeps the settings it was started with; start it again for other ones."


class Bridge:
    """Listens until it is closed.

    Args:
        engine: whose worker process is shared; it must have been started.

    Raises:
        EncoderError: programs cannot meet on this system.
    """

    def __init__(self, engine: WorkerEngine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._visitors: list[_Visitor] = []
        try:
            self._meeting = MeetingPoint()
        except OSError as error:
            raise EncoderError(
                f"The encoder cannot be shared here: {error}.", todo="`mockdl` in a terminal needs no sharing."
            ) from error
        engine.on_status(self._tell)
        threading.Thread(target=self._accept, name="mockdl-bridge", daemon=True).start()

    @property
    def address(self) -> str:
        """Where the visitors connect; a secret."""
        return self._meeting.address

    @property
    def visitors(self) -> int:
        """How many are connected."""
        return len(self._visitors)

    def close(self) -> None:
        """Hang up on everyone and listen no more."""
        self._meeting.close()
        with self._lock:
            visitors = list(self._visitors)
        for visitor in visitors:
            visitor.stream.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection = self._meeting.accept()
                # Apart, so that one who only connects holds up nobody.
                threading.Thread(target=self._admit, args=(connection,), name="mockdl-admit", daemon=True).start()

    def _admit(self, connection: socket.socket) -> None:
        if not self._meeting.admit(connection):
            return
        visitor = _Visitor(connection, self._engine, self._forget)
        with self._lock:  # so that no later state can come before this one
            self._visitors.append(visitor)
            visitor.send({"status": self._engine.status().model_dump()})
        visitor.stream.begin()

    def _forget(self, visitor: _Visitor) -> None:
        with self._lock, suppress(ValueError):
            self._visitors.remove(visitor)

    def _tell(self, status: EncoderStatus) -> None:
        """Pass on what the worker says of itself, to everyone."""
        with self._lock:
            messages: list[dict[str, Any]] = [{"status": self._engine.status().model_dump()}]
            while self._visitors and self._engine.notices:
                messages.append({"notice": self._engine.notices.pop(0)})
            for visitor in self._visitors:
                for message in messages:
                    visitor.send(message)


class _Visitor:
    """One connected app."""

    def __init__(self, connection: socket.socket, engine: WorkerEngine, forget: Callable[[_Visitor], None]) -> None:
        self._engine = engine
        self.stream = MessageSocket(connection, on_message=self._hear, on_end=lambda: forget(self))

    def send(self, message: dict[str, Any]) -> None:
        self.stream.send(pack_message(message))

    def _hear(self, message: dict[str, Any]) -> None:
        if message["method"] == "hello":
            if message["params"] != self._engine.settings:
                self.send({"notice": _OTHER_SETTINGS})
            return
        number, method = message["id"], METHODS[message["method"]]
        asked = self._engine.relay(method, message.get("params", {}))
        asked.add_done_callback(lambda done: self._reply(number, done))

    def _reply(self, number: int, done: Future[Any]) -> None:
        error = done.exception()
        reply = {"result": done.result()} if error is None else {"error": describe_error(error)}
        self.send({"id": number, **reply})
