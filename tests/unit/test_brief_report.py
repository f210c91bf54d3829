"""The short report: one screen first, core points only in its counts, and nothing that a verdict does not bear out."""

from __future__ import annotations

import re
from functools import partial

import pytest

from interviewer.core.bank.content import Bank
from interviewer.core.bank.kinds import Level
from interviewer.core.grade.grade import Span
from interviewer.core.interview.session import Outcome, Phase, Planned, SessionConfig, State, Turn, TurnKind
from interviewer.core.interview.summary import SessionSummary, summarise
from interviewer.report import render_report
from tests.support.builders import make_grade, make_item, make_verdict

SAID = "Each forward pass draws a random mask over the hidden units."
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
    for number, question in enumerate(summary.questions, 1):
        score = question.score
        (line,) = (line for line in lines if line.startswith(f"{number}. "))
        assert line.endswith(f" to {score.high:.0f}), core {score.core:.0%}, depth {score.depth:.0%}")


@pytest.mark.parametrize("width", [40, 60, 79])
def test_a_question_keeps_its_title_where_there_are_few_columns(bank: Bank, width: int) -> None:
    item = bank["distributed-training"]
    grade = make_grade({point.id: "covered" for point in item.rubric.key_points})
    turn = ASKED(id=0, question_id=item.question.id, answer="words", result=grade)
    plan = (Planned(question_id=item.question.id),)
    state = State(config=SessionConfig(level=Level.SENIOR), plan=plan, turns=(turn,), phase=Phase.FINISHED)
    text = render_report(summarise("s", state, bank.items, started_at=0.0), "terminal", width=width)
    assert max(map(len, text.splitlines())) <= width
    assert f"1. {item.question.title}" in " ".join(text.split())
    assert "core 100%, depth 100%" in " ".join(text.split())


def test_of_rubrics_of_the_first_edition_there_are_no_shares() -> None:
    grade = make_grade({"p0": "covered", "p1": "covered", "p2": "covered", "p3": "missing"})
    text = render_report(summary_of(ASKED(id=0, question_id="alpha", answer=SAID, result=grade)), "terminal")
    assert "depth" not in text
    assert re.search(r"^1\. .* of 100 \(\d+ to \d+\)$", text, re.MULTILINE)


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
        ASKED(id=0, question_id="alpha", answer=SAID, result=first),
        ASKED(id=1, question_id="alpha", kind=TurnKind.PROBE, target="p1", answer=SAID, result=reply),
        level=Level.STAFF,
    )
    (question,) = summary.questions
    by_statement = {each.point.statement: each for each in question.score.points}
    assert [by_statement[each.statement].point.id for each in summary.strengths] == ["p0"]
    assert summary.strengths[0].words == SAID
    studied = [by_statement[each.statement] for each in summary.study]
    assert "p1" not in [each.point.id for each in studied], "it was covered, if only when asked"
    assert "p3" in [each.point.id for each in studied]
    assert all(each.reference is not None for each in summary.study) is bool(question.item.question.references)


def test_what_may_have_been_said_is_studied_last_and_asked_about() -> None:
    grade = make_grade({"p0": "unsure", "p1": "missing", "p2": "covered", "p3": "missing"})
    doubtful = grade.verdicts[0].model_copy(update={"p_covered": 0.3, "p_partial": 0.1})
    grade = grade.model_copy(update={"verdicts": (doubtful, *grade.verdicts[1:])})
    summary = summary_of(ASKED(id=0, question_id="alpha", answer=SAID, result=grade), level=Level.STAFF)
    (question,) = summary.questions
    by_statement = {each.point.statement: each.point.id for each in question.score.points}
    assert [by_statement[each.statement] for each in summary.study][-1] == "p0"
    assert [each.perhaps for each in summary.study] == [False] * (len(summary.study) - 1) + [True]
    unsure = summary.study[-1].statement
    for form in ("terminal", "md", "html"):
        for full in (False, True):
            text = " ".join(render_report(summary, form, width=100, full=full).split())
            assert f"did you mean: {unsure}" in text, (form, full)
            assert f"did you mean: {summary.study[0].statement}" not in text


def test_no_words_are_praised_twice() -> None:
    grade = make_grade({"p0": "covered", "p1": "covered", "p2": "covered", "p3": "missing"})
    summary = summary_of(ASKED(id=0, question_id="alpha", answer=SAID, result=grade))
    assert [each.words for each in summary.strengths] == [SAID]


def praised(answer: str, *quoted: str) -> list[str]:
    """What is praised of an answer whose points rest on these words of it."""
    found = []
    for number, words in enumerate(quoted):
        start = answer.index(words)
        span = Span(start=start, end=start + len(words))
        found.append(make_verdict(f"p{number}", "covered").model_copy(update={"evidence": span}))
    grade = make_grade(dict.fromkeys(("p0", "p1", "p2", "p3"), "missing"))
    names = {each.point_id for each in found}
    verdicts = (*found, *(each for each in grade.verdicts if each.point_id not in names))
    turn = ASKED(id=0, question_id="alpha", answer=answer, result=grade.model_copy(update={"verdicts": verdicts}))
    return [each.words for each in summary_of(turn, level=Level.STAFF).strengths]


LONG = (
    "In training each forward pass draws a random mask over the hidden units of the layer, sets those to zero, and "
    "scales whatever is left by the keep probability, which I had to look up once, so that the mean stays as it was{}"
)


@pytest.mark.parametrize(
    ("answer", "quoted", "shown"),
    [
        ("The width is 56.", "56", []),
        ("Let me do it as a funnel. Then more.", "Let me do it as a funnel.", []),
        ("ReLU's derivative stays near one there.", "near one", ["ReLU's derivative stays near one there."]),
        ("The cache then takes 128 KiB per token.", "128", ["The cache then takes 128 KiB per token."]),
        (LONG.format("."), "draws a random mask over the hidden units", ["draws a random mask over the hidden units"]),
        (LONG.format("."), "a random mask", []),
        (LONG.format(", but that is not true at all."), "draws a random mask over the hidden units", []),
        ("Dropout zeroes random hidden units at test time. No, that is wrong.", "Dropout zeroes random hidden", []),
        ("Dropout zeroes random hidden units at inference, no wait, in training.", "zeroes random hidden units", []),
    ],
)  # fmt: skip
def test_a_strength_is_a_sentence_that_can_stand_by_itself(answer: str, quoted: str, shown: list[str]) -> None:
    assert praised(answer, quoted) == shown


def test_where_fewer_deserve_it_fewer_are_praised_and_the_words_are_shown_whole() -> None:
    answer = f"The width is 56. {SAID} It is {'really ' * 12}the mean that stays as it was in expectation."
    assert praised(answer, "56", SAID[:9], "the mean that stays") == [SAID, answer[answer.index("It is") :]]
    grade = make_grade({"p0": "covered", "p1": "missing", "p2": "missing", "p3": "missing"})
    turn = ASKED(id=0, question_id="alpha", answer=SAID.replace(" over", " and" * 8 + " over"), result=grade)
    text = " ".join(render_report(summary_of(turn), "terminal", width=76).split())
    assert turn.answer in text


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
