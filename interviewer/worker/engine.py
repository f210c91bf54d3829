"""The interface's side of the worker process: start, ask, survive its death, stop.

Every call returns a future at once. Futures are settled from the thread that reads the
worker's replies. A grade is never lost to a crash: it is asked again of a fresh process
once, and then becomes `Ungraded` with the reason.
"""

from __future__ import annotations

import atexit
import itertools
import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ConfigDict, TypeAdapter

from interviewer.core.bank.content import Item, Rubric
from interviewer.core.grade.grade import Assessment, AssessmentRequest, GradeRequest, GradeResult, Ungraded
from interviewer.core.ports import Close, EncoderStatus, Neighbour, SearchHit
from interviewer.errors import EncoderError
from interviewer.worker.child_process import HOST_COMMAND, Child
from interviewer.worker.pending_call import PendingCall, Reply
from interviewer.worker.protocol import pack_message

if TYPE_CHECKING:
    from interviewer.worker.shared_worker import Link

__all__ = ["WorkerEngine"]

_LATER = ConfigDict(defer_build=True)
_results: TypeAdapter[GradeResult] = TypeAdapter(GradeResult, config=_LATER)
_assessments = TypeAdapter(list[Assessment], config=_LATER)
_hits = TypeAdapter(list[SearchHit], config=_LATER)
_neighbours = TypeAdapter(dict[str, list[Neighbour]], config=_LATER)
_close = TypeAdapter(list[Close], config=_LATER)
_pairs = TypeAdapter(list[tuple[str, str, float]], config=_LATER)

_MOST_STARTS = 3
"""Starts within `_WINDOW` seconds; more means that the worker cannot live here."""
_WINDOW = 60.0
_MOST_DEATHS = 2
"""Processes that one request may take with it."""
_KEPT = "Your answers are saved."
_AGAIN = "Grade them again with `mockdl grade --session ID`."


