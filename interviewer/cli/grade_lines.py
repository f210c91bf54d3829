"""Grading a stream of answers: in order, resumable, one bad line never costs the others."""

from __future__ import annotations

import json
import sys
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

from interviewer.cli.common import parse_name, ready_engine, say
from interviewer.core.bank.content import Level
from interviewer.core.grade.grade import GradeRequest, GradeResult
from interviewer.core.interview.summary import summarise_answer
from interviewer.errors import MockdlError, UsageError, nearest_names
from interviewer.report.json_report import question_as_dict
from interviewer.services import Services

__all__ = ["grade_lines"]

_IN_FLIGHT = 8
_GIVEN = ("score", "interval", "note", "flags", "key_points", "misconceptions", "grader")
_OURS = {"line", "question_id", "answer", "level"}


class _Open(NamedTuple):
    line: int
    row: dict[str, Any]
    level: Level
    future: Future[GradeResult]


def grade_lines(services: Services, source: str, output: Path | None, level: Level | None) -> int:
    """Grade JSON Lines from a file or standard input (`-`); returns the exit code, 1 when a line was skipped."""
    from rich.console import Console
    from rich.progress import Progress

    done = _lines_done(output)
    if done:
        say(f"{output} already holds the grades up to line {done}; going on after it.")
    waiting: deque[_Open] = deque()
    written = skipped = 0
    console = Console(stderr=True)
    with _lines(source) as lines, _writer(output) as target:
        ready_engine(services, index=False)  # after the files: a name that is wrong need not wait for the encoder
        grader = services.grader()
        with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
            task = progress.add_task("Grading answers", total=None)

            def finish(one: _Open) -> None:
                nonlocal written
                target.write(json.dumps(_result(services, one), ensure_ascii=False) + "\n")
                target.flush()
                written += 1
                progress.update(task, completed=written)

            try:
                for number, line in lines:
                    if number <= done or not line.strip():
                        continue
                    try:
                        row, read_at = _parse(services, line, level)
                    except (ValueError, MockdlError) as error:
                        say(f"{source}:{number}: {error}; the line was skipped".replace("\n", " "))
                        skipped += 1
                        continue
                    item = services.bank[row["question_id"]]
                    request = GradeRequest(question_id=row["question_id"], answer=row["answer"])
                    waiting.append(_Open(number, row, read_at, grader.grade(request, item)))
                    if len(waiting) >= _IN_FLIGHT:
                        finish(waiting.popleft())
                while waiting:
                    finish(waiting.popleft())
            except KeyboardInterrupt:
                kept = f"in {output}; the same command goes on from there" if output else "printed"
                say(f"Interrupted: {written} grades are {kept}.")
                return 130
    say(f"{written} answers were graded, {skipped} lines skipped.")
    return 1 if skipped else 0


def _parse(services: Services, line: str, level: Level | None) -> tuple[dict[str, Any], Level]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise ValueError(f"is no JSON ({error})") from error
    if not isinstance(row, dict):
        raise ValueError("is no JSON object")
    for field in ("question_id", "answer"):
        if not isinstance(row.get(field), str):
            raise ValueError(f"has no text {field!r}")
    name = row["question_id"]
    if name not in services.bank:
        near = nearest_names(name, services.bank.items, most=1)
        raise ValueError(f"there is no question {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
    if level is not None:
        return row, level
    own = services.bank[name].question.level
    return row, parse_name(str(row["level"]), Level, "level") if "level" in row else own


def _result(services: Services, one: _Open) -> dict[str, Any]:
    result = one.future.result()
    item = services.bank[one.row["question_id"]]
    whole = question_as_dict(summarise_answer(item, one.level, one.row["answer"], result))
    body = {name: whole[name] for name in _GIVEN}
    passed = {name: value for name, value in one.row.items() if name not in _OURS}
    return {**passed, "line": one.line, "question_id": item.question.id, "level": str(one.level), **body}


def _lines_done(output: Path | None) -> int:
    """The last input line whose grade is in `output`; a half-written last line is cut off."""
    if output is None or not output.is_file():
        return 0
    raw = output.read_bytes()
    whole = raw[: raw.rfind(b"\n") + 1]
    if whole != raw:
        output.write_bytes(whole)
    last = whole.splitlines()[-1:]
    try:
        return int(json.loads(last[0])["line"]) if last else 0
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{output} is there and holds something else than grades.",
            kept="It was not changed.",
            todo="Name another file with -o.",
        ) from error


@contextmanager
def _lines(source: str) -> Iterator[Iterator[tuple[int, str]]]:
    """Numbered lines as they come; bytes that are no UTF-8 become replacement characters, for JSON to refuse."""
    try:
        file: IO[bytes] = sys.stdin.buffer if source == "-" else Path(source).open("rb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise UsageError(f"{source} could not be read: {error.strerror}.") from error
    try:
        yield ((number, line.decode("utf-8", "replace")) for number, line in enumerate(file, 1))
    finally:
        if source != "-":
            file.close()


@contextmanager
def _writer(output: Path | None) -> Iterator[IO[str]]:
    if output is None:
        yield sys.stdout
        return
    try:
        file = output.open("a", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{output} could not be written: {error.strerror}.", todo="Choose another -o.") from error
    with file:
        yield file
