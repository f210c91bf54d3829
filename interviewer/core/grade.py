"""What grading one answer yields: verdicts with evidence, or a reason why there is none.

A grade holds no score. The score follows from the verdicts, the rubric and the level
asked (see `core/scoring.py`), so the same grade can be read at another level.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from interviewer.core.content import VerdictName

__all__ = [
    "FIX_PREFIX",
    "Flag",
    "Grade",
    "GradeRequest",
    "GradeResult",
    "HeldMisconception",
    "Passport",
    "PointVerdict",
    "Span",
    "Ungraded",
]

FIX_PREFIX = "fix:"
"""A point id `fix:<misconception id>` stands for "corrected that misconception"."""

Probability = Annotated[float, Field(ge=0.0, le=1.0)]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Span(_Value):
    """A stretch of the answer as typed: `answer[start:end]`."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)

    def cut(self, answer: str) -> str:
        """The words of the span."""
        return answer[self.start : self.end]


class PointVerdict(_Value):
    """What was decided about one key point, and why."""

    point_id: str
    verdict: VerdictName
    p_covered: Probability
    p_partial: Probability
    p_contradicted: Probability = 0.0
    evidence: Span | None = None
    """The words that earned or lost the point; None when nothing was said about it."""
    method: str
    """The channel that decided, e.g. "similarity", "contrast", "exact value"."""


class HeldMisconception(_Value):
    """A wrong claim found in the answer."""

    misconception_id: str
    probability: Probability
    evidence: Span


class Passport(_Value):
    """Which grader made a grade, so that grades of different graders are never mixed."""

    name: str
    version: str
    rubric_hash: str
    encoder: str
    calibrated: bool = False
    """Whether the probabilities were fitted on answers graded by people."""


Flag = Literal[
    "echo", "soup", "noise", "other-language", "off-topic", "too-short", "too-long", "dont-know", "instructions"
]


class Grade(_Value):
    """Verdicts on one answer: one per key point asked for, in the rubric's order."""

    kind: Literal["grade"] = "grade"
    verdicts: tuple[PointVerdict, ...]
    misconceptions: tuple[HeldMisconception, ...] = ()
    flags: tuple[Flag, ...] = ()
    """Guards that fired, and so kept the answer or part of it from earning credit."""
    passport: Passport
    seconds: float = Field(default=0.0, ge=0)
    """How long grading took."""

    def verdict(self, point_id: str) -> PointVerdict | None:
        """The verdict on this point, or None when it was not asked for."""
        return next((each for each in self.verdicts if each.point_id == point_id), None)


class Ungraded(_Value):
    """No grade could be made. Left out of every average, by name; never zero."""

    kind: Literal["ungraded"] = "ungraded"
    reason: str


GradeResult = Annotated[Grade | Ungraded, Field(discriminator="kind")]


class GradeRequest(_Value):
    """One answer to grade.

    `point_ids` limits grading to some points: a follow-up's answer is graded against what
    it probed. An id `fix:<misconception id>` asks whether the answer corrects that claim.
    None means all key points of the rubric.
    """

    question_id: str
    answer: str
    point_ids: tuple[str, ...] | None = None
