"""Grading a stream of answers: in order, resumable, one bad line never costs the others."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from interviewer.cli.common import parse_name, ready_engine, say, say_notices
from interviewer.cli.grades_file import Kept, mend_end, open_grades, read_kept, write_grade
from interviewer.cli.json_lines import is_input, open_lines
from interviewer.cli.judge_words import Judged
from interviewer.core.bank.kinds import Level
from interviewer.core.grade.grade import Grade, GradeRequest, GradeResult, Ungraded
from interviewer.core.interview.summary import summarise_answer
from interviewer.core.json_rows import parse_row, whole_characters
from interviewer.errors import EncoderError, MockdlError, UsageError, nearest_names
from interviewer.report.json_report import question_as_dict
from interviewer.services import Services

_IN_FLIGHT, _JUDGED_IN_FLIGHT = 32, 8
"""Rows that are asked for at once: enough for the worker to read 16 together while the next 16 wait; with a judge no
more than are lost by Ctrl-C without regret."""
_MOST_BYTES = 1_000_000
"""Of lines that are asked for at once."""
_GIVEN = ("score", "interval", "note", "flags", "key_points", "misconceptions", "grader")
_OURS = {"line", "question_id", "level", "judge", "given", "fast", *_GIVEN}
"""Fields of the output that a column of the input may not take; it is then found in `given`."""


class _Open(NamedTuple):
    line: int
    size: int
    """Bytes of the line."""
    row: dict[str, Any]
    level: Level
    future: Future[GradeResult]


def grade_lines(services: Services, source: str, output: Path | None, level: Level | None) -> int:
    """Grade JSON Lines from a file or standard input (`-`).

    Returns the exit code: 1 when a line was skipped, or when a judge was asked and could never be used.
    """
    if output is not None and is_input(source, output):
        raise UsageError(
            f"{output} is the file that is read.", kept="It was not changed.", todo="Name another file with -o."
        )
    kept = Kept() if output is None else read_kept(output, fast=services.fast)
    if kept.line:
        say(f"{output} already holds the grades up to line {kept.line}; going on after it.")
    batch = _Batch(services, source, output, level, kept)
    batch.judged.announce()
    with open_lines(source) as lines, open_grades(output) as target:
        ready_engine(services, index=False)  # after the files: a name that is wrong need not wait for the encoder
        mend_end(target, kept)
        with _progress() as advance:
            try:
                for row in batch.graded(lines):
                    write_grade(target, row, batch.so_far)
                    batch.written += 1
                    advance(batch.written)
            except KeyboardInterrupt:
                batch.judged.conclude()
                say(f"Interrupted: {batch.so_far()}" + ("; the same command goes on from there." if output else "."))
                return 130
    batch.judged.conclude()
    say_notices(services.engine())
    say(f"{batch.written} answers were graded, {batch.skipped} lines skipped.")
    return 1 if batch.skipped or batch.judged.failed else 0


@contextmanager
def _progress() -> Iterator[Callable[[int], None]]:
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("Grading answers", total=None)
        yield lambda done: progress.update(task, completed=done)


class _Batch:
    """One run over an input; holds no more of it than is being graded."""

    def __init__(self, services: Services, source: str, output: Path | None, level: Level | None, kept: Kept) -> None:
        self._services = services
        self._source = source
        self._output = output
        self._level = level
        self._kept = kept
        self.judged = Judged(services)
        self.written = 0
        self.skipped = 0

    def so_far(self) -> str:
        """What is there already."""
        return f"{self.written} grades are {'printed' if self._output is None else f'in {self._output}'}"

    def graded(self, lines: Iterator[tuple[int, bytes]]) -> Iterator[dict[str, Any]]:
        """The rows of the output in the order of the lines; a line that cannot be graded is named and skipped."""
        grader, judges = self._services.grader(), self._services.model.judges()
        waiting: deque[_Open] = deque()
        most, size = _JUDGED_IN_FLIGHT if judges else _IN_FLIGHT, 0
        for number, line in lines:
            if not line.strip() or number < self._kept.line:
                continue
            if number == self._kept.line:
                self._compare(number, line)
                continue
            try:
                row, read_at = self._parse(line)
            except (ValueError, MockdlError) as error:
                say(f"{self._source}:{number}: {error}; the line was skipped".replace("\n", " "))
                self.skipped += 1
                continue
            request = GradeRequest(question_id=row["question_id"], answer=whole_characters(row["answer"]))
            # The worker has the same bank, and a rubric is a hundred times as long as an answer; a judge has none.
            item = self._services.bank[row["question_id"]] if judges else None
            waiting.append(_Open(number, len(line), row, read_at, grader.grade(request, item)))
            size += len(line)
            while waiting and (len(waiting) >= most or size > _MOST_BYTES):
                size -= waiting[0].size
                yield self._finish(waiting.popleft())
        while waiting:
            yield self._finish(waiting.popleft())

    def _compare(self, number: int, line: bytes) -> None:
        """Refuse to go on behind the grades of another input."""
        try:
            found = parse_row(line).get("question_id")
        except ValueError:
            found = None
        if found != self._kept.question_id:
            raise UsageError(
                f"{self._output} holds grades of another input: its line {number} answers {self._kept.question_id!r}, "
                f"not {found!r}.",
                kept="Nothing was added to it.",
                todo="Name another file with -o.",
            )

    def _parse(self, line: bytes) -> tuple[dict[str, Any], Level]:
        row = parse_row(line)
        for field in ("question_id", "answer"):
            if not isinstance(row.get(field), str):
                raise ValueError(f"has no text {field!r}")
        name, bank = row["question_id"], self._services.bank
        if name not in bank:
            near = nearest_names(name, bank.items, most=1)
            raise ValueError(f"there is no question {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        if self._level is not None:
            return row, self._level
        level = row.get("level")
        return row, bank[name].question.level if level is None else parse_name(str(level), Level, "level")

    def _finish(self, one: _Open) -> dict[str, Any]:
        result = one.future.result()
        if isinstance(result, Ungraded) and self._services.engine().status().state in ("failed", "stopped"):
            raise EncoderError(
                f"The batch stopped at line {one.line}: {result.reason}",
                kept=f"{self.so_far()}.",
                todo="The same command goes on from there." if self._output else "",
            )
        self.judged.add(result)
        item = self._services.bank[one.row["question_id"]]
        answer = whole_characters(one.row["answer"])
        whole = question_as_dict(summarise_answer(item, one.level, answer, result))
        body = {name: whole[name] for name in _GIVEN}
        if isinstance(result, Grade) and result.judging is not None:
            body["judge"] = result.judging.model_dump(include={"model", "host", "problem"})
        made = {"fast": True} if self._services.fast else {}
        own = {"line": one.line, "question_id": item.question.id, "level": str(one.level), **made, **body}
        return {**_columns(one.row, own), **own}


def _columns(row: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """The user's columns: under their names, or in `given` where the name is one of ours and the value another."""
    passed = {name: value for name, value in row.items() if name not in _OURS and name != "answer"}
    given = {
        name: value for name, value in row.items() if name in _OURS and value is not None and own.get(name) != value
    }
    return {**passed, "given": given} if given else passed
