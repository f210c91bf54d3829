"""`mockdl eval`: how well the offline grade agrees with people's, beside signals that cost nothing."""

from __future__ import annotations

import json
import math
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from interviewer.cli.common import open_services, print_json, ready_engine, say, write_output
from interviewer.cli.tables import WIDTH, render_columns, short_number, show_interval
from interviewer.errors import UsageError

if TYPE_CHECKING:
    from interviewer.audit.evaluation import Trial
    from interviewer.core.grade.grade import Assessment
    from interviewer.services import Services

_CHUNK = 64
_IN_FLIGHT = 4


def evaluate(
    file: Annotated[
        Path, typer.Argument(help="JSON Lines: {question_id, question, reference, answer, score or label}.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the result to this file.")] = None,
    min_words: Annotated[int, typer.Option(help="Leave out answers with fewer words.")] = 5,
) -> None:
    """Measure the offline grade against grades given by people.

    Rows may have `key_points` (a list) instead of `reference`, `references` (alternatives), or be of
    the form {question, key_point, answers: [{text, label, kind}]}. Lines that can't be read are named
    and skipped.
    """
    from interviewer.audit.evaluation import load_trials, measure_kinds, measure_scores

    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{file} could not be read: {error}.", todo="It must be a UTF-8 file of JSON Lines."
        ) from error
    trials, problems = load_trials(lines, min_words=min_words)
    for problem in problems:
        say(f"{file}:{problem}")
    if not trials:
        raise UsageError(f"{file} holds no row that can be measured.", todo="`mockdl eval --help` names the fields.")
    with open_services() as services:
        found = _assess(services, trials, quiet=as_json)
    say("Resampling questions for the intervals.")
    result = _without_nan({**measure_scores(trials, found), **measure_kinds(trials, found)})
    if as_json:
        if output is None:
            print_json(result)
        else:
            write_output(json.dumps(result, indent=2) + "\n", output, "result")
    else:
        write_output("\n".join(_table(result)) + "\n", output, "result")
    if problems:
        raise typer.Exit(1)


def _assess(services: Services, trials: Sequence[Trial], *, quiet: bool) -> list[Assessment]:
    from rich.console import Console
    from rich.progress import Progress

    engine = ready_engine(services, quiet=quiet, index=False)
    console = Console(stderr=True)
    found: list[Assessment] = []
    waiting: deque[Any] = deque()
    with Progress(console=console, disable=quiet or not console.is_terminal) as progress:
        task = progress.add_task("Grading answers", total=len(trials))
        for start in range(0, len(trials), _CHUNK):
            waiting.append(engine.assess([trial.request for trial in trials[start : start + _CHUNK]]))
            if len(waiting) >= _IN_FLIGHT:
                found += waiting.popleft().result(timeout=600)
                progress.update(task, completed=len(found))
        for future in waiting:
            found += future.result(timeout=600)
            progress.update(task, completed=len(found))
    return found


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
