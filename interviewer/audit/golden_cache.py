"""Grades of golden answers, kept on disk so that a second check grades only what changed.

A grade is good for as long as the grader, the rubric, what is said to the candidate and the answer are the very
same, so all of it is in its key; the ids of questions are not, and a copied question costs nothing. Golden answers
are part of the bank; what candidates type never comes here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from interviewer.core.bank.content import Item
from interviewer.kept_json import keep, recall

_ROOT = Path(__file__).resolve().parents[1]
GRADER_FILES = (
    "grading/*.py",
    "grading/*.json",
    "embedding/joint.*",
    "embedding/batches.py",
    "embedding/bundled.py",
    "embedding/packed.py",
    "embedding/reader.py",
    "embedding/side_by_side.py",
    "embedding/states.py",
    "core/*.py",
    "core/bank/[ckqr]*.py",
    "core/grade/*.py",
    "core/interview/contest_tries.py",
    "core/interview/leaks.py",
    "core/interview/misconception_scores.py",
    "core/interview/point_scores.py",
    "core/interview/score_formula.py",
    "core/interview/scoring.py",
    "core/interview/session.py",
    "core/interview/utterance.py",
)
"""The files a grade depends on, relative to the package."""
_MOST = 60_000


class KeptGrade(NamedTuple):
    """What one answer got."""

    score: float | None
    """0 to 100 at the question's own level; None when it was not graded."""
    verdicts: dict[str, str]
    held: tuple[str, ...]


class KeptGrades:
    """A file of grades. One that is damaged counts as empty, one that cannot be written is left alone."""

    def __init__(self, path: Path, encoder: str) -> None:
        self._path = path
        self._grader = fingerprint(encoder)
        self._rows: dict[str, list[Any]] = {}
        self._items: dict[str, bytes] = {}
        with suppress(KeyError, TypeError, ValueError):
            body = recall(path)
            if body["grader"] == self._grader:
                self._rows = dict(body["rows"])

    def get(self, item: Item, answer: str) -> KeptGrade | None:
        """The grade this answer got before; None when there is none."""
        row = self._rows.get(self._key(item, answer))
        if row is None:
            return None
        score, verdicts, held = row
        return KeptGrade(score, verdicts, tuple(held))

    def put(self, item: Item, answer: str, graded: KeptGrade) -> None:
        """Keep a grade."""
        self._rows[self._key(item, answer)] = [graded.score, graded.verdicts, list(graded.held)]

    def save(self) -> None:
        """Write the newest grades."""
        rows = dict(list(self._rows.items())[-_MOST:])
        with suppress(OSError):
            keep(self._path, {"grader": self._grader, "rows": rows})

    def _key(self, item: Item, answer: str) -> str:
        known = f"{item.question.id} {item.rubric_hash}"
        if known not in self._items:
            question = item.question.model_dump_json(include={"level", "prompt", "hints", "model_answer"})
            rubric = item.rubric.model_dump_json(exclude={"id", "examples"})
            self._items[known] = hashlib.blake2b(f"{question}\0{rubric}".encode()).digest()
        return hashlib.blake2b(self._items[known] + answer.encode(), digest_size=12).hexdigest()


def fingerprint(encoder: str, patterns: Sequence[str] = GRADER_FILES) -> str:
    """Changes with the encoder and with any file of the grader, its weights included.

    Raises:
        FileNotFoundError: a pattern matches nothing, so that a file that moved would no longer count.
    """
    digest = hashlib.blake2b(encoder.encode(), digest_size=12)
    for pattern in patterns:
        paths = sorted(_ROOT.glob(pattern))
        if not paths:
            raise FileNotFoundError(f"no file of the grader matches {pattern}")
        for path in paths:
            digest.update(path.read_bytes())
    return digest.hexdigest()
