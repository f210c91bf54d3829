"""A reply to a follow-up leans on what was asked, and is heard with it."""

from __future__ import annotations

import pytest

from interviewer.core.bank.content import Bank
from interviewer.core.bank.kinds import VerdictName
from interviewer.core.grade.grade import Grade, GradeRequest
from interviewer.core.interview.last_words import LAST_WORDS
from interviewer.grading import OfflineGrader
from interviewer.grading.signals import Signals

RIGHT = [
    ("dropout", "off-at-inference", "nothing, it lets everything through"),
    ("dropout", "random-zeroing", "it is set to zero with probability p"),
    ("bias-variance", "high-bias-underfits", "bias: underfitting, variance: overfitting"),
    ("bias-variance", "classical-tradeoff", "bias goes down and variance goes up, so the error has a U shape"),
    ("roc-auc", "axes", "true positive rate against false positive rate"),
    ("attention-mechanism", "quadratic-cost", "four times as much"),
    ("attention-mechanism", "scaling", "the softmax would saturate"),
    ("zero-fsdp", "stage-1", "the optimizer states"),
    ("zero-fsdp", "stage-3", "the parameters"),
    ("zero-fsdp", "extra-half", "about 1.5x"),
    ("deep-learning-prerequisites", "calculus", "calculus, the chain rule"),
    ("deep-learning-prerequisites", "python", "Python"),
]
UNSURE = [
    ("roc-auc", "axes", "I don't remember exactly, true positive rate against false positive rate"),
    ("dropout", "off-at-inference", "Not sure, but at test time all units are kept."),
]
WRONG = [
    ("dropout", "off-at-inference", "it drops half of the units as before"),
    ("bias-variance", "high-bias-underfits", "bias: overfitting, variance: underfitting"),
    ("roc-auc", "axes", "precision against recall"),
    ("attention-mechanism", "quadratic-cost", "twice as much"),
    ("zero-fsdp", "stage-1", "the parameters"),
    ("zero-fsdp", "stage-3", "the activations"),
    ("deep-learning-prerequisites", "python", "you should learn about people first"),
]


def reply(grader: OfflineGrader, bank: Bank, question: str, point: str, answer: str) -> Grade:
    item = bank[question]
    request = GradeRequest(
        question_id=question, answer=answer, follow_up=item.rubric.point(point).probe, point_ids=(point,)
    )
    found = grader.grade(item, request)
    assert isinstance(found, Grade)
    return found


def test_short_right_replies_are_heard(grader: OfflineGrader, bank: Bank) -> None:
    said = [reply(grader, bank, *case).verdict(case[1]) for case in RIGHT]
    heard = [each is not None and each.verdict is VerdictName.COVERED for each in said]
    accused = [each is not None and each.verdict is VerdictName.CONTRADICTED for each in said]
    assert not any(accused), [case for case, hit in zip(RIGHT, accused, strict=True) if hit]
    assert sum(heard) >= 0.75 * len(RIGHT), [case for case, hit in zip(RIGHT, heard, strict=True) if not hit]


@pytest.mark.parametrize("case", UNSURE, ids=["axes", "dropout"])
def test_doubt_before_a_right_reply_takes_nothing_from_it(
    grader: OfflineGrader, bank: Bank, case: tuple[str, str, str]
) -> None:
    verdict = reply(grader, bank, *case).verdict(case[1])
    assert verdict is not None
    assert verdict.verdict is VerdictName.COVERED


def test_to_say_what_one_does_not_know_is_not_to_say_it(grader: OfflineGrader, bank: Bank) -> None:
    found = reply(grader, bank, "dropout", "off-at-inference", "I don't know how dropout behaves at test time.")
    assert found.flags == ("dont-know",)


def test_wrong_replies_earn_nothing(grader: OfflineGrader, bank: Bank) -> None:
    said = [reply(grader, bank, *case).verdict(case[1]) for case in WRONG]
    credited = [each is not None and each.verdict is VerdictName.COVERED for each in said]
    assert sum(credited) <= 1, [case for case, hit in zip(WRONG, credited, strict=True) if hit]


