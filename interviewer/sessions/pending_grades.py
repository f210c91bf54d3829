"""Grades that a stored session still owes: which answers those are, who may give them, and giving them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from interviewer.core.grade.grade import GradeResult, Ungraded
from interviewer.core.grade.ledger import asked_for
from interviewer.core.interview.effects import GradeTurn
from interviewer.core.interview.session import Graded, ModelAsked, Outcome, State, Turn
from interviewer.core.progress.regrade import is_step_back, needs_judge_again, problem_of
from interviewer.errors import MockdlError, UsageError
from interviewer.sessions.conductor import Conductor

if TYPE_CHECKING:
    from interviewer.core.interview.journal_port import SessionRow
    from interviewer.sessions.store import SessionStore


def answered_turns(state: State) -> list[Turn]:
    """All answers, graded or not, oldest first."""
    return [turn for turn in state.turns if turn.outcome is Outcome.ANSWERED]


def untried_turns(state: State) -> list[Turn]:
    """Answers that no grader has tried yet, oldest first; an interview that ends before they are read leaves some."""
    return [turn for turn in answered_turns(state) if turn.result is None]


def unjudged_turns(state: State) -> list[Turn]:
    """Answers with the offline grade because the judge failed, oldest first."""
    return [turn for turn in answered_turns(state) if needs_judge_again(turn.result)]


def owed_turns(state: State, *, judges: bool) -> list[Turn]:
    """Answers that have no grade, and while a judge is there those that lack its own; oldest first."""
    return [
        turn
        for turn in answered_turns(state)
        if turn.result is None or isinstance(turn.result, Ungraded) or (judges and needs_judge_again(turn.result))
    ]


def refuse_demonstration(row: SessionRow, *, demo: bool) -> None:
    """Keep what a script says out of a real session, and everybody else out of a demonstration.

    Args:
        row: the session whose answers are to be graded.
        demo: whether a script is at work.

    Raises:
        UsageError: they may not be.
    """
    if row.config.demo is demo:
        return
    problem = "is a demonstration: a script judged it, and nobody else does"
    raise UsageError(
        f"Session {row.id} {problem if row.config.demo else 'is no demonstration: no script judges it'}.",
        kept="Its grades are as they were.",
        todo="`mockdl history` lists the others." if row.config.demo else "Grade it without `--demo`.",
    )


def keep_grade(conductor: Conductor, event: Graded) -> bool:
    """Store another grade of an answer; the old one stays in the journal. False when it would be a step back.

    A failure replaces no grade, and the offline grade that stands in for a judge's replaces none that was
    judged; of such an attempt only what was sent is noted.
    """
    turn = conductor.state.find(event.turn_id)
    if turn is not None and is_step_back(turn.result, event.result):
        note_asked(conductor, event.result)
        return False
    conductor.send_grade(event, running=False)
    return True


def note_asked(conductor: Conductor, result: GradeResult) -> None:
    """Note what was sent for a grade that is not kept, so that the ledger stays true."""
    for asked in asked_for(result):
        if asked.calls:
            conductor.send(ModelAsked(at=conductor.clock(), asked=asked), running=False)


async def grade_owed(
    store: SessionStore, session_id: str, say: Callable[[str, bool], None], going: Callable[[], bool]
) -> None:
    """Grade what a session owes, one answer at a time.

    Args:
        store: which holds the session.
        session_id: the stored session.
        say: called as say(what, done); the last call has done=True.
        going: asked before each answer; what was graded until then stays.
    """
    graded, failed = 0, ""
    try:
        conductor = store.open(session_id)
        refuse_demonstration(conductor.row, demo=store.model.demo)
        waiting = owed_turns(conductor.state, judges=store.model.judges())
        for number, turn in enumerate(waiting, 1):
            if not going():
                break
            say(f"Grading answer {number} of {len(waiting)}…", False)
            event = await asyncio.wrap_future(conductor.grade(GradeTurn(turn.id)))
            keep_grade(conductor, event)
            if problem := problem_of(event.result):
                failed = problem
            else:
                graded += 1
    except MockdlError as error:
        say(f"{graded} answers were graded. {error}", True)
        return
    left = len(waiting) - graded
    say(f"{graded} of {len(waiting)} answers were graded." + (f" {failed}" if left and failed else ""), True)
