"""What a question bank holds: questions, and the rubrics that say what a good answer is.

These models are the file format. A pack author's YAML is validated against them,
`mockdl pack schema` prints their JSON Schema, and the rest of the program only ever
sees values that passed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

TOPICS: dict[str, str] = {
    "foundations": "what deep learning is, paradigms, basic building blocks, tensors, frameworks",
    "maths": "derivations, probability, estimators, numerics of single operations",
    "optimisation": "gradients, optimisers, schedules, initialisation, normalisation",
    "regularisation": "overfitting, generalisation, capacity, augmentation as regulariser",
    "vision": "CNN, ViT, detection, segmentation, vision-language",
    "sequence-graph": "RNN, LSTM, state-space, speech, graph networks",
    "transformers-llms": "attention, positions, tokenisation, scaling, fine-tuning, retrieval",
    "generative": "autoencoders, GAN, VAE, flows, diffusion, self-supervision",
    "distributed-training": "parallelism, precision, memory, throughput, fault tolerance",
    "inference": "serving performance, quantisation, kernels, GPU architecture",
    "evaluation": "metrics, calibration, uncertainty, benchmarks, experiments",
    "data": "quality, leakage, labels, mixtures, imbalance, synthetic data",
    "rl-alignment": "reinforcement learning, preference optimisation, reward design",
    "trust": "ethics, interpretability, privacy, robustness, safety",
    "mlops": "deployment, drift, versioning, system design",
    "debugging": "diagnose a concrete failure",
}
"""The topics of the built-in bank and what each covers. A pack may add its own."""


class Level(StrEnum):
    """Seniority, lowest first. Compare with `rank`, never as strings."""

    JUNIOR = "junior"
    MID = "mid"
    SENIOR = "senior"
    STAFF = "staff"

    @property
    def rank(self) -> int:
        """0 for junior up to 3 for staff."""
        return list(Level).index(self)


class Kind(StrEnum):
    """What sort of answer a question wants."""

    CONCEPT = "concept"
    DERIVATION = "derivation"
    SCENARIO = "scenario"
    DESIGN = "design"
    NUMERIC = "numeric"


class Stage(StrEnum):
    """Where in a scenario or design answer a key point belongs."""

    CLARIFY = "clarify"
    MEASURE = "measure"
    HYPOTHESISE = "hypothesise"
    ACT = "act"
    VERIFY = "verify"


class VerdictName(StrEnum):
    """What was decided about one key point in one answer."""

    COVERED = "covered"
    PARTIAL = "partial"
    MISSING = "missing"
    CONTRADICTED = "contradicted"
    UNSURE = "unsure"


class ExampleKind(StrEnum):
    """What a golden example shows. Every rubric has each kind; `partial` twice."""

    STRONG = "strong"
    PARAPHRASE = "paraphrase"
    PARTIAL = "partial"
    FLUENT_WRONG = "fluent-wrong"
    NEGATED = "negated"
    CORRECTING = "correcting"
    SOUP = "soup"
    OFF_TOPIC = "off-topic"
    INJECTION = "injection"


EXAMPLE_KINDS = tuple(ExampleKind)


class _Content(BaseModel):
    # Schemas are built when first used: building all of them costs a tenth of the start-up.
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, defer_build=True)


class Hint(_Content):
    """One rung of the hint ladder."""

    text: Text
    price: float = Field(ge=0, le=30)
    """Points (of 100) taken off the question's score when this hint is used."""


class Reference(_Content):
    """A source for a claim that a senior interviewer could dispute."""

    title: Text
    authors: Text
    year: int = Field(ge=1900, le=2100)
    arxiv: Annotated[str, StringConstraints(pattern=r"^(\d{4}\.\d{4,5}|[a-z\-]+/\d{7})$")] | None = None
    venue: Text | None = None
    supports: Text
    """Which claim of this question the source backs."""

    @model_validator(mode="after")
    def _has_a_place(self) -> Reference:
        if self.arxiv is None and self.venue is None:
            raise ValueError("a reference needs an arXiv id or a venue")
        return self


class Question(_Content):
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
    alternatives: tuple[Text, ...] = Field(min_length=2)
    """Other wordings of the same prompt, so that a retake is not verbatim."""
    hints: tuple[Hint, ...] = Field(min_length=2, max_length=3)
    model_answer: Text
    worked_solution: Text | None = None
    """Required for numeric questions: the calculation, step by step."""
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


