"""The short report: one screen first, core points only in its counts, and nothing that a verdict does not bear out."""

from __future__ import annotations

from functools import partial

import pytest

from interviewer.core.bank.content import Bank
from interviewer.core.bank.kinds import Level
from interviewer.core.interview.session import Outcome, Phase, Planned, SessionConfig, State, Turn, TurnKind
from interviewer.core.interview.summary import SessionSummary, summarise
from interviewer.report import render_report
from tests.support.builders import make_grade, make_item

ASKED = partial(Turn, kind=TurnKind.QUESTION, prompt="What?", started=0.0, outcome=Outcome.ANSWERED)


def summary_of(*turns: Turn, phase: Phase = Phase.FINISHED, level: Level = Level.MID) -> SessionSummary:
    names = dict.fromkeys(turn.question_id for turn in turns)
    plan = tuple(Planned(question_id=name) for name in names)
    state = State(config=SessionConfig(level=level), plan=plan, turns=turns, phase=phase)
    return summarise("20261121-0900-abcd", state, {name: make_item(name) for name in names}, started_at=0.0)


@pytest.mark.parametrize("verdict", ["covered", "missing", "contradicted", "unsure"])
def test_four_questions_of_the_bank_take_sixty_lines_at_most(bank: Bank, verdict: str) -> None:
    """The longest ones at senior level."""
    level = Level.SENIOR
    core = {name: sum(p.is_core(level) for p in item.rubric.key_points) for name, item in bank.items.items()}
    names = sorted(core, key=lambda name: -core[name])[:4]
    turns = tuple(
        ASKED(
            id=number,
            question_id=name,
            answer="words " * 30,
            result=make_grade({point.id: verdict for point in bank[name].rubric.key_points}),
        )
        for number, name in enumerate(names)
    )
    plan = tuple(Planned(question_id=name) for name in names)
    state = State(config=SessionConfig(level=level), plan=plan, turns=turns, phase=Phase.FINISHED)
    summary = summarise("20261121-0900-abcd", state, bank.items, started_at=0.0)
    lines = render_report(summary, "terminal", width=100).splitlines()
    assert len(lines) <= 60
    assert max(map(len, lines)) <= 100


def test_it_counts_core_points_alone_and_says_what_could_have_been_added() -> None:
    grade = make_grade({"p0": "covered", "p1": "missing", "p2": "covered", "p3": "missing"})
    item = make_item("alpha", expected=(Level.MID, Level.MID, Level.STAFF, Level.STAFF))
    turn = ASKED(id=0, question_id="alpha", answer="words and more words", result=grade)
    plan = (Planned(question_id="alpha"),)
    state = State(config=SessionConfig(level=Level.MID), plan=plan, turns=(turn,), phase=Phase.FINISHED)
    text = render_report(summarise("s", state, {"alpha": item}, started_at=0.0), "terminal", width=100)
    assert "1 of 2 core points said" in text
    assert "Beyond that 1 said; could have added: " in text
    assert "A strong answer" not in text
    assert "`mockdl report s --full`" in text


def test_strengths_and_the_study_list_follow_the_verdicts_shown() -> None:
    first = make_grade({"p0": "covered", "p1": "missing", "p2": "partial", "p3": "contradicted"})
    reply = make_grade({"p1": "covered"})
    summary = summary_of(
        ASKED(id=0, question_id="alpha", answer="words and more words", result=first),
        ASKED(id=1, question_id="alpha", kind=TurnKind.PROBE, target="p1", answer="the reply", result=reply),
        level=Level.STAFF,
    )
    (question,) = summary.questions
    by_statement = {each.point.statement: each for each in question.score.points}
    assert [by_statement[each.statement].point.id for each in summary.strengths] == ["p0"]
    assert summary.strengths[0].words == by_statement[summary.strengths[0].statement].evidence
    studied = [by_statement[each.statement] for each in summary.study]
    assert "p1" not in [each.point.id for each in studied], "it was covered, if only when asked"
    assert "p3" in [each.point.id for each in studied]
    assert all(each.reference is not None for each in summary.study) is bool(question.item.question.references)


def test_no_words_are_praised_twice() -> None:
    grade = make_grade({"p0": "covered", "p1": "covered", "p2": "covered", "p3": "missing"})
    summary = summary_of(ASKED(id=0, question_id="alpha", answer="words and more words", result=grade))
    assert len({each.words for each in summary.strengths}) == len(summary.strengths)


@pytest.mark.parametrize("form", ["terminal", "full", "md", "html", "json"])
def test_nothing_is_told_of_a_question_that_is_still_open(form: str) -> None:
    grade = make_grade({"p0": "covered", "p1": "missing", "p2": "missing", "p3": "missing"}, held=("wrong",))
    summary = summary_of(
        ASKED(id=0, question_id="alpha", answer="words and more words", result=grade),
        Turn(id=1, question_id="alpha", kind=TurnKind.PROBE, target="p1", prompt="And?", started=0.0),
        phase=Phase.ANSWERING,
    )
    item = summary.questions[0].item
    text = render_report(summary, "terminal" if form == "full" else form, width=100, full=form == "full")
    flat = " ".join(text.split())
    for point in item.rubric.key_points:
        assert point.statement not in flat
    assert item.question.model_answer.strip()[:40] not in flat
    assert item.rubric.misconceptions[0].correction not in flat
