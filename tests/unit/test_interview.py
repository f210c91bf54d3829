"""The interview engine: stories first, then what must hold for any order of events."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interviewer.core.bank.kinds import Level
from interviewer.core.grade.grade import Ungraded
from interviewer.core.interview.effects import Ask, Finish, GradeTurn, Leave, Rejected, Review, ShowHint
from interviewer.core.interview.followup import MOST_FOLLOW_UPS
from interviewer.core.interview.session import (
    AnswerSubmitted,
    Continued,
    DontKnow,
    Ended,
    Event,
    Graded,
    GradeDeferred,
    HintRequested,
    Mode,
    Outcome,
    Paused,
    Phase,
    Planned,
    Quit,
    Resumed,
    SessionConfig,
    Skipped,
    Started,
    State,
    TimeUp,
    TurnKind,
    event_adapter,
)
from interviewer.core.interview.state_machine import Step, begin, replay, step
from tests.support.builders import all_points, make_grade, make_item

ITEMS = {name: make_item(name) for name in ("alpha", "beta", "gamma", "delta")}
ITEMS["deep"] = make_item("deep", level=Level.SENIOR)
PLAN = tuple(Planned(question_id=name) for name in ("alpha", "beta", "gamma"))


def opened(mode: Mode = Mode.INTERVIEW, level: Level = Level.MID) -> State:
    return play(begin(SessionConfig(level=level, mode=mode), PLAN), Started(at=0)).state


def play(state: State, *events: Event) -> Step:
    return replay(state, events, ITEMS)


def test_the_first_question_is_asked_on_start() -> None:
    result = play(begin(SessionConfig(level=Level.MID), PLAN), Started(at=0))
    assert result.effects == (Ask(0),)
    assert result.state.turn is not None
    assert result.state.turn.prompt == "What is alpha?"


def test_an_answer_is_kept_and_graded() -> None:
    result = play(opened(), AnswerSubmitted(at=5, text="my answer"))
    assert result.effects == (GradeTurn(0),)
    assert result.state.turns[0].answer == "my answer"
    assert result.state.turns[0].seconds == 5


def test_the_heaviest_missing_expected_point_is_probed() -> None:
    graded = Graded(at=6, turn_id=0, result=make_grade(all_points("missing")))
    result = play(opened(), AnswerSubmitted(at=5, text="my answer"), graded)
    turn = result.state.turn
    assert turn is not None
    assert (turn.kind, turn.target, turn.prompt) == (TurnKind.PROBE, "p0", "Probe 0?")


def test_a_held_misconception_is_challenged_before_anything_is_probed() -> None:
    graded = Graded(at=6, turn_id=0, result=make_grade(all_points("missing"), held=("wrong",)))
    result = play(opened(), AnswerSubmitted(at=5, text="my answer"), graded)
    turn = result.state.turn
    assert turn is not None
    assert (turn.kind, turn.target, turn.prompt) == (TurnKind.CHALLENGE, "fix:wrong", "Are you sure?")


def test_a_contradicted_point_is_challenged_with_the_candidates_words() -> None:
    verdicts = {**all_points("missing"), "p1": "contradicted"}
    result = play(
        opened(), AnswerSubmitted(at=5, text="wordy answer"), Graded(at=6, turn_id=0, result=make_grade(verdicts))
    )
    turn = result.state.turn
    assert turn is not None
    assert turn.kind is TurnKind.CHALLENGE
    assert turn.target == "p1"
    assert '"wordy"' in turn.prompt


def test_a_strong_answer_gets_one_deeper_follow_up() -> None:
    verdicts = {**all_points("covered"), "p2": "missing", "p3": "missing"}
    state = play(
        opened(), AnswerSubmitted(at=5, text="answer"), Graded(at=6, turn_id=0, result=make_grade(verdicts))
    ).state
    assert state.turn is not None
    assert (state.turn.kind, state.turn.target) == (TurnKind.DEEPER, "p2")
    after = play(
        state, AnswerSubmitted(at=9, text="more"), Graded(at=10, turn_id=1, result=make_grade({"p2": "missing"}))
    )
    assert after.state.turn is not None
    assert after.state.turn.question_id == "beta"


def test_a_strong_answer_brings_the_deeper_question_next() -> None:
    graded = Graded(at=6, turn_id=0, result=make_grade(all_points("covered")), deeper="deep")
    state = play(opened(), AnswerSubmitted(at=5, text="answer"), graded).state
    assert [each.question_id for each in state.plan] == ["alpha", "deep", "gamma"]
    assert state.turn is not None
    assert state.turn.question_id == "deep"


def test_a_weak_answer_does_not_bring_the_deeper_question() -> None:
    graded = Graded(at=6, turn_id=0, result=make_grade(all_points("missing")), deeper="deep")
    state = play(opened(), AnswerSubmitted(at=5, text="answer"), graded).state
    assert [each.question_id for each in state.plan] == ["alpha", "beta", "gamma"]


@pytest.mark.parametrize("side", ["asked", "deeper"])
def test_a_deeper_question_that_must_not_follow_does_not(side: str) -> None:
    """Two questions keep apart when either says so."""
    names = {"asked": ("alpha", "deep"), "deeper": ("deep", "alpha")}[side]
    level = {"alpha": Level.MID, "deep": Level.SENIOR}[names[0]]
    items = {**ITEMS, names[0]: make_item(names[0], level=level, avoid_after=(names[1],))}
    graded = Graded(at=6, turn_id=0, result=make_grade(all_points("covered")), deeper="deep")
    state = replay(opened(), [AnswerSubmitted(at=5, text="answer"), graded], items).state
    assert [each.question_id for each in state.plan] == ["alpha", "beta", "gamma"]


def test_a_deeper_question_that_is_planned_already_is_asked_once() -> None:
    graded = Graded(at=6, turn_id=0, result=make_grade(all_points("covered")), deeper="gamma")
    state = play(opened(), AnswerSubmitted(at=5, text="answer"), graded).state
    assert [each.question_id for each in state.plan] == ["alpha", "beta", "gamma"]


def test_an_ungraded_answer_gets_no_follow_up_and_the_interview_goes_on() -> None:
    graded = Graded(at=6, turn_id=0, result=Ungraded(reason="the encoder died"))
    state = play(opened(), AnswerSubmitted(at=5, text="answer"), graded).state
    assert state.turn is not None
    assert state.turn.question_id == "beta"
    assert state.turns[0].answer == "answer"


def test_a_grade_that_comes_late_is_kept_and_moves_nothing() -> None:
    state = play(opened(), AnswerSubmitted(at=5, text="answer"), GradeDeferred(at=6)).state
    assert state.turn is not None
    assert state.turn.question_id == "beta"
    later = play(state, Graded(at=9, turn_id=0, result=make_grade(all_points("missing"))))
    assert later.effects == ()
    assert later.state.turns[0].result is not None
    assert later.state.turn == state.turn


def test_practice_shows_the_verdict_before_the_next_question() -> None:
    state = opened(Mode.PRACTICE, Level.STAFF)
    result = play(
        state, AnswerSubmitted(at=5, text="a"), Graded(at=6, turn_id=0, result=make_grade(all_points("covered")))
    )
    assert result.effects == (Review("alpha"),)
    assert play(result.state, Continued(at=7)).effects == (Ask(1),)


def test_hints_come_in_order_and_run_out() -> None:
    first = play(opened(), HintRequested(at=1))
    second = play(first.state, HintRequested(at=2))
    third = play(second.state, HintRequested(at=3))
    assert (first.effects, second.effects) == ((ShowHint("alpha", 0),), (ShowHint("alpha", 1),))
    assert third.effects == (Rejected("There is no further hint."),)


@pytest.mark.parametrize(("event", "outcome"), [(Skipped(at=3), Outcome.SKIPPED), (DontKnow(at=3), Outcome.DONT_KNOW)])
def test_passing_on_a_question_moves_to_the_next(event: Event, outcome: Outcome) -> None:
    state = play(opened(), event).state
    assert state.turns[0].outcome is outcome
    assert state.turn is not None
    assert state.turn.question_id == "beta"


def test_passing_on_a_follow_up_keeps_the_questions_answer() -> None:
    graded = Graded(at=6, turn_id=0, result=make_grade(all_points("missing")))
    state = play(opened(), AnswerSubmitted(at=5, text="answer"), graded, DontKnow(at=7)).state
    assert state.turn is not None
    assert state.turn.target == "p1"
    assert state.turns[0].answer == "answer"


def test_the_clock_stands_still_while_paused_and_while_grading() -> None:
    state = play(opened(), Paused(at=10), Resumed(at=100), AnswerSubmitted(at=105, text="a")).state
    assert state.answering_time(500) == 15


def test_a_crash_costs_no_answering_time() -> None:
    state = play(opened(), Resumed(at=1000, last_seen=20)).state
    assert state.answering_time(1005) == 25


def test_resuming_while_grading_asks_for_the_grade_again() -> None:
    state = play(opened(), AnswerSubmitted(at=5, text="a")).state
    assert play(state, Resumed(at=50)).effects == (GradeTurn(0),)


def test_a_grade_that_arrives_during_a_pause_waits_for_the_candidate() -> None:
    state = play(opened(), AnswerSubmitted(at=5, text="a"), Paused(at=6)).state
    graded = play(state, Graded(at=7, turn_id=0, result=make_grade(all_points("missing"))))
    assert graded.effects == ()
    assert play(graded.state, Resumed(at=8)).effects == (Ask(1),)


def test_a_pause_while_a_verdict_is_read_comes_back_to_that_verdict() -> None:
    graded = Graded(at=6, turn_id=0, result=Ungraded(reason="down"))
    state = play(opened(Mode.PRACTICE), AnswerSubmitted(at=5, text="answer"), graded, Paused(at=7)).state
    assert play(state, Resumed(at=9)).effects == (Review("alpha"),)


def test_quitting_leaves_a_session_that_resumes_at_the_same_turn() -> None:
    result = play(opened(), Quit(at=5))
    assert result.effects == (Leave(),)
    assert play(result.state, Resumed(at=50)).effects == (Ask(0),)


def test_time_up_takes_the_draft_as_the_answer_and_ends_after_its_grade() -> None:
    result = play(opened(), TimeUp(at=60, draft="half an answer"))
    assert result.effects == (GradeTurn(0),)
    assert result.state.turns[0].answer == "half an answer"
    end = play(result.state, Graded(at=61, turn_id=0, result=make_grade(all_points("missing"))))
    assert end.effects == (Finish(),)


def test_time_up_without_a_draft_ends_at_once() -> None:
    result = play(opened(), TimeUp(at=60, draft="  "))
    assert result.effects == (Finish(),)
    assert result.state.turns[0].outcome is Outcome.NOT_REACHED


@pytest.mark.parametrize(
    "event",
    [AnswerSubmitted(at=1, text=" \n "), Continued(at=1), GradeDeferred(at=1), Started(at=1)],
)
def test_an_event_that_makes_no_sense_changes_nothing(event: Event) -> None:
    state = opened()
    result = play(state, event)
    assert isinstance(result.effects[0], Rejected)
    assert result.state == state


def test_a_plan_may_not_repeat_a_question_and_needs_one() -> None:
    with pytest.raises(ValueError, match="twice"):
        begin(SessionConfig(level=Level.MID), [PLAN[0], PLAN[0]])
    with pytest.raises(ValueError, match="at least one"):
        begin(SessionConfig(level=Level.MID), [])


def test_before_it_has_begun_an_interview_can_be_left_and_ended_but_not_paused() -> None:
    new = begin(SessionConfig(level=Level.MID), PLAN)
    assert play(new, Paused(at=1)) == Step(new, (Rejected("The interview has not started."),))
    assert play(new, Quit(at=1)) == Step(new, (Leave(),))
    assert play(new, Ended(at=1)).effects == (Finish(),)
    assert play(new, Resumed(at=1)).effects == (Ask(0),), "taking it up begins it"


def test_a_paused_interview_is_not_paused_again_but_can_be_left() -> None:
    paused = play(opened(), Paused(at=1)).state
    assert play(paused, Paused(at=2)) == Step(paused, (Rejected("The interview is already paused."),))
    assert play(paused, Quit(at=2)) == Step(paused, (Leave(),))


VERDICTS = st.sampled_from(["covered", "partial", "missing", "contradicted", "unsure"])
GRADES = st.builds(
    make_grade,
    st.fixed_dictionaries({f"p{n}": VERDICTS for n in range(4)}),
    held=st.sampled_from([(), ("wrong",)]),
)
RESULTS = st.one_of(GRADES, st.just(Ungraded(reason="down")))


@st.composite
def event_lists(draw: st.DrawFn) -> list[Event]:
    """Any events at all, in any order, at times that never run backwards."""
    now = 0.0
    events: list[Event] = [Started(at=0)]
    for _ in range(draw(st.integers(0, 40))):
        now += draw(st.floats(0, 100))
        turn = draw(st.integers(0, 12))
        events.append(
            draw(
                st.one_of(
                    st.builds(AnswerSubmitted, at=st.just(now), text=st.sampled_from(["", " ", "text", "[/b] x[0]"])),
                    st.builds(
                        Graded,
                        at=st.just(now),
                        turn_id=st.just(turn),
                        result=RESULTS,
                        deeper=st.sampled_from([None, "deep", "alpha", "unknown"]),
                    ),
                    st.sampled_from(
                        [
                            kind(at=now)
                            for kind in (
                                Started,
                                HintRequested,
                                Skipped,
                                DontKnow,
                                GradeDeferred,
                                Continued,
                                Paused,
                                Resumed,
                                Quit,
                            )
                        ]
                    ),
                    st.just(TimeUp(at=now, draft="draft")),
                    st.just(Ended(at=now)),
                )
            )
        )
    return events


MODES = st.sampled_from(list(Mode))
LEVELS = st.sampled_from(list(Level))


@settings(max_examples=150, deadline=None)
@given(events=event_lists(), mode=MODES, level=LEVELS)
def test_no_order_of_events_breaks_an_interview(events: list[Event], mode: Mode, level: Level) -> None:
    state = begin(SessionConfig(level=level, mode=mode), PLAN)
    taken: list[str] = []
    for event in events:
        before = state
        result = step(state, event, ITEMS)
        state = result.state
        accepted = not any(isinstance(effect, Rejected) for effect in result.effects)
        if not accepted:
            assert state == before
        if isinstance(event, AnswerSubmitted) and accepted:
            taken.append(event.text)
        if isinstance(event, TimeUp) and accepted and before.phase is Phase.ANSWERING:
            taken.append(event.draft)
        assert state.active >= before.active
    kept = [turn.answer for turn in state.turns if turn.outcome is Outcome.ANSWERED]
    assert kept == taken, "an answer was lost"
    asked = [turn.question_id for turn in state.turns if turn.kind is TurnKind.QUESTION]
    assert len(asked) == len(set(asked)), "a question was asked twice"
    for question_id in asked:
        assert len(state.turns_of(question_id)) <= 1 + MOST_FOLLOW_UPS
    assert_alive(state)


def assert_alive(state: State) -> None:
    """From any state a cooperative candidate reaches the end in a bounded number of steps."""
    for _ in range(60):
        if state.phase is Phase.FINISHED:
            return
        turn = state.turn
        events: dict[Phase, Event] = {
            Phase.NEW: Started(at=1e6),
            Phase.ANSWERING: AnswerSubmitted(at=1e6, text="an answer"),
            Phase.GRADING: Graded(at=1e6, turn_id=turn.id if turn else 0, result=make_grade(all_points("missing"))),
            Phase.REVIEWING: Continued(at=1e6),
            Phase.PAUSED: Resumed(at=1e6),
        }
        state = step(state, events[state.phase], ITEMS).state
    raise AssertionError(f"the interview never ended: {state.phase}")


@settings(max_examples=100, deadline=None)
@given(events=event_lists())
def test_events_survive_the_journal_and_give_the_same_state(events: list[Event]) -> None:
    start = begin(SessionConfig(level=Level.MID), PLAN)
    stored = [event_adapter.validate_json(event_adapter.dump_json(event)) for event in events]
    assert replay(start, stored, ITEMS).state == replay(start, events, ITEMS).state
