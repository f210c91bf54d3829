"""Whether an output holds the grades that the same command would make: behind no others is gone on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from interviewer.cli.grade_rows import DIGEST, Asked, has_same_columns, read_asked
from interviewer.cli.grades_file import Kept, read_grades
from interviewer.cli.json_lines import write_line
from interviewer.core.bank.kinds import Level
from interviewer.core.grade.grade import Passport
from interviewer.errors import UsageError
from interviewer.services import Services

_TODO = "Name another file with -o, or remove this one."


class _Who(NamedTuple):
    """Who graded, as far as grades of one file must agree in it."""

    name: str
    version: str
    encoder: str
    calibration: str

    def __str__(self) -> str:
        fitted = f", calibration {self.calibration}" if self.calibration else ""
        return f"{self.name} {self.version} with {self.encoder}{fitted}"


class KeptGrades:
    """Holds the grades of an output against the input, one at a time.

    Args:
        services: the bank, and the judge that this run asks.
        output: the file.
        kept: what `read_kept` found there.
        level: at which all are read; None for the row's own or the question's.
    """

    def __init__(self, services: Services, output: Path, kept: Kept, level: Level | None) -> None:
        self._services = services
        self._output = output
        self._kept = kept
        self._level = level
        self._graders: set[_Who] = set()

    def compare(self, lines: Iterator[tuple[int, bytes]]) -> None:
        """Read the lines of which grades are kept.

        Raises:
            UsageError: the grades are of another input, or another level, rubric or judge.
        """
        chat = self._services.model.chat()
        judge = (chat.model, chat.host) if chat is not None and chat.model else None
        for row in read_grades(self._output, self._kept):
            asked = self._next(lines, row["line"])
            self._compare_answer(row, asked)
            self._compare_maker(row, asked, judge)

    def compare_half(self, asked: Asked | None) -> None:
        """Refuse a first line that breaks off, unless it is the beginning of this answer's grade.

        Raises:
            UsageError: it is not.
        """
        found = self._kept.half
        head = asked.head(fast=self._services.fast) if asked is not None else {}
        begin = write_line(head, "utf-8").rstrip("\n").removesuffix("}").encode()
        if asked is None or not (begin.startswith(found) or found.startswith(begin)):
            raise self._refusal("holds something else than grades of this input.")

    def compare_grader(self, passport: Passport, added: int) -> None:
        """Refuse to add grades of another grader.

        Args:
            passport: of a grade that is to be added.
            added: how many were already.

        Raises:
            UsageError: grades of another are kept.
        """
        own = _Who(passport.name, passport.version, passport.encoder, passport.calibration)
        if others := sorted(self._graders - {own}):
            what = f"holds grades of another grader: {others[0]}, not {own}."
            raise self._refusal(what, f"{added} grades were added to it before." if added else "")

    def _next(self, lines: Iterator[tuple[int, bytes]], wanted: int) -> Asked:
        """The input's next answer, which must be in the line of the output's next grade."""
        reason = "it ends before"
        for number, found in read_asked(lines, self._services.bank, self._level):
            if isinstance(found, Exception):
                if number < wanted:
                    continue
                reason = " ".join(f"line {number} cannot be graded ({found})".split())
            elif number == wanted:
                return found
            else:
                reason = f"its next answer is in line {number}"
            break
        raise self._other_input(f"a grade in it is of line {wanted}, and of the input {reason}")

    def _compare_answer(self, row: dict[str, Any], asked: Asked) -> None:
        line, head = asked.line, asked.head(fast=self._services.fast)
        if row["question_id"] != head["question_id"]:
            raise self._other_input(f"its line {line} answers {row['question_id']!r}, not {head['question_id']!r}")
        if row["level"] != head["level"]:
            what = f"holds grades of another level: line {line} was read at {row['level']}, not {head['level']}."
            raise self._refusal(what)
        # Grades of before say nothing of the answer.
        if row.get(DIGEST, head[DIGEST]) != head[DIGEST]:
            raise self._other_input(f"line {line} had another answer")
        if not has_same_columns(row, asked.row):
            raise self._other_input(f"line {line} had other columns")

    def _compare_maker(self, row: dict[str, Any], asked: Asked, judge: tuple[str, str] | None) -> None:
        grader, judged = row["grader"], row.get("judge")
        if not isinstance(grader, dict):
            return  # it could not be graded
        if grader.get("rubric_hash", asked.item.rubric_hash) != asked.item.rubric_hash:
            name = asked.item.question.id
            raise self._refusal(f"holds grades of another rubric: that of {name!r} in line {asked.line} has changed.")
        found = (judged.get("model"), judged.get("host")) if isinstance(judged, dict) else None
        if found != judge:
            by, now = (f"judged by {each[0]} at {each[1]}" if each else "judged by none" for each in (found, judge))
            raise self._refusal(f"holds grades of another judge: line {asked.line} was {by}, and now would be {now}.")
        self._graders.add(_Who(*(str(grader.get(name, "")) for name in _Who._fields)))

    def _other_input(self, how: str) -> UsageError:
        return self._refusal(f"holds grades of another input: {how}.")

    def _refusal(self, what: str, kept: str = "") -> UsageError:
        return UsageError(f"{self._output} {what}", kept=kept or "It was not changed.", todo=_TODO)
