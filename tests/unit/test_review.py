"""Reviews: from graded answers to ratings, from ratings to days, from days to what is due."""

from __future__ import annotations

import random
import time
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.core.bank.content import Item
from interviewer.core.bank.kinds import Level, VerdictName
from interviewer.core.grade.contest import Ruling
from interviewer.core.grade.grade import GradeResult, Span, Ungraded
from interviewer.core.interview.session import (
    AnswerSubmitted,
    Contested,
    DontKnow,
    Event,
    Graded,
    HintRequested,
    Mode,
    Planned,
    SessionConfig,
    Skipped,
    Started,
)
from interviewer.core.interview.state_machine import begin, replay
from interviewer.core.interview.summary import summarise
from interviewer.core.progress.agenda import Answered, Card, Rating, build_agenda, read_answers
from interviewer.review import build_cards, local_day
from tests.support.builders import all_points, make_grade, make_item

DAY = 86_400.0
START = date(2026, 3, 1)
ALL = (Level.JUNIOR,) * 4
JUNIOR_ONLY_P0 = make_item(expected=(Level.JUNIOR, Level.SENIOR, Level.SENIOR, Level.SENIOR))


def utc_day(moment: float) -> date:
    return datetime.fromtimestamp(moment, UTC).date()


def at_day(number: float) -> float:
    """A Unix time so many days after noon of the first."""
    return datetime(START.year, START.month, START.day, 12, tzinfo=UTC).timestamp() + number * DAY


def held(*events: Event, item: Item | None = None, mode: Mode = Mode.INTERVIEW) -> tuple[Answered, ...]:
    """What a session of one question says, once these events have happened after its start."""
    item = item or make_item(expected=ALL)
    items = {item.question.id: item}
    config = SessionConfig(level=Level.MID, mode=mode, count=1)
    state = begin(config, [Planned(question_id=item.question.id)])
    state = replay(state, [Started(at=at_day(0)), *events], items).state
    return read_answers(summarise("s", state, items, started_at=at_day(0)))


def answered(result: GradeResult, turn: int = 0) -> list[Event]:
    return [AnswerSubmitted(at=at_day(turn), text="an answer"), Graded(at=at_day(turn), turn_id=turn, result=result)]


def ratings(*events: Event, item: Item | None = None, mode: Mode = Mode.INTERVIEW) -> dict[str, Rating]:
    (found,) = held(*events, item=item, mode=mode)
    return dict(found.ratings)


def reviews(*rated: tuple[float, Rating], point: str = "p0", question: str = "alpha") -> list[Answered]:
    return [Answered(question, at_day(day), ((point, rating),)) for day, rating in rated]


def test_each_verdict_rates_its_point_and_an_unsure_one_rates_nothing() -> None:
    grade = make_grade({"p0": "covered", "p1": "partial", "p2": "missing", "p3": "contradicted"})
    assert ratings(*answered(grade)) == {
        "p0": Rating.GOOD,
        "p1": Rating.HARD,
        "p2": Rating.AGAIN,
        "p3": Rating.AGAIN,
    }
    unsure = make_grade({**all_points("covered"), "p1": "unsure"})
    assert "p1" not in ratings(*answered(unsure))


def test_what_only_a_follow_up_brought_was_hard() -> None:
    first = answered(make_grade({**all_points("covered"), "p0": "missing"}))
    probed = answered(make_grade({"p0": "covered"}), turn=1)
    assert ratings(*first)["p0"] is Rating.AGAIN
    assert ratings(*first, *probed)["p0"] is Rating.HARD
    assert ratings(*first, *probed)["p1"] is Rating.GOOD


def test_what_came_after_a_hint_was_hard_and_what_came_before_was_not() -> None:
    hint = HintRequested(at=at_day(0))
    assert set(ratings(hint, *answered(make_grade(all_points("covered")))).values()) == {Rating.HARD}
    first = answered(make_grade({**all_points("covered"), "p0": "missing"}))
    late = ratings(*first, hint, *answered(make_grade({"p0": "covered"}), turn=1))
    assert late == {"p0": Rating.HARD, "p1": Rating.GOOD, "p2": Rating.GOOD, "p3": Rating.GOOD}


