"""`mockdl grade --session`: what a stored session still owes, or all of it again, and what that changes."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from interviewer.cli.common import print_json, print_text, ready_engine, say
from interviewer.cli.judge_words import announce_judge
from interviewer.core.bank.kinds import Level
from interviewer.core.grade.grade import Grade, GradeResult, Ungraded
from interviewer.core.interview.effects import GradeTurn
from interviewer.core.interview.session import Graded, Turn
from interviewer.core.interview.summary import SessionSummary
from interviewer.core.progress.regrade import SessionChange, compare_sessions, is_step_back, needs_judge_again
from interviewer.services import Services
from interviewer.sessions import pending_grades
from interviewer.sessions.conductor import Conductor


class Wish(NamedTuple):
    """What is to be done with a session."""

    again: bool
    """Grade every answer again, not only those that lack a grade or their judge."""
    level: Level | None = None
    """Another level to read the score at; it is shown and never stored."""
    diff: bool = False
    """Show what would change, and store no grade."""
    as_json: bool = False


def grade_session(services: Services, name: str, wish: Wish) -> int:
    """Grade answers of a stored session and show what changed.

    Returns the exit code: 1 when an answer could not be graded or not by the judge, 130 after Ctrl-C.
    """
    conductor = services.sessions.open(name)
    turns = _chosen(services, conductor, wish)
    if not turns and wish.level is None:
        _nothing(conductor, wish)
        return 0
    before, before_read = conductor.summary(), _read(conductor, {}, wish.level)
    tried: dict[int, GradeResult] = {}
    interrupted = not _grade(services, conductor, turns, tried, wish)
    shown = _shown(conductor, tried) if wish.diff else {}
    after = conductor.summary_with(shown)
    change = SessionChange(
        before=before,
        after=after,
        read_before=before_read,
        read_after=_read(conductor, shown, wish.level),
        questions=compare_sessions(before, after, tried),
        stored=bool(turns) and not wish.diff,
        tried=len(tried),
    )
    _show(change, wish)
    return _conclude(conductor, turns, tried, wish, interrupted=interrupted)


def _grade(
    services: Services, conductor: Conductor, turns: Sequence[Turn], tried: dict[int, GradeResult], wish: Wish
) -> bool:
    """Grade these answers, filling `tried`; keep the grades unless they are only to be shown. False after Ctrl-C."""
    if not turns:
        return True
    pending_grades.refuse_demonstration(conductor.row, demo=services.model.demo)
    if services.model.judges():
        announce_judge(services)
    ready_engine(services, quiet=wish.as_json, index=False)
    try:
        for event in _grades(conductor, turns, quiet=wish.as_json):
            tried[event.turn_id] = event.result
            if wish.diff:
                pending_grades.note_asked(conductor, event.result)
            else:
                pending_grades.keep_grade(conductor, event)
    except KeyboardInterrupt:
        return False
    return True


def _chosen(services: Services, conductor: Conductor, wish: Wish) -> list[Turn]:
    if wish.again:
        return pending_grades.answered_turns(conductor.state)
    if wish.level is not None:
        return []
    return pending_grades.owed_turns(conductor.state, judges=services.model.judges())


def _nothing(conductor: Conductor, wish: Wish) -> None:
    unjudged = len(pending_grades.unjudged_turns(conductor.state))
    name = conductor.row.id
    if not pending_grades.answered_turns(conductor.state):
        say(f"Session {name} holds no answer.")
    else:
        say(f"Every answer of session {name} has a grade.")
    if unjudged:
        say(f"The judge is missing from {unjudged} of them; `mockdl grade --session {name} --judge llm` asks it again.")
    if wish.as_json:
        summary = conductor.summary()
        questions = compare_sessions(summary, summary, {})
        _show(SessionChange(before=summary, after=summary, questions=questions, stored=False, tried=0), wish)


def _read(conductor: Conductor, results: dict[int, GradeResult], level: Level | None) -> SessionSummary | None:
    return None if level is None else conductor.summary_with(results, level)


def _grades(conductor: Conductor, turns: Sequence[Turn], *, quiet: bool) -> Iterator[Graded]:
    """The new grades in the order of the answers, with a progress bar on a terminal."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    futures = [conductor.grade(GradeTurn(turn.id)) for turn in turns]
    hidden = quiet or not console.is_terminal
    for future in track(futures, "Grading answers", console=console, disable=hidden, transient=True):
        yield future.result()


def _shown(conductor: Conductor, tried: dict[int, GradeResult]) -> dict[int, GradeResult]:
    """The grades that would have been stored."""
    old = {turn.id: turn.result for turn in pending_grades.answered_turns(conductor.state)}
    return {name: result for name, result in tried.items() if not is_step_back(old.get(name), result)}


def _show(change: SessionChange, wish: Wish) -> None:
    from interviewer.report.regrade_changes import change_as_dict, render_change

    if wish.as_json:
        print_json(change_as_dict(change))
        return
    width = min(100, shutil.get_terminal_size((80, 24)).columns) if sys.stdout.isatty() else 80
    print_text("\n".join(render_change(change, width)))


def _conclude(
    conductor: Conductor,
    turns: Sequence[Turn],
    tried: dict[int, GradeResult],
    wish: Wish,
    *,
    interrupted: bool,
) -> int:
    name = conductor.row.id
    if not turns:
        say(f"Nothing was graded or stored; the session keeps its own level, {conductor.state.config.level}.")
        return 0
    failed = [result for result in tried.values() if isinstance(result, Ungraded)]
    unjudged = [result for result in tried.values() if isinstance(result, Grade) and needs_judge_again(result)]
    for reason in dict.fromkeys(each.reason for each in failed):
        say(f"Could not be graded: {reason}")
    for reason in dict.fromkeys(each.judging.problem for each in unjudged if each.judging):
        say(f"Could not be judged: {reason}")
    kept = "no grade was stored (--diff)" if wish.diff else f"`mockdl report {name}` shows them"
    alone = f", {len(unjudged)} of them without the judge" if unjudged else ""
    say(f"{len(tried) - len(failed)} of {len(turns)} answers were graded{alone}; {kept}.")
    if interrupted:
        say("Interrupted. " + ("No grade was stored." if wish.diff else "The grades so far are stored."))
        return 130
    return 1 if failed or unjudged else 0
