"""The closed lists of a question bank: topics, levels, kinds of question and answer, verdicts."""

from __future__ import annotations

from enum import StrEnum

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
    WARMUP = "warmup"
    """Asked first, to get talking; in no score."""


class Stage(StrEnum):
    """Where in a scenario or design answer a key point belongs."""

    CLARIFY = "clarify"
    MEASURE = "measure"
    HYPOTHESISE = "hypothesise"
    ACT = "act"
    VERIFY = "verify"


class Standard(StrEnum):
    """How much a rubric was asked to hold. A grade by a basic one is less certain, and says so."""

    FULL = "full"
    BASIC = "basic"


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
EDITION = 2
"""Of the standard that new rubrics are written to. The first demanded every expected point and had no depth pool."""


class NaturalKind(StrEnum):
    """How a natural answer is given; its quality is another matter."""

    TERSE = "terse"
    """Notes, as typed under pressure."""
    PLAIN = "plain"
    """One or two plain sentences."""
    COMMAS = "commas"
    """A list in one line."""
    BREATH = "breath"
    """One breath without full stops, as dictated."""
    LONG = "long"
    """Spoken, over 120 words, with true side remarks."""
    ANALOGY = "analogy"
    """By example or analogy."""
    FORMULA = "formula"
    """Formula or code."""
    HEDGED = "hedged"
    HALF_WRONG = "half-wrong"
    """Half right and half wrong."""
    SWAPPED = "swapped"
    """Every role swapped, confidently."""
    FOREIGN = "foreign"
    """English as a second language."""
    CURRENT = "current"
    """Right, in the words of 2026."""
