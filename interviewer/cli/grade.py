"""`mockdl grade`: one answer, a file of them, or what a stored session still owes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from interviewer.cli.common import open_services, parse_name, print_json, ready_engine, say, use_judge
from interviewer.errors import UsageError, nearest_names

if TYPE_CHECKING:
    from interviewer.core.content import Level
    from interviewer.services import Services

__all__ = ["grade"]


def grade(
    source: Annotated[
        str | None,
        typer.Argument(metavar="[FILE]", help="A text file with --question, else JSON Lines; - is standard input."),
    ] = None,
    question: Annotated[str | None, typer.Option(help="Grade one answer to this question.", show_default=False)] = None,
    level: Annotated[
        str | None,
        typer.Option(help="Read answers at this level; the question's own when left out.", show_default=False),
    ] = None,
    session: Annotated[
        str | None, typer.Option(help="Grade what a stored session still owes: its id, or `last`.", show_default=False)
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="JSON Lines go here; a second run goes on where it stopped.")
    ] = None,
    judge: Annotated[
        str | None, typer.Option(help="off, auto (when one is configured) or llm.", show_default=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One answer as JSON. JSON Lines always are.")] = False,
) -> None:
    """Grade answers without an interview.

    `--question ID answer.txt` grades one answer. A file of JSON Lines, {"question_id": ..., "answer": ...,
    "level": ...}, is graded line by line in order; other fields are passed through. Without either, the
    newest session's ungraded answers are graded.
    """
    from interviewer.core.content import Level

    read_at = parse_name(level, Level, "level") if level else None
    with open_services() as services:
        if judge is not None:
            use_judge(services, judge)
        if question is not None:
            code = _grade_one(services, question, source or "-", read_at, as_json=as_json)
        elif source is not None:
            from interviewer.cli.grade_lines import grade_lines

            code = grade_lines(services, source, output, read_at)
        else:
            code = _grade_session(services, session or "last")
    if code:
        raise typer.Exit(code)


def _grade_one(services: Services, question_id: str, source: str, level: Level | None, *, as_json: bool) -> int:
    from interviewer.core.grade import GradeRequest, Ungraded
    from interviewer.core.summary import summarise_answer
    from interviewer.report.as_json import question_as_dict
    from interviewer.report.terminal import render_question

    if question_id not in services.bank:
        near = nearest_names(question_id, services.bank.items)
        hint = f"Did you mean {' or '.join(near)}? " if near else ""
        raise UsageError(f"There is no question {question_id!r}.", todo=f'{hint}`mockdl search "..."` finds questions.')
    answer = _read_text(source)
    item = services.bank[question_id]
    ready_engine(services, quiet=as_json, index=False)
    result = services.grader().grade(GradeRequest(question_id=question_id, answer=answer), item).result()
    summary = summarise_answer(item, level or item.question.level, answer, result)
    if as_json:
        print_json(question_as_dict(summary))
    else:
        print("\n".join(render_question(summary, 80)))
    return 1 if isinstance(result, Ungraded) else 0


def _read_text(source: str) -> str:
    try:
        raw = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
        text = raw.decode("utf-8")
    except OSError as error:
        raise UsageError(f"{source} could not be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise UsageError(f"{source}:{line} is not UTF-8 text.", todo="Save the file as UTF-8.") from error
    if not text.strip():
        raise UsageError("The answer is empty.", todo="Type it, pipe it in, or name a file with it.")
    return text.strip("\n")


def _grade_session(services: Services, session: str) -> int:
    from interviewer.core.grade import Ungraded
    from interviewer.core.interview import GradeTurn

    conductor = services.open_session(session)
    waiting = conductor.ungraded_turns()
    if not waiting:
        say(f"Every answer of session {conductor.row.id} has a grade.")
        return 0
    ready_engine(services, index=False)
    failed = 0
    for turn in waiting:
        event = conductor.grade(GradeTurn(turn.id)).result()
        conductor.send_grade(event)
        if isinstance(event.result, Ungraded):
            failed += 1
            say(f"Answer {turn.id + 1} could not be graded: {event.result.reason}")
    graded = len(waiting) - failed
    say(f"{graded} of {len(waiting)} answers were graded. `mockdl report {conductor.row.id}` shows them.")
    return 1 if failed else 0
