"""Core and depth are told apart wherever a score is shown, and what hangs on the score asks for core."""

from __future__ import annotations

import json
from datetime import date

import pytest

from interviewer.core.bank.content import Item
from interviewer.core.bank.kinds import Level, Standard
from interviewer.core.interview.followup import is_strong, pick_follow_up
from interviewer.core.interview.open_points import points_above
from interviewer.core.interview.scoring import score_question
from interviewer.core.interview.session import Phase, Planned, SessionConfig, State, Turn, TurnKind
from interviewer.core.interview.summary import SessionSummary, band, summarise
from interviewer.core.progress.agenda import Card, build_agenda
from interviewer.core.progress.record import build_record
from interviewer.core.progress.trends import differences, trend
from interviewer.report.json_report import render_json
from interviewer.report.markdown_report import render_markdown
from interviewer.report.terminal_report import render_terminal
from interviewer.tui.widgets.record_view import describe_record
from interviewer.tui.widgets.report_head import describe_report
from interviewer.tui.widgets.verdict_text import describe_verdict
from tests.support.builders import make_grade
from tests.support.builders import make_turn as turn
from tests.unit.test_score_formula import core, deep, second

ITEM = second(core(), core(), core(), core(), core(), deep(), deep(), deep(), (1.0, Level.MID, True))
GOOD = {f"p{n}": "covered" for n in range(5)}


def graded(item: Item, **said: str) -> Turn:
    return turn(make_grade({point.id: said.get(point.id, "missing") for point in item.rubric.key_points}))


def summary() -> SessionSummary:
    said = {"p0": "covered", "p1": "covered", "p2": "covered", "p5": "covered"}
    state = State(
        config=SessionConfig(level=Level.JUNIOR),
        plan=(Planned(question_id="alpha"),),
        turns=(graded(ITEM, **said),),
        phase=Phase.FINISHED,
    )
    return summarise("s", state, {"alpha": ITEM}, started_at=0)


SHOWN = "60% of the core by weight, 25% of the depth that is asked for"


def test_every_report_shows_them_for_the_session_and_for_the_question() -> None:
    found = summary()
    for text in (render_terminal(found), render_markdown(found)):
        assert " ".join(text.split()).count(SHOWN) == 2
    body = json.loads(render_json(found))
    assert (body["core"], body["depth"]) == (pytest.approx(0.6), pytest.approx(0.25))
    assert body["questions"][0]["core"] == pytest.approx(0.6)
    assert SHOWN in describe_report(found, 80).plain
    assert SHOWN in " ".join(describe_verdict(found.questions[0], Level.JUNIOR, 1, 80).plain.split())
    assert SHOWN in describe_record(build_record(found), 80, "g").plain


def test_the_summary_says_which_rubrics_are_basic() -> None:
    assert summary().notes == ()
    rubric = ITEM.rubric.model_copy(update={"standard": Standard.BASIC})
    basic = ITEM.model_copy(update={"rubric": rubric})
    state = State(
        config=SessionConfig(level=Level.JUNIOR),
        plan=(Planned(question_id="alpha"),),
        turns=(graded(basic, p0="covered"),),
        phase=Phase.FINISHED,
    )
    found = summarise("s", state, {"alpha": basic}, started_at=0)
    assert found.notes == ("Less certain, for their rubrics are basic ones: Title of alpha.",)


def test_a_session_has_the_bands_of_its_formula() -> None:
    found = summary()
    assert found.value is not None
    assert found.band == band(found.value)


def test_scores_by_two_formulas_are_not_held_against_each_other_in_silence() -> None:
    new = build_record(summary())
    old = new._replace(core=None, depth=None)
    said = "Scored by different formulas: one tells core from depth, the other does not."
    assert said in differences(old, new)
    assert said not in differences(new, new)
    trended = [each._replace(finished=True) for each in (new, old)]
    assert {point.edition for points in trend(trended).values() for point in points} == {1, 2}


def test_a_point_of_the_pool_is_called_depth() -> None:
    text = render_terminal(summary())
    assert "depth: Statement" in text
    assert "bonus" not in text


def test_an_answer_is_strong_by_its_core_and_without_a_hint() -> None:
    assert is_strong(ITEM, Level.JUNIOR, [graded(ITEM, **{**GOOD, "p4": "missing"})])
    assert not is_strong(ITEM, Level.JUNIOR, [graded(ITEM, **{**GOOD, "p3": "missing", "p4": "missing"})])
    everything_else = {f"p{n}": "covered" for n in (0, 1, 2, 5, 6, 7, 8)}
    assert not is_strong(ITEM, Level.JUNIOR, [graded(ITEM, **everything_else)])
    hinted = graded(ITEM, **GOOD).model_copy(update={"hints": 1})
    assert not is_strong(ITEM, Level.JUNIOR, [hinted])


def test_going_deeper_asks_for_what_comes_one_level_up() -> None:
    """Three points of the pool come at junior level, one at mid."""
    follow_up = pick_follow_up(ITEM, Level.JUNIOR, [graded(ITEM, **GOOD)])
    assert follow_up is not None
    assert (follow_up.kind, follow_up.target) == (TurnKind.DEEPER, "p8")


def test_what_a_candidate_one_level_up_adds_is_what_comes_there() -> None:
    score = score_question(ITEM, Level.JUNIOR, [graded(ITEM, **GOOD)])
    assert [each.point.id for each in points_above(score, Level.JUNIOR)] == ["p8"]


def test_what_was_due_of_a_merged_point_is_due_of_the_one_it_became() -> None:
    first, *rest = ITEM.rubric.key_points
    merged = first.model_copy(update={"formerly": ("gone",)})
    item = ITEM.model_copy(update={"rubric": ITEM.rubric.model_copy(update={"key_points": (merged, *rest)})})
    today = date(2026, 1, 10)
    cards = [
        Card(question_id="alpha", point_id=name, last=date(2026, 1, 1), due=due)
        for name, due in (("gone", date(2026, 1, 5)), ("p0", date(2026, 2, 1)))
    ]
    (due,) = build_agenda(cards, {}, {"alpha": item}, Level.JUNIOR, today).due
    assert [(each.point_id, each.due) for each in due.points] == [("p0", date(2026, 1, 5))]
