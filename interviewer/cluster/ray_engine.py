"""The engine on a local Ray cluster: several workers with one thread each, which Ray starts again when they die.

Ray is for clusters, and by default it listens to the network, counts its users and shows a dashboard. Here all of it
stays on loopback, behind a token of this run, and its files in a folder that is removed at the end.
"""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Any

from interviewer.core.ports import EncoderStatus
from interviewer.errors import EncoderError, UsageError
from interviewer.worker.engine import AskedEngine
from interviewer.worker.pending_call import PendingCall
from interviewer.worker.protocol import describe_error

_CHECKOUT = Path(__file__).resolve().parents[2]
_ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    # What Ray calls a cluster of machines; without it everything listens on loopback alone.
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    "RAY_AUTH_MODE": "token",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_enable_metrics_collection": "0",
}
_STORE_BYTES = 100_000_000
"""Of shared memory for large messages, of which there are none; Ray wants 75 MB at least."""
_RETRIES = 3
"""Workers that one request may outlive; whatever was asked of a worker that dies counts as tried."""


class RayWorker:
    """One worker process of the cluster, with an encoder of its own.

    Args:
        settings: as `WorkerEngine` sends them to its process.
    """

    def __init__(self, settings: dict[str, Any]) -> None:
        os.environ["OMP_NUM_THREADS"] = "1"  # before torch is imported: the workers share the cores
        self._notices: list[str] = []
        self._problem: dict[str, str] | None = None
        try:
            from interviewer.worker.operations import Operations

            self._operations = Operations(settings, say=self._notices.append)
            self._operations.load_encoder()
        except Exception as error:  # said to whoever asks: dying here would only start it all again
            self._problem = describe_error(error)

    def describe(self) -> dict[str, Any]:
        """What was loaded, or why nothing was."""
        if self._problem is not None:
            return {"error": self._problem}
        return {"result": {"model": self._operations.model, "device": self._operations.device}}

    def perform(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """Serve one request, as the worker process does."""
        if self._problem is not None:
            return {"error": self._problem}
        try:
            return {"result": self._operations.perform(method, params)}
        except Exception as error:  # one request that fails must not end the process that serves the next
            return {"error": describe_error(error)}

    def pid(self) -> int:
        """The process's number."""
        return os.getpid()


class RayEngine(AskedEngine):
    """Grades on workers of a Ray cluster that is started for it and ends with it; has no search index.

    Args:
        settings: as `WorkerEngine` sends them to its process.
        workers: how many.

    Raises:
        UsageError: Ray is not installed.
    """

    def __init__(self, settings: dict[str, Any], workers: int) -> None:
        os.environ.update(_ENVIRONMENT)  # read when ray is imported, and by every process that it starts
        os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
        try:
            import ray
        except ImportError as error:
            raise UsageError(
                "`--engine ray` needs the package ray, which is not installed.",
                kept="Nothing was changed.",
                todo="`pip install 'mockdl[ray]'`, or leave --engine out.",
            ) from error
        self._ray = ray
        self._settings = settings
        self._count = workers
        self._lock = threading.Lock()
        self._workers: list[Any] = []
        self._open: list[int] = []
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._status = EncoderStatus(state="stopped")
        self._listeners: list[Callable[[EncoderStatus], None]] = []
        self.notices: list[str] = []

    def start(self) -> None:
        """Start the cluster and its workers, which load their encoders beside each other.

        Raises:
            EncoderError: the cluster could not be started.
        """
        path = os.pathsep.join(filter(None, (self._python_path(), os.environ.get("PYTHONPATH"))))
        os.environ["PYTHONPATH"] = path
        self._folder = tempfile.TemporaryDirectory(prefix="mockdl-ray-", ignore_cleanup_errors=True)
        try:
            self._ray.init(
                address="local",
                num_cpus=self._count,
                num_gpus=0,
                include_dashboard=False,
                log_to_driver=False,
                configure_logging=False,
                object_store_memory=_STORE_BYTES,
                _temp_dir=self._folder.name,
            )
            options = {"num_cpus": 1, "max_restarts": -1, "max_task_retries": _RETRIES}
            made = self._ray.remote(**options)(RayWorker)
            self._workers = [made.remote(self._settings) for _ in range(self._count)]
        except Exception as error:  # Ray raises types of many libraries
            raise EncoderError(f"Ray could not be started: {error}", todo="Leave --engine out.") from error
        self._open = [0] * self._count
        self._set(EncoderStatus(state="starting"))
        for worker in self._workers:
            worker.describe.remote().future().add_done_callback(self._loaded)

    def _python_path(self) -> str:
        """Where this package is, for processes that do not start in the checkout."""
        return str(_CHECKOUT) if str(_CHECKOUT) in sys.path or (_CHECKOUT / "pyproject.toml").is_file() else ""

    def _loaded(self, described: Future[dict[str, Any]]) -> None:
        with self._lock:
            if self._status.state != "starting":
                return
        try:
            found = described.result()
        except Exception as error:
            self._set(EncoderStatus(state="failed", detail=f"a worker of Ray died while it started ({error})"))
            return
        if "error" in found:
            self._set(EncoderStatus(state="failed", detail=found["error"]["what"]))
        else:
            self._set(EncoderStatus(state="ready", **found["result"]))

    def _set(self, status: EncoderStatus) -> None:
        self._status = status
        for listener in self._listeners:
            with suppress(Exception):
                listener(status)

    def status(self) -> EncoderStatus:
        """The latest state heard of."""
        return self._status

    def on_status(self, listener: Callable[[EncoderStatus], None]) -> None:
        """Call `listener` at every change of state, from another thread."""
        self._listeners.append(listener)

    def pids(self) -> list[int]:
        """The numbers of the workers' processes, those that are being started again waited for."""
        return [int(self._ray.get(worker.pid.remote())) for worker in self._workers]

    def request(self, method: str, params: dict[str, Any], read: Callable[[Any], Any]) -> Future[Any]:
        """Ask the worker that has least to do; as `AskedEngine.request`."""
        asked = PendingCall(read)
        with self._lock:
            if self._status.state in ("failed", "stopped"):
                reason = self._status.detail or "it was stopped"
                asked.fail(EncoderError(f"The encoder is not available: {reason}."))
                return asked.future
            at = min(range(self._count), key=self._open.__getitem__)
            self._open[at] += 1
            serving: Future[dict[str, Any]] = self._workers[at].perform.remote(method, params).future()
        serving.add_done_callback(lambda done: self._settle(at, asked, done))
        return asked.future

    def _settle(self, at: int, asked: PendingCall, done: Future[dict[str, Any]]) -> None:
        with self._lock:
            self._open[at] -= 1
        try:
            reply = done.result()
        except Exception as error:  # Ray's own, when its workers died too often
            first = str(error).strip().splitlines()[:1] or [""]
            asked.fail(EncoderError(f"The workers of Ray stopped over this request: {type(error).__name__} {first[0]}"))
            return
        if "error" in reply:
            asked.fail(EncoderError(**reply["error"]))
        else:
            asked.settle(reply["result"])

    def stop(self) -> None:
        """End the workers and the cluster, and remove its files."""
        with self._lock:
            if self._folder is None:
                return
            folder, self._folder = self._folder, None
        self._set(self._status.model_copy(update={"state": "stopped"}))
        self._ray.shutdown()
        folder.cleanup()