def test_an_upheld_contest_is_credit_and_a_refused_one_is_none() -> None:
    def contest(*, upheld: bool, edition: int = 2) -> Contested:
        ruling = Ruling(
            point_id="p1",
            span=Span(start=0, end=9),
            read="an answer",
            upheld=upheld,
            probability=0.8,
            by="test",
            edition=edition,
        )
        return Contested(at=at_day(0), turn_id=0, ruling=ruling)

    graded = answered(make_grade({**all_points("covered"), "p1": "missing"}))
    assert ratings(*graded, contest(upheld=True))["p1"] is Rating.HARD, "as if a follow-up had asked for it"
    assert ratings(*graded, contest(upheld=True, edition=1))["p1"] is Rating.GOOD, "as it was when it was stored"
    assert ratings(*graded, contest(upheld=False))["p1"] is Rating.AGAIN


def test_bonus_points_are_never_rated() -> None:
    for verdict in ("missing", "covered"):
        assert set(ratings(*answered(make_grade(all_points(verdict))), item=JUNIOR_ONLY_P0)) == {"p0"}


def test_an_answer_without_a_grade_is_no_review_but_it_was_an_answer() -> None:
    (found,) = held(*answered(Ungraded(reason="the encoder was on fire")))
    assert found.ratings == ()
    assert found.at == at_day(0)
    assert held(AnswerSubmitted(at=at_day(0), text="not graded yet"))[0].ratings == ()


def test_saying_that_you_do_not_know_is_a_failure_and_a_skip_in_practice_is_not() -> None:
    for mode in Mode:
        assert set(ratings(DontKnow(at=at_day(0)), mode=mode).values()) == {Rating.AGAIN}
    assert set(ratings(Skipped(at=at_day(0)), mode=Mode.INTERVIEW).values()) == {Rating.AGAIN}
    assert held(Skipped(at=at_day(0)), mode=Mode.PRACTICE) == ()


def test_a_question_that_is_still_open_says_nothing() -> None:
    assert held() == ()


GOLDEN = [
    # Ratings, each given on the day the point was due; the days between that follow. fsrs 6.2 to 6.3.2.
    ([Rating.GOOD] * 4, [2, 11, 46, 163]),
    ([Rating.GOOD] * 6, [2, 11, 46, 163, 365, 365]),
    ([Rating.AGAIN, Rating.GOOD, Rating.GOOD, Rating.GOOD], [1, 2, 6, 17]),
    ([Rating.HARD] * 4, [1, 3, 7, 12]),
    ([Rating.GOOD, Rating.GOOD, Rating.AGAIN, Rating.GOOD], [2, 11, 2, 5]),
    ([Rating.AGAIN] * 4, [1, 1, 1, 1]),
]


@pytest.mark.parametrize(("rated", "intervals"), GOLDEN, ids=range(len(GOLDEN)))
def test_the_days_between_reviews_are_these(rated: list[Rating], intervals: list[int]) -> None:
    day, given_on, found = 0, [], []
    for rating in rated:
        given_on.append((float(day), rating))
        (card,) = build_cards(reviews(*given_on), utc_day)
        found.append((card.due - card.last).days)
        day += found[-1]
    assert found == intervals


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/Los_Angeles", "Asia/Kathmandu"])
def test_a_day_begins_at_four_in_the_night(monkeypatch: pytest.MonkeyPatch, zone: str) -> None:
    def at(day: int, hour: int, minute: int) -> float:
        return datetime(2026, 3, day, hour, minute).timestamp()

    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        nights = [(at(day, 23, 27), at(day + 1, 0, 15), at(day + 1, 3, 59), at(day + 1, 4, 0)) for day in (9, 28)]
        days = [[local_day(moment).day for moment in night] for night in nights]
        missed = Answered("q", nights[0][0], ((("p", Rating.AGAIN)),))
        (card,) = build_cards([missed])
    finally:
        monkeypatch.undo()
        time.tzset()
    assert days == [[9, 9, 9, 10], [28, 28, 28, 29]]
    assert (card.last, card.due) == (date(2026, 3, 9), date(2026, 3, 10))


def test_the_hour_of_the_day_does_not_matter() -> None:
    evening = build_cards(reviews((0.4, Rating.GOOD), (1.4, Rating.GOOD)), utc_day)
    early_next = build_cards(reviews((0.4, Rating.GOOD), (0.6, Rating.GOOD)), utc_day)
    assert evening == early_next


