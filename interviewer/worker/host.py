"""The worker process itself: `python -m interviewer.worker.host LOG`.

The interface never imports numpy, torch or faiss: that would stall its event loop for up to
0.4 s and add half a gigabyte to it. They live here. The process owns its standard streams: 0
and 1 carry the protocol, and whatever a library prints goes to a log. It ends when its input
does, so it cannot outlive the interface, however that died.
"""

from __future__ import annotations

import faulthandler
import io
import os
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NoReturn

from interviewer.core.ports import EncoderStatus
from interviewer.worker import methods
from interviewer.worker.methods import METHODS
from interviewer.worker.protocol import describe_error, read_message, write_message

if TYPE_CHECKING:
    from interviewer.worker.operations import Operations

_URGENT = {method.name for method in METHODS.values() if method.urgent}
_NICENESS = 5
_MOST_LOG_BYTES = 1_000_000
_FEWEST_TOGETHER, _MOST_TOGETHER = 4, 64
"""Requests that are taken from the queue in one go. Half as many, in two parts side by side, take a tenth longer for
each: batches are less full, and one part waits longer for the other. With more, replies are late."""
_SECONDS_TOGETHER = 10.0
"""About as long as a group should take, so that a slow machine shows its progress as well."""
_MOST_CHARACTERS = 40_000
"""Of answers that are graded together: their token states take 2 kB a character."""
_BEAT = 1.0
"""Seconds between two signs that a request is being worked on."""


class _Log(io.TextIOWrapper):
    """Where whatever a library prints goes; that it cannot be written must not end what the library does."""

    def write(self, text: str, /) -> int:
        with suppress(OSError):
            super().write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            super().flush()


