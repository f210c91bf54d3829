"""Grading one turn: the answer to the grader, and after a question's grade the deeper question, if there is one."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

from interviewer.core.bank.content import Item
from interviewer.core.grade.grade import GradeRequest, GradeResult, Ungraded
from interviewer.core.interview.session import Graded, State, Turn, TurnKind
from interviewer.core.ports import Grader

__all__ = ["grade_turn"]


def grade_turn(
    make_grader: Callable[[], Grader] | None,
    turn: Turn,
    state: State,
    item: Item,
    clock: Callable[[], float],
    *,
    deepen: bool,
) -> Future[Graded]:
    """Grade a turn's answer.

    Args:
        make_grader: gives who grades; None when nobody does.
        turn: an answered turn. A follow-up is graded on the point it probed.
        state: the session, for its level and its plan.
        item: the turn's question.
        clock: seconds since the epoch.
        deepen: whether to look for a deeper question after the answer to a question.

    Returns:
        The event to be stored. The future never raises: what went wrong is the reason of an `Ungraded`, and a
        search that failed finds no deeper question.
    """
    done: Future[Graded] = Future()

    def settle(result: GradeResult, deeper: str | None = None) -> None:
        done.set_result(Graded(at=clock(), turn_id=turn.id, result=result, deeper=deeper))

    def searched(found: Future[str | None], result: GradeResult) -> None:
        failed = found.cancelled() or found.exception() is not None
        settle(result, None if failed else found.result())

    def graded(grader: Grader, future: Future[GradeResult]) -> None:
        error = future.exception()
        result = Ungraded(reason=f"the grader failed: {error}") if error else future.result()
        if not deepen or turn.kind is not TurnKind.QUESTION or isinstance(result, Ungraded):
            settle(result)
            return
        planned = [each.question_id for each in state.plan]
        try:
            deeper = grader.deeper(turn.question_id, state.config.level.value, planned)
        except Exception:  # the grade counts, whatever became of the search
            settle(result)
            return
        deeper.add_done_callback(lambda found: searched(found, result))

    if make_grader is None:
        settle(Ungraded(reason="no grader is running"))
        return done
    points = (turn.target,) if turn.target else None
    request = GradeRequest(question_id=turn.question_id, answer=turn.answer, point_ids=points)
    try:
        grader = make_grader()
        grading = grader.grade(request, item)
    except Exception as error:  # an answer that is on disk must not wait for a grade that never comes
        settle(Ungraded(reason=f"the grader failed: {error}"))
        return done
    grading.add_done_callback(lambda future: graded(grader, future))
    return done
