"""The interface's side of the worker process: what it can ask of it.

A grade is never lost to a crash: what comes of it then is `Ungraded`, with the reason.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from interviewer.core.bank.content import Item
from interviewer.core.bank.kinds import Level
from interviewer.core.bank.rubric import Rubric
from interviewer.core.frozen import Frozen
from interviewer.core.futures import chain, settled
from interviewer.core.grade.grade import Assessment, AssessmentRequest, GradeRequest, GradeResult, Ungraded
from interviewer.core.ports import Close, EncoderStatus, SearchHit
from interviewer.errors import EncoderError
from interviewer.worker import methods
from interviewer.worker.child_process import HOST_COMMAND
from interviewer.worker.methods import Method
from interviewer.worker.supervision import SupervisedWorker

P = TypeVar("P", bound=Frozen)
R = TypeVar("R")


class AskedEngine(ABC):
    """What can be asked of worker processes, whatever carries the request to one of them."""

    @abstractmethod
    def request(self, method: str, params: dict[str, Any], read: Callable[[Any], Any]) -> Future[Any]:
        """Ask a process; the future raises `EncoderError` when nothing came of it.

        Args:
            method: what is asked for.
            params: plain data.
            read: makes the result from plain data; `ValueError` when it is not what was asked for.
        """

    @abstractmethod
    def status(self) -> EncoderStatus:
        """The latest state heard of."""

    def prepare(self, question_id: str) -> Future[None]:
        """Embed this question's rubric before anything else."""
        return self._ask(methods.PREPARE, methods.PrepareParams(question_id=question_id))

    def grade(self, request: GradeRequest, item: Item | None = None) -> Future[GradeResult]:
        """Grade one answer, by the given item's rubric or the bank's. The future never raises."""
        return chain(self._ask(methods.GRADE, methods.GradeParams(request=request, item=item)), _or_ungraded)

    def assess(self, requests: Sequence[AssessmentRequest]) -> Future[list[Assessment]]:
        """Hold answers against bare references; `EncoderError` when that failed."""
        return self._ask(methods.ASSESS, methods.AssessParams(requests=list(requests)))

    def search(self, query: str, most: int = 10) -> Future[list[SearchHit]]:
        """Questions nearest to the query, best first, one hit a question; `EncoderError` when that failed."""
        return self._ask(methods.SEARCH, methods.SearchParams(query=query, most=most))

    def deeper(self, question_id: str, level: str, exclude: Sequence[str]) -> Future[str | None]:
        """A related question of a higher level; None at once while the index is not ready."""
        if self.status().state != "ready":
            return settled(None)
        params = methods.DeeperParams(question_id=question_id, level=Level(level), exclude=list(exclude))
        return self._ask(methods.DEEPER, params)

    def close_texts(self, rubric: Rubric) -> Future[list[Close]]:
        """Texts of a rubric too near to each other; `EncoderError` when that failed."""
        return self._ask(methods.CLOSE_TEXTS, methods.CloseTextsParams(rubric=rubric))

    def close_questions(self, texts: Mapping[str, str], bound: float) -> Future[list[tuple[str, str, float]]]:
        """Pairs of question texts (by id) with a cosine above `bound`; `EncoderError` when that failed."""
        return self._ask(methods.CLOSE_QUESTIONS, methods.CloseQuestionsParams(texts=dict(texts), bound=bound))

    def nearest_texts(self, texts: Sequence[str], others: Sequence[str]) -> Future[list[tuple[int, float]]]:
        """For each text the nearest of `others`, by place, with their cosine; `EncoderError` when that failed."""
        return self._ask(methods.NEAREST_TEXTS, methods.NearestTextsParams(texts=list(texts), others=list(others)))

    def relay(self, method: Method[Any, Any], params: dict[str, Any]) -> Future[Any]:
        """Ask as another program did; the result is plain data, `EncoderError` when it failed."""
        return self.request(method.name, params, lambda plain: plain)

    def _ask(self, method: Method[P, R], params: P) -> Future[R]:
        return self.request(method.name, method.write_params(params), method.read_result)


class WorkerEngine(SupervisedWorker, AskedEngine):
    """The encoder's worker process; implements `core.ports.Grader`, and more.

    Args:
        model: "default", a folder, or a name on the hub.
        device: auto, cpu, cuda or mps.
        cache: folder for vectors and the neighbour table.
        packs: question packs to load.
        bank_cache: file of the validated bank.
        fast: leave the joint reader out.
        log, command, hangs_after, shared: as `SupervisedWorker` takes them.
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
        fast: bool = False,
        command: Sequence[str] = HOST_COMMAND,
        hangs_after: float = 120.0,
        shared: str | None = None,
    ) -> None:
        settings = {
            "model": model,
            "device": device,
            "cache": str(cache),
            "packs": [str(pack.absolute()) for pack in packs],
            "bank_cache": str(bank_cache),
            "fast": fast,
        }
        super().__init__(settings, log=log, command=command, hangs_after=hangs_after, shared=shared)


def _or_ungraded(grading: Future[GradeResult]) -> GradeResult:
    try:
        return grading.result()
    except EncoderError as error:
        return Ungraded(reason=" ".join(part for part in (error.what, error.kept, error.todo) if part))
