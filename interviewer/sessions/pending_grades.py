"""Grades what a stored session still owes, one answer at a time, saying how far it is: answers without a
grade, and those whose judge failed while one is configured."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from interviewer.core.progress.regrade import problem_of
from interviewer.errors import MockdlError

if TYPE_CHECKING:
    from interviewer.tui.app import MockdlApp

__all__ = ["grade_owed"]


async def grade_owed(
    app: MockdlApp, session_id: str, say: Callable[[str, bool], None], going: Callable[[], bool]
) -> None:
    """Grade each answer that has no grade, and have those judged that a judge failed to judge.

    Args:
        app: whose services grade.
        session_id: the stored session.
        say: called as say(what, done); the last call has done=True.
        going: asked before each answer; what was graded until then stays.
    """
    graded, failed = 0, ""
    try:
        conductor = app.services.open_session(session_id)
        waiting = conductor.ungraded_turns()
        if app.services.model.judges():
            waiting += conductor.turns_to_judge_again()
        for number, turn in enumerate(waiting, 1):
            if not going():
                break
            say(f"Grading answer {number} of {len(waiting)}…", False)
            event = await asyncio.wrap_future(conductor.grade_again(turn.id))
            conductor.keep_grade(event)
            if problem := problem_of(event.result):
                failed = problem
            else:
                graded += 1
    except MockdlError as error:
        say(f"{graded} answers were graded. {error}", True)
        return
    left = len(waiting) - graded
    say(f"{graded} of {len(waiting)} answers were graded." + (f" {failed}" if left and failed else ""), True)
