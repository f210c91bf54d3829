"""A warm-up opens a junior interview, on top of the questions asked for, and counts nowhere."""

from __future__ import annotations

import random

import pytest

from interviewer.core.bank.content import Item
from interviewer.core.bank.kinds import Kind, Level
from interviewer.core.interview.selection import Plan, plan_interview
from interviewer.core.interview.session import (
    Mode,
    Outcome,
    Phase,
    Planned,
    SessionConfig,
    State,
    Turn,
    TurnKind,
)
from interviewer.core.interview.summary import SessionSummary, summarise
from interviewer.core.progress.record import build_record
from interviewer.report.json_report import question_as_dict
from interviewer.report.terminal_report import render_terminal
from tests.support.builders import all_points, make_bank, make_grade, make_item


def warm_up(name: str = "warm", *, topic: str = "foundations", avoid_after: tuple[str, ...] = ()) -> Item:
    item = make_item(name, level=Level.JUNIOR, topic=topic, avoid_after=avoid_after)
    return item.model_copy(update={"question": item.question.model_copy(update={"kind": Kind.WARMUP})})


OTHERS = [make_item(f"q-{n}", level=Level.JUNIOR, topic=f"topic-{n % 3}") for n in range(8)]


def plan(*more: Item, level: Level = Level.JUNIOR, **config: object) -> Plan:
    settings = SessionConfig.model_validate({"level": level, "count": 4, **config})
    return plan_interview(make_bank(*OTHERS, *more), settings, random.Random(3))


def asked(found: Plan) -> list[str]:
    return [each.question_id for each in found.questions]


def test_a_junior_interview_begins_with_one_on_top_and_says_so() -> None:
    found = plan(warm_up(), warm_up("warmer"))
    first, *rest = asked(found)
    assert first in ("warm", "warmer")
    assert len(rest) == 4
    assert {"warm", "warmer"}.isdisjoint(rest)
    assert "The first question is a warm-up: it comes on top and counts in no score." in found.notes


@pytest.mark.parametrize(
    "config", [{"level": Level.MID}, {"mode": Mode.PRACTICE}, {"count": 3}, {"topics": ("topic-0", "topic-1")}]
)
def test_no_other_session_has_one(config: dict[str, object]) -> None:
    found = plan(warm_up(), **config)  # type: ignore[arg-type]
    assert "warm" not in asked(found)
    assert not any("warm-up" in note for note in found.notes)


def test_it_never_touches_on_the_first_question() -> None:
    every = tuple(item.question.id for item in OTHERS)
    assert "warm" not in asked(plan(warm_up(avoid_after=every)))
    assert asked(plan(warm_up(avoid_after=every), warm_up("other")))[0] == "other"


def summary() -> SessionSummary:
    items = {"warm": warm_up(), "q-0": OTHERS[0]}
    covered = {"warm": "covered", "q-0": "missing"}
    turns = tuple(
        Turn(
            id=number,
            question_id=name,
            kind=TurnKind.QUESTION,
            prompt="?",
            started=0.0,
            ended=1.0,
            outcome=Outcome.ANSWERED,
            answer="words that count",
            result=make_grade({**all_points("missing"), "p0": covered[name]}),
            confidence=3,
        )
        for number, name in enumerate(items)
    )
    plan = tuple(Planned(question_id=name) for name in items)
    state = State(config=SessionConfig(level=Level.JUNIOR), plan=plan, turns=turns, phase=Phase.FINISHED)
    return summarise("s", state, items, started_at=0)


def test_it_is_in_no_average_topic_trend_review_or_list() -> None:
    found = summary()
    assert found.questions[0].score.value
    assert found.value == 0
    assert [(each.topic, each.value) for each in found.topics] == [("topic-0", 0)]
    assert found.strengths == ()
    assert [each.title for each in found.calibration.ratings] == ["Title of q-0"]
    record = build_record(found)
    assert [each.topic for each in record.marks] == ["topic-0"]
    assert [each.question_id for each in record.answers] == ["q-0"]


def test_its_own_score_is_shown_and_called_what_it_is() -> None:
    found = summary()
    assert question_as_dict(found.questions[0])["note"] == "a warm-up, in no average"
    assert "a warm-up, in no average" in " ".join(render_terminal(found).split())
