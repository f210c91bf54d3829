"""Who rules on a contest: a language model when one judges, else two readings on this machine."""

from __future__ import annotations

from concurrent.futures import Future
from typing import NamedTuple, Protocol

from interviewer.core.bank.content import Item
from interviewer.core.bank.kinds import VerdictName
from interviewer.core.bank.rubric import KeyPoint
from interviewer.core.futures import chain, settled
from interviewer.core.grade.contest import (
    RULE_EDITION,
    Ruling,
    contest_requests,
    decide,
    decide_by_number,
    is_whole,
    read_mark,
)
from interviewer.core.grade.grade import JUDGE_DECIDES, Grade, GradeRequest, GradeResult, Span, Ungraded
from interviewer.core.grade.injection import find_injections
from interviewer.core.grade.ledger import Asked, asked_for
from interviewer.core.ports import Assessor, Grader
from interviewer.errors import MockdlError


class Case(NamedTuple):
    """A contest: these words of this answer make that point."""

    item: Item
    point: KeyPoint
    answer: str
    span: Span
    grade: Grade
    """Of the answer, which says what its guards closed."""


class OfflineReader(Grader, Assessor, Protocol):
    """What rules need of the engine: it grades, and holds words against single claims."""


class Arbiter:
    """Rules on contests.

    Args:
        engine: the offline engine.
        judge: the grader with a language model behind it; None when none judges.
    """

    def __init__(self, engine: OfflineReader, judge: Grader | None = None) -> None:
        self._engine = engine
        self._judge = judge

    def rule(self, case: Case) -> Future[Ruling]:
        """Rule on a contest. The future raises `MockdlError` when nobody could; the contest is then not used up."""
        mark = read_mark(case.answer, case.span, (*case.grade.closed, *find_injections(case.answer)))
        if not mark.text:
            reason = "a guard has closed these words: nothing in them counts, whoever grades"
            return settled(_ruling(case, "", upheld=False, probability=0.0, by="guard", reason=reason))
        read = self._read if self._judge is None else self._ask_judge
        return chain(chain(settled(mark.text), lambda text: read(case, text.result())), _explained)

    def _ask_judge(self, case: Case, text: str) -> Future[Ruling]:
        """Have the judge read the marked words, for this point alone; else the offline method rules."""

        def judged(grading: Future[GradeResult]) -> Ruling | Future[Ruling]:
            result = grading.result()
            if isinstance(result, Grade) and _has_ruled(result, case.point):
                return _judged(case, text, result)
            return self._read(case, text, next(iter(asked_for(result)), None))

        assert self._judge is not None
        return chain(self._judge.grade(_request(case, text), case.item), judged)

    def _read(self, case: Case, text: str, asked: Asked | None = None) -> Future[Ruling]:
        """Read the marked words offline: as an answer of their own, then against each wording as a single claim.

        `asked` is what a judge that did not rule has been asked.
        """

        def graded(grading: Future[GradeResult]) -> Ruling | Future[Ruling]:
            result = grading.result()
            if isinstance(result, Ungraded):
                raise MockdlError(f"The contest could not be ruled on: {result.reason}", kept="The verdict stays.")
            verdict = result.verdict(case.point.id)
            assert verdict is not None
            if case.point.value is not None:
                return make(decide_by_number(verdict), "exact value, offline")
            claims = self._engine.assess(contest_requests(case.item, case.point, text))
            by = "two readings of these words alone, offline"
            return chain(claims, lambda found: make(decide(case.point, verdict, found.result()), by))

        def make(decided: tuple[bool, float, str], by: str) -> Ruling:
            upheld, probability, reason = decided
            ruling = _ruling(case, text, upheld=upheld, probability=probability, by=by, reason=reason)
            return ruling.model_copy(update={"asked": asked})

        return chain(self._engine.grade(_request(case, text), case.item), graded)


def _explained(ruled: Future[Ruling]) -> Ruling:
    """A ruling, or why there is none in words for whoever waits: a mistake of ours is told, too."""
    try:
        return ruled.result()
    except MockdlError:
        raise
    except Exception as error:
        what = f"The contest could not be ruled on ({type(error).__name__}: {error})."
        raise MockdlError(what, kept="The verdict stays.") from error


def _request(case: Case, text: str) -> GradeRequest:
    return GradeRequest(question_id=case.item.question.id, answer=text, point_ids=(case.point.id,))


def _has_ruled(grade: Grade, point: KeyPoint) -> bool:
    """Whether the judge has an opinion that decides: without one the verdict is that of a single offline reading."""
    verdict, judging = grade.verdict(point.id), grade.judging
    if verdict is None or verdict.opinion is None or judging is None or judging.problem:
        return False
    return verdict.opinion.verdict is not VerdictName.UNSURE and judging.weight >= JUDGE_DECIDES


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
        whole=is_whole(case.answer, case.span),
        edition=RULE_EDITION,
    )
