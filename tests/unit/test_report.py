"""Reports: every verdict with its words, and outside text that stays text."""

from __future__ import annotations

import html
import json
from functools import partial

import pytest

from interviewer.core.bank.kinds import Level
from interviewer.core.grade.contest import Ruling
from interviewer.core.grade.grade import Agreement, Span, Ungraded
from interviewer.core.interview.session import Outcome, Phase, Planned, SessionConfig, State, Turn, TurnKind
from interviewer.core.interview.summary import SessionSummary, summarise
from interviewer.core.progress.record import build_record
from interviewer.errors import UsageError
from interviewer.report import render_report
from interviewer.tui.widgets.record_view import describe_record
from tests.support.builders import make_grade, make_item, make_turn

ANSWER = "words # not a heading <script>alert(1)</script> [link](http://x) ``` fence \x1b[2J gone"


def make_summary(*rulings: Ruling) -> SessionSummary:
    grade = make_grade({"p0": "covered", "p1": "contradicted", "p2": "missing", "p3": "unsure"}, held=("wrong",))
    asked = partial(Turn, kind=TurnKind.QUESTION, prompt="What?", started=0.0, outcome=Outcome.ANSWERED)
    turns = (
        asked(id=0, question_id="alpha", answer=ANSWER, result=grade, hints=1, rulings=rulings),
        asked(id=1, question_id="beta", answer="more", result=Ungraded(reason="the encoder died")),
    )
    plan = (Planned(question_id="alpha"), Planned(question_id="beta"))
    state = State(config=SessionConfig(level=Level.MID), plan=plan, turns=turns, phase=Phase.FINISHED)
    items = {"alpha": make_item("alpha"), "beta": make_item("beta")}
    return summarise("20261121-0900-abcd", state, items, started_at=0.0, notes=("a note",))


@pytest.fixture
def summary() -> SessionSummary:
    return make_summary()


@pytest.mark.parametrize("form", ["terminal", "md"])
def test_a_report_says_everything_a_candidate_needs(summary: SessionSummary, form: str) -> None:
    text = render_report(summary, form, full=True)
    for wanted in (
        "● covered",
        "✗ contradicted",
        "○ missing",
        "? did you mean this",
        "words",
        "The right claim.",
        "All about alpha.",
        "the encoder died",
        "a note",
        "not calibrated on answers graded by people",
        "Nothing left this machine",
        "80% interval",
    ):
        assert wanted in text, wanted


@pytest.mark.parametrize("full", [False, True])
def test_the_terminal_form_fits_its_width_and_holds_no_escape(summary: SessionSummary, full: bool) -> None:
    text = render_report(summary, "terminal", width=60, full=full)
    assert max(len(line) for line in text.splitlines()) <= 60
    assert "\x1b" not in text


def test_markdown_shows_answers_as_typed_and_never_as_markup(summary: SessionSummary) -> None:
    text = render_report(summary, "md")
    fenced = text.split("````text\n")[1].split("\n````")[0]
    assert fenced == ANSWER.replace("\x1b[2J", "")
    outside = text.replace(fenced, "")
    assert "<script>" not in outside
    assert "](http" not in outside


def test_json_is_complete_and_parses(summary: SessionSummary) -> None:
    body = json.loads(render_report(summary, "json"))
    assert body["score"] == summary.value
    point = body["questions"][0]["key_points"][0]
    assert (point["verdict"], point["evidence"], point["span"]) == ("covered", "words", [0, 5])
    assert body["questions"][1]["score"] is None
    assert body["questions"][0]["turns"][0]["answer"] == ANSWER


def test_an_upheld_contest_is_shown_as_covered_in_every_form() -> None:
    ruling = Ruling(
        point_id="p2", span=Span(start=6, end=21), read="# not a", upheld=True, probability=0.8, by="test", edition=2
    )
    summary = make_summary(ruling)
    for form in ("terminal", "md"):
        text = render_report(summary, form, full=True)
        assert "● covered, after contest" in text
        assert "contest upheld by test" in text
        assert "○ missing" not in text
    body = json.loads(render_report(summary, "json"))
    point = body["questions"][0]["key_points"][2]
    assert (point["verdict"], point["credit"], point["contested"]) == ("covered", 0.7, True)
    assert point["ruling"]["edition"] == 2
    assert body["score"] == build_record(summary).value == summary.value
    assert (make_summary().value or 0) < (summary.value or 0)


def test_both_tries_of_a_contest_are_told_in_every_form() -> None:
    first = Ruling(
        point_id="p2", span=Span(start=0, end=5), read="[words]", upheld=False, probability=0.2, by="test", edition=2
    )
    second = first.model_copy(update={"read": "others", "attempt": 2, "by": "it"})
    summary = make_summary(first, second)
    told = 'contest refused by test; you marked "[words]"; then contest refused by it; you marked "others"'
    assert told in " ".join(render_report(summary, "terminal", full=True).split())
    assert told.replace("[", "\\[").replace("]", "\\]") in render_report(summary, "md")
    point = json.loads(render_report(summary, "json"))["questions"][0]["key_points"][2]
    assert [each["read"] for each in [*point["earlier_rulings"], point["ruling"]]] == ["[words]", "others"]
    assert point["verdict"] == "missing"


def test_the_passport_and_the_guards_are_told_in_words(summary: SessionSummary) -> None:
    first = summary.questions[0]
    assert first.score.passport is not None
    measured = first.score.passport.model_copy(
        update={
            "calibrated": True,
            "calibration": "abcd1234",
            "agreement": Agreement(within_r=0.512, golden_accuracy=0.87),
        }
    )
    score = first.score.model_copy(update={"passport": measured, "flags": ("copied", "instructions")})
    known = summary.model_copy(update={"questions": (first.model_copy(update={"score": score}),)})
    for form, full in (("terminal", True), ("md", True), ("html", True), ("terminal", False)):
        text = " ".join(html.unescape(render_report(known, form, full=full)).split())
        assert ("calibration abcd1234" in text) is full
        assert ("r = 0.51 within a question" in text) is full
        assert "87% of the authored verdicts" in text
        assert "word for word, which earn nothing; it holds instructions to the grader" in text


def test_an_unknown_format_names_the_nearest(summary: SessionSummary) -> None:
    with pytest.raises(UsageError) as caught:
        render_report(summary, "mdd")
    assert "'md'" in caught.value.todo


@pytest.mark.parametrize("form", ["terminal", "md", "html"])
def test_that_there_is_no_score_is_said_once(form: str) -> None:
    turn = make_turn(Ungraded(reason="the encoder died"), answer="words")
    config, plan = SessionConfig(level=Level.MID), (Planned(question_id="alpha"),)
    state = State(config=config, plan=plan, turns=(turn,), phase=Phase.FINISHED)
    summary = summarise("s", state, {"alpha": make_item("alpha")}, started_at=0.0)
    text = render_report(summary, form, full=True)
    assert "no score: no score" not in text
    assert form == "html" or "Score: none yet" in text
    shown = str(describe_record(build_record(summary), 80, "g"))
    assert shown.splitlines()[1] == "no score"
