"""What a candidate sets against a verdict: a contest, on which others rule, and in practice a mark of their own."""

from __future__ import annotations

from concurrent.futures import Future

from interviewer.core.futures import chain, settled
from interviewer.core.grade.contest import Ruling
from interviewer.core.grade.grade import Grade, Span
from interviewer.core.interview.effects import Rejected
from interviewer.core.interview.open_points import may_mark
from interviewer.core.interview.point_scores import PointScore
from interviewer.core.interview.session import Claimed, Contested, Event, Mode, Phase
from interviewer.errors import MockdlError
from interviewer.sessions.conductor import Conductor

FOR_PRACTICE = "Marks of your own are for practice mode; in an interview a point can be contested."


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
    """Store a ruling. Returns why the session takes none, as a sentence; "" when it does.

    Raises:
        StorageError: it is not on disk; the point can still be contested.
    """
    return _send(conductor, event)


def turn_mark(conductor: Conductor, question_id: str, score: PointScore) -> str:
    """Mark a point as said or, when it is marked, take that back. Returns why it can't be, as a sentence; "" if it can.

    Raises:
        StorageError: it is not on disk; nothing has changed.
    """
    if conductor.state.config.mode is not Mode.PRACTICE:
        return FOR_PRACTICE
    if not may_mark(score):
        return "The point is covered; there is nothing to mark."
    now, point_id = conductor.clock(), score.point.id
    event = Claimed(at=now, question_id=question_id, point_id=point_id, said=not score.claimed)
    return _send(conductor, event)


def _send(conductor: Conductor, event: Event) -> str:
    """Why the session takes it not; "" when it does."""
    effects = conductor.send(event, running=conductor.state.phase is not Phase.FINISHED)
    return next((each.reason for each in effects if isinstance(each, Rejected)), "")
