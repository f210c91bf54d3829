"""What is kept: `mockdl report` and `mockdl history`."""

from __future__ import annotations

import pydoc
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from interviewer.cli.common import open_services, print_json, print_text, say, write_output
from interviewer.cli.process import escape_json
from interviewer.errors import StorageError

if TYPE_CHECKING:
    from interviewer.core.interview.summary import SessionSummary
    from interviewer.services import Services


def _formats() -> list[str]:
    from interviewer.report import FORMATS

    return list(FORMATS)


def report(
    session: Annotated[str, typer.Argument(help="A session's id, the beginning of one, or `last`.")] = "last",
    form: Annotated[
        str, typer.Option("--format", "-f", help="terminal, md, html, json or anki.", autocompletion=_formats)
    ] = "terminal",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file.")] = None,
    full: Annotated[
        bool, typer.Option("--full", help="With every answer, every point and the model answers (terminal form).")
    ] = False,
) -> None:
    """Print or write the report of a session; `last` is the last one that was finished."""
    from interviewer.report import render_report

    with open_services() as services:
        summary = services.sessions.summary(session)
    size, watched = shutil.get_terminal_size((80, 24)), sys.stdout.isatty() and output is None
    text = render_report(summary, form, width=min(100, size.columns) if watched else 80, full=full)
    if watched and text.count("\n") >= size.lines:
        pydoc.pager(text)
        return
    if form == "json" and output is None:
        text = escape_json(text)
    write_output(text, output, "report", kept="The session itself is in the journal.")


def history(
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
) -> None:
    """List all sessions, newest first."""
    from interviewer.wording.verdicts import local_time

    with open_services() as services:
        summaries, problems = _read_all(services)
    if as_json:
        print_json(
            [
                {
                    "session": each.session_id,
                    "started_at": each.started_at,
                    "level": each.config.level,
                    "mode": each.config.mode,
                    "finished": each.finished,
                    "score": each.value,
                    **({} if each.core is None else {"core": each.core, "depth": each.depth}),
                    "questions": len(each.questions),
                }
                for each in summaries
            ]
        )
    elif not summaries and not problems:
        print("No session yet. `mockdl start` begins one.")
    for each in () if as_json else summaries:
        score = f"{each.value:3.0f}" if each.value is not None else "  -"
        state = each.band if each.finished else "not finished"
        print_text(f"{each.session_id}  {local_time(each.started_at)}  {each.config.level:<7}{score}  {state}")
    for problem in problems:
        say(problem)
    if problems:
        raise typer.Exit(1)


def _read_all(services: Services) -> tuple[list[SessionSummary], list[str]]:
    """All sessions that can be read, newest first, and what is wrong with the others."""
    summaries, problems = [], []
    for row in services.journal.sessions():
        if row.is_listed:
            try:
                summaries.append(services.sessions.read(row).summary())
            except StorageError as error:
                problems.append(f"{error.what}\n  {error.todo}")
    for damaged in services.journal.damaged():
        try:
            services.journal.session(damaged.id)
        except StorageError as error:
            problems.append(f"{error.what}\n  {error.todo}")
    return summaries, problems
