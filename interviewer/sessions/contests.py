"""Contesting a verdict: one's own words go to whoever rules, and the ruling into the session."""

from __future__ import annotations

from concurrent.futures import Future

from interviewer.core.futures import chain, settled
from interviewer.core.grade.contest import Ruling
from interviewer.core.grade.grade import Grade, Span
from interviewer.core.interview.effects import Rejected
from interviewer.core.interview.session import Contested, Phase
from interviewer.errors import MockdlError
from interviewer.sessions.conductor import Conductor


def may_contest(conductor: Conductor) -> bool:
    """Whether somebody is there to rule on contests."""
    return conductor.arbiter is not None


def request_ruling(conductor: Conductor, turn_id: int, point_id: str, span: Span) -> Future[Contested]:
    """Have a second method read what the candidate marked; the future's event is to be passed to `keep_ruling`.

    The future raises `MockdlError` when nobody could rule; the contest is then not used up.
    """
    from interviewer.sessions.arbitration import Case

    turn = conductor.state.find(turn_id)
    assert turn is not None
    assert isinstance(turn.result, Grade)
    item = conductor.items[turn.question_id]
    case = Case(item, item.rubric.point(point_id), turn.answer, span, turn.result)

    def rule(ready: Future[Case]) -> Future[Ruling]:
        if conductor.arbiter is None:
            raise MockdlError("Nobody is there to rule on a contest.", kept="The verdict stays.")
        return conductor.arbiter().rule(ready.result())

    def make_event(ruled: Future[Ruling]) -> Contested:
        return Contested(at=conductor.clock(), turn_id=turn_id, ruling=ruled.result())

    return chain(chain(settled(case), rule), make_event)


def keep_ruling(conductor: Conductor, event: Contested) -> str:
    """Store a ruling. Returns why the session takes none, "" when it does.

    Raises:
        StorageError: it is not on disk; the point can still be contested.
    """
    effects = conductor.send(event, running=conductor.state.phase is not Phase.FINISHED)
    return next((each.reason for each in effects if isinstance(each, Rejected)), "")