@pytest.mark.parametrize("case", [RIGHT[0], RIGHT[4]], ids=["dropout", "axes"])
def test_a_probe_said_back_earns_nothing(grader: OfflineGrader, bank: Bank, case: tuple[str, str, str]) -> None:
    probe = bank[case[0]].rubric.point(case[1]).probe
    verdict = reply(grader, bank, case[0], case[1], probe).verdict(case[1])
    assert verdict is not None
    assert verdict.verdict is VerdictName.MISSING


def test_what_else_a_reply_says_is_credited(grader: OfflineGrader, bank: Bank) -> None:
    answer = "the optimizer states, then stage 2 shards the gradients too and stage 3 the parameters"
    found = reply(grader, bank, "zero-fsdp", "stage-1", answer)
    said = {each.point_id: each.verdict for each in found.verdicts}
    assert said["stage-3"] is VerdictName.COVERED
    assert said["stage-1"] in (VerdictName.COVERED, VerdictName.UNSURE)  # all in one breath
    assert all(verdict is VerdictName.COVERED for name, verdict in said.items() if name != "stage-1")


def test_a_reply_is_not_heard_to_make_points_that_it_only_comes_near(grader: OfflineGrader, bank: Bank) -> None:
    answer = "Labels are expensive because people have to annotate, unlabelled data is cheap and plentiful."
    found = reply(grader, bank, "supervised-vs-unsupervised", "labels-cost", answer)
    assert {each.point_id: each.verdict for each in found.verdicts} == {"labels-cost": VerdictName.COVERED}


def test_what_a_reply_seems_to_say_besides_is_kept_for_what_is_asked_next(grader: OfflineGrader, bank: Bank) -> None:
    answer = "h_t = tanh(W_h h_{t-1} + W_x x_t + b)"
    found = reply(grader, bank, "rnn-components", "recurrent-weights", answer)
    assert "input-weights" in found.aside or found.verdict("input-weights") is not None


def test_last_words_are_heard_to_make_a_point_that_nobody_waited_for(grader: OfflineGrader, bank: Bank) -> None:
    item = bank["zero-fsdp"]
    said = "One more thing: prefetch the next layer's parameters while the current one computes."
    request = GradeRequest(question_id="zero-fsdp", answer=said, asked=LAST_WORDS, point_ids=("stage-1",), is_open=True)
    grade = grader.grade(item, request)
    assert isinstance(grade, Grade)
    covered = [each.point_id for each in grade.verdicts if each.verdict is VerdictName.COVERED]
    assert covered == ["overlap"]


@pytest.mark.parametrize("question", ["calibration", "class-imbalance", "zero-fsdp", "roc-auc", "adversarial-attacks"])
def test_last_words_that_say_nothing_make_no_point(grader: OfflineGrader, bank: Bank, question: str) -> None:
    said = "No, I am confident that I covered every aspect with best-in-class depth."
    grade = grader.grade(
        bank[question], GradeRequest(question_id=question, answer=said, asked=LAST_WORDS, is_open=True)
    )
    assert isinstance(grade, Grade)
    assert {each.verdict for each in grade.verdicts} == {VerdictName.MISSING}


def test_only_the_point_asked_for_leans_on_the_follow_up(grader: OfflineGrader, bank: Bank) -> None:
    item, answer = bank["zero-fsdp"], "The optimizer states."
    probe = item.rubric.point("stage-1").probe
    plain, leaning = (grader.signals(item, answer, probe, asked) for asked in ((), ("stage-1",)))
    moved = {
        name
        for name, own in plain.items()
        if isinstance(own, Signals)
        and isinstance(other := leaning[name], Signals)
        and own.joint != pytest.approx(other.joint, abs=0.005)
    }
    assert moved == {"stage-1"}
