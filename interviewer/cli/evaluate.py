"""`mockdl eval`: how well the offline grade agrees with people's, beside signals that cost nothing.

It also writes what a candidate marked as said in practice, as rows of the same kind; nothing of it leaves the machine.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from interviewer.cli.common import open_services, print_json, ready_engine, say, say_notices, write_output
from interviewer.cli.json_lines import is_input, open_lines
from interviewer.cli.tables import WIDTH, render_columns, short_number, show_interval
from interviewer.core.text import escape_hidden
from interviewer.errors import EncoderError, MockdlError, UsageError

if TYPE_CHECKING:
    from interviewer.audit.assessing import Left
    from interviewer.audit.evaluation import Trial
    from interviewer.core.grade.grade import Assessment
    from interviewer.services import Services


def evaluate(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="JSON Lines: {question_id, question, reference, answer, score (0 to 1) or label}.", show_default=False
        ),
    ] = None,
    own_marks: Annotated[
        Path | None,
        typer.Option(help="Write the points that you marked as said in practice to this file, as such rows."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the result to this file.")] = None,
    min_words: Annotated[int, typer.Option(help="Leave out answers with fewer words.")] = 5,
) -> None:
    """Measure the offline grade against grades given by people.

    Rows may have `key_points` (a list) instead of `reference`, `references` (alternatives), or be of
    the form {question, key_point, answers: [{text, label, kind}]}. Lines that can't be read are named
    and skipped.

    --own-marks measures nothing: it gathers your marks ("I did say this") from all practice sessions in a file on
    this machine, each with the point, your answers and score 1. Nothing is sent anywhere.
    """
    if own_marks is not None:
        if file is not None:
            raise UsageError("Either a file is measured or your marks are written, not both.", todo="Leave one out.")
        _write_own_marks(own_marks)
        return
    if file is None:
        raise UsageError("Name a file of rows to measure.", todo="`mockdl eval --help` says what a row holds.")
    _measure(file, as_json=as_json, output=output, min_words=min_words)


def _measure(file: Path, *, as_json: bool, output: Path | None, min_words: int) -> None:
    from interviewer.audit.evaluation import load_trials, measure_kinds, measure_scores

    if output is not None:
        _refuse_foreign(file, output)
    with open_lines(str(file)) as lines:
        trials, problems = load_trials((line for _, line in lines), min_words=min_words)
    for problem in problems:
        say(f"{file}:{problem}")
    if not trials:
        raise UsageError(f"{file} holds no row that can be measured.", todo="`mockdl eval --help` names the fields.")
    with open_services() as services:
        trials, found, left = _assess(services, trials, quiet=as_json)
    for each in left:
        say(f"{file}:{each}")
    say("Resampling questions for the intervals.")
    result = _without_nan({**measure_scores(trials, found), **measure_kinds(trials, found)})
    if as_json:
        if output is None:
            print_json(result)
        else:
            write_output(json.dumps(result, indent=2) + "\n", output, "result")
    else:
        write_output("\n".join(_table(result)) + "\n", output, "result")
    if problems or left:
        raise typer.Exit(1)


def _refuse_foreign(file: Path, output: Path) -> None:
    """Refuse to write over anything but a result."""
    from interviewer.audit.evaluation import RESULTS

    if is_input(str(file), output):
        raise UsageError(f"{output} is the file that is read.", kept="It was not changed.", todo="Name another.")
    try:
        with output.open("rb") as there:
            begin = there.read(200).decode("utf-8", "replace").lstrip('{ \n"')
    except OSError:
        return  # not there, or it will be said when the result is
    if begin and not begin.startswith(RESULTS):
        raise UsageError(
            f"{output} is there and holds something else than a result of `mockdl eval`.",
            kept="It was not changed.",
            todo="Name another file with -o.",
        )


def _write_own_marks(file: Path) -> None:
    with open_services() as services:
        rows = list(_gather_own_marks(services))
    if not rows:
        todo = "After an answer in practice mode `c`, then `i`, marks one; in line mode /said N does."
        raise UsageError("No point was marked as said yet.", todo=todo)
    _spare(file)
    text = "".join(escape_hidden(json.dumps(row, ensure_ascii=False)) + "\n" for row in rows)
    write_output(text, file, "list")
    marks = f"{len(rows)} mark{'s' * (len(rows) != 1)} of your own"
    say(f"It holds {marks}, and nothing was sent anywhere. `mockdl eval {file}` measures the grade on it.")


def _gather_own_marks(services: Services) -> Iterator[dict[str, Any]]:
    """Rows from all practice sessions, oldest first; a demonstration's answers are nobody's."""
    from interviewer.audit.own_marks import read_own_marks
    from interviewer.core.interview.session import Mode

    for row in reversed(services.journal.sessions()):
        if row.config.demo or row.config.mode is not Mode.PRACTICE:
            continue
        try:
            yield from read_own_marks(services.sessions.read(row).summary())
        except (MockdlError, KeyError, ValueError) as error:
            say(f"Session {row.id} could not be read and was left out: {error}")


def _spare(file: Path) -> None:
    """Refuse to write over anything but such rows."""
    from interviewer.audit.own_marks import holds_only_own_marks

    try:
        ours = not file.exists() or holds_only_own_marks(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        ours = False
    if not ours:
        raise UsageError(
            f"{file} holds something else than such rows.", kept="It was left alone.", todo="Name another."
        )


def _assess(
    services: Services, trials: Sequence[Trial], *, quiet: bool
) -> tuple[list[Trial], list[Assessment], list[str]]:
    """The trials that could be assessed, what came of them, and as "line: what" those that could not.

    Raises:
        EncoderError: none could.
    """
    from rich.console import Console
    from rich.progress import Progress

    from interviewer.audit.assessing import Batches

    engine = ready_engine(services, quiet=quiet, index=False)
    console = Console(stderr=True)
    with Progress(console=console, disable=quiet or not console.is_terminal) as progress:
        task = progress.add_task("Grading answers", total=len(trials))
        batches = Batches(engine, [each.request for each in trials], lambda done: progress.update(task, completed=done))
        batches.run()
    say_notices(engine)
    left = [_name_left(trials, each) for each in batches.left]
    done = [(trial, each) for trial, each in zip(trials, batches.found, strict=True) if each is not None]
    if not done:
        raise EncoderError(f"No answer could be graded. {left[0]}", todo="`mockdl doctor` says what is missing.")
    return [trial for trial, _ in done], [each for _, each in done], left


def _name_left(trials: Sequence[Trial], left: Left) -> str:
    first, last = trials[left.first].line, trials[left.last].line
    rows = f"{first}: the row" if first == last else f"{first}: {left.last - left.first + 1} answers up to line {last}"
    return f"{rows} could not be graded and counts for nothing ({' '.join(left.reason.split())})"


def _without_nan(value: Any) -> Any:
    """The same with None for numbers that could not be computed: JSON knows no NaN."""
    if isinstance(value, dict):
        return {name: _without_nan(each) for name, each in value.items()}
    return None if isinstance(value, float) and math.isnan(value) else value


def _table(result: dict[str, Any]) -> Iterator[str]:
    """Plain lines of at most 80 columns: a row a signal, a column a measure, the interval beside each value."""
    for name, rows in result.items():
        counts = {each["n"] for each in rows.values() if "n" in each}
        shown = f" ({counts.pop()} answers)" if len(counts) == 1 else ""
        yield f"{name}{shown}, 95% intervals over questions"
        lines = render_columns(*_rows(rows, " ", counted=not shown), width=10 * WIDTH)
        if max(map(len, lines)) > WIDTH - 2:
            lines = render_columns(*_rows(rows, "\n", counted=not shown), width=WIDTH - 2, gap=1)
        yield from (f"  {line}".rstrip() for line in lines)
        yield ""


def _rows(rows: dict[str, Any], between: str, *, counted: bool) -> tuple[list[str], list[list[str]]]:
    """The heads of the columns, and the cells."""
    measures = list(dict.fromkeys(measure for each in rows.values() for measure in each if measure != "n"))
    cells = [
        [
            signal,
            *(_cell(found.get(measure), between) for measure in measures),
            f"({found['n']})" if counted and "n" in found else "",
        ]
        for signal, found in rows.items()
    ]
    return ["", *measures, ""], cells


def _cell(value: Any, between: str) -> str:
    if isinstance(value, dict):
        return show_interval(value["value"], value["low"], value["high"], between=between)
    return "" if value is None else short_number(float(value))
