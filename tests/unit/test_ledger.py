"""The ledger: everything that was sent is counted once, priced when it can be, and said in every report."""

from __future__ import annotations

import json

import pytest

from interviewer.core.bank.kinds import Level
from interviewer.core.grade.grade import Grade, JudgeCall, Judging
from interviewer.core.grade.ledger import Asked, Ledger, Prices, asked_for, build_ledger
from interviewer.core.interview.session import (
    Graded,
    ModelAsked,
    Phase,
    Planned,
    SessionConfig,
    State,
)
from interviewer.core.interview.summary import SessionSummary, summarise
from interviewer.report import render_report
from interviewer.services import Services, build_services
from interviewer.settings.file import write_setting
from interviewer.wording.model_costs import describe_sums
from tests.support.builders import make_grade, make_item, make_turn
from tests.support.judging import begin_session

OK = JudgeCall(outcome="ok", seconds=1.5, request_bytes=1000, prompt_tokens=400, completion_tokens=100)
FAILED = JudgeCall(outcome="timeout", seconds=60.0, request_bytes=900, reason="too slow")
CACHED = JudgeCall(outcome="ok", cached=True)
HOST = "models.example:443"
PRICES = Prices(model="big", per_million_in=2.5, per_million_out=10.0, currency="EUR")


def judged(*calls: JudgeCall, host: str = HOST, problem: str = "") -> Grade:
    judging = Judging(model="big", host=host, prompt_hash="0" * 12, calls=calls, problem=problem)
    return make_grade({"p0": "covered"}).model_copy(update={"judging": judging})


def asked(*calls: JudgeCall, part: str = "judge", model: str = "big", host: str = HOST) -> Asked:
    return Asked(part=part, model=model, host=host, calls=calls)


def text(ledger: Ledger) -> str:
    return "\n".join(describe_sums(ledger))


def report_of(result: Grade, ledger: Ledger | None = None) -> SessionSummary:
    turn = make_turn(result, answer="words")
    config = SessionConfig(level=Level.MID)
    state = State(config=config, plan=(Planned(question_id="alpha"),), turns=(turn,), phase=Phase.FINISHED)
    return summarise("20261121-0900-abcd", state, {"alpha": make_item()}, started_at=0.0, ledger=ledger)


def test_calls_are_summed_by_part_model_and_host() -> None:
    ledger = build_ledger([asked(OK), asked(OK, part="interviewer"), asked(OK, FAILED, CACHED)], PRICES)
    judge, voice = ledger.lines
    assert (judge.part, voice.part) == ("judge", "interviewer")
    assert (judge.calls, judge.failed, judge.cached, judge.uncounted) == (3, 1, 1, 1)
    assert judge.request_bytes == 2900
    assert judge.seconds == 63.0
    assert judge.cost == pytest.approx((800 * 2.5 + 200 * 10) / 1e6)
    assert ledger.request_bytes == 3900
    assert ledger.cost == pytest.approx((1200 * 2.5 + 300 * 10) / 1e6)


def test_the_cost_is_said_with_what_is_not_known_about_it() -> None:
    assert "Cost: 0.0020 EUR, at 2.5 EUR for a million tokens read and 10 EUR" in text(
        build_ledger([asked(OK)], PRICES)
    )
    assert "Cost: at least 0.0020 EUR" in text(build_ledger([asked(OK, FAILED)], PRICES))
    assert "tokens of 1 call not reported" in text(build_ledger([asked(OK, FAILED)], PRICES))
    assert "Cost" not in text(build_ledger([asked(OK)]))
    assert "Cost" not in text(build_ledger([asked(FAILED)], PRICES))
    other = build_ledger([asked(OK, model="small")], PRICES)
    assert other.cost is None
    assert "Cost" not in text(other)