answers = st.lists(
    st.builds(
        Answered,
        st.sampled_from(["alpha", "beta"]),
        st.floats(min_value=at_day(0), max_value=at_day(900)),
        st.lists(
            st.tuples(st.sampled_from(["p0", "p1"]), st.sampled_from(Rating)), max_size=2, unique_by=lambda r: r[0]
        )
        .map(sorted)
        .map(tuple),
    ),
    max_size=12,
)


@given(answers)
def test_a_point_is_never_due_on_or_before_its_last_review_nor_after_more_than_a_year(
    given_answers: list[Answered],
) -> None:
    for card in build_cards(given_answers, utc_day):
        rated = [a for a in given_answers if a.question_id == card.question_id and card.point_id in dict(a.ratings)]
        assert card.last == max(utc_day(each.at) for each in rated)
        assert timedelta(days=1) <= card.due - card.last <= timedelta(days=365)


@given(answers, st.randoms(use_true_random=False))
def test_the_schedule_depends_on_nothing_but_the_answers(given_answers: list[Answered], shuffle: random.Random) -> None:
    first = build_cards(given_answers, utc_day)
    mixed = list(given_answers)
    shuffle.shuffle(mixed)
    assert sorted(build_cards(mixed, utc_day)) == sorted(first)


def card(question: str, point: str, due_in: int) -> Card:
    return Card(question, point, START - timedelta(days=9), START + timedelta(days=due_in))


def test_the_question_with_the_most_overdue_weight_comes_first() -> None:
    items = {name: make_item(name, expected=ALL) for name in ("alpha", "beta", "gamma", "delta")}  # weights 3, 2, 1, 1
    cards = [
        card("alpha", "p0", 0),  # 3 x 1
        card("beta", "p3", -6),  # 1 x 7
        card("gamma", "p0", -1),  # 3 x 2 and 2 x 1
        card("gamma", "p1", 0),
        card("gamma", "p2", 1),
        card("delta", "p0", 3),
    ]
    agenda = build_agenda(cards, {}, items, Level.MID, START)
    assert [(each.question_id, each.weight) for each in agenda.due] == [("gamma", 8), ("beta", 7), ("alpha", 3)]
    assert [point.point_id for point in agenda.due[0].points] == ["p0", "p1"]
    assert agenda.due[0].expected == 4
    assert agenda.following == START + timedelta(days=3)


def test_what_left_the_bank_drops_out_silently() -> None:
    agenda = build_agenda(
        [card("gone", "p0", -5), card("alpha", "renamed", -5)], {}, {"alpha": make_item()}, Level.MID, START
    )
    assert agenda == (Level.MID, (), None)


def test_a_point_that_would_not_be_asked_at_this_level_is_not_due_at_it() -> None:
    items = {"alpha": JUNIOR_ONLY_P0}
    cards = [card("alpha", "p1", -5)]
    assert build_agenda(cards, {}, items, Level.JUNIOR, START).due == ()
    assert build_agenda(cards, {}, items, Level.SENIOR, START).due[0].points[0].point_id == "p1"


def test_a_question_rests_on_the_day_it_was_answered_whatever_came_of_it() -> None:
    items, cards = {"alpha": make_item()}, [card("alpha", "p0", -5)]
    rested = build_agenda(cards, {"alpha": START}, items, Level.MID, START)
    assert rested.due == ()
    assert rested.following == START + timedelta(days=1)
    assert build_agenda(cards, {"alpha": START - timedelta(days=1)}, items, Level.MID, START).due


def test_a_first_interview_comes_back_where_it_went_wrong_first() -> None:
    item = make_item(expected=ALL)
    found = held(*answered(make_grade({**all_points("covered"), "p2": "missing"})), item=item)
    cards = build_cards(found, utc_day)
    items = {"alpha": item}
    tomorrow = build_agenda(cards, {"alpha": START}, items, Level.MID, START + timedelta(days=1))
    assert [point.point_id for point in tomorrow.due[0].points] == ["p2"]
    later = build_agenda(cards, {"alpha": START}, items, Level.MID, START + timedelta(days=2))
    assert len(later.due[0].points) == 4


def test_every_verdict_has_a_rule() -> None:
    for verdict in VerdictName:
        assert ("p0" in ratings(*answered(make_grade(all_points(verdict))))) is (verdict is not VerdictName.UNSURE)
