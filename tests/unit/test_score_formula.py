"""The formula of the second edition: what DESIGN promises of it holds for any rubric and any verdicts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.core.bank.content import Item
from interviewer.core.bank.kinds import Level, Standard
from interviewer.core.interview.score_formula import CONSTANTS
from interviewer.core.interview.scoring import QuestionScore, score_question
from interviewer.core.interview.session import Turn, TurnKind
from tests.support.builders import make_grade, make_item, make_verdict
from tests.support.builders import make_turn as turn

Verdicts = dict[str, str]


def second(
    *points: tuple[float, Level, bool], need: int = 4, level: Level = Level.JUNIOR, standard: Standard = Standard.FULL
) -> Item:
    """A question of the second edition whose key points `p0`, `p1`, ... have these weights, levels and depth."""
    item = make_item(level=level)
    template = item.rubric.key_points[0]
    made = tuple(
        template.model_copy(update={"id": f"p{n}", "weight": weight, "expected_at": at, "depth": depth})
        for n, (weight, at, depth) in enumerate(points)
    )
    rubric = item.rubric.model_copy(update={"edition": 2, "need": need, "key_points": made, "standard": standard})
    return item.model_copy(update={"rubric": rubric})


def core(weight: float = 1.0, at: Level = Level.JUNIOR) -> tuple[float, Level, bool]:
    return weight, at, False


def deep(weight: float = 1.0) -> tuple[float, Level, bool]:
    return weight, Level.JUNIOR, True


ITEM = second(core(3), core(2), *[deep()] * 6)


def verdicts(item: Item, **said: str) -> Verdicts:
    return {point.id: said.get(point.id, "missing") for point in item.rubric.key_points}


def score(item: Item, *turns: Turn, level: Level = Level.JUNIOR) -> QuestionScore:
    return score_question(item, level, turns)


def value(item: Item, said: Verdicts, *, level: Level = Level.JUNIOR, held: tuple[str, ...] = ()) -> float:
    found = score(item, turn(make_grade(said, held=held)), level=level).value
    assert found is not None
    return found


def test_core_and_depth_are_told_apart() -> None:
    found = score(ITEM, turn(make_grade(verdicts(ITEM, p0="covered", p2="covered", p3="covered"))))
    assert found.core == pytest.approx(3 / 5)
    assert found.depth == pytest.approx(2 / 4)
    assert found.value == pytest.approx(
        100 * (CONSTANTS.core_share * 0.6 + (1 - CONSTANTS.core_share) * 0.5) ** CONSTANTS.bend
    )


def test_four_of_the_pool_are_as_good_as_all_of_it() -> None:
    four = verdicts(ITEM, p0="covered", p1="covered", p2="covered", p3="covered", p4="covered", p5="covered")
    assert value(ITEM, four) == 100
    assert value(ITEM, {**four, "p6": "covered", "p7": "covered"}) == 100


@pytest.mark.parametrize("pool", [0, 1, 3, 4, 12])
def test_everything_said_scores_one_hundred_at_any_size_of_pool(pool: int) -> None:
    item = second(core(3), core(), *[deep(0.5 + n / 4) for n in range(pool)])
    assert value(item, {point.id: "covered" for point in item.rubric.key_points}) == pytest.approx(100)


def test_without_a_pool_the_core_is_all() -> None:
    item = second(core(), core(), core())
    assert value(item, verdicts(item, p0="covered", p1="covered")) == pytest.approx(100 * (2 / 3) ** CONSTANTS.bend)


def test_a_core_point_contradicted_has_a_price_and_a_pool_point_has_none() -> None:
    right = verdicts(ITEM, p0="covered")
    wrong_core, wrong_depth = value(ITEM, {**right, "p1": "contradicted"}), value(ITEM, {**right, "p2": "contradicted"})
    assert wrong_core == pytest.approx(100 * (CONSTANTS.core_share * 0.6 - CONSTANTS.price * 2 / 5) ** CONSTANTS.bend)
    assert wrong_depth == pytest.approx(value(ITEM, right))


def test_one_wrong_sentence_is_paid_for_once() -> None:
    """The misconception `wrong` is about p0: its penalty is the price."""
    said = verdicts(ITEM, p0="contradicted", p1="covered")
    assert value(ITEM, said, held=("wrong",)) == pytest.approx(value(ITEM, verdicts(ITEM, p1="covered")) - 10)


def test_what_is_taken_back_under_challenge_costs_nothing() -> None:
    main = turn(make_grade(verdicts(ITEM, p0="contradicted", p1="covered"), held=("wrong",)))
    fixed = turn(make_grade({"fix:wrong": "covered"}), id=1, kind=TurnKind.CHALLENGE, target="fix:wrong")
    found = score(ITEM, main, fixed)
    assert found.misconceptions[0].penalty == 0
    assert found.value == pytest.approx(value(ITEM, verdicts(ITEM, p1="covered")))


def test_silence_scores_next_to_nothing() -> None:
    grade = make_grade(verdicts(ITEM))
    doubtful = tuple(each.model_copy(update={"p_covered": 0.08}) for each in grade.verdicts)
    found = score(ITEM, turn(grade.model_copy(update={"verdicts": doubtful})))
    assert found.value is not None
    assert found.value <= 1
    assert found.high > found.value


def test_an_unsure_point_widens_the_interval_at_both_ends() -> None:
    sure = score(ITEM, turn(make_grade(verdicts(ITEM, p0="covered"))))
    unsure = score(ITEM, turn(make_grade(verdicts(ITEM, p0="covered", p1="unsure"))))
    assert sure.low == sure.value == sure.high
    assert unsure.value is not None
    assert unsure.low < unsure.value < unsure.high


def test_what_a_follow_up_had_to_ask_for_counts_less() -> None:
    main = turn(make_grade(verdicts(ITEM)))
    probe = turn(make_grade({"p0": "covered"}), id=1, kind=TurnKind.PROBE, target="p0")
    assert score(ITEM, main, probe).core == pytest.approx(0.7 * 3 / 5)


def test_that_a_higher_level_gives_more_is_told_with_what_it_means() -> None:
    item = second(core(), core(), core(at=Level.SENIOR), *[deep()] * 4)
    found = score(item, turn(make_grade(verdicts(item, p2="covered"))), level=Level.JUNIOR)
    assert found.level is Level.SENIOR
    assert found.note == (
        "scored as at senior level, because by what is core there the answer earns more than by what is core at junior "
        "level"
    )


def test_below_the_level_of_every_core_point_the_lowest_bar_counts_and_is_named() -> None:
    item = second(core(at=Level.SENIOR), core(at=Level.SENIOR), *[deep()] * 4, level=Level.SENIOR)
    found = score(item, turn(make_grade(verdicts(item, p0="covered"))), level=Level.JUNIOR)
    assert found.value == pytest.approx(100 * (CONSTANTS.core_share * 0.5) ** CONSTANTS.bend)
    assert found.note == "scored as at senior level, for no point of it is core at junior level"


def test_a_grade_by_a_basic_rubric_says_so() -> None:
    item = second(core(), core(), core(), standard=Standard.BASIC)
    assert "less certain" in score(item, turn(make_grade(verdicts(item, p0="covered")))).note


POINTS = st.lists(
    st.tuples(st.sampled_from([0.5, 1.0, 2.0, 3.0]), st.sampled_from(list(Level)), st.booleans()),
    min_size=3,
    max_size=21,
).map(lambda made: [(2.0, Level.JUNIOR, False), *made])
SAID = st.sampled_from(["covered", "partial", "missing", "contradicted", "unsure"])


@st.composite
def answers(draw: st.DrawFn) -> tuple[Item, Verdicts]:
    item = second(*draw(POINTS), need=draw(st.integers(1, 10)))
    return item, {point.id: draw(SAID) for point in item.rubric.key_points}


@given(answers(), st.sampled_from(list(Level)), st.integers(0, 2))
def test_a_score_is_always_between_its_bounds(answer: tuple[Item, Verdicts], level: Level, hints: int) -> None:
    item, said = answer
    found = score(item, turn(make_grade(said, held=("wrong",)), hints=hints), level=level)
    assert found.value is not None
    assert 0 <= found.low <= found.value <= found.high <= 100


@given(answers(), st.data(), st.sampled_from(list(Level)))
def test_covering_one_more_point_never_lowers_the_score(
    answer: tuple[Item, Verdicts], data: st.DataObject, level: Level
) -> None:
    item, said = answer
    better = data.draw(st.sampled_from(sorted(said)))
    assert value(item, {**said, better: "covered"}, level=level) >= value(item, said, level=level) - 1e-9


@given(answers())
def test_no_score_is_higher_at_a_stricter_level(answer: tuple[Item, Verdicts]) -> None:
    item, said = answer
    found = [value(item, said, level=level) for level in Level]
    assert found == sorted(found, reverse=True)


def test_the_interval_bends_with_the_score() -> None:
    """An interval that is even in shares is uneven in points."""
    found: Any = score(ITEM, turn(make_grade({**verdicts(ITEM), "p0": "unsure"})))
    assert make_verdict("p0", "unsure").p_covered == 0.5
    assert found.high - found.value != pytest.approx(found.value - found.low)
