"""A row of answers on its way to its grade, and the row of the output that comes of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from interviewer.cli.common import parse_name
from interviewer.core.bank.content import Bank, Item
from interviewer.core.bank.kinds import Level
from interviewer.core.grade.grade import Grade, GradeResult
from interviewer.core.interview.summary import summarise_answer
from interviewer.core.json_rows import parse_row, whole_characters
from interviewer.errors import MockdlError, nearest_names
from interviewer.report.json_report import question_as_dict

DIGEST = "answer_digest"
"""The field that says what was graded."""
_GIVEN = ("score", "interval", "note", "flags", "key_points", "misconceptions", "grader")
_OURS = {"line", "question_id", "level", DIGEST, "judge", "given", "fast", *_GIVEN}
"""Fields of the output that a column of the input may not take; it is then found in `given`."""


class Asked(NamedTuple):
    """A row of the input that can be graded."""

    line: int
    size: int
    """Bytes of the line."""
    row: dict[str, Any]
    item: Item
    level: Level
    """At which it is read."""

    @property
    def answer(self) -> str:
        """As the grader takes it."""
        return whole_characters(self.row["answer"])

    def head(self, *, fast: bool) -> dict[str, Any]:
        """The fields with which its row of the output begins; they are known before it is graded."""
        name, level = self.item.question.id, str(self.level)
        text = json.dumps([name, self.answer, level]).encode()
        digest = hashlib.blake2b(text, digest_size=8).hexdigest()
        made = {"fast": True} if fast else {}
        return {"line": self.line, "question_id": name, "level": level, **made, DIGEST: digest}


def parse_asked(number: int, line: bytes, bank: Bank, level: Level | None) -> Asked:
    """Read one line.

    Args:
        number: of the line, from 1.
        line: its bytes.
        bank: the questions.
        level: at which all are read; None for the row's own or, without one, the question's.

    Raises:
        ValueError: it cannot be graded; the message goes on where "the line" was said.
        UsageError: its level is none.
    """
    row = parse_row(line)
    for field in ("question_id", "answer"):
        if not isinstance(row.get(field), str):
            raise ValueError(f"has no text {field!r}")
    name = row["question_id"]
    if name not in bank:
        near = nearest_names(name, bank.items, most=1)
        raise ValueError(f"there is no question {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
    item, own = bank[name], row.get("level")
    if level is None:
        level = item.question.level if own is None else parse_name(str(own), Level, "level")
    return Asked(number, len(line), row, item, level)


def read_asked(
    lines: Iterator[tuple[int, bytes]], bank: Bank, level: Level | None
) -> Iterator[tuple[int, Asked | Exception]]:
    """Number and answer of each line that holds anything, or why it cannot be graded; one line is read at a time.

    Args:
        lines: with their numbers, from 1.
        bank, level: as `parse_asked` takes them.
    """
    for number, line in lines:
        if line.strip():
            try:
                yield number, parse_asked(number, line, bank, level)
            except (ValueError, MockdlError) as error:
                yield number, error


def make_row(asked: Asked, result: GradeResult, *, fast: bool) -> dict[str, Any]:
    """The row of the output."""
    whole = question_as_dict(summarise_answer(asked.item, asked.level, asked.answer, result))
    body = {name: whole[name] for name in _GIVEN}
    if isinstance(result, Grade) and result.judging is not None:
        body["judge"] = result.judging.model_dump(include={"model", "host", "problem"})
    head = asked.head(fast=fast)
    return {**head, **_columns(asked.row, {**head, **body}), **body}


def has_same_columns(kept: dict[str, Any], row: dict[str, Any]) -> bool:
    """Whether a row of an output passes on what this row of the input has beside its answer."""
    own = {name: value for name, value in kept.items() if name in _OURS and name != "given"}
    return _columns(row, own) == {name: value for name, value in kept.items() if name not in own}


def _columns(row: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """The user's columns: under their names, or in `given` where the name is one of ours and the value another."""
    passed = {name: value for name, value in row.items() if name not in _OURS and name != "answer"}
    given = {
        name: value for name, value in row.items() if name in _OURS and value is not None and own.get(name) != value
    }
    return {**passed, "given": given} if given else passed
