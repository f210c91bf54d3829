"""Which questions are asked: levels, gaps, order, variety, and the same for the same seed."""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise

import pytest

from interviewer.core.bank.content import Bank
from interviewer.core.bank.kinds import TOPICS as BUILT_IN_TOPICS
from interviewer.core.bank.kinds import Kind, Level
from interviewer.core.interview.selection import NEAREST_TOPICS, Plan, plan_interview
from interviewer.core.interview.session import SessionConfig
from interviewer.core.ports import Neighbour
from tests.support.builders import make_bank, make_item

LEVELS = list(Level)
TOPICS = ("foundations", "maths", "vision", "data")
RICH = make_bank(
    *(
        make_item(f"{level}-{topic}-{n}", level=level, topic=topic)
        for level in LEVELS
        for topic in TOPICS
        for n in (1, 2)
    )
)


def plan(bank: Bank = RICH, seed: int = 1, **config: object) -> Plan:
    settings = SessionConfig.model_validate({"level": "senior", **config})
    return plan_interview(bank, settings, random.Random(seed))


def levels(result: Plan, bank: Bank = RICH) -> Counter[Level]:
    return Counter(bank[each.question_id].question.level for each in result.questions)


def test_the_same_seed_gives_the_same_interview() -> None:
    assert plan(seed=5) == plan(seed=5)
    assert len({plan(seed=seed).questions for seed in range(10)}) > 5


def test_a_senior_interview_mixes_levels_as_stated() -> None:
    assert levels(plan(count=6)) == {Level.SENIOR: 4, Level.MID: 1, Level.STAFF: 1}
    assert levels(plan(count=12)) == {Level.SENIOR: 7, Level.MID: 3, Level.STAFF: 2}


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_and_seed_gives_different_questions_in_rising_order(level: Level) -> None:
    for seed in range(10):
        result = plan(seed=seed, level=level, count=6)
        ids = [each.question_id for each in result.questions]
        assert len(set(ids)) == 6
        ranks = [RICH[each].question.level.rank for each in ids]
        assert sum(left > right for left, right in pairwise(ranks)) <= 2
        topics = [RICH[each].question.topic for each in ids]
        assert all(left != right for left, right in pairwise(topics))


def test_at_one_level_the_concepts_come_before_the_cases_and_the_cases_before_the_designs() -> None:
    kinds = (Kind.DESIGN, Kind.CONCEPT, Kind.SCENARIO, Kind.DERIVATION)
    bank = make_bank(
        *(
            make_item(kind.value, level=Level.SENIOR, topic=topic, kind=kind)
            for kind, topic in zip(kinds, TOPICS, strict=True)
        )
    )
    for seed in range(10):
        asked = [each.question_id for each in plan(bank, seed=seed, count=4).questions]
        assert asked == ["concept", "derivation", "scenario", "design"]


def test_a_gap_is_filled_from_below_and_said_aloud() -> None:
    bank = make_bank(*(make_item(f"mid-{n}", level=Level.MID) for n in range(6)), make_item("s", level=Level.SENIOR))
    result = plan(bank, count=4)
    assert len(result.questions) == 4
    assert any("too few senior" in note for note in result.notes)


def test_too_few_questions_are_said_aloud() -> None:
    bank = make_bank(make_item("only", level=Level.SENIOR))
    result = plan(bank, count=4)
    assert len(result.questions) == 1
    assert any("only 1 could be found" in note for note in result.notes)


def test_a_topic_with_too_few_questions_is_filled_from_the_nearest_aloud() -> None:
    bank = make_bank(
        make_item("own", level=Level.SENIOR, topic="data"),
        *(
            make_item(f"{topic}-{n}", level=Level.SENIOR, topic=topic)
            for topic in ("evaluation", "vision")
            for n in (1, 2)
        ),
    )
    result = plan(bank, topics=("data",), count=3)
    assert {each.question_id for each in result.questions} == {"own", "evaluation-1", "evaluation-2"}
    assert any("2 are from the nearby topic evaluation" in note for note in result.notes)


def test_a_topic_of_a_users_own_is_not_filled_from_elsewhere() -> None:
    bank = make_bank(make_item("own", topic="databases"), make_item("other", topic="data"))
    result = plan(bank, topics=("databases",), count=2)
    assert [each.question_id for each in result.questions] == ["own"]
    assert any("only 1 could be found on databases" in note for note in result.notes)


def test_every_nearest_topic_is_a_topic() -> None:
    assert set(NEAREST_TOPICS) == set(BUILT_IN_TOPICS)
    for topic, near in NEAREST_TOPICS.items():
        assert topic not in near
        assert set(near) <= set(BUILT_IN_TOPICS)


@pytest.mark.parametrize("level", LEVELS)
def test_interviews_from_the_built_in_bank_are_varied_ordered_and_without_repeats(bank: Bank, level: Level) -> None:
    plans = [plan(bank, seed=seed, level=level, count=6) for seed in range(10)]
    for result in plans:
        questions = [bank[each.question_id].question for each in result.questions]
        assert sum(question.kind is Kind.WARMUP for question in questions) == (level is Level.JUNIOR)
        questions = [question for question in questions if question.kind is not Kind.WARMUP]
        assert len({question.id for question in questions}) == 6
        assert len({question.topic for question in questions}) >= 4
        for left, right in pairwise(questions):
            assert right.id not in left.avoid_after
            assert left.id not in right.avoid_after
            assert left.topic != right.topic
        assert sum(left.level.rank > right.level.rank for left, right in pairwise(questions)) <= 1
    assert len({frozenset(each.question_id for each in result.questions) for result in plans}) >= 8


