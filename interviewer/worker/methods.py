"""What the worker process can be asked: each method once, with the types of its parameters and of its result.

The client asks for these, the worker's operations serve them, and the bridge passes on no others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import ConfigDict, TypeAdapter

from interviewer.core.bank.content import Item
from interviewer.core.bank.kinds import Level
from interviewer.core.bank.rubric import Rubric
from interviewer.core.frozen import Frozen
from interviewer.core.grade.grade import Assessment, AssessmentRequest, GradeRequest, GradeResult
from interviewer.core.ports import Close, SearchHit

P = TypeVar("P", bound=Frozen)
R = TypeVar("R")
_LATER = ConfigDict(defer_build=True)


@dataclass(frozen=True)
class Method(Generic[P, R]):
    """One method of the worker process."""

    name: str
    params: type[P]
    result: TypeAdapter[R]
    urgent: bool = False
    """Needs the encoder only, so it is served between two batches of an index build."""

    def write_params(self, params: P) -> dict[str, Any]:
        """Parameters as plain data; those that are None are left out."""
        return {name: value for name, value in params.model_dump(mode="json").items() if value is not None}

    def read_result(self, plain: Any) -> R:
        """A result from plain data; `ValueError` when it is something else."""
        return self.result.validate_python(plain)

    def served_by(self, serve: Callable[[P], R]) -> tuple[str, Callable[[Any], Any]]:
        """Its name, and `serve` on plain parameters and results; `ValueError` when it is given other parameters."""
        return self.name, lambda plain: self.result.dump_python(serve(self.params.model_validate(plain)), mode="json")


class PrepareParams(Frozen):
    """Whose rubric is to be embedded before anything else."""

    question_id: str


class GradeParams(Frozen):
    """An answer, and the question as the session keeps it; None for the bank's own."""

    request: GradeRequest
    item: Item | None = None


class AssessParams(Frozen):
    """Answers to hold against bare references."""

    requests: list[AssessmentRequest]


class SearchParams(Frozen):
    """What to look for, and the most hits."""

    query: str
    most: int


class DeeperParams(Frozen):
    """A question, the level of the one above it, and the questions that it may not be."""

    question_id: str
    level: Level
    exclude: list[str]


class CloseTextsParams(Frozen):
    """Whose texts are compared with each other."""

    rubric: Rubric


class CloseQuestionsParams(Frozen):
    """Question texts by id, and the cosine from which on a pair is too near."""

    texts: dict[str, str]
    bound: float


class NearestTextsParams(Frozen):
    """Texts, and those of which the nearest is looked for."""

    texts: list[str]
    others: list[str]


PREPARE: Method[PrepareParams, None] = Method("prepare", PrepareParams, TypeAdapter(None, config=_LATER), urgent=True)
GRADE: Method[GradeParams, GradeResult] = Method(
    "grade", GradeParams, TypeAdapter(GradeResult, config=_LATER), urgent=True
)
ASSESS = Method("assess", AssessParams, TypeAdapter(list[Assessment], config=_LATER))
SEARCH = Method("search", SearchParams, TypeAdapter(list[SearchHit], config=_LATER))
DEEPER: Method[DeeperParams, str | None] = Method("deeper", DeeperParams, TypeAdapter(str | None, config=_LATER))
CLOSE_TEXTS = Method("close_texts", CloseTextsParams, TypeAdapter(list[Close], config=_LATER))
CLOSE_QUESTIONS = Method(
    "close_questions", CloseQuestionsParams, TypeAdapter(list[tuple[str, str, float]], config=_LATER)
)
NEAREST_TEXTS = Method("nearest_texts", NearestTextsParams, TypeAdapter(list[tuple[int, float]], config=_LATER))

METHODS: dict[str, Method[Any, Any]] = {
    method.name: method
    for method in (PREPARE, GRADE, ASSESS, SEARCH, DEEPER, CLOSE_TEXTS, CLOSE_QUESTIONS, NEAREST_TEXTS)
}
"""All of them, by name."""