@pytest.mark.parametrize(
    ("entries", "wanted", "unwanted"),
    [
        ([], "Nothing left this machine.", "call"),
        ([asked(OK, host="")], "Nothing left this machine.", "bytes"),
        ([asked(CACHED)], "1 reply from this machine's cache; nothing was sent to models.example:443", "bytes"),
        ([asked(OK)], "1 call to models.example:443, 1,000 bytes sent, 400 tokens read and 100 written", "Nothing"),
        ([asked(OK, host="127.0.0.1:8080")], "1 call to 127.0.0.1:8080 on this machine", "Nothing left"),
        ([asked(FAILED)], "1 call (1 failed) to models.example:443, 900 bytes sent", "tokens read"),
    ],
)
def test_what_left_the_machine_is_said(entries: list[Asked], wanted: str, unwanted: str) -> None:
    found = text(build_ledger(entries, None))
    assert wanted in found
    assert unwanted not in found


@pytest.mark.parametrize("form", ["terminal", "md", "json"])
def test_every_report_form_ends_with_it(form: str) -> None:
    ledger = build_ledger([asked(OK)], PRICES)
    online, offline = report_of(judged(OK), ledger), report_of(make_grade({"p0": "covered"}))
    if form == "json":
        body = json.loads(render_report(online, form))["ledger"]
        assert (body["request_bytes"], body["nothing_left_this_machine"]) == (1000, False)
        assert body["cost"] == pytest.approx(0.002)
        assert body["prices"]["currency"] == "EUR"
        assert body["lines"][0]["host"] == HOST
        assert json.loads(render_report(offline, form))["ledger"]["nothing_left_this_machine"] is True
        return
    tail = " ".join(render_report(online, form, full=True).split("What was sent where")[1].split())
    assert "models.example:443, 1,000 bytes sent" in tail
    assert "Cost: 0.0020 EUR" in tail
    assert "Nothing left this machine" in render_report(offline, form, full=True).split("What was sent where")[1]
    assert "models.example:443, 1,000 bytes sent" in " ".join(render_report(online, form).split())


def test_the_present_reason_for_an_offline_grade_is_said() -> None:
    shown = render_report(report_of(judged(FAILED, problem="It took too long.")), "terminal")
    assert "Offline grade instead of the judge's: It took too long." in shown


@pytest.fixture
def services() -> Services:
    return build_services()


def test_a_replaced_grade_stays_in_the_ledger_and_a_note_changes_no_grade(services: Services) -> None:
    conductor = begin_session(services)
    conductor.send(Graded(at=1070.0, turn_id=0, result=judged(OK)))
    conductor.send(Graded(at=1080.0, turn_id=0, result=make_grade({"p0": "covered"})))
    state = conductor.state
    conductor.send(ModelAsked(at=1090.0, asked=asked(FAILED)))
    assert conductor.state == state
    assert conductor.summary().ledger.lines[0].calls == 2
    stored = services.sessions.summary(conductor.row.id).ledger
    assert stored == conductor.summary().ledger
    assert stored.request_bytes == 1900
    services.close()


def test_prices_come_from_the_settings_and_need_both(services: Services) -> None:
    file = services.places.settings_file
    write_setting(file, "judge_model", "big")
    write_setting(file, "judge_price_in", "2.5")
    assert build_services().model.prices() is None
    write_setting(file, "judge_price_out", "10")
    write_setting(file, "judge_currency", "EUR")
    assert build_services().model.prices() == PRICES
    priced = build_services()
    conductor = begin_session(priced)
    conductor.send(Graded(at=1070.0, turn_id=0, result=judged(OK)))
    assert priced.sessions.summary(conductor.row.id).ledger.cost == pytest.approx(0.002)
    priced.close()


def test_what_a_grade_was_asked_for_is_nothing_without_a_judge() -> None:
    assert asked_for(None) == ()
    assert asked_for(make_grade({"p0": "covered"})) == ()
    (found,) = asked_for(judged(OK))
    assert found.calls == (OK,)
