"""What a good answer holds: the file format of `rubrics/<topic>/<id>.yaml`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from interviewer.core.bank.content_model import Content, Slug, Text
from interviewer.core.bank.kinds import ExampleKind, Level, Stage, Standard, VerdictName


class Value(Content):
    """An exact number a key point asks for."""

    number: float
    unit: str = ""
    """As typed by candidates, e.g. "GB"; "" for a pure number."""
    tolerance: float = Field(default=0.02, ge=0, le=1)
    """Relative error that still counts as right."""
    also: tuple[tuple[float, str], ...] = ()
    """The same quantity in other units, as (number, unit) pairs."""


class ByRegister(Content):
    """Wordings of a key point, each of them full coverage by itself, by the register they are said in."""

    terse: tuple[Text, ...] = ()
    """Two to six words, as typed under pressure."""
    spoken: tuple[Text, ...] = ()
    """Whole sentences."""
    item: tuple[Text, ...] = ()
    """As one entry of a list."""
    formula: tuple[Text, ...] = ()
    """Symbols, code or abbreviations, where people use them."""
    natural: tuple[Text, ...] = ()
    """Unusual but natural: by example, by analogy, or as someone says it in a foreign language."""


REGISTERS = tuple(ByRegister.model_fields)
LISTED, SORTED = "as a list", "by register"
"""The two ways to write phrasings, as pydantic names them in an error's place; no field has a name with a space."""


def _way_of(value: object) -> str:
    return SORTED if isinstance(value, dict | ByRegister) else LISTED


Phrasings = Annotated[
    Annotated[tuple[Text, ...], Tag(LISTED)] | Annotated[ByRegister, Tag(SORTED)], Discriminator(_way_of)
]


class KeyPoint(Content):
    """One checkable claim that a good answer makes."""

    id: Slug
    """Stable: editing the text never resets a candidate's progress."""
    statement: Text
    weight: float = Field(gt=0, le=5)
    expected_at: Level
    """From this level on the point is core. Of a point of the depth pool: where it comes unprompted."""
    depth: bool = False
    """In the depth pool at every level."""
    bonus: bool = False
    """What the first edition called a point of the depth pool."""
    stage: Stage | None = None
    phrasings: Phrasings
    """Besides the statement; in the first edition and the basic standard a plain list."""
    partial: tuple[Text, ...] = ()
    """Wordings that carry half of the claim."""
    contradictions: tuple[Text, ...] = Field(min_length=1)
    probe: Text
    """The follow-up asked when this point is missing; it must not give the point away."""
    value: Value | None = None
    formerly: tuple[Slug, ...] = ()
    """Ids of points that became part of this one; what was stored about them counts for it."""

    @property
    def wordings(self) -> tuple[str, ...]:
        """All phrasings, whatever their register."""
        return tuple(text for _, text in self.placed_wordings())

    def placed_wordings(self) -> Iterator[tuple[str, str]]:
        """(field below the point, text) of each phrasing."""
        if isinstance(self.phrasings, ByRegister):
            for name in REGISTERS:
                for number, text in enumerate(getattr(self.phrasings, name)):
                    yield f"phrasings.{name}[{number}]", text
        else:
            for number, text in enumerate(self.phrasings):
                yield f"phrasings[{number}]", text

    def is_core(self, level: Level) -> bool:
        """Whether an answer at `level` must contain this point."""
        return not self.depth and not self.bonus and self.expected_at.rank <= level.rank

    @model_validator(mode="after")
    def _has_wordings(self) -> KeyPoint:
        if len(self.wordings) < 3:
            raise ValueError("needs at least 3 phrasings")
        return self


class Misconception(Content):
    """A wrong claim people make here."""

    id: Slug
    claim: Text
    phrasings: tuple[Text, ...] = Field(min_length=1)
    """How a candidate would say the wrong claim."""
    correction: Text
    penalty: float = Field(gt=0, le=30)
    """Points (of 100) taken off when the claim is held."""
    challenge: Text
    """The follow-up that questions the claim without correcting it."""
    key_point: Slug | None = None
    """The key point that the claim contradicts, when there is one."""


class Example(Content):
    """A golden answer with the verdict each key point must get."""

    kind: ExampleKind
    text: Text
    verdicts: dict[Slug, VerdictName] = Field(default_factory=dict)
    """By key-point id; a point that is not named must come out as missing."""
    misconceptions: tuple[Slug, ...] = ()
    """Misconceptions that the answer holds."""


class Rubric(Content):
    """What a good answer holds. Lives in `rubrics/<topic>/<id>.yaml`."""

    id: Slug
    edition: Literal[1, 2] = 1
    """Of the standard it was written to; decides the formula of the score and what `pack check` asks for."""
    standard: Standard = Standard.FULL
    need: int = Field(default=4, ge=1, le=10)
    """How many points of the depth pool make full depth."""
    key_points: tuple[KeyPoint, ...] = Field(min_length=3, max_length=21)
    misconceptions: tuple[Misconception, ...] = Field(default=(), max_length=4)
    examples: tuple[Example, ...] = ()

    def point(self, point_id: str) -> KeyPoint:
        """Return the key point that has or once had this id; `KeyError` when there is none."""
        for point in self.key_points:
            if point.id == point_id or point_id in point.formerly:
                return point
        raise KeyError(point_id)

    def misconception(self, misconception_id: str) -> Misconception:
        """Return the misconception with this id; `KeyError` when there is none."""
        for misconception in self.misconceptions:
            if misconception.id == misconception_id:
                return misconception
        raise KeyError(misconception_id)
