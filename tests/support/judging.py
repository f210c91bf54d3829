"""A stage that judges: what it says about each key point is set by the test."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from werkzeug import Response

from interviewer.core.bank.kinds import Level
from interviewer.core.grade.judge_weight import WHILE_MEASURED, JudgeWorth, weight_of
from interviewer.core.interview.effects import GradeTurn
from interviewer.core.interview.journal_port import SessionRow
from interviewer.core.interview.session import AnswerSubmitted, Phase, Planned, SessionConfig, Started
from interviewer.paths import find_places
from interviewer.services import Services, build_services
from interviewer.services.judge_checks import JudgeCheck
from interviewer.sessions.conductor import Conductor
from tests.support.builders import make_grade, make_item
from tests.support.chat_server import Act, Body, completion
from tests.support.scripted import Script

Opinion = tuple[str, str]
"""Verdict and quote."""


def asked_points(body: Body) -> list[str]:
    """The ids that a request asks about, from the schema it sends."""
    schema = body["response_format"]["json_schema"]["schema"]
    return list(schema["properties"]["points"]["properties"])


def asked_text(body: Body) -> str:
    """All that a request says."""
    return "\n".join(message["content"] for message in body["messages"])


def says(opinions: Mapping[str, Opinion] | Callable[[Body], Mapping[str, Opinion]]) -> Act:
    """A judge with these opinions by key point; "missing" without a quote about all others."""

    def act(body: Body) -> Response:
        known = opinions(body) if callable(opinions) else opinions
        rows = []
        for name in asked_points(body):
            verdict, quote = known.get(name, ("missing", ""))
            rows.append({"id": name, "quote": quote, "reason": f"About {name}.", "verdict": verdict})
        return completion(json.dumps({"points": rows, "misconceptions": []}))

    return act


def write_settings(home: Path, url: str, **more: Any) -> None:
    """Configure the stage as judge."""
    rows = {"judge": "auto", "judge_url": url, "judge_model": "tiny-chat", "judge_retries": 0, **more}
    home.mkdir(parents=True, exist_ok=True)
    file = build_services().places.settings_file
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in rows.items()), encoding="utf-8")
    measure_well(url, rows["judge_model"])


def measure_well(url: str, model: str) -> None:
    """Leave a measurement behind by which this judge decides, with a weight of 0.7."""
    worth = JudgeWorth(verdicts=400, questions=6, judge=0.94, together=0.95, offline=0.86)
    assert weight_of(worth) == WHILE_MEASURED
    JudgeCheck(find_places().judge_checks, url, model).keep(worth)


ANSWER = "Statement zero is about gates. Statement one is about weights. I say nothing else."
HELD = {"p0": ("covered", "Statement zero is about gates"), "p1": ("covered", "Statement one is about weights")}


def offline(**verdicts: str) -> Script:
    """An engine that gives these verdicts, "missing" to all others."""

    def script(request: Any, item: Any) -> Any:
        names = request.point_ids or [point.id for point in item.rubric.key_points]
        return make_grade({name: verdicts.get(name, "missing") for name in names})

    return script


def begin_session(services: Services, answer: str = ANSWER, *, demo: bool = False) -> Conductor:
    """A session of one question at mid level whose first answer is not graded yet."""
    item = make_item("alpha", expected=(Level.JUNIOR, Level.MID, Level.STAFF, Level.STAFF))
    row = SessionRow(
        id="20261121-0900-abcd",
        created_at=1000.0,
        config=SessionConfig(level=Level.MID, count=1, demo=demo),
        plan=(Planned(question_id="alpha"),),
        notes=(),
        finished=False,
        last_seen=1000.0,
    )
    services.journal.create_session(row, [item])
    conductor = services.sessions.open(row.id)
    conductor.send(Started(at=1000.0))
    conductor.send(AnswerSubmitted(at=1060.0, text=answer))
    return conductor


def finish_session(services: Services, answer: str = ANSWER) -> str:
    """A whole session in which every follow-up gets the same answer; returns its id."""
    conductor = begin_session(services, answer)
    while conductor.state.phase is not Phase.FINISHED:
        conductor.send_grade(conductor.grade(GradeTurn(conductor.turn.id)).result(timeout=20))
        if conductor.state.phase is Phase.ANSWERING:
            conductor.send(AnswerSubmitted(at=1100.0, text=answer))
    return conductor.row.id
