"""What must hold whatever the answer: truth never costs, nonsense never pays, the same text gets the same grade."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interviewer.core.bank.content import Bank, Item
from interviewer.core.bank.kinds import VerdictName
from interviewer.core.grade.grade import Grade, GradeRequest
from interviewer.core.interview.summary import summarise_answer
from interviewer.embedding import SentenceEncoder
from interviewer.grading import OfflineGrader
from interviewer.grading.spans import cut_spans

NOISE = 4.0
"""Points of 100 by which a score may move the wrong way: a longer answer has other spans."""
REPEATED = 10.0
"""The same where the sentence says once more what had been said: class-imbalance fell by 8.4."""
SHUFFLED = 15.0
"""The very words of one statement in random order still earn something: a weak spot that docs/grading.md names."""
slow = settings(max_examples=5, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def score(grader: OfflineGrader, item: Item, answer: str) -> float:
    result = grader.grade(item, GradeRequest(question_id=item.question.id, answer=answer))
    assert isinstance(result, Grade)
    value = summarise_answer(item, item.question.level, answer, result).score.value
    assert value is not None
    return value


def sentences(text: str) -> list[str]:
    return [" ".join(span.text.split()) for span in cut_spans(text) if not span.pair and span.text.endswith(".")]


@st.composite
def beginnings(draw: st.DrawFn) -> tuple[int, int]:
    """Number of a question, and how many sentences of its strong answer have been said."""
    return draw(st.integers(0, 10_000)), draw(st.integers(0, 4))


def begun(bank: Bank, start: tuple[int, int]) -> tuple[Item, str]:
    items = list(bank.items.values())
    item = items[start[0] % len(items)]
    said = sentences(item.rubric.examples[0].text)[: start[1]]
    return item, " ".join(said) or "Let me think about this question for a moment."


@slow
@given(start=beginnings(), which=st.integers(0, 1000))
def test_a_correct_sentence_never_lowers_the_score(
    grader: OfflineGrader, bank: Bank, start: tuple[int, int], which: int
) -> None:
    item, answer = begun(bank, start)
    point = item.rubric.key_points[which % len(item.rubric.key_points)]
    grade = grader.grade(item, GradeRequest(question_id=item.question.id, answer=answer, point_ids=(point.id,)))
    said = isinstance(grade, Grade) and grade.verdicts[0].verdict is VerdictName.COVERED
    longer = f"{answer} {point.statement}"
    slack = REPEATED if said else NOISE
    assert score(grader, item, longer) >= score(grader, item, answer) - slack, (item.question.id, point.id)


@slow
@given(start=beginnings(), seed=st.integers(0, 1000), kind=st.sampled_from(["noise", "shuffled", "elsewhere"]))
def test_nonsense_never_raises_the_score(
    grader: OfflineGrader, bank: Bank, start: tuple[int, int], seed: int, kind: str
) -> None:
    item, answer = begun(bank, start)
    rng = random.Random(seed)
    if kind == "noise":
        extra = " ".join("".join(rng.choices("bcdfghjklmnp", k=7)) for _ in range(12))
    elif kind == "shuffled":
        words = item.rubric.key_points[seed % 4].statement.rstrip(".").split()
        rng.shuffle(words)
        extra = " ".join(words)
    else:
        extra = "Yesterday my neighbour painted the fence green and then it rained all evening"
    longer = f"{answer} {extra}."
    slack = SHUFFLED if kind == "shuffled" else NOISE
    assert score(grader, item, longer) <= score(grader, item, answer) + slack, item.question.id


@pytest.mark.parametrize("question", ["dropout", "kv-cache-sizing", "lstm-gru"])
def test_white_space_and_line_breaks_do_not_matter(grader: OfflineGrader, bank: Bank, question: str) -> None:
    item = bank[question]
    answer = " ".join(item.rubric.examples[0].text.split())
    spaced = "\n\n  " + answer.replace(". ", ".\n") + "  \n"
    assert score(grader, item, spaced) == pytest.approx(score(grader, item, answer), abs=NOISE)


def test_the_same_text_reads_the_same_in_any_company(encoder: SentenceEncoder) -> None:
    """The stated tolerance: token states within 1e-4 and probabilities within 1e-3, whatever else is in the batch."""
    reader = encoder.reader()
    assert reader is not None
    texts = [
        "dropout silences units at random",
        "no",
        "a much longer sentence " * 9,
        "the gradient vanishes with depth",
    ]
    together = reader.read(texts)
    for text, reading in zip(texts, together, strict=True):
        (alone,) = reader.read([text])
        assert alone.pieces == reading.pieces
        assert abs(alone.plain - reading.plain).max() < 1e-4
        assert abs(alone.vector - encoder.encode([text])[0]).max() < 1e-4
    pairs = [(a, b) for a in texts for b in texts]
    joint = reader.read_jointly([a for a, _ in pairs], [b for _, b in pairs])
    for row, (a, b) in enumerate(pairs):
        assert abs(reader.read_jointly([a], [b])[0] - joint[row]).max() < 1e-3
    assert abs(joint.sum(1) - 1).max() < 1e-5
