"""What people typed and were told false things about: true answers called contradicted, lists of which one entry
counts, credit for what was not said. Each case was wrong once."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from interviewer.core.bank.content import Bank
from interviewer.core.bank.kinds import VerdictName
from interviewer.core.grade.grade import Grade, GradeRequest
from interviewer.core.interview.summary import summarise_answer
from interviewer.grading import OfflineGrader
from interviewer.grading.word_order import compare_order


class Case(NamedTuple):
    question: str
    answer: str
    said: tuple[str, ...] = ()
    """Points that must be covered, or half of them at least partial."""
    unsaid: tuple[str, ...] = ()
    """Points that must earn nothing."""
    least: float = 0.0
    """Score."""
    heard: tuple[VerdictName, ...] = (VerdictName.COVERED,)
    """What a point said may be called: of some textbook sentences the grader can only ask."""


_AT_LEAST_ASKED = (VerdictName.COVERED, VerdictName.UNSURE)
TRUE = {
    "auc": Case(
        "roc-auc",
        "AUC is the probability that a random positive is scored above a random negative.",
        said=("auc-probability",),
        heard=_AT_LEAST_ASKED,
    ),
    "auc, plainly": Case(
        "roc-auc",
        "auc is the chance that a random positive gets a higher score than a random negative",
        said=("auc-probability",),
        heard=_AT_LEAST_ASKED,
    ),
    "attention": Case(
        "attention-mechanism",
        "Each query is compared with all keys by dot product, softmax gives weights, and the output is the weighted "
        "sum of the values. You divide by sqrt(d) so the softmax does not saturate.",
        said=("dot-product-scores", "softmax-weights", "weighted-values", "scaling"),
        least=45,
    ),
    "attention as a formula": Case(
        "attention-mechanism",
        "softmax(QK^T/sqrt(d_k)) V",
        unsaid=("causal-mask", "multi-head", "cross-attention"),
    ),
    "relu": Case(
        "vanishing-gradients",
        "ReLU has derivative 1 for positive inputs, so the gradient passes through unchanged.",
        said=("rectifier-slope",),
    ),
    "dropout in one line": Case(
        "dropout",
        "randomly zeroes units during training, off at test time",
        said=("random-zeroing", "off-at-inference"),
    ),
    "dropout in two sentences": Case(
        "dropout",
        "Dropout zeroes units at random in training, with a fresh mask each step. At test time nothing is dropped.",
        said=("random-zeroing", "off-at-inference"),
        heard=_AT_LEAST_ASKED,
        least=30,
    ),
    "auc among other metrics": Case(
        "evaluation-metrics",
        "AUC is the probability that a random positive is scored above a random negative. The curve plots true "
        "positive rate against false positive rate.",
        said=("auc-ranking",),
    ),
    "shrinking the cache, as a list": Case(
        "kv-cache-sizing",
        "To shrink: fewer kv heads (GQA/MQA), fp8 or int8 cache, paged attention, sliding window.",
        said=("fewer-heads", "quantise-cache", "window-or-evict"),
    ),
    "prerequisites, as a list": Case(
        "deep-learning-prerequisites",
        "Linear algebra, calculus and probability, Python with numpy, and basic ML like overfitting and train/test "
        "splits.",
        said=("linear-algebra", "calculus", "probability", "python", "overfitting-basics", "evaluation-basics"),
        least=60,
    ),
    "imbalance, in a breath": Case(
        "class-imbalance",
        "class weights or oversampling, and move the decision threshold",
        said=("weighted-loss", "resample"),
    ),
    "zero, terse": Case(
        "zero-fsdp",
        "1 is optimizer states, 2 adds grads, 3 adds params. all-gather each layer, twice. 1.5x comms for 3, same for "
        "1 and 2. prefetch. activations not sharded.",
        said=("stage-1", "stage-2", "stage-3", "not-activations"),
        least=40,
    ),
    "bias and variance": Case(
        "bias-variance",
        "bias: too simple, variance: reacts too much to the data",
    ),
    "calibrated": Case(
        "calibration",
        "when it says 80% it is right 80% of the time",
        said=("definition",),
    ),
    "an agent and its rewards": Case(
        "reinforcement-learning-basics",
        "An agent observes a state, chooses an action, and receives a reward and the next state; it seeks a policy"
        " that maximises the expected discounted sum of rewards. The Markov property, by which the next state "
        "depends only on the present state and action, is what justifies the Bellman equation.",
    ),
    "not alternatives": Case(
        "dl-vs-rl",
        "The two are not alternatives. Deep learning describes the kind of model, namely a multi-layer network, "
        "whereas reinforcement learning describes the kind of problem, namely learning to act from rewards. A "
        "project may use either one without the other, or both together, as in deep Q-learning.",
    ),
    "more linear layers do not help": Case(
        "perceptron-to-mlp",
        "The perceptron wasn't useless: if a separating plane exists, its rule finds one after finitely many "
        "updates; if none exists, it never settles. For hidden layers the trouble was training, as a hard "
        "threshold has zero derivative wherever it has one, so we use sigmoid or ReLU units and backpropagation. "
        "More linear layers don't help. Sometimes a feature does: add x1·x2 as an input and one perceptron manages"
        " XOR.",
    ),
    "both can fall": Case(
        "dpo-derivation",
        "Watch the log-probability of the chosen answers: the loss only cares about the margin, so both can fall "
        "while it improves. I'd do SFT on similar answers first, so the reference suits the pairs. People say "
        "there's no reward model; more exactly it's implicit: β times the log-ratio, up to a prompt-only term. "
        "There's no sampling during training, so coverage depends on the dataset.",
    ),
    "the threshold": Case(
        "evaluation-metrics",
        "Raising the threshold always lowers recall or leaves it, but precision can go either way, it is not monotone.",
    ),
}


def graded(grader: OfflineGrader, bank: Bank, case: Case) -> Grade:
    found = grader.grade(bank[case.question], GradeRequest(question_id=case.question, answer=case.answer))
    assert isinstance(found, Grade)
    return found


@pytest.mark.parametrize("case", TRUE.values(), ids=TRUE)
def test_a_true_answer_is_accused_of_nothing(grader: OfflineGrader, bank: Bank, case: Case) -> None:
    found = graded(grader, bank, case)
    accused = [each.point_id for each in found.verdicts if each.verdict is VerdictName.CONTRADICTED]
    assert not accused
    assert not found.misconceptions


@pytest.mark.parametrize(
    "case", [case for case in TRUE.values() if case.said], ids=[n for n, c in TRUE.items() if c.said]
)
def test_what_was_said_is_heard(grader: OfflineGrader, bank: Bank, case: Case) -> None:
    found = graded(grader, bank, case)
    heard = [name for name in case.said if (own := found.verdict(name)) and own.verdict in case.heard]
    assert len(heard) >= 0.75 * len(case.said), set(case.said) - set(heard)


@pytest.mark.parametrize("case", [case for case in TRUE.values() if case.unsaid])
def test_what_was_not_said_earns_nothing(grader: OfflineGrader, bank: Bank, case: Case) -> None:
    found = graded(grader, bank, case)
    assert not [name for name in case.unsaid if (own := found.verdict(name)) and own.verdict is VerdictName.COVERED]


@pytest.mark.parametrize("case", [case for case in TRUE.values() if case.least])
def test_a_good_short_answer_scores_as_one(grader: OfflineGrader, bank: Bank, case: Case) -> None:
    item = bank[case.question]
    found = graded(grader, bank, case)
    score = summarise_answer(item, item.question.level, case.answer, found).score.value
    assert score is not None
    assert score >= case.least


def outright(spans: list[str], claim: tuple[str, ...], denial: tuple[str, ...]) -> bool:
    return compare_order(spans, claim, denial).outright


def test_the_order_of_the_words_tells_a_claim_from_its_reverse() -> None:
    claim = ("A random positive is scored above a random negative.",)
    reverse = ("A random negative is scored above a random positive.",)
    assert outright(["the random positive gets scored above the random negative"], claim, reverse)
    assert not outright(["the random negative gets scored above the random positive"], claim, reverse)
    assert not outright(["gradients vanish in deep stacks of sigmoids"], claim, reverse)


def test_a_negation_tells_them_apart_too() -> None:
    claim, denial = ("Dropout is not active at inference.",), ("Dropout is active at inference.",)
    assert outright(["dropout isn't active at inference"], claim, denial)
    assert not outright(["dropout is active at inference"], claim, denial)


def test_a_contradiction_said_outright_stays_one(grader: OfflineGrader, bank: Bank) -> None:
    item = bank["dropout"]
    found = []
    for point in item.rubric.key_points:
        for text in point.contradictions[:1]:
            grade = grader.grade(item, GradeRequest(question_id="dropout", answer=text))
            verdict = grade.verdict(point.id) if isinstance(grade, Grade) else None
            found.append(verdict is not None and verdict.verdict is VerdictName.CONTRADICTED)
    assert sum(found) >= 0.5 * len(found)
