"""What is asked: the file format of `corpus/<topic>/<id>.yaml`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from interviewer.core.bank.content_model import Content, Slug, Text
from interviewer.core.bank.kinds import Kind, Level, Stage


class Hint(Content):
    """One rung of the hint ladder."""

    text: Text
    price: float = Field(ge=0, le=30)
    """Points (of 100) taken off the question's score when this hint is used."""


class Reference(Content):
    """A source for a claim that a senior interviewer could dispute."""

    title: Text
    authors: Text
    year: int = Field(ge=1900, le=2100)
    arxiv: Annotated[str, StringConstraints(pattern=r"^(\d{4}\.\d{4,5}|[a-z\-]+/\d{7})$")] | None = None
    venue: Text | None = None
    supports: Text
    """Which claim of this question the source backs."""
    points: tuple[Slug, ...] = Field(default=(), exclude_if=lambda ids: not ids)
    """Ids of the key points it carries: where to read on about them."""

    @model_validator(mode="after")
    def _has_a_place(self) -> Reference:
        if self.arxiv is None and self.venue is None:
            raise ValueError("a reference needs an arXiv id or a venue")
        return self


class Reveal(Content):
    """A fact of a scenario that the interviewer tells once a stage is behind the candidate."""

    after: Stage
    text: Text


class Term(Content):
    """A word of the prompt, and what it means there; told to who asks for it."""

    term: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    text: Text


class Question(Content):
    """What is asked. Lives in `corpus/<topic>/<id>.yaml`."""

    id: Slug
    topic: Slug
    level: Level
    """The lowest level this is asked at."""
    kind: Kind
    minutes: int = Field(ge=1, le=60)
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=70)]
    """A short name for lists and reports."""
    prompt: Text
    alternatives: tuple[Text, ...] = ()
    """Other wordings of the same prompt, so that a retake is not verbatim."""
    hints: tuple[Hint, ...] = Field(default=(), max_length=3)
    model_answer: Text
    worked_solution: Text | None = None
    """Required for numeric questions: the calculation, step by step."""
    reveals: tuple[Reveal, ...] = ()
    glossary: tuple[Term, ...] = ()
    references: tuple[Reference, ...] = ()
    related: tuple[Slug, ...] = ()
    avoid_after: tuple[Slug, ...] = ()
    """Questions that must not stand directly before or after this one."""

    @property
    def prompts(self) -> tuple[str, ...]:
        """All wordings, the main one first."""
        return (self.prompt, *self.alternatives)

    @model_validator(mode="after")
    def _numeric_is_worked(self) -> Question:
        if self.kind is Kind.NUMERIC and not self.worked_solution:
            raise ValueError("a numeric question needs a worked_solution")
        return self
