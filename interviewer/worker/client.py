"""The interface's side of the worker process: start, ask, survive its death, stop.

Every call returns a future at once. One thread reads replies; a second one notices a
worker that hangs. A grade is never lost to a crash: it is asked again of a fresh process
once, and then becomes `Ungraded` with the reason.
"""

from __future__ import annotations

import atexit
import itertools
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from interviewer.core.content import Item
from interviewer.core.grade import GradeRequest, GradeResult, Ungraded
from interviewer.core.ports import EncoderStatus, Neighbour, SearchHit
from interviewer.errors import EncoderError
from interviewer.worker.protocol import read_message, write_message

__all__ = ["WorkerEngine"]

_results: TypeAdapter[GradeResult] = TypeAdapter(GradeResult)
_hits = TypeAdapter(list[SearchHit])
_neighbours = TypeAdapter(dict[str, list[Neighbour]])

_MOST_STARTS = 3
"""Starts within `_WINDOW` seconds; more means that the worker cannot live here."""
_WINDOW = 60.0
_HANGS_AFTER = 120.0
"""Seconds after which a request to a loaded worker counts as hung."""
_KEPT = "Your answers are saved."


class _Asked(NamedTuple):
    message: dict[str, Any]
    future: Future[Any]
    tries: int
    since: float


