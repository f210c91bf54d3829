"""An engine that answers from a script, for tests that are about something else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future

from interviewer.core.bank.content import Item
from interviewer.core.bank.rubric import Rubric
from interviewer.core.futures import settled
from interviewer.core.grade.grade import Assessment, AssessmentRequest, GradeRequest, GradeResult, Ungraded
from interviewer.core.ports import Close, EncoderStatus, SearchHit
from tests.support.builders import make_grade

Script = Callable[[GradeRequest, Item | None], GradeResult]


def covers_everything(request: GradeRequest, item: Item | None) -> GradeResult:
    """Every point asked for is covered."""
    assert item is not None
    return make_grade(dict.fromkeys(request.point_ids or [p.id for p in item.rubric.key_points], "covered"))


def covers_nothing(request: GradeRequest, item: Item | None) -> GradeResult:
    """Every point asked for is missing."""
    assert item is not None
    return make_grade(dict.fromkeys(request.point_ids or [p.id for p in item.rubric.key_points], "missing"))


def breaks(request: GradeRequest, item: Item | None) -> GradeResult:
    """No grade can be made."""
    return Ungraded(reason="the encoder is on fire")


class ScriptedEngine:
    """Implements what front ends use of an engine."""

    def __init__(self, script: Script = covers_nothing) -> None:
        self.script = script
        self.asked: list[GradeRequest] = []
        self.notices: list[str] = []
        self.held: list[tuple[Future[GradeResult], GradeResult]] = []
        self.holding = False
        """Keep grades back until `release`."""
        self.claims: Assessment | Exception = Assessment(
            credit=0.0, p_covered=0.0, p_missing=1.0, p_contradicted=0.0, cosine=0.0, recall=0.0
        )
        """What holding words against any single claim gives."""

    def status(self) -> EncoderStatus:
        """Always ready."""
        return EncoderStatus(state="ready", device="cpu", model="scripted")

    def on_status(self, listener: Callable[[EncoderStatus], None]) -> None:
        """There is nothing to tell."""

    def prepare(self, question_id: str) -> Future[None]:
        """Done at once."""
        return settled(None)

    def grade(self, request: GradeRequest, item: Item | None = None) -> Future[GradeResult]:
        """What the script says, at once or when released."""
        self.asked.append(request)
        result = self.script(request, item)
        if not self.holding:
            return settled(result)
        future: Future[GradeResult] = Future()
        self.held.append((future, result))
        return future

    def assess(self, requests: Sequence[AssessmentRequest]) -> Future[list[Assessment]]:
        """The same for every claim."""
        if not isinstance(self.claims, Exception):
            return settled([self.claims] * len(requests))
        future: Future[list[Assessment]] = Future()
        future.set_exception(self.claims)
        return future

    def release(self) -> None:
        """Let all grades go that were kept back."""
        held, self.held = self.held, []
        for future, result in held:
            future.set_result(result)

    def deeper(self, question_id: str, level: str, exclude: Sequence[str]) -> Future[str | None]:
        """Never a deeper question."""
        return settled(None)

    def search(self, query: str, most: int = 10) -> Future[list[SearchHit]]:
        """Nothing is ever found."""
        return settled([])

    def close_texts(self, rubric: Rubric) -> Future[list[Close]]:
        """Nothing is too near."""
        return settled([])

    def close_questions(self, texts: Mapping[str, str], bound: float) -> Future[list[tuple[str, str, float]]]:
        """Nothing is too near."""
        return settled([])

    def nearest_texts(self, texts: Sequence[str], others: Sequence[str]) -> Future[list[tuple[int, float]]]:
        """Everything is the first of the others."""
        return settled([(0, 1.0)] * len(texts))

    def stop(self) -> None:
        """Nothing to stop."""
