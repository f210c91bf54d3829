"""What grading one answer yields: verdicts with evidence, or a reason why there is none.

A grade holds no score. The score follows from the verdicts, the rubric and the level
asked (see `core/interview/scoring.py`), so the same grade can be read at another level.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from interviewer.core.bank.kinds import VerdictName
from interviewer.core.frozen import Frozen

FIX_PREFIX = "fix:"
"""A point id `fix:<misconception id>` stands for "corrected that misconception"."""

Probability = Annotated[float, Field(ge=0.0, le=1.0)]


class Span(Frozen):
    """A stretch of the answer as typed: `answer[start:end]`."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)

    @classmethod
    def of(cls, ends: tuple[int, int]) -> Span:
        """The stretch between two places."""
        return cls(start=ends[0], end=ends[1])

    def cut(self, answer: str) -> str:
        """The words of the span."""
        return answer[self.start : self.end]

    def overlaps(self, others: Iterable[Span]) -> bool:
        """Whether it shares a character with one of these stretches of the same answer."""
        return any(each.start < self.end and self.start < each.end for each in others)


class PointVerdict(Frozen):
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
    opinion: Opinion | None = None
    """A language model's, when one was asked."""


class Opinion(Frozen):
    """What a language model said about one key point, beside what the offline grader found."""

    verdict: VerdictName
    """Of the majority, when it was asked more than once."""
    quote: str = ""
    reason: str = ""
    supported: bool
    """Whether the quote is evidence; without it the opinion earns nothing."""
    problem: str = Field(default="", exclude_if=lambda problem: not problem)
    """Why the opinion does not count, as the end of a sentence; "" where it counts, and in grades of before."""
    ballots: tuple[VerdictName, ...] = ()
    """What it said each time it was asked."""
    offline: VerdictName
    """What the offline grader had decided."""


class HeldMisconception(Frozen):
    """A wrong claim found in the answer."""

    misconception_id: str
    probability: Probability
    evidence: Span


class LengthAgreement(Frozen):
    """What grades of typed answers of some length are worth, beside a careful reader's."""

    most_words: int | None
    """Of these answers; None for the longest."""
    found: Probability
    """Share of the points made that were found."""
    right: Probability
    """Share of the points found that were made."""
    error: float
    """Mean difference of the scores, in points."""


class Agreement(Frozen):
    """What a grader's grades were measured to be worth, on questions it had not seen."""

    within_r: float
    """Mean correlation with people's scores within a question, over the sets they were measured on."""
    golden_accuracy: Probability
    """Share of the bank's golden verdicts it got right."""
    by_length: tuple[LengthAgreement, ...] = Field(default=(), exclude_if=lambda by_length: not by_length)
    """On answers as people type them, the shortest first; empty when it was not measured."""

    def at_length(self, words: int) -> LengthAgreement | None:
        """What it is worth on answers of so many words."""
        return next((each for each in self.by_length if each.most_words is None or words <= each.most_words), None)


class Passport(Frozen):
    """Which grader made a grade, so that grades of different graders are never mixed."""

    name: str
    version: str
    rubric_hash: str
    encoder: str
    calibrated: bool = False
    """Whether the probabilities were fitted on answers graded by people."""
    calibration: str = ""
    """Eight hex digits of the fitted weights' hash."""
    agreement: Agreement | None = None
    """None when it was not measured."""
    fast: bool = Field(default=False, exclude_if=lambda fast: not fast)
    """Whether the joint reader was left out on purpose."""


class JudgeCall(Frozen):
    """One call to a language model, as the journal keeps it: what was sent, never what the key was."""

    outcome: str
    """"ok", "unreadable", or the kind of failure."""
    seconds: float = 0.0
    request_bytes: int = 0
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    rung: str = ""
    """How the server was asked for JSON."""
    reason: str = ""
    """What went wrong, in words."""
    cached: bool = False
    """Whether the reply came from this machine's cache, so that nothing was sent."""