class WorkerEngine:
    """The encoder's worker process; implements `core.ports.Engine`."""

    def __init__(
        self,
        *,
        model: str,
        device: str,
        cache: Path,
        packs: Sequence[Path],
        bank_cache: Path,
        log: Path,
        command: Sequence[str] = (sys.executable, "-m", "interviewer.worker.host"),
    ) -> None:
        self._settings = {
            "model": model,
            "device": device,
            "cache": str(cache),
            "packs": [str(pack.absolute()) for pack in packs],
            "bank_cache": str(bank_cache),
        }
        self._log = log
        self._command = (*command, str(log))
        self._lock = threading.RLock()
        self._process: subprocess.Popen[bytes] | None = None
        self._asked: dict[int, _Asked] = {}
        self._numbers = itertools.count(1)
        self._starts: list[float] = []
        self._status = EncoderStatus(state="stopped")
        self._listeners: list[Callable[[EncoderStatus], None]] = []
        self._stopped = False
        self.notices: list[str] = []
        """What the worker wanted to be said aloud, oldest first."""

    def start(self) -> None:
        """Start the process; a second call does nothing."""
        with self._lock:
            if self._process is None and not self._stopped:
                atexit.register(self.stop)
                self._spawn()
                threading.Thread(target=self._watch, name="mockdl-worker-watch", daemon=True).start()

    def _spawn(self) -> None:
        self._starts.append(time.monotonic())
        self._set_status(EncoderStatus(state="starting"))
        root = str(Path(__file__).resolve().parents[2])
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        try:
            process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": path},
                start_new_session=True,
            )
        except OSError as error:
            self._set_status(EncoderStatus(state="failed", detail=f"the process could not be started: {error}"))
            self._give_up(f"The encoder's process could not be started: {error}")
            return
        self._process = process
        self._write({"id": 0, "method": "hello", "params": self._settings})
        threading.Thread(target=self._read, args=(process,), name="mockdl-worker-read", daemon=True).start()

    def status(self) -> EncoderStatus:
        """The latest state heard from the worker."""
        return self._status

    def on_status(self, listener: Callable[[EncoderStatus], None]) -> None:
        """Call `listener` from the reading thread at every change of state."""
        self._listeners.append(listener)

    def prepare(self, question_id: str) -> Future[None]:
        """Embed this question's rubric before anything else."""
        return self._ask("prepare", {"question_id": question_id})

    def grade(self, request: GradeRequest, item: Item | None = None) -> Future[GradeResult]:
        """Grade one answer, by the given item's rubric or the bank's. The future never raises."""
        params: dict[str, Any] = {"request": request.model_dump(mode="json")}
        if item is not None:
            params["item"] = item.model_dump(mode="json")
        outer: Future[GradeResult] = Future()

        def finish(inner: Future[Any]) -> None:
            error = inner.exception()
            if error is not None:
                what = error.what if isinstance(error, EncoderError) else str(error)
                outer.set_result(Ungraded(reason=what))
                return
            try:
                outer.set_result(_results.validate_python(inner.result()))
            except ValueError as error:
                outer.set_result(Ungraded(reason=f"the grader gave no valid grade: {error}"))

        self._ask("grade", params).add_done_callback(finish)
        return outer

    def search(self, query: str, most: int = 10) -> Future[list[SearchHit]]:
        """Questions nearest to the query, best first, one hit a question."""
        return self._ask("search", {"query": query, "most": most}, _hits.validate_python)

    def neighbours(self) -> Future[dict[str, list[Neighbour]]]:
        """For every question its nearest other questions, best first."""
        return self._ask("neighbours", {}, _neighbours.validate_python)

    def deeper(self, question_id: str, level: str, exclude: Sequence[str]) -> Future[str | None]:
        """A related question of a higher level; None at once while the index is not ready."""
        if self._status.state != "ready":
            nothing: Future[str | None] = Future()
            nothing.set_result(None)
            return nothing
        return self._ask("deeper", {"question_id": question_id, "level": level, "exclude": list(exclude)})

    def embed(self, texts: Sequence[str]) -> Future[list[list[float]]]:
        """Unit vectors of some texts."""
        return self._ask("embed", {"texts": list(texts)})

    def stop(self) -> None:
        """End the process: it leaves when its input closes, and is killed if it does not."""
        with self._lock:
            if self._stopped:
                return
            self._stopped = True
            process, self._process = self._process, None
        atexit.unregister(self.stop)
        if process is not None:
            with suppress(OSError):
                process.stdin.close()  # type: ignore[union-attr]
            try:
                process.wait(timeout=2)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._set_status(self._status.model_copy(update={"state": "stopped"}))
        self._fail_all("the encoder was stopped")

    def _ask(
        self, method: str, params: dict[str, Any], parse: Callable[[Any], Any] = lambda result: result
    ) -> Future[Any]:
        inner: Future[Any] = Future()
        outer: Future[Any] = Future()

        def finish(done: Future[Any]) -> None:
            error = done.exception()
            if error is not None:
                outer.set_exception(error)
                return
            try:
                outer.set_result(parse(done.result()))
            except ValueError as error:
                outer.set_exception(EncoderError(f"The worker answered with something else: {error}"))

        inner.add_done_callback(finish)
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": params}
        with self._lock:
            if self._stopped or (self._process is None and self._starts):
                refusal = self._status.detail or "it is not running"
                inner.set_exception(EncoderError(f"The encoder is not available: {refusal}", kept=_KEPT))
                return outer
            self._asked[number] = _Asked(message, inner, 1, time.monotonic())
        self.start()
        self._write(message)
        return outer

    def _write(self, message: dict[str, Any]) -> None:
        with self._lock:
            if self._process is not None and self._process.stdin is not None:
                # A pipe that broke means a dead worker, and the reading thread handles that.
                with suppress(OSError, ValueError):
                    write_message(self._process.stdin, message)

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        """Deliver replies until the process ends."""
        assert process.stdout is not None
        with suppress(ValueError, OSError):
            while (message := read_message(process.stdout)) is not None:
                self._deliver(message)
        process.wait()
        with suppress(OSError):
            process.stdout.close()
        with suppress(OSError):
            process.stdin.close()  # type: ignore[union-attr]
        self._after_death(process)

    def _deliver(self, message: dict[str, Any]) -> None:
        if "status" in message:
            self._set_status(EncoderStatus.model_validate(message["status"]))
        elif "notice" in message:
            self.notices.append(str(message["notice"]))
        else:
            with self._lock:
                asked = self._asked.pop(message["id"], None)
            if asked is None:
                return
            if "error" in message:
                asked.future.set_exception(EncoderError(**message["error"]))
            else:
                asked.future.set_result(message.get("result"))

    def _set_status(self, status: EncoderStatus) -> None:
        self._status = status
        for listener in self._listeners:
            listener(status)

    def _after_death(self, process: subprocess.Popen[bytes]) -> None:
        """Start again and repeat what was asked, unless it dies too often or was asked twice already."""
        with self._lock:
            if self._stopped or process is not self._process:
                return
            self._process = None
            reason = f"the encoder's process ended unexpectedly ({_exit_words(process.returncode)}; see {self._log})"
            recent = [start for start in self._starts if time.monotonic() - start < _WINDOW]
            repeat = []
            for number, asked in list(self._asked.items()):
                if asked.tries >= 2 or len(recent) >= _MOST_STARTS:
                    del self._asked[number]
                    asked.future.set_exception(EncoderError(reason, kept=_KEPT))
                else:
                    self._asked[number] = asked._replace(tries=asked.tries + 1, since=time.monotonic())
                    repeat.append(asked.message)
            if len(recent) >= _MOST_STARTS:
                self._set_status(EncoderStatus(state="failed", detail=f"{reason}, {len(recent)} times in a minute"))
                return
            self.notices.append(f"{reason[0].upper()}{reason[1:]}; it was started again.")
            self._spawn()
        for message in repeat:
            self._write(message)

    def _watch(self) -> None:
        """Kill a worker that is loaded and has not answered for too long."""
        while not self._stopped:
            time.sleep(1.0)
            with self._lock:
                now = time.monotonic()
                if self._status.state == "starting":
                    self._asked = {n: asked._replace(since=now) for n, asked in self._asked.items()}
                overdue = any(now - asked.since > _HANGS_AFTER for asked in self._asked.values())
                if overdue and self._process is not None:
                    self._process.kill()

    def _give_up(self, reason: str) -> None:
        self._process = None
        self._fail_all(reason)

    def _fail_all(self, reason: str) -> None:
        with self._lock:
            asked, self._asked = self._asked, {}
        for each in asked.values():
            each.future.set_exception(EncoderError(reason, kept=_KEPT))


def _exit_words(code: int | None) -> str:
    if code is not None and code < 0:
        return f"killed by signal {-code}"
    return f"exit code {code}"
