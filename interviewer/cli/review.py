"""`mockdl review`: which questions are due for review, and a practice session of them."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from interviewer.cli.common import level_names, open_services, parse_name, print_json, say
from interviewer.errors import UsageError

if TYPE_CHECKING:
    from interviewer.core.bank.kinds import Level
    from interviewer.core.progress.agenda import Agenda, DueQuestion
    from interviewer.services import Services


def review(
    begin: Annotated[bool, typer.Option("--start", help="Practise them now, the most urgent first.")] = False,
    count: Annotated[
        int | None, typer.Option(min=1, max=50, help="At most so many questions.", show_default=False)
    ] = None,
    level: Annotated[
        str | None,
        typer.Option(
            help="Ask at this level: junior, mid, senior or staff.", autocompletion=level_names, show_default=False
        ),
    ] = None,
    plain: Annotated[bool, typer.Option("--plain", help="With --start: line mode.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
) -> None:
    """List the questions that are due for review, or practise them.

    Every key point you were asked for comes back after a time that grows each time you make it without help
    (FSRS). The schedule follows from your graded answers; nothing else is stored.
    """
    from interviewer.core.bank.kinds import Level

    if begin and as_json:
        raise UsageError("--start and --json do not go together.", todo="Leave one of them out.")
    with open_services() as services:
        asked = parse_name(level, Level, "level") if level else services.settings.level
        agenda = _read_agenda(services, asked)
        if begin and agenda.due:
            raise typer.Exit(_practise(services, agenda, count, plain=plain))
    if as_json:
        print_json(_as_dict(agenda, count))
        return
    for line in _describe(agenda, count):
        print(line)


def _read_agenda(services: Services, level: Level) -> Agenda:
    archive = services.archive
    return archive.agenda(archive.read_into([]), level)


def _practise(services: Services, agenda: Agenda, count: int | None, *, plain: bool) -> int:
    from interviewer.cli.start import conduct, has_terminal
    from interviewer.core.interview.session import Mode, SessionConfig

    ids = [each.question_id for each in agenda.due][: count or services.settings.count]
    config = SessionConfig(level=agenda.level, mode=Mode.PRACTICE, count=len(ids), minutes=services.settings.minutes)
    return conduct(services, services.sessions.create_from(ids, config), plain or not has_terminal())


def _describe(agenda: Agenda, count: int | None) -> Iterator[str]:
    """A table for people; one line a question, without a heading, for pipes."""
    from interviewer.core.text import clean_line, shorten

    if not agenda.due:
        yield _describe_next(agenda)
        return
    shown = agenda.due[:count]
    if not sys.stdout.isatty():
        yield from (
            f"{each.question_id}\t{len(each.points)}\t{each.overdue}\t{clean_line(each.title)}" for each in shown
        )
        say(_describe_sum(agenda))
        return
    yield f"{_describe_sum(agenda)}."
    width = max(len("question"), *(len(each.question_id) for each in shown))
    room = max(12, shutil.get_terminal_size().columns - width - 2 - 2 - 8 - 2 - 12 - 2)
    yield f"  {'question':<{width}}  {'points':>8}  {'due':<12}  title"
    for each in shown:
        yield f"  {each.question_id:<{width}}  {_points(each):>8}  {_since(each):<12}  {shorten(each.title, room)}"
    yield "`mockdl review --start` asks them."


def _describe_sum(agenda: Agenda) -> str:
    questions, points = len(agenda.due), sum(len(each.points) for each in agenda.due)
    return (
        f"Due for review at {agenda.level} level: {questions} question{'s' * (questions != 1)}, "
        f"{points} key point{'s' * (points != 1)}"
    )


def _describe_next(agenda: Agenda) -> str:
    if agenda.following is None:
        return (
            f"Nothing to review at {agenda.level} level: no graded answer yet. `mockdl start` begins an interview; "
            "what it asks comes back here."
        )
    return f"Nothing is due for review at {agenda.level} level. The next question is due on {agenda.following}."


def _points(question: DueQuestion) -> str:
    return f"{len(question.points)} of {question.expected}"


def _since(question: DueQuestion) -> str:
    return "today" if not question.overdue else f"{question.overdue} day{'s' * (question.overdue != 1)} ago"


def _as_dict(agenda: Agenda, count: int | None) -> dict[str, Any]:
    return {
        "level": agenda.level,
        "due": [
            {
                "question_id": each.question_id,
                "title": each.title,
                "topic": each.topic,
                "overdue_days": each.overdue,
                "weight": each.weight,
                "points": [{"id": point.point_id, "weight": point.weight, "due": point.due} for point in each.points],
            }
            for each in agenda.due[:count]
        ],
        "next_due": agenda.following,
    }
