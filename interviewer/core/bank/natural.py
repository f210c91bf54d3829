"""Answers as people type them, with what careful readers made of them: one line each of `<id>.natural.jsonl`.

They lie beside the rubric and outside its hash: they train and test the grader and decide no grade.
"""

from __future__ import annotations

from pydantic import Field

from interviewer.core.bank.content_model import Content, Slug, Text
from interviewer.core.bank.kinds import NaturalKind, VerdictName


class Reading(Content):
    """What one reader made of a natural answer."""

    verdicts: dict[Slug, VerdictName]
    """For every key point."""
    misconceptions: tuple[Slug, ...] = ()
    """Those that the answer holds."""
    score: float = Field(ge=0, le=100)
    """By feel, at the question's own level, without a formula."""


class NaturalAnswer(Reading):
    """An answer as people type it, read with care. One line of `rubrics/<topic>/<id>.natural.jsonl`.

    These lie beside the rubric and outside its hash: they train and test the grader and decide no grade.
    """

    kind: NaturalKind
    writer: Slug
    text: Text
    second: Reading | None = None
    """What a second reader made of it, who had not seen the first reading; without points that came later."""
