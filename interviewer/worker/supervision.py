"""Keeping one worker process alive: start it, ask it, survive its death, stop it.

Every request returns a future at once. Futures are settled from the thread that reads the worker's replies. A process
that dies is replaced, and what was open is asked again of the fresh one, once.
"""

from __future__ import annotations

import atexit
import itertools
import math
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from interviewer.core.ports import EncoderStatus
from interviewer.errors import EncoderError
from interviewer.worker.child_process import ChildProcess
from interviewer.worker.pending_call import PendingCall
from interviewer.worker.protocol import pack_message

if TYPE_CHECKING:
    from interviewer.worker.shared_worker import SharedWorker

_MOST_STARTS = 3
"""Starts within `_WINDOW` seconds; more means that the worker cannot live here."""
_WINDOW = 60.0
_MOST_DEATHS = 2
"""Processes that one request may take with it."""
_PATIENCE = 15
_KEPT = "Your answers are saved."
_AGAIN = "Grade them again with `mockdl grade --session ID`."


class SupervisedWorker:
    """A worker process that is there when it is needed. Thread-safe.

    Args:
        settings: what the process is told first.
        log: file for what the process prints.
        command: runs the process; the log's path is added.
        hangs_after: seconds of silence after which a loaded worker that was asked something counts as hung; one that
            says it is working is given `_PATIENCE` times as long for a single request.
        shared: where to meet a worker that another program started, and watches; no process is then started here.
    """

    def __init__(
        self,
        settings: dict[str, Any],
        *,
        log: Path,
        command: Sequence[str],
        hangs_after: float,
        shared: str | None,
    ) -> None:
        self.settings = settings
        self._hello = pack_message({"id": 0, "method": "hello", "params": settings})
        self._log = log
        self._command = (*command, str(log))
        self._shared = shared
        self._hangs_after = hangs_after if shared is None else math.inf
        self._lock = threading.RLock()
        self._announcing = threading.RLock()
        self._stopping = threading.Event()
        self._child: ChildProcess | SharedWorker | None = None
        self._asked: dict[int, PendingCall] = {}
        self._serving: list[int] = []
        self._moved = 0.0
        """When something was done last, by the monotonic clock."""
        self._numbers = itertools.count(1)
        self._starts: list[float] = []
        self._status = EncoderStatus(state="stopped")
        self._listeners: list[Callable[[EncoderStatus], None]] = []
        self.notices: list[str] = []
        """What the worker wanted to be said aloud, oldest first; whoever says it takes it out."""

    def start(self) -> None:
        """Start the process; a second call does nothing."""
        with self._lock:
            if self._starts or self._stopping.is_set():
                return
            atexit.register(self.stop)
            self._spawn()
            threading.Thread(target=self._watch, name="mockdl-worker-watch", daemon=True).start()
        self._announce()

    def status(self) -> EncoderStatus:
        """The latest state heard from the worker."""
        return self._status

    def on_status(self, listener: Callable[[EncoderStatus], None]) -> None:
        """Call `listener` at every change of state, mostly from the reading thread. It must not wait."""
        self._listeners.append(listener)

    def stop(self) -> None:
        """End the process: it leaves when its input closes, and is killed if it does not within 2 s."""
        with self._lock:
            if self._stopping.is_set():
                return
            self._stopping.set()
            child, self._child = self._child, None
            self._status = self._status.model_copy(update={"state": "stopped"})
        atexit.unregister(self.stop)
        if child is not None:
            child.stop()
        self._announce()
        self._fail(self._take_all(), "The encoder was stopped.")

    def request(self, method: str, params: dict[str, Any], read: Callable[[Any], Any]) -> Future[Any]:
        """Ask the process; the future raises `EncoderError` when nothing came of it.

        Args:
            method: what is asked for.
            params: plain data.
            read: makes the result from plain data; `ValueError` when it is not what was asked for.
        """
        number = next(self._numbers)
        asked = PendingCall(read)
        try:
            asked.message = {"id": number, "method": method, "params": params}
            asked.packed = pack_message(asked.message)
        except ValueError as error:
            asked.fail(EncoderError(f"The request is too large for the encoder: {error}.", kept=_KEPT))
            return asked.future
        self.start()
        with self._lock:
            if self._child is None and not self._stopping.is_set() and self._recent_starts() < _MOST_STARTS:
                self._spawn()
            if self._child is not None:
                self._asked[number] = asked
                self._send(asked)
                return asked.future
            refusal = self._status.detail or "it was stopped"
        asked.fail(EncoderError(f"The encoder is not available: {refusal}.", kept=_KEPT, todo=_AGAIN))
        return asked.future

    def _spawn(self) -> None:
        """Start a process; the caller holds the lock and announces the status."""
        self._starts.append(time.monotonic())
        self._serving = []
        try:
            self._child = self._make_child()
        except OSError as error:
            problem = "its process could not be started" if self._shared is None else "the shared one is gone"
            detail = f"{problem} ({error})"
            self._status = EncoderStatus(state="failed", detail=detail)
            return
        self._status = EncoderStatus(state="starting")
        self._child.send(self._hello)

    def _make_child(self) -> ChildProcess | SharedWorker:
        if self._shared is not None:
            from interviewer.worker.shared_worker import SharedWorker

            return SharedWorker(self._shared, on_message=self._hear, on_death=self._bury)
        return ChildProcess(self._command, on_message=self._hear, on_death=self._bury)

    def _recent_starts(self) -> int:
        return sum(time.monotonic() - start < _WINDOW for start in self._starts)

    def _hear(self, message: dict[str, Any]) -> None:
        if "working" in message:  # that it was heard is all it says
            return
        self._moved = time.monotonic()
        if "status" in message:
            with self._lock:
                if not self._stopping.is_set():
                    self._status = EncoderStatus.model_validate(message["status"])
            self._announce()
        elif "notice" in message:
            self.notices.append(str(message["notice"]))
            self._announce()
        elif "serving" in message:
            self._serving = message["serving"]
        else:
            with self._lock:
                asked = self._asked.pop(message["id"], None)
            if asked is not None and "error" in message:
                asked.fail(EncoderError(**message["error"]))
            elif asked is not None:
                asked.settle(message.get("result"))

    def _announce(self) -> None:
        # One at a time, and read within: the listener's last word is then the latest state.
        with self._announcing:
            for listener in self._listeners:
                # Whatever a listener does wrong must not end the thread that settles the futures.
                with suppress(Exception):
                    listener(self._status)

    def _bury(self, child: ChildProcess | SharedWorker) -> None:
        """Start again and ask again what was open, unless that has happened too often."""
        with self._lock:
            if self._stopping.is_set() or child is not self._child:
                return
            self._child = None
            over = self._blame()
            starts = self._recent_starts()
            if starts < _MOST_STARTS:
                self.notices.append(
                    f"The encoder's process ended ({child.end}; see {self._log}); it was started again."
                )
                self._spawn()
            else:
                detail = f"its process ended {starts} times within a minute ({child.end}; see {self._log})"
                self._status = EncoderStatus(state="failed", detail=detail)
            left = self._take_all() if self._child is None else []
            for asked in self._asked.values():
                self._send(asked)
            detail = self._status.detail
        self._announce()
        self._fail(over, f"The encoder stopped twice over this request ({child.end}; see {self._log}).")
        self._fail(left, f"The encoder is not available: {detail}.")

    def _blame(self) -> list[PendingCall]:
        """Count a death against what was being served; taken out is that for which it was one too many.

        The others are asked again so that no death of another counts against them a second time.
        """
        suspects = [(number, self._asked[number]) for number in self._serving if number in self._asked]
        for _, suspect in suspects:
            suspect.deaths += 1
            suspect.packed = pack_message({**suspect.message, "alone": True})
        return [self._asked.pop(number) for number, suspect in suspects if suspect.deaths >= _MOST_DEATHS]

    def _send(self, asked: PendingCall) -> None:
        if self._child is not None:
            self._child.send(asked.packed)

    def _watch(self) -> None:
        """Kill a worker that is loaded, was asked something, and says nothing for too long."""
        while not self._stopping.wait(min(1.0, self._hangs_after / 4)):
            with self._lock:
                child, silent_for, stuck_for = self._child, 0.0, 0.0
                if child is not None and self._asked and self._status.state in ("indexing", "ready"):
                    oldest = min(asked.since for asked in self._asked.values())
                    silent_for = time.monotonic() - max(oldest, child.last_heard)
                    stuck_for = time.monotonic() - max(oldest, self._moved)
            if child is not None and silent_for > self._hangs_after:
                child.kill(f"it did not answer for {silent_for:.0f} seconds")
            elif child is not None and stuck_for > _PATIENCE * self._hangs_after:
                child.kill(f"it worked for {stuck_for:.0f} seconds on one request")

    def _take_all(self) -> list[PendingCall]:
        with self._lock:
            taken = list(self._asked.values())
            self._asked.clear()
            return taken

    def _fail(self, doomed: Sequence[PendingCall], what: str) -> None:
        """Settle futures as failed; never under the lock, since their callbacks run here."""
        for asked in doomed:
            asked.fail(EncoderError(what, kept=_KEPT, todo=_AGAIN))
