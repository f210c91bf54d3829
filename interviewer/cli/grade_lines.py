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
from interviewer.cli.judge_words import Judged
from interviewer.core.bank.kinds import Level
from interviewer.core.grade.grade import Grade, GradeRequest, GradeResult
from interviewer.core.interview.summary import summarise_answer
from interviewer.core.text import escape_hidden
from interviewer.errors import MockdlError, UsageError, nearest_names
from interviewer.report.json_report import question_as_dict
from interviewer.services import Services

_IN_FLIGHT = 8
_GIVEN = ("score", "interval", "note", "flags", "key_points", "misconceptions", "grader")
_OURS = {"line", "question_id", "answer", "level"}
_MARKS = {"line", "question_id", "level", "score", "key_points", "grader"}
"""Fields by which a line of an output is known as a grade."""


class _Open(NamedTuple):
    line: int
    row: dict[str, Any]
    level: Level
    future: Future[GradeResult]


class _Kept(NamedTuple):
    """The grades that an output holds already."""

    line: int = 0
    """The input line of the last one."""
    size: int = 0
    """Where they end, in bytes."""
    half: bool = False
    """Whether a half-written one follows."""
    unended: bool = False
    """Whether the last one lacks its line break."""


def grade_lines(services: Services, source: str, output: Path | None, level: Level | None) -> int:
    """Grade JSON Lines from a file or standard input (`-`).

    Returns the exit code: 1 when a line was skipped, or when a judge was asked and could never be used.
    """
    from rich.console import Console
    from rich.progress import Progress

    kept = _Kept() if output is None else _read_kept(output)
    if kept.line:
        say(f"{output} already holds the grades up to line {kept.line}; going on after it.")
    waiting: deque[_Open] = deque()
    written = skipped = 0
    console = Console(stderr=True)
    judged = Judged(services)
    judged.announce()
    with _lines(source) as lines, _writer(output) as target:
        ready_engine(services, index=False)  # after the files: a name that is wrong need not wait for the encoder
        _mend_end(target, kept)
        grader = services.grader()
        with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
            task = progress.add_task("Grading answers", total=None)

            def finish(one: _Open) -> None:
                nonlocal written
                result = one.future.result()
                judged.add(result)
                target.write(escape_hidden(json.dumps(_row(services, one, result), ensure_ascii=False)) + "\n")
                target.flush()
                written += 1
                progress.update(task, completed=written)

            try:
                for number, line in lines:
                    if number <= kept.line or not line.strip():
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
                where = f"in {output}; the same command goes on from there" if output else "printed"
                judged.conclude()
                say(f"Interrupted: {written} grades are {where}.")
                return 130
    judged.conclude()
    say(f"{written} answers were graded, {skipped} lines skipped.")
    return 1 if skipped or judged.failed else 0


def _parse(services: Services, line: str, level: Level | None) -> tuple[dict[str, Any], Level]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
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


def _row(services: Services, one: _Open, result: GradeResult) -> dict[str, Any]:
    item = services.bank[one.row["question_id"]]
    whole = question_as_dict(summarise_answer(item, one.level, one.row["answer"], result))
    body = {name: whole[name] for name in _GIVEN}
    passed = {name: value for name, value in one.row.items() if name not in _OURS}
    if isinstance(result, Grade) and result.judging is not None:
        body["judge"] = result.judging.model_dump(include={"model", "host", "problem"})
    return {**passed, "line": one.line, "question_id": item.question.id, "level": str(one.level), **body}


def _read_kept(output: Path) -> _Kept:
    """Look at what is there, and change nothing.

    Raises:
        UsageError: it cannot be read, or holds anything else than grades, of which the last may be half written.
    """
    try:
        raw = output.read_bytes() if output.is_file() else b""
    except OSError as error:
        raise UsageError(f"{output} could not be read: {error.strerror}.", todo="Choose another -o.") from error
    done = size = 0
    for line in raw.splitlines(keepends=True):
        graded = _graded_line(line)
        if not graded:
            break
        done, size = graded, size + len(line)
    rest = raw[size:]
    half = bool(done) and b"\n" not in rest and rest.startswith(b"{") and _read_json(rest) is None
    if rest and not half:
        raise UsageError(
            f"{output} is there and holds something else than grades.",
            kept="It was not changed.",
            todo="Name another file with -o.",
        )
    return _Kept(done, size, half, unended=bool(raw) and not rest and not raw.endswith(b"\n"))


def _graded_line(raw: bytes) -> int:
    """The input line that a line of an output graded; 0 when it is no grade."""
    row = _read_json(raw)
    line = row["line"] if isinstance(row, dict) and row.keys() >= _MARKS else 0
    return line if isinstance(line, int) else 0


def _read_json(raw: bytes) -> Any:
    """None when it is no JSON."""
    try:
        return json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        return None


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


def _mend_end(target: IO[str], kept: _Kept) -> None:
    """Cut a half-written grade off, or end the line of the last one."""
    if kept.half:
        target.truncate(kept.size)
        say(f"The last grade in {target.name} was half written; it was cut off and is made anew.")
    elif kept.unended:
        target.write("\n")