class Value(_Content):
    """An exact number a key point asks for."""

    number: float
    unit: str = ""
    """As typed by candidates, e.g. "GB"; "" for a pure number."""
    tolerance: float = Field(default=0.02, ge=0, le=1)
    """Relative error that still counts as right."""
    also: tuple[tuple[float, str], ...] = ()
    """The same quantity in other units, as (number, unit) pairs."""


class KeyPoint(_Content):
    """One checkable claim that a good answer makes."""

    id: Slug
    """Stable: editing the text never resets a candidate's progress."""
    statement: Text
    weight: float = Field(gt=0, le=5)
    expected_at: Level
    """Below this level the point is a bonus."""
    bonus: bool = False
    """A bonus at every level."""
    stage: Stage | None = None
    phrasings: tuple[Text, ...] = Field(min_length=3)
    contradictions: tuple[Text, ...] = Field(min_length=2)
    probe: Text
    """The follow-up asked when this point is missing; it must not give the point away."""
    value: Value | None = None

    def is_expected(self, level: Level) -> bool:
        """Whether an answer at `level` must contain this point."""
        return not self.bonus and self.expected_at.rank <= level.rank


class Misconception(_Content):
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


class Example(_Content):
    """A golden answer with the verdict each key point must get."""

    kind: ExampleKind
    text: Text
    verdicts: dict[Slug, VerdictName] = Field(default_factory=dict)
    """By key-point id; a point that is not named must come out as missing."""
    misconceptions: tuple[Slug, ...] = ()
    """Misconceptions that the answer holds."""


class Rubric(_Content):
    """What a good answer holds. Lives in `rubrics/<topic>/<id>.yaml`."""

    id: Slug
    key_points: tuple[KeyPoint, ...] = Field(min_length=4, max_length=15)
    misconceptions: tuple[Misconception, ...] = Field(min_length=1, max_length=4)
    examples: tuple[Example, ...] = ()

    def point(self, point_id: str) -> KeyPoint:
        """Return the key point with this id; `KeyError` when there is none."""
        for point in self.key_points:
            if point.id == point_id:
                return point
        raise KeyError(point_id)

    def misconception(self, misconception_id: str) -> Misconception:
        """Return the misconception with this id; `KeyError` when there is none."""
        for misconception in self.misconceptions:
            if misconception.id == misconception_id:
                return misconception
        raise KeyError(misconception_id)


class Item(_Content):
    """A question with its rubric, and the hash of the rubric's content."""

    question: Question
    rubric: Rubric
    rubric_hash: str
    """First 16 hex digits of the SHA-256 of the rubric's canonical JSON."""


class Head(NamedTuple):
    """As much of a question as choosing it takes."""

    id: str
    topic: str
    level: Level
    avoid_after: tuple[str, ...]


class Bank:
    """All questions of the loaded packs, by id, in file order.

    Items may be a mapping that parses each on first use: an interview needs six of them, and
    the first question should not wait for the rest.
    """

    def __init__(
        self,
        items: Mapping[str, Item],
        content_hash: str,
        notices: tuple[str, ...] = (),
        heads: Sequence[Head] | None = None,
    ) -> None:
        """`heads` are those of the items, in their order; made from the items when None."""
        self.items = items
        self.content_hash = content_hash
        """Changes whenever any question or rubric changes."""
        self.notices = notices
        """What must be said about the packs, such as one that was left out."""
        self.heads = tuple(heads) if heads is not None else tuple(head_of(item) for item in items.values())

    def __getitem__(self, question_id: str) -> Item:
        return self.items[question_id]

    def __contains__(self, question_id: object) -> bool:
        return question_id in self.items

    def __len__(self) -> int:
        return len(self.items)

    @property
    def topics(self) -> tuple[str, ...]:
        """Topics that have at least one question, built-in order first."""
        present = {head.topic for head in self.heads}
        built_in = tuple(topic for topic in TOPICS if topic in present)
        return built_in + tuple(sorted(present - set(TOPICS)))


def head_of(item: Item) -> Head:
    """What choosing needs of an item."""
    question = item.question
    return Head(question.id, question.topic, question.level, question.avoid_after)
