"""The score formula, checked by hand on small rubrics."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.core.bank.kinds import Level
from interviewer.core.grade.grade import Ungraded
from interviewer.core.interview.open_points import points_above
from interviewer.core.interview.scoring import score_question
from interviewer.core.interview.session import Mode, Outcome, Phase, Planned, SessionConfig, State, Turn, TurnKind
from interviewer.core.interview.summary import band, summarise
from tests.support.builders import all_points, make_grade, make_item
from tests.support.builders import make_turn as turn

ITEM = make_item()  # weights 3, 2 expected at mid; 1, 1 are bonus there


def value(*turns: Turn, level: Level = Level.MID, mode: Mode = Mode.INTERVIEW) -> float | None:
    return score_question(ITEM, level, turns, mode).value


def test_all_expected_points_make_one_hundred() -> None:
    assert value(turn(make_grade({**all_points("missing"), "p0": "covered", "p1": "covered"}))) == 100


def test_points_count_by_weight_and_partial_counts_half() -> None:
    assert value(turn(make_grade({**all_points("missing"), "p0": "covered"}))) == pytest.approx(60)
    assert value(turn(make_grade({**all_points("missing"), "p1": "partial"}))) == pytest.approx(20)


def test_bonus_points_count_half_and_cannot_pass_one_hundred() -> None:
    assert value(turn(make_grade({**all_points("missing"), "p2": "covered"}))) == pytest.approx(10)
    assert value(turn(make_grade(all_points("covered")))) == 100


def test_the_same_answer_scores_lower_at_a_higher_level() -> None:
    grade = make_grade({**all_points("missing"), "p0": "covered", "p1": "covered"})
    assert value(turn(grade), level=Level.STAFF) == pytest.approx(100 * 5 / 7)


def test_prompted_credit_counts_less() -> None:
    main = turn(make_grade(all_points("missing")))
    probe = turn(make_grade({"p0": "covered"}), id=1, kind=TurnKind.PROBE, target="p0")
    score = score_question(ITEM, Level.MID, [main, probe])
    assert score.value == pytest.approx(60 * 0.7)
    assert score.points[0].prompted


def test_a_contradicted_point_earns_nothing_and_is_shown() -> None:
    score = score_question(ITEM, Level.MID, [turn(make_grade({**all_points("covered"), "p0": "contradicted"}))])
    assert score.points[0].credit == 0
    assert score.points[0].verdict == "contradicted"
    assert score.value == pytest.approx(100 * (2 + 1) / 5)


def test_a_contradiction_in_a_follow_up_does_not_take_away_what_was_earned() -> None:
    main = turn(make_grade({**all_points("missing"), "p0": "covered"}))
    probe = turn(make_grade({"p0": "contradicted"}), id=1, kind=TurnKind.PROBE, target="p0")
    assert value(main, probe) == pytest.approx(60)


def test_where_no_point_is_core_yet_there_is_no_score_but_a_reason() -> None:
    item = make_item(level=Level.STAFF, expected=(Level.STAFF,) * 4)
    score = score_question(item, Level.JUNIOR, [turn(make_grade(all_points("covered")))])
    assert score.value is None
    assert score.note == "no key point of this question is expected at junior level"
    assert [each.verdict for each in score.points] == ["covered"] * 4


def test_a_misconception_that_is_held_twice_is_paid_for_once_and_quoted_as_first_said() -> None:
    main = turn(make_grade(all_points("missing"), held=("wrong",)))
    again = make_grade({"fix:wrong": "missing"}, held=("wrong",))
    challenge = turn(again, id=1, kind=TurnKind.CHALLENGE, target="fix:wrong", answer="more of it")
    (found,) = score_question(ITEM, Level.MID, [main, challenge]).misconceptions
    assert (found.turn_id, found.evidence, found.corrected, found.penalty) == (0, "words", False, 10)


def test_a_held_misconception_costs_its_penalty_and_half_when_corrected() -> None:
    main = turn(make_grade({**all_points("missing"), "p0": "covered"}, held=("wrong",)))
    fixed = turn(make_grade({"fix:wrong": "covered"}), id=1, kind=TurnKind.CHALLENGE, target="fix:wrong")
    assert value(main) == pytest.approx(50)
    assert value(main, fixed) == pytest.approx(55)


def test_hints_cost_their_price() -> None:
    grade = make_grade({**all_points("missing"), "p0": "covered", "p1": "covered"})
    assert value(turn(grade, hints=2)) == pytest.approx(91)


def test_an_unsure_point_keeps_its_expected_credit_and_widens_the_interval() -> None:
    sure = score_question(ITEM, Level.MID, [turn(make_grade({**all_points("missing"), "p1": "covered"}))])
    unsure = score_question(ITEM, Level.MID, [turn(make_grade({**all_points("missing"), "p1": "unsure"}))])
    assert sure.high - sure.low == 0
    assert unsure.value == pytest.approx(20)
    assert unsure.high - unsure.low > 20


def test_a_missing_point_keeps_its_expected_credit_and_its_doubt_widens_the_interval() -> None:
    grade = make_grade(all_points("missing"))
    doubtful = grade.verdicts[0].model_copy(update={"p_covered": 0.3})
    score = score_question(
        ITEM, Level.MID, [turn(grade.model_copy(update={"verdicts": (doubtful, *grade.verdicts[1:])}))]
    )
    assert score.value == pytest.approx(18)  # 0.3 of weight 3 among 5
    assert score.low == 0
    assert score.high > 40


def test_an_ungraded_answer_has_no_score_and_says_why() -> None:
    score = score_question(ITEM, Level.MID, [turn(Ungraded(reason="the encoder died"))])
    assert score.value is None
    assert "the encoder died" in score.note


def test_skipping_counts_as_zero_in_an_interview_and_is_left_out_in_practice() -> None:
    skipped = turn(None, outcome=Outcome.SKIPPED, answer="")
    assert value(skipped) == 0
    assert value(skipped, mode=Mode.PRACTICE) is None
    assert value(turn(None, outcome=Outcome.DONT_KNOW, answer=""), mode=Mode.PRACTICE) == 0


def test_the_session_mean_leaves_ungraded_questions_out_by_name() -> None:
    other = make_item("beta")
    turns = (
        turn(make_grade({**all_points("missing"), "p0": "covered"})),
        turn(Ungraded(reason="down"), id=1, question_id="beta"),
    )
    plan = (Planned(question_id="alpha"), Planned(question_id="beta"))
    state = State(config=SessionConfig(level=Level.MID), plan=plan, turns=turns, phase=Phase.FINISHED)
    summary = summarise("s", state, {"alpha": ITEM, "beta": other}, started_at=0)
    assert summary.value == pytest.approx(60)
    assert summary.left_out == ("Title of beta: ungraded: down",)


def test_a_topic_whose_questions_have_no_score_has_none() -> None:
    items = {"alpha": ITEM, "beta": make_item("beta", topic="vision")}
    turns = (turn(make_grade(all_points("covered"))), turn(Ungraded(reason="down"), id=1, question_id="beta"))
    plan = tuple(Planned(question_id=name) for name in items)
    state = State(config=SessionConfig(level=Level.MID), plan=plan, turns=turns, phase=Phase.FINISHED)
    topics = summarise("s", state, items, started_at=0).topics
    assert [(each.topic, each.questions) for each in topics] == [("foundations", 1)]


@pytest.mark.parametrize(("level", "above"), [(Level.MID, ["p2"]), (Level.SENIOR, ["p3"]), (Level.STAFF, [])], ids=str)
def test_what_a_candidate_one_level_up_would_add(level: Level, above: list[str]) -> None:
    item = make_item(expected=(Level.JUNIOR, Level.MID, Level.SENIOR, Level.STAFF))
    score = score_question(item, level, [turn(make_grade(all_points("missing")))])
    assert [each.point.id for each in points_above(score, level)] == above


@pytest.mark.parametrize(("score", "word"), [(100, "strong"), (80, "strong"), (79.9, "solid"), (0, "not there yet")])
def test_bands(score: float, word: str) -> None:
    assert band(score, edition=1) == word


@pytest.mark.parametrize(
    ("score", "word"), [(78, "strong"), (77.9, "solid"), (60, "solid"), (38, "mixed"), (0, "not there yet")]
)
def test_bands_lie_midway_between_what_readers_called_their_scores(score: float, word: str) -> None:
    assert band(score) == word


VERDICTS = st.fixed_dictionaries(
    {f"p{n}": st.sampled_from(["covered", "partial", "missing", "contradicted", "unsure"]) for n in range(4)}
)


@given(VERDICTS, st.sampled_from(list(Level)), st.integers(0, 2))
def test_a_score_is_always_between_its_bounds(verdicts: dict[str, str], level: Level, hints: int) -> None:
    score = score_question(ITEM, level, [turn(make_grade(verdicts, held=("wrong",)), hints=hints)])
    assert score.value is not None
    assert 0 <= score.low <= score.value <= score.high <= 100


@given(VERDICTS, st.sampled_from(["p0", "p1", "p2", "p3"]))
def test_covering_one_more_point_never_lowers_the_score(verdicts: dict[str, str], better: str) -> None:
    before = value(turn(make_grade(verdicts)))
    after = value(turn(make_grade({**verdicts, better: "covered"})))
    assert before is not None
    assert after is not None
    assert after >= before
