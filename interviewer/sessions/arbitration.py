"""Who rules on a contest: a language model when one judges, else two readings on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, NamedTuple, Protocol

from interviewer.core.bank.content import Item, KeyPoint, VerdictName
from interviewer.core.grade.contest import Ruling, contest_requests, decide, decide_by_number, read_mark
from interviewer.core.grade.grade import Assessment, Grade, GradeRequest, GradeResult, PointVerdict, Span, Ungraded
from interviewer.core.grade.injection import find_injections
from interviewer.core.grade.ledger import Asked, asked_for
from interviewer.core.ports import Assessor, Grader
from interviewer.errors import MockdlError

__all__ = ["Arbiter", "Case"]


class Case(NamedTuple):
    """A contest: these words of this answer make that point."""

    item: Item
    point: KeyPoint
    answer: str
    span: Span
    grade: Grade
    """Of the answer, which says what its guards closed."""


class Engine(Grader, Assessor, Protocol):
    """The offline engine: it grades, and holds words against single claims."""


class Arbiter:
    """Rules on contests.

    Args:
        engine: the offline engine.
        judge: the grader with a language model behind it; None when none judges.
    """

    def __init__(self, engine: Engine, judge: Grader | None = None) -> None:
        self._engine = engine
        self._judge = judge

    def rule(self, case: Case) -> Future[Ruling]:
        """Rule on a contest. The future raises `MockdlError` when nobody could; the contest is then not used up."""
        done: Future[Ruling] = Future()
        mark = read_mark(case.answer, case.span, (*case.grade.closed, *find_injections(case.answer)))
        if not mark.text:
            reason = "a guard has closed these words: nothing in them counts, whoever grades"
            done.set_result(_ruling(case, "", upheld=False, probability=0.0, by="guard", reason=reason))
        elif self._judge is not None:
            self._ask_judge(self._judge, case, mark.text, done)
        else:
            self._read(case, mark.text, done)
        return done

    def _ask_judge(self, judge: Grader, case: Case, text: str, done: Future[Ruling]) -> None:
        """Have the judge read the marked words, for this point alone; else the offline method rules."""

        def finish(future: Future[GradeResult]) -> None:
            with _told(done):
                result = future.result()
                if isinstance(result, Grade) and _has_ruled(result, case.point):
                    done.set_result(_judged(case, text, result))
                else:
                    self._read(case, text, done, next(iter(asked_for(result)), None))

        judge.grade(_request(case, text), case.item).add_done_callback(finish)

    def _read(self, case: Case, text: str, done: Future[Ruling], asked: Asked | None = None) -> None:
        """Read the marked words offline: as an answer of their own, then against each wording as a single claim.

        `asked` is what a judge that did not rule has been asked.
        """

        def graded(future: Future[GradeResult]) -> None:
            with _told(done):
                result = future.result()
                if isinstance(result, Ungraded):
                    raise MockdlError(f"The contest could not be ruled on: {result.reason}", kept="The verdict stays.")
                verdict = result.verdict(case.point.id)
                assert verdict is not None
                if case.point.value is not None:
                    finish(decide_by_number(verdict), "exact value, offline")
                    return
                claims = self._engine.assess(contest_requests(case.item, case.point, text))
                claims.add_done_callback(lambda found: assessed(found, verdict))

        def assessed(future: Future[list[Assessment]], verdict: PointVerdict) -> None:
            with _told(done):
                finish(decide(case.point, verdict, future.result()), "two readings of these words alone, offline")

        def finish(found: tuple[bool, float, str], by: str) -> None:
            upheld, probability, reason = found
            ruling = _ruling(case, text, upheld=upheld, probability=probability, by=by, reason=reason)
            done.set_result(ruling.model_copy(update={"asked": asked}))

        self._engine.grade(_request(case, text), case.item).add_done_callback(graded)


def _request(case: Case, text: str) -> GradeRequest:
    return GradeRequest(question_id=case.item.question.id, answer=text, point_ids=(case.point.id,))


@contextmanager
def _told(done: Future[Any]) -> Iterator[None]:
    """Hand an exception on to whoever waits.

    It catches all, on purpose: this runs in callbacks of futures, which log what they raise and go on, so whatever
    is not handed on here, a mistake of ours included, would leave the candidate waiting for ever.
    """
    try:
        yield
    except MockdlError as error:
        done.set_exception(error)
    except Exception as error:
        what = f"The contest could not be ruled on ({type(error).__name__}: {error})."
        done.set_exception(MockdlError(what, kept="The verdict stays."))


def _has_ruled(grade: Grade, point: KeyPoint) -> bool:
    """Whether the judge has an opinion: without one the verdict is that of a single offline reading."""
    verdict, judging = grade.verdict(point.id), grade.judging
    if verdict is None or verdict.opinion is None or judging is None or judging.problem:
        return False
    return verdict.opinion.verdict is not VerdictName.UNSURE


def _judged(case: Case, text: str, grade: Grade) -> Ruling:
    """A ruling from the judge's opinion on the marked words."""
    verdict, judging = grade.verdict(case.point.id), grade.judging
    assert verdict is not None
    assert judging is not None
    opinion = verdict.opinion
    supported = opinion is not None and opinion.supported
    ruling = _ruling(
        case,
        text,
        upheld=verdict.verdict is VerdictName.COVERED and supported,
        probability=verdict.p_covered,
        by=f"judge {judging.model}",
        reason=opinion.reason if opinion is not None and supported else "the judge's quote is not in these words",
    )
    return ruling.model_copy(update={"asked": next(iter(asked_for(grade)), None)})


def _ruling(case: Case, text: str, *, upheld: bool, probability: float, by: str, reason: str) -> Ruling:
    return Ruling(
        point_id=case.point.id,
        span=case.span,
        read=text,
        upheld=upheld,
        probability=probability,
        by=by,
        reason=reason,
    )
