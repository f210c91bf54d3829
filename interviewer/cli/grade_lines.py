"""Grading a stream of answers: in order, resumable, one bad line never costs the others."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from interviewer.cli.common import ready_engine, say, say_notices
from interviewer.cli.grade_rows import Asked, make_row, read_asked
from interviewer.cli.grades_file import Kept, mend_end, open_grades, read_kept, write_grade
from interviewer.cli.json_lines import is_input, open_lines
from interviewer.cli.judge_words import Judged
from interviewer.cli.kept_grades import KeptGrades
from interviewer.core.bank.kinds import Level
from interviewer.core.grade.grade import Grade, GradeRequest, GradeResult, Ungraded
from interviewer.errors import EncoderError, UsageError
from interviewer.services import Services

_IN_FLIGHT, _JUDGED_IN_FLIGHT = 128, 8
"""Rows that are asked for at once: enough for the worker to read 64 together while the next 64 wait; with a judge no
more than are lost by Ctrl-C without regret."""
_MOST_BYTES = 1_000_000
"""Of lines that are asked for at once."""


class _Open(NamedTuple):
    asked: Asked
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
    batch = _Batch(services, source, output, level, kept)
    with open_lines(source) as lines, open_grades(output) as target:
        rows = batch.rows(lines)
        batch.judged.announce()
        ready_engine(services, index=False)  # after the files: a name that is wrong need not wait for the encoder
        with _progress() as advance:
            try:
                graded = batch.graded(rows)
                first = next(graded, None)  # of another grader it is refused, and nothing mended
                mend_end(target, kept)
                for row in chain([first] if first else [], graded):
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
        self._grades = KeptGrades(services, output, kept, level) if output is not None else None
        self.judged = Judged(services)
        self.written = 0
        self.skipped = 0

    def so_far(self) -> str:
        """What is there already."""
        return f"{self.written} grades are {'printed' if self._output is None else f'in {self._output}'}"

    def rows(self, lines: Iterator[tuple[int, bytes]]) -> Iterator[Asked]:
        """The answers that have no grade yet; those that have one are read and compared at once.

        Raises:
            UsageError: the output holds other grades than this run would make.
        """
        rows = self._parsed(lines)
        if self._grades is None:
            return rows
        self._grades.compare(lines)
        if self._kept.line:
            say(f"{self._output} already holds the grades up to line {self._kept.line}; going on after it.")
        elif self._kept.half:
            first = next(rows, None)
            self._grades.compare_half(first)
            return chain([first] if first else [], rows)
        return rows

    def _parsed(self, lines: Iterator[tuple[int, bytes]]) -> Iterator[Asked]:
        """A line that cannot be graded is named and skipped."""
        for number, found in read_asked(lines, self._services.bank, self._level):
            if isinstance(found, Exception):
                say(f"{self._source}:{number}: {found}; the line was skipped".replace("\n", " "))
                self.skipped += 1
            else:
                yield found

    def graded(self, rows: Iterator[Asked]) -> Iterator[dict[str, Any]]:
        """The rows of the output in the order of the lines."""
        grader, judges = self._services.grader(), self._services.model.judges()
        waiting: deque[_Open] = deque()
        most, size = _JUDGED_IN_FLIGHT if judges else _IN_FLIGHT, 0
        for asked in rows:
            request = GradeRequest(question_id=asked.item.question.id, answer=asked.answer)
            # The worker has the same bank, and a rubric is a hundred times as long as an answer; a judge has none.
            waiting.append(_Open(asked, grader.grade(request, asked.item if judges else None)))
            size += asked.size
            while waiting and (len(waiting) >= most or size > _MOST_BYTES):
                size -= waiting[0].asked.size
                yield self._finish(waiting.popleft())
        while waiting:
            yield self._finish(waiting.popleft())

    def _finish(self, one: _Open) -> dict[str, Any]:
        result = one.future.result()
        if isinstance(result, Ungraded) and self._services.engine().status().state in ("failed", "stopped"):
            raise EncoderError(
                f"The batch stopped at line {one.asked.line}: {result.reason}",
                kept=f"{self.so_far()}.",
                todo="The same command goes on from there." if self._output else "",
            )
        if isinstance(result, Grade) and self._grades is not None:
            self._grades.compare_grader(result.passport, self.written)
        self.judged.add(result)
        return make_row(one.asked, result, fast=self._services.fast)
