"""`mockdl grade`: one answer, a file of them, or what a stored session still owes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from interviewer.cli.common import (
    open_services,
    parse_name,
    print_json,
    print_text,
    ready_engine,
    say,
    use_judge,
    waiting,
)
from interviewer.errors import UsageError, nearest_names

if TYPE_CHECKING:
    from interviewer.core.bank.kinds import Level
    from interviewer.services import Services


_FAST = (
    "Fast grades: by sentence vectors and words alone, without the joint reader. Each of them says so; none is "
    "calibrated on answers graded by people, so read the scores as a guide."
)


def grade(
    source: Annotated[
        str | None,
        typer.Argument(metavar="[FILE]", help="A text file with --question, else JSON Lines; - is standard input."),
    ] = None,
    question: Annotated[str | None, typer.Option(help="Grade one answer to this question.", show_default=False)] = None,
    level: Annotated[
        str | None,
        typer.Option(
            help="Read answers at this level; the question's or the session's own when left out.", show_default=False
        ),
    ] = None,
    session: Annotated[
        str | None,
        typer.Option(help="A stored session: its id, or `last`. Grades what it still owes.", show_default=False),
    ] = None,
    diff: Annotated[
        bool, typer.Option("--diff", help="With --session: grade all of it again, show the changes, store no grade.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="JSON Lines go here; the same command again goes on where it stopped."),
    ] = None,
    judge: Annotated[
        str | None, typer.Option(help="off, auto (when one is configured) or llm.", show_default=False)
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Ask the judge anew, also where this machine keeps its reply.")
    ] = False,
    pack: Annotated[
        list[Path] | None, typer.Option(help="A folder with questions of your own. Repeatable.", show_default=False)
    ] = None,
    fast: Annotated[
        bool, typer.Option("--fast", help="Sentence vectors and words only, no joint reader; for a file or one answer.")
    ] = False,
    engine: Annotated[
        str, typer.Option(help="local, or ray (pip install 'mockdl[ray]'): a file on several workers of this machine.")
    ] = "local",
    workers: Annotated[int | None, typer.Option(min=1, max=64, help="Of --engine ray; 2 when left out.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One answer or a session as JSON. JSON Lines always are.")
    ] = False,
) -> None:
    """Grade answers without an interview.

    `--question ID answer.txt` grades one answer. A file of JSON Lines, {"question_id": ..., "answer": ...,
    "level": ...}, is graded line by line in order; other fields are passed through, those named like ours within
    "given". A line that cannot be graded is named and skipped.

    Without either, the newest session's answers that have no grade, or whose judge failed, are graded.
    With --judge all answers of the session are graded again and every changed verdict is shown; the new
    grades are stored beside the old ones, unless --diff is given. --level shows how the session reads at
    another level and stores nothing.
    """
    from interviewer.core.bank.kinds import Level

    read_at = parse_name(level, Level, "level") if level else None
    if diff and (question is not None or source is not None):
        raise UsageError("--diff compares the grades of a stored session.", todo="Name it with --session ID.")
    if fast and question is None and source is None:
        raise UsageError("--fast grades a file or one answer; a session keeps full grades.", todo="Leave --fast out.")
    ray_workers = _ray_workers(engine, workers, of_file=source is not None and question is None)
    with open_services(pack or []) as services:
        services.ray_workers = ray_workers
        if fast:
            services.fast = True
            say(_FAST)
        if judge is not None:
            use_judge(services, judge)
        services.model.fresh = fresh
        if question is not None:
            code = _grade_one(services, question, source or "-", read_at, as_json=as_json)
        elif source is not None:
            from interviewer.cli.grade_lines import grade_lines

            code = grade_lines(services, source, output, read_at)
        else:
            from interviewer.cli.grade_session import Wish, grade_session

            wish = Wish(again=judge is not None or diff, level=read_at, diff=diff, as_json=as_json)
            code = grade_session(services, session or "last", wish)
    if code:
        raise typer.Exit(code)


def _ray_workers(engine: str, workers: int | None, *, of_file: bool) -> int:
    """How many workers of Ray are asked for; 0 without it.

    Raises:
        UsageError: no such engine, or one that the rest of the command has no use for.
    """
    if engine not in ("local", "ray"):
        raise UsageError(f"{engine!r} is not an engine.", todo="Valid: local, ray.")
    if engine == "local":
        if workers is not None:
            raise UsageError("--workers is for --engine ray.", todo="Add --engine ray, or leave --workers out.")
        return 0
    if not of_file:
        raise UsageError("--engine ray grades a file of JSON Lines.", todo="Name one, or leave --engine out.")
    return workers or 2


def _grade_one(services: Services, question_id: str, source: str, level: Level | None, *, as_json: bool) -> int:
    from interviewer.cli.judge_words import Judged
    from interviewer.core.grade.grade import GradeRequest, Ungraded
    from interviewer.core.interview.summary import summarise_answer
    from interviewer.report.json_report import question_as_dict
    from interviewer.report.terminal_report import render_question

    if question_id not in services.bank:
        near = nearest_names(question_id, services.bank.items)
        hint = f"Did you mean {' or '.join(near)}? " if near else ""
        todo = f'{hint}`mockdl search "..."` finds questions; --pack FOLDER adds those of a pack of your own.'
        raise UsageError(f"There is no question {question_id!r}.", todo=todo)
    answer = _read_text(source)
    item = services.bank[question_id]
    judged = Judged(services)
    judged.announce()
    ready_engine(services, quiet=as_json, index=False)
    with waiting("Grading the answer", quiet=as_json):
        result = services.grader().grade(GradeRequest(question_id=question_id, answer=answer), item).result()
    judged.add(result)
    summary = summarise_answer(item, level or item.question.level, answer, result)
    if as_json:
        print_json(question_as_dict(summary))
    else:
        print_text("\n".join(render_question(summary, 80)))
    judged.conclude()
    return 1 if isinstance(result, Ungraded) or judged.failed else 0


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