class _Outbox:
    """Writes messages from any thread."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._status = EncoderStatus(state="starting")
        self._serving = threading.Event()
        threading.Thread(target=self._beat, name="mockdl-worker-beat", daemon=True).start()

    def _beat(self) -> None:
        """Tell every second that a request is being worked on, as long as the processor is: slow is not hung."""
        while self._serving.wait():
            before = time.process_time()
            time.sleep(_BEAT)
            if self._serving.is_set() and time.process_time() - before > _BEAT / 100:
                self.send({"working": True})

    @contextmanager
    def serving(self, *numbers: int) -> Iterator[None]:
        """Say which requests are turned to, and while it lasts that they are worked on."""
        self.send({"serving": numbers})
        self._serving.set()
        try:
            yield
        finally:
            self._serving.clear()

    def send(self, message: dict[str, Any]) -> None:
        with self._lock, suppress(BrokenPipeError):
            write_message(self._stream, message)

    def status(self, **changes: Any) -> None:
        self._status = self._status.model_copy(update={**changes, "peak_mb": _peak_mb()})
        self.send({"status": self._status.model_dump()})

    def notice(self, text: str) -> None:
        self.send({"notice": text})


def _peak_mb() -> float:
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def _own_streams(log: Path) -> tuple[IO[bytes], IO[bytes]]:
    """Take the pipes away from the libraries; returns (requests, replies)."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        # Appended to: the restart after a crash must not wipe out what the crash left.
        target = os.open(log, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        if os.fstat(target).st_size > _MOST_LOG_BYTES:
            os.ftruncate(target, 0)
        os.write(target, f"-- {time.strftime('%Y-%m-%d %H:%M:%S')} process {os.getpid()}\n".encode())
    except OSError:  # a disk that is full, as well
        target = os.open(os.devnull, os.O_WRONLY)
    os.dup2(target, 1)
    os.dup2(target, 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.stdout, sys.stderr = (
        _Log(os.fdopen(number, "wb", buffering=0, closefd=False), "utf-8", "replace", write_through=True)
        for number in (1, 2)
    )
    return requests, replies


def _receive(stream: IO[bytes], inbox: queue.Queue[dict[str, Any]]) -> None:
    """Queue requests until the interface is gone, then end at once, whatever is being done."""
    with suppress(ValueError, OSError):
        while (message := read_message(stream)) is not None:
            inbox.put(message)
    os._exit(0)


def main() -> None:
    """Serve one interface until it closes the pipe."""
    os.umask(0o077)  # what is cached follows from answers and packs, which are nobody else's business
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the interface decides what Ctrl-C means
    requests, replies = _own_streams(Path(sys.argv[1]))
    faulthandler.enable()  # a crash in native code leaves a trace in the log
    with suppress(AttributeError, OSError):
        os.nice(_NICENESS)  # loading must not make typing stutter
    outbox = _Outbox(replies)
    hello = read_message(requests)
    if hello is None:
        return
    inbox: queue.Queue[dict[str, Any]] = queue.Queue()
    threading.Thread(target=_receive, args=(requests, inbox), daemon=True).start()
    try:
        from interviewer.worker.operations import Operations

        operations = Operations(hello["params"], say=outbox.notice)
        operations.load_encoder()
    except Exception as error:
        # Foreseen or not, it is said to whoever asks: dying here would only start it all again.
        traceback.print_exc()
        outbox.status(state="failed", detail=describe_error(error)["what"])
        _refuse_all(inbox, outbox, error)
    _serve(operations, inbox, outbox)


def _refuse_all(inbox: queue.Queue[dict[str, Any]], outbox: _Outbox, error: Exception) -> NoReturn:
    while True:
        message = inbox.get()
        outbox.send({"id": message["id"], "error": describe_error(error)})


def _serve(operations: Operations, inbox: queue.Queue[dict[str, Any]], outbox: _Outbox) -> None:
    """Build the index batch by batch with urgent requests in between, then serve everything."""
    later: list[dict[str, Any]] = []
    most = _FEWEST_TOGETHER
    outbox.status(state="indexing", model=operations.model, device=operations.device)
    try:
        for done, total in operations.index_steps():
            outbox.status(state="indexing", done=done, total=total)
            while not inbox.empty():
                taken = _take(inbox, most)
                later += [message for message in taken if message["method"] not in _URGENT]
                urgent = [message for message in taken if message["method"] in _URGENT]
                most = _suitable(_answer_all(operations, urgent, outbox), most)
    except Exception as error:
        # Grading needs no index, so whatever is wrong with it must not end the process.
        traceback.print_exc()
        outbox.notice(" ".join(part for part in describe_error(error).values() if part))
    outbox.status(state="ready", done=0, total=0)
    for message in later:
        _answer(operations, message, outbox)
    while True:
        most = _suitable(_answer_all(operations, _take(inbox, most), outbox), most)


def _take(inbox: queue.Queue[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    """The next request, and some of those that already wait behind it."""
    taken = [inbox.get()]
    while len(taken) < most and not inbox.empty():
        taken.append(inbox.get())
    return taken


def _suitable(pace: float | None, before: int) -> int:
    """How many requests to take in one go where each took so many seconds; as `before` where that is not known."""
    if pace is None:
        return before
    return min(_MOST_TOGETHER, max(_FEWEST_TOGETHER, int(_SECONDS_TOGETHER / max(pace, 1e-3))))


def _answer_all(operations: Operations, messages: list[dict[str, Any]], outbox: _Outbox) -> float | None:
    """Answer in order; what is to be graded is graded together first.

    Returns:
        Seconds for each of those graded together; None where none were, or that failed.
    """
    together = _gradable_together(messages)
    pace = None
    if len(together) > 1:
        began = time.perf_counter()
        try:
            with outbox.serving(*(message["id"] for message in together)):
                operations.grade_ahead([message["params"] for message in together])
            pace = (time.perf_counter() - began) / len(together)
        except Exception:  # what is wrong with one of them is found again when it is graded, and said of that one
            traceback.print_exc()
    for message in messages:
        _answer(operations, message, outbox)
    operations.forget_ahead()
    return pace


def _gradable_together(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As many requests for grades as make a batch worth its memory."""
    found, size = [], 0
    for message in messages:
        if message["method"] == methods.GRADE.name and not message.get("alone"):
            size += len(message["params"]["request"]["answer"])
            if size <= _MOST_CHARACTERS:
                found.append(message)
    return found


def _answer(operations: Operations, message: dict[str, Any], outbox: _Outbox) -> None:
    try:
        with outbox.serving(message["id"]):
            result = operations.perform(message["method"], message.get("params", {}))
        outbox.send({"id": message["id"], "result": result})
    except Exception as error:
        # One request that fails must not end the process that serves the next.
        traceback.print_exc()
        outbox.send({"id": message["id"], "error": describe_error(error)})


if __name__ == "__main__":
    main()