@pytest.mark.parametrize("level", LEVELS)
def test_four_interviews_in_a_row_repeat_as_little_as_the_bank_allows(bank: Bank, level: Level) -> None:
    seen: Counter[str] = Counter()
    for seed in range(4):
        config = SessionConfig(level=level, count=6)
        seen.update(each.question_id for each in plan_interview(bank, config, random.Random(seed), seen=seen).questions)
    fitting = [item for item in bank.items.values() if abs(item.question.level.rank - level.rank) <= 1]
    assert max(seen.values()) <= 1 + 24 // len(fitting) + (level in (Level.STAFF, Level.SENIOR))


def test_topics_are_honoured() -> None:
    result = plan(topics=("maths",), count=3)
    assert {RICH[each.question_id].question.topic for each in result.questions} == {"maths"}


def test_neighbours_are_not_asked_back_to_back() -> None:
    others = tuple(make_item(f"other-{n}", level=Level.SENIOR, topic="maths") for n in range(2))
    pair = (
        make_item("one", level=Level.SENIOR, avoid_after=("two",)),
        make_item("two", level=Level.SENIOR),
    )
    bank = make_bank(*pair, *others)
    for seed in range(30):
        ids = [each.question_id for each in plan(bank, seed=seed, count=4).questions]
        assert abs(ids.index("one") - ids.index("two")) > 1


def test_near_duplicates_are_never_both_asked() -> None:
    near = {"senior-maths-1": [Neighbour(question_id="senior-maths-2", similarity=0.95)]}
    config = SessionConfig(level=Level.SENIOR, topics=("maths",), count=8)
    for seed in range(10):
        result = plan_interview(RICH, config, random.Random(seed), neighbours=near)
        ids = {each.question_id for each in result.questions}
        assert not {"senior-maths-1", "senior-maths-2"} <= ids


def test_questions_asked_before_come_last_and_in_other_words() -> None:
    bank = make_bank(*(make_item(f"q-{n}", level=Level.SENIOR) for n in range(4)))
    config = SessionConfig(level=Level.SENIOR, count=2)
    result = plan_interview(bank, config, random.Random(1), seen={"q-0": 1, "q-1": 1})
    assert {each.question_id for each in result.questions} == {"q-2", "q-3"}
    again = plan_interview(bank, config, random.Random(1), seen={"q-0": 1, "q-1": 1, "q-2": 2, "q-3": 2})
    assert {each.wording for each in again.questions} == {1}


ASKED_FOR = ("optimisation", "regularisation", "vision")


@pytest.mark.parametrize("level", LEVELS)
def test_sessions_in_a_row_stay_inside_their_topics_and_repeat_nothing_while_they_can(bank: Bank, level: Level) -> None:
    there = {each.id for each in bank.heads if each.topic in ASKED_FOR and each.kind is not Kind.WARMUP}
    for seed in range(20):
        seen: dict[str, int] = {}
        for n in range(len(there) // 3 + 2):
            config = SessionConfig(level=level, count=3, topics=ASKED_FOR)
            result = plan_interview(bank, config, random.Random(100 * seed + n), seen=seen, recent=tuple(seen))
            ids = [each.question_id for each in result.questions]
            assert set(ids) <= there
            again = [each for each in ids if each in seen]
            assert len(again) == max(0, 3 - len(there - set(seen)))
            assert any("part of a session before" in note for note in result.notes) is bool(again)
            before = list(seen)
            assert not again or max(map(before.index, again)) < len(before) - 3, "the latest session comes last"
            for each in ids:
                seen[each] = seen.pop(each, 0) + 1


def test_the_nearest_level_fills_a_gap() -> None:
    bank = make_bank(
        make_item("s", level=Level.SENIOR),
        make_item("j", level=Level.JUNIOR),
        make_item("x", level=Level.STAFF),
    )
    for seed in range(10):
        assert {each.question_id for each in plan(bank, seed=seed, count=2).questions} == {"s", "x"}


def test_what_was_asked_last_comes_last_however_seldom() -> None:
    bank = make_bank(*(make_item(f"q-{n}", level=Level.SENIOR) for n in range(4)))
    seen = {"q-0": 3, "q-1": 3, "q-2": 1, "q-3": 1}
    config = SessionConfig(level=Level.SENIOR, count=2)
    result = plan_interview(bank, config, random.Random(1), seen=seen, recent=tuple(seen))
    assert {each.question_id for each in result.questions} == {"q-0", "q-1"}


@pytest.mark.parametrize("level", [Level.SENIOR, Level.STAFF])
def test_three_interviews_in_a_row_share_no_question_and_none_repeats_a_fact(bank: Bank, level: Level) -> None:
    heads = {head.id: head for head in bank.heads}
    for seed in range(20):
        seen: dict[str, int] = {}
        for number in range(3):
            config = SessionConfig(level=level, count=6)
            planned = plan_interview(bank, config, random.Random(seed + 100 * number), seen=seen, recent=tuple(seen))
            asked = [heads[each.question_id] for each in planned.questions]
            assert not seen.keys() & {head.id for head in asked}
            assert len({head.topic for head in asked}) >= 5
            assert not any(one.id in other.avoid_after for one in asked for other in asked)
            assert [head.level.rank for head in asked] == sorted(head.level.rank for head in asked)
            seen |= dict.fromkeys((head.id for head in asked), 1)