JUDGE_DECIDES = 0.5
"""Weight from which on a language model's word counts where it and the offline grader differ."""


class Judging(Frozen):
    """A language model's part in a grade."""

    model: str
    host: str
    """Where the answer was sent; "" for a script that runs in this process."""
    prompt_hash: str
    calls: tuple[JudgeCall, ...] = ()
    problem: str = ""
    """Why the grade is the offline one after all; "" when the model's opinion was used."""
    dropped: tuple[str, ...] = ()
    """Key points the model made up."""
    weight: Probability = Field(default=0.7, exclude_if=lambda weight: weight == 0.7)
    """Share of its probabilities where it and the offline grader differ; in grades of before always 0.7."""


Flag = Literal[
    "echo",
    "soup",
    "noise",
    "other-language",
    "off-topic",
    "too-short",
    "too-long",
    "dont-know",
    "instructions",
    "copied",
]


class Grade(Frozen):
    """Verdicts on one answer: one per key point asked for, in the rubric's order."""

    kind: Literal["grade"] = "grade"
    verdicts: tuple[PointVerdict, ...]
    misconceptions: tuple[HeldMisconception, ...] = ()
    flags: tuple[Flag, ...] = ()
    """Guards that fired, and so kept the answer or part of it from earning credit."""
    passport: Passport
    closed: tuple[Span, ...] = ()
    """Stretches of the answer that a guard closed: nothing in them counts, whoever grades."""
    aside: tuple[str, ...] = Field(default=(), exclude_if=lambda ids: not ids)
    """Points that a reply seems to make besides those it was asked for, too unsurely to earn anything."""
    judging: Judging | None = None
    """None when no language model was asked."""
    seconds: float = Field(default=0.0, ge=0)
    """How long grading took."""

    def verdict(self, point_id: str) -> PointVerdict | None:
        """The verdict on this point, or None when it was not asked for."""
        return next((each for each in self.verdicts if each.point_id == point_id), None)


class Ungraded(Frozen):
    """No grade could be made. Left out of every average, by name; never zero."""

    kind: Literal["ungraded"] = "ungraded"
    reason: str


GradeResult = Annotated[Grade | Ungraded, Field(discriminator="kind")]


class Assessment(Frozen):
    """An answer held against bare reference texts instead of a rubric of the bank."""

    credit: Probability
    """Expected share of the reference that the answer earns, 0 to 1."""
    p_covered: Probability
    p_missing: Probability
    p_contradicted: Probability
    cosine: float
    """Of the sentence vectors of the whole answer and the whole reference: the plain baseline."""
    recall: float
    """Soft recall of the reference by the answer's tokens; 0 without token states."""


class AssessmentRequest(Frozen):
    """An answer, and the points of a reference."""

    question: str = ""
    points: tuple[tuple[str, ...], ...] = Field(min_length=1)
    """For each point its alternative wordings."""
    answer: str
    single: bool = False
    """Whether the points are one claim that the answer makes or not, rather than a reference it may cover in part."""


class GradeRequest(Frozen):
    """One answer to grade.

    `point_ids` limits grading to some points: a follow-up's answer is graded against what
    it probed. An id `fix:<misconception id>` asks whether the answer corrects that claim.
    None means all key points of the rubric.
    """

    question_id: str
    answer: str
    follow_up: str = ""
    """What the answer replies to, when it replies to a follow-up: its question is context, and earns nothing."""
    asked: str = ""
    """The whole of what the interviewer said then, the candidate's words in it included; for a language model."""
    before: str = ""
    """What was answered to the question itself, when this replies to a follow-up; context for a language model."""
    point_ids: tuple[str, ...] | None = None
    is_open: bool = False
    """Whether it was free to speak of anything, as last words are: only what is surely said counts."""

    @property
    def is_reply(self) -> bool:
        """Whether it replies to more than the question itself, and may say besides what it was not asked for."""
        return bool(self.follow_up or self.asked)
