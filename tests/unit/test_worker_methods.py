"""The methods of the worker process: client, operations and bridge know the same ones, and say the same by them."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from interviewer.core.bank.kinds import Level
from interviewer.core.frozen import Frozen
from interviewer.core.futures import settled
from interviewer.core.grade.grade import Assessment, AssessmentRequest, GradeRequest, Ungraded
from interviewer.core.ports import Close, EncoderStatus, SearchHit
from interviewer.worker import host, methods
from interviewer.worker.engine import WorkerEngine
from interviewer.worker.methods import METHODS, Method
from interviewer.worker.operations import Operations
from tests.support.builders import make_grade, make_item

ITEM = make_item()
REQUEST = GradeRequest(question_id="alpha", answer="Because.")
GRADE = make_grade({"p0": "covered", "p1": "partial"})
TO_ASSESS = AssessmentRequest(question="Why?", points=(("Because.",),), answer="So.")
ASSESSED = Assessment(credit=0.5, p_covered=0.5, p_missing=0.25, p_contradicted=0.25, cosine=0.5, recall=0.75)
HIT = SearchHit(question_id="alpha", point_id=None, score=0.5)
CLOSE = Close(kind="leak", field="key_points[0].probe", other="p0", similarity=0.75)

Ask = Callable[[WorkerEngine], Future[Any]]
TABLE: list[tuple[Method[Any, Any], Ask, Frozen, set[str], Any]] = [
    (methods.PREPARE, lambda e: e.prepare("alpha"), methods.PrepareParams(question_id="alpha"), {"question_id"}, None),
    (methods.GRADE, lambda e: e.grade(REQUEST), methods.GradeParams(request=REQUEST), {"request"}, GRADE),
    (
        methods.GRADE,
        lambda e: e.grade(REQUEST, ITEM),
        methods.GradeParams(request=REQUEST, item=ITEM),
        {"request", "item"},
        Ungraded(reason="in German"),
    ),
    (
        methods.ASSESS,
        lambda e: e.assess([TO_ASSESS]),
        methods.AssessParams(requests=[TO_ASSESS]),
        {"requests"},
        [ASSESSED],
    ),
    (methods.SEARCH, lambda e: e.search("why", 3), methods.SearchParams(query="why", most=3), {"query", "most"}, [HIT]),
    (
        methods.DEEPER,
        lambda e: e.deeper("alpha", "senior", ("beta",)),
        methods.DeeperParams(question_id="alpha", level=Level.SENIOR, exclude=["beta"]),
        {"question_id", "level", "exclude"},
        "gamma",
    ),
    (
        methods.CLOSE_TEXTS,
        lambda e: e.close_texts(ITEM.rubric),
        methods.CloseTextsParams(rubric=ITEM.rubric),
        {"rubric"},
        [CLOSE],
    ),
    (
        methods.CLOSE_QUESTIONS,
        lambda e: e.close_questions({"alpha": "Why?", "beta": "Why not?"}, 0.5),
        methods.CloseQuestionsParams(texts={"alpha": "Why?", "beta": "Why not?"}, bound=0.5),
        {"texts", "bound"},
        [("alpha", "beta", 0.75)],
    ),
    (
        methods.NEAREST_TEXTS,
        lambda e: e.nearest_texts(["Why?"], ["Why not?", "Because."]),
        methods.NearestTextsParams(texts=["Why?"], others=["Why not?", "Because."]),
        {"texts", "others"},
        [(0, 0.75)],
    ),
]


def over_the_wire(plain: Any) -> Any:
    return json.loads(json.dumps(plain))


class Echo(WorkerEngine):
    """Serves each request itself, with a result that the test sets; the worker's side is each method's own."""

    def __init__(self, folder: Path, method: Method[Any, Any], result: Any) -> None:
        super().__init__(model="", device="", cache=folder, packs=[], bank_cache=folder, log=folder / "log")
        self._status = EncoderStatus(state="ready")
        self._handlers = dict([method.served_by(self._serve)])
        self._result = result
        self.sent: tuple[str, dict[str, Any]] = ("", {})
        self.received: Any = None

    def _serve(self, params: Any) -> Any:
        self.received = params
        return self._result

    def request(self, method: str, params: dict[str, Any], read: Callable[[Any], Any]) -> Future[Any]:
        self.sent = method, params
        return settled(read(over_the_wire(self._handlers[method](over_the_wire(params)))))


@pytest.mark.parametrize(("method", "ask", "params", "names", "result"), TABLE)
def test_what_the_client_says_is_what_the_worker_hears_and_the_other_way_round(
    method: Method[Any, Any], ask: Ask, params: Frozen, names: set[str], result: Any, tmp_path: Path
) -> None:
    engine = Echo(tmp_path, method, result)
    assert ask(engine).result(timeout=0) == result
    assert engine.sent == (method.name, method.write_params(params))
    assert engine.sent[1].keys() == names
    assert engine.received == params


def test_the_table_above_misses_no_method() -> None:
    assert {method.name for method, *_ in TABLE} == METHODS.keys()


def test_the_worker_serves_the_methods_that_there_are_and_no_others(tmp_path: Path) -> None:
    operations = Operations({"cache": str(tmp_path)}, say=lambda _: None)
    assert operations.handlers.keys() == METHODS.keys()


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_parameters_that_nobody_declared_are_refused(method: Method[Any, Any]) -> None:
    with pytest.raises(ValidationError):
        method.served_by(lambda params: None)[1]({"surprise": 1})


@pytest.mark.parametrize(
    ("pace", "before", "rows"),
    [(None, 7, 7), (0.0, 4, 64), (0.125, 4, 64), (0.25, 4, 40), (1.0, 32, 10), (3.0, 32, 4), (60.0, 8, 4)],
)
def test_a_group_takes_some_seconds_on_fast_and_slow_machines(pace: float | None, before: int, rows: int) -> None:
    assert host._suitable(pace, before) == rows