class WorkerEngine:
    """The encoder's worker process; implements `core.ports.Grader`, and more. Thread-safe.

    Args:
        model: "default", a folder, or a name on the hub.
        device: auto, cpu, cuda or mps.
        cache: folder for vectors, index and neighbour table.
        packs: question packs to load.
        bank_cache: file of the validated bank.
        log: file for what the process prints.
        command: runs the process; the log's path is added.
        hangs_after: seconds of silence after which a loaded worker that was asked something counts as hung.
        shared: socket of a worker that another program started, and watches; no process is then started here.
    """

    def __init__(
        self,
        *,
        model: str,
        device: str,
        cache: Path,
        packs: Sequence[Path],
        bank_cache: Path,
        log: Path,
        command: Sequence[str] = HOST_COMMAND,
        hangs_after: float = 120.0,
        shared: Path | None = None,
    ) -> None:
        self.settings = {
            "model": model,
            "device": device,
            "cache": str(cache),
            "packs": [str(pack.absolute()) for pack in packs],
            "bank_cache": str(bank_cache),
        }
        self._hello = pack_message({"id": 0, "method": "hello", "params": self.settings})
        self._log = log
        self._command = (*command, str(log))
        self._shared = shared
        self._hangs_after = hangs_after if shared is None else math.inf
        self._lock = threading.RLock()
        self._announcing = threading.RLock()
        self._stopping = threading.Event()
        self._child: Child | Link | None = None
        self._asked: dict[int, PendingCall] = {}
        self._serving: int | None = None
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

    def prepare(self, question_id: str) -> Future[None]:
        """Embed this question's rubric before anything else."""
        return self._ask("prepare", {"question_id": question_id})

    def grade(self, request: GradeRequest, item: Item | None = None) -> Future[GradeResult]:
        """Grade one answer, by the given item's rubric or the bank's. The future never raises."""
        params: dict[str, Any] = {"request": request.model_dump(mode="json")}
        if item is not None:
            params["item"] = item.model_dump(mode="json")
        return self._ask("grade", params, Reply(_results.validate_python, _ungraded))

    def assess(self, requests: Sequence[AssessmentRequest]) -> Future[list[Assessment]]:
        """Hold answers against bare references; `EncoderError` when that failed."""
        rows = [request.model_dump(mode="json") for request in requests]
        return self._ask("assess", {"requests": rows}, Reply(_assessments.validate_python))

    def search(self, query: str, most: int = 10) -> Future[list[SearchHit]]:
        """Questions nearest to the query, best first, one hit a question; `EncoderError` when that failed."""
        return self._ask("search", {"query": query, "most": most}, Reply(_hits.validate_python))

    def neighbours(self) -> Future[dict[str, list[Neighbour]]]:
        """For every question its nearest other questions, best first; `EncoderError` when that failed."""
        return self._ask("neighbours", {}, Reply(_neighbours.validate_python))

    def deeper(self, question_id: str, level: str, exclude: Sequence[str]) -> Future[str | None]:
        """A related question of a higher level; None at once while the index is not ready."""
        if self._status.state != "ready":
            nothing: Future[str | None] = Future()
            nothing.set_result(None)
            return nothing
        return self._ask("deeper", {"question_id": question_id, "level": level, "exclude": list(exclude)})

    def close_texts(self, rubric: Rubric) -> Future[list[Close]]:
        """Texts of a rubric too near to each other; `EncoderError` when that failed."""
        return self._ask("close_texts", {"rubric": rubric.model_dump(mode="json")}, Reply(_close.validate_python))

    def close_questions(self, texts: Mapping[str, str], bound: float) -> Future[list[tuple[str, str, float]]]:
        """Pairs of question texts (by id) with a cosine above `bound`; `EncoderError` when that failed."""
        return self._ask("close_questions", {"texts": dict(texts), "bound": bound}, Reply(_pairs.validate_python))

    def embed(self, texts: Sequence[str]) -> Future[list[list[float]]]:
        """Unit vectors of some texts; `EncoderError` when that failed."""
        return self._ask("embed", {"texts": list(texts)})

    def relay(self, method: str, params: dict[str, Any]) -> Future[Any]:
        """Ask as another program did; the result is plain data, `EncoderError` when it failed."""
        return self._ask(method, params)

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
            child.close(grace=2.0)
        self._announce()
        self._fail(self._take_all(), "The encoder was stopped.")

    def _ask(self, method: str, params: dict[str, Any], reply: Reply | None = None) -> Future[Any]:
        number = next(self._numbers)
        asked = PendingCall(reply or Reply())
        try:
            asked.packed = pack_message({"id": number, "method": method, "params": params})
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
        self._serving = None
        try:
            self._child = self._make_child()
        except OSError as error:
            problem = "its process could not be started" if self._shared is None else "the shared one is gone"
            detail = f"{problem} ({error})"
            self._status = EncoderStatus(state="failed", detail=detail)
            return
        self._status = EncoderStatus(state="starting")
        self._child.send(self._hello)

    def _make_child(self) -> Child | Link:
        if self._shared is not None:
            from interviewer.worker.shared_worker import Link

            return Link(self._shared, on_message=self._hear, on_death=self._bury)
        return Child(self._command, on_message=self._hear, on_death=self._bury)

    def _recent_starts(self) -> int:
        return sum(time.monotonic() - start < _WINDOW for start in self._starts)

    def _hear(self, message: dict[str, Any]) -> None:
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

    def _bury(self, child: Child | Link) -> None:
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
        """Count a death against the request that was being served; taken out when it was one too many."""
        number = self._serving
        culprit = None if number is None else self._asked.get(number)
        if number is None or culprit is None:
            return []
        culprit.deaths += 1
        return [self._asked.pop(number)] if culprit.deaths >= _MOST_DEATHS else []

    def _send(self, asked: PendingCall) -> None:
        if self._child is not None:
            self._child.send(asked.packed)

    def _watch(self) -> None:
        """Kill a worker that is loaded, was asked something, and says nothing for too long."""
        while not self._stopping.wait(min(1.0, self._hangs_after / 4)):
            with self._lock:
                child, silent_for = self._child, 0.0
                if child is not None and self._asked and self._status.state in ("indexing", "ready"):
                    oldest = min(asked.since for asked in self._asked.values())
                    silent_for = time.monotonic() - max(oldest, child.last_heard)
            if child is not None and silent_for > self._hangs_after:
                child.kill(f"it did not answer for {silent_for:.0f} seconds")

    def _take_all(self) -> list[PendingCall]:
        with self._lock:
            taken = list(self._asked.values())
            self._asked.clear()
            return taken

    def _fail(self, doomed: Sequence[PendingCall], what: str) -> None:
        """Settle futures as failed; never under the lock, since their callbacks run here."""
        for asked in doomed:
            asked.fail(EncoderError(what, kept=_KEPT, todo=_AGAIN))


def _ungraded(error: EncoderError) -> Ungraded:
    return Ungraded(reason=" ".join(part for part in (error.what, error.kept, error.todo) if part))
