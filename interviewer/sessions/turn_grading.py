"""Grading one turn: the answer to the grader, and after a question's grade the deeper question, if there is one."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

from interviewer.core.bank.content import Item
from interviewer.core.futures import chain, settled
from interviewer.core.grade.grade import Grade, GradeRequest, GradeResult, Ungraded
from interviewer.core.interview.last_words import open_points
from interviewer.core.interview.session import Graded, State, Turn, TurnKind
from interviewer.core.ports import Grader


def grade_turn(
    make_grader: Callable[[], Grader] | None, turn: Turn, state: State, item: Item, clock: Callable[[], float]
) -> Future[Graded]:
    """Grade a turn's answer.

    Args:
        make_grader: gives who grades; None when nobody does.
        turn: an answered turn. A follow-up is graded on the point it probed, last words on the
            core points that are open, and what else a reply surely says is credited, too.
            After the first grade of an answer to a question a deeper one is looked for.
        state: the session, for its level and its plan.
        item: the turn's question.
        clock: seconds since the epoch.

    Returns:
        The event to be stored. The future never raises: what went wrong is the reason of an `Ungraded`, and a
        search that failed finds no deeper question.
    """

    def make_event(result: GradeResult, deeper: str | None = None) -> Graded:
        return Graded(at=clock(), turn_id=turn.id, result=result, deeper=deeper)

    def follow(grader: Grader, grading: Future[GradeResult]) -> Graded | Future[Graded]:
        result = _result(grading)
        if turn.kind is not TurnKind.QUESTION or isinstance(turn.result, Grade) or isinstance(result, Ungraded):
            return make_event(result)
        planned = [each.question_id for each in state.plan]
        try:
            searching = grader.deeper(turn.question_id, state.config.level.value, planned)
        except Exception:  # the grade counts, whatever became of the search
            return make_event(result)
        return chain(searching, lambda found: make_event(result, _found(found)))

    if make_grader is None:
        return settled(make_event(Ungraded(reason="no grader is running")))
    points: tuple[str, ...] | None = (turn.target,) if turn.target else None
    if turn.kind is TurnKind.LAST_WORDS:
        points = open_points(item, state.config.level, state.turns_of(turn.question_id))
    asked = _asked(turn, item)
    request = GradeRequest(
        question_id=turn.question_id,
        answer=turn.answer,
        follow_up=asked,
        asked="" if turn.kind is TurnKind.QUESTION else turn.prompt,
        before=_said_before(turn, state),
        point_ids=points,
        is_open=turn.kind is TurnKind.LAST_WORDS,
    )
    try:
        grader = make_grader()
        grading = grader.grade(request, item)
    except Exception as error:  # an answer that is on disk must not wait for a grade that never comes
        return settled(make_event(_failed(error)))
    return chain(grading, lambda done: follow(grader, done))


def _asked(turn: Turn, item: Item) -> str:
    """What a reply may lean on: the probe, without the candidate's own words that may stand before it."""
    if turn.kind is not TurnKind.PROBE:
        return ""
    point = next((each for each in item.rubric.key_points if each.id == turn.target), None)
    return point.probe if point is not None and turn.prompt.endswith(point.probe) else turn.prompt


def _said_before(turn: Turn, state: State) -> str:
    """The answer to the question that a reply follows; "" for that answer itself."""
    if turn.kind is TurnKind.QUESTION:
        return ""
    turns = state.turns_of(turn.question_id)
    return next((each.answer for each in turns if each.kind is TurnKind.QUESTION and each.id < turn.id), "")


def _result(grading: Future[GradeResult]) -> GradeResult:
    try:
        return grading.result()
    except Exception as error:
        return _failed(error)


def _failed(error: Exception) -> Ungraded:
    return Ungraded(reason=f"the grader failed: {error}")


def _found(searching: Future[str | None]) -> str | None:
    try:
        return searching.result()
    except Exception:
        return None
