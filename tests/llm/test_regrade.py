"""A stored session is graded again: what changed is shown, nothing old is lost, a failure replaces nothing."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from werkzeug import Response

from interviewer.cli.grade_session import Wish, grade_session
from interviewer.core.bank.kinds import Level, VerdictName
from interviewer.core.grade.grade import Grade
from interviewer.core.interview.effects import GradeTurn
from interviewer.core.interview.session import Graded, ModelAsked
from interviewer.errors import UsageError
from interviewer.report import render_report
from interviewer.services import Services, build_services
from interviewer.sessions.pending_grades import unjudged_turns
from interviewer.settings.schema import JudgeMode
from interviewer.tui.screens.report import ReportScreen
from tests.support.chat_server import Body, ChatStage, error
from tests.support.judging import HELD, begin_session, finish_session, offline, says, write_settings
from tests.support.scripted import ScriptedEngine, breaks
from tests.tui.conftest import tell
from tests.unit.test_cli import mockdl

AGAIN = Wish(again=True)
OWED = Wish(again=False)
Open = Callable[..., Services]


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine(offline(p0="covered"))


@pytest.fixture
def opened(stage: ChatStage, home: Path, engine: ScriptedEngine) -> Iterator[Open]:
    """Services whose judge is the stage and whose offline grader finds `p0` alone."""
    made: list[Services] = []

    def make(judge: JudgeMode = JudgeMode.AUTO, **settings: object) -> Services:
        write_settings(home, stage.url, **settings)
        services = build_services(engine=engine)
        services.apply_settings(services.settings.model_copy(update={"judge": judge}))
        made.append(services)
        return services

    yield make
    for services in made:
        services.close()


def grades(services: Services, name: str) -> list[Grade]:
    return [
        event.result
        for event in services.journal.events(name)
        if isinstance(event, Graded) and isinstance(event.result, Grade)
    ]


def switch(services: Services, judge: JudgeMode) -> None:
    services.apply_settings(services.settings.model_copy(update={"judge": judge}))


def test_a_diff_shows_each_changed_verdict_and_whose_word_it_is_and_stores_no_grade(
    stage: ChatStage, opened: Open, capsys: pytest.CaptureFixture[str]
) -> None:
    services = opened(JudgeMode.OFF)
    name = finish_session(services)
    stage.act = says(HELD)
    switch(services, JudgeMode.AUTO)
    assert grade_session(services, name, Wish(again=True, diff=True)) == 0
    shown = capsys.readouterr()
    text = " ".join(shown.out.split())
    assert "○ missing (offline grader) -> ● covered (judge): Statement 1 of alpha." in text
    assert "Statement 0 of alpha" not in text
    assert "3 verdicts as before" in text
    assert "2 of 5 verdicts changed." in text
    assert "80% interval" in text
    assert "no grade was stored" in shown.err
    assert "Your answers are sent to 127.0.0.1" in shown.err
    assert len(grades(services, name)) == 2
    noted = [each.asked for each in services.journal.events(name) if isinstance(each, ModelAsked)]
    assert sum(call.request_bytes for asked in noted for call in asked.calls) == sum(stage.sizes)
    ledger = services.sessions.summary(name).ledger
    assert not ledger.stayed
    assert ledger.request_bytes == sum(stage.sizes)


def test_new_grades_are_stored_beside_the_old_ones(
    stage: ChatStage, opened: Open, capsys: pytest.CaptureFixture[str]
) -> None:
    services = opened(JudgeMode.OFF)
    name = finish_session(services)
    before = services.sessions.summary(name)
    stage.act = says(HELD)
    switch(services, JudgeMode.AUTO)
    assert grade_session(services, name, AGAIN._replace(as_json=True)) == 0
    body = json.loads(capsys.readouterr().out)
    assert [each.judging is not None for each in grades(services, name)] == [False, False, True, True]
    after = services.sessions.summary(name)
    assert body["stored"] is True
    assert body["score"]["before"]["value"] == before.value
    assert body["score"]["after"]["value"] == after.value
    assert after.value is not None
    assert before.value is not None
    assert after.value > before.value + 10
    verdicts = {each["point"]: each for each in body["questions"][0]["answers"][0]["verdicts"]}
    assert [verdicts["p1"][when]["word"] for when in ("before", "after")] == ["offline", "judge"]
    assert verdicts["p0"]["after"]["word"] == "both"
    assert body["ledger"]["request_bytes"] == sum(stage.sizes)

    switch(services, JudgeMode.OFF)
    assert grade_session(services, name, AGAIN) == 0
    assert services.sessions.summary(name).value == before.value
    assert len(grades(services, name)) == 6
    assert "Nothing left this machine" not in render_report(services.sessions.summary(name), "terminal")


def test_another_level_is_another_reading_and_is_never_stored(
    stage: ChatStage, opened: Open, capsys: pytest.CaptureFixture[str]
) -> None:
    services = opened(JudgeMode.OFF)
    name = finish_session(services)
    events = len(services.journal.events(name))
    assert grade_session(services, name, Wish(again=False, level=Level.STAFF, as_json=True)) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["read_at"]["level"] == "staff"
    assert body["read_at"]["after"]["value"] < body["score"]["after"]["value"]
    assert body["stored"] is False
    assert len(services.journal.events(name)) == events
    assert services.sessions.summary(name).config.level is Level.MID
    assert grade_session(services, name, Wish(again=False, level=Level.STAFF)) == 0
    shown = capsys.readouterr()
    assert "Read at staff level:" in shown.out
    assert "expected there, ○ missing: Statement 3 of alpha." in shown.out
    assert stage.bodies == []
    stage.act = says(HELD)
    switch(services, JudgeMode.AUTO)
    grade_session(services, name, Wish(again=True, level=Level.STAFF))
    assert capsys.readouterr().out.count(" -> ") >= 3
    assert services.sessions.summary(name).config.level is Level.MID


def test_an_answer_whose_judge_failed_is_judged_again_by_itself(
    stage: ChatStage, opened: Open, capsys: pytest.CaptureFixture[str]
) -> None:
    services = opened()
    stage.act = lambda _: error(503, "busy")
    name = finish_session(services)
    conductor = services.sessions.open(name)
    assert [turn.id for turn in unjudged_turns(conductor.state)] == [0, 1]
    assert "Offline grade instead of the judge's" in render_report(services.sessions.summary(name), "md")
    assert grade_session(services, name, OWED) == 1
    assert "Could not be judged" in capsys.readouterr().err
    stage.act = says(HELD)
    assert grade_session(services, name, OWED) == 0
    assert "● covered (judge)" in capsys.readouterr().out
    assert unjudged_turns(services.sessions.open(name).state) == []
    report = render_report(services.sessions.summary(name), "terminal")
    assert "Offline grade instead" not in report
    assert "4 failed" in " ".join(report.split())
    assert grade_session(services, name, OWED) == 0
    assert "has a grade" in capsys.readouterr().err


def test_without_a_judge_nothing_is_judged_again_and_that_is_said(
    stage: ChatStage, opened: Open, capsys: pytest.CaptureFixture[str]
) -> None:
    services = opened()
    stage.act = lambda _: error(503, "busy")
    name = finish_session(services)
    sent = len(stage.bodies)
    switch(services, JudgeMode.OFF)
    assert grade_session(services, name, OWED) == 0
    assert "--judge llm` asks it again" in capsys.readouterr().err
    assert len(stage.bodies) == sent
    assert unjudged_turns(services.sessions.open(name).state) != []


def test_a_failure_replaces_neither_a_grade_nor_a_judged_one(
    stage: ChatStage, opened: Open, engine: ScriptedEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    services = opened()
    stage.act = says(HELD)
    name = finish_session(services)
    value = services.sessions.summary(name).value
    for file in (services.places.cache / "replies").glob("*.json"):
        file.unlink()
    stage.act = lambda _: error(503, "busy")
    assert grade_session(services, name, AGAIN) == 1
    shown = capsys.readouterr()
    assert "the old grade stays" in " ".join(shown.out.split())
    assert services.sessions.summary(name).value == value
    failed = [each for each in services.journal.events(name) if isinstance(each, ModelAsked)]
    assert failed
    assert services.sessions.summary(name).ledger.lines[0].failed == len(failed)

    engine.script = breaks
    switch(services, JudgeMode.OFF)
    assert grade_session(services, name, AGAIN) == 1
    assert "the encoder is on fire" in capsys.readouterr().err
    assert services.sessions.summary(name).value == value


def test_the_clock_of_an_interrupted_interview_does_not_run_because_it_is_graded_again(
    stage: ChatStage, opened: Open
) -> None:
    services = opened(JudgeMode.OFF)
    conductor = begin_session(services)
    conductor.send_grade(conductor.grade(GradeTurn(0)).result(timeout=20).model_copy(update={"at": 1070.0}))
    seen = services.journal.session(conductor.row.id).last_seen
    assert grade_session(services, conductor.row.id, AGAIN) == 0
    assert services.journal.session(conductor.row.id).last_seen == seen


def test_ctrl_c_keeps_what_was_graded(opened: Open, engine: ScriptedEngine, capsys: pytest.CaptureFixture[str]) -> None:
    services = opened(JudgeMode.OFF)
    name = finish_session(services)
    before = len(grades(services, name))
    engine.script, engine.holding = offline(p0="partial"), True
    threading.Thread(target=_interrupt, args=(engine, lambda: len(grades(services, name)) > before)).start()
    assert grade_session(services, name, AGAIN) == 130
    assert "The grades so far are stored" in capsys.readouterr().err
    assert len(grades(services, name)) == before + 1
    assert grades(services, name)[-1].verdicts[0].verdict is VerdictName.PARTIAL


def test_ctrl_c_in_a_diff_claims_no_more_than_is_true(
    stage: ChatStage, opened: Open, engine: ScriptedEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    services = opened(JudgeMode.OFF)
    name = finish_session(services)
    before = len(grades(services, name))
    stage.act = says(HELD)
    switch(services, JudgeMode.AUTO)
    engine.script, engine.holding = offline(p0="partial"), True

    def noted() -> bool:
        return any(isinstance(event, ModelAsked) for event in services.journal.events(name))

    threading.Thread(target=_interrupt, args=(engine, noted)).start()
    assert grade_session(services, name, Wish(again=True, diff=True)) == 130
    assert len(grades(services, name)) == before
    # What was sent is in the session's ledger now.
    assert not services.sessions.summary(name).ledger.stayed
    told = capsys.readouterr().err
    assert "Interrupted. No grade was stored." in told
    assert "Nothing was changed" not in told


def _interrupt(engine: ScriptedEngine, stored: Callable[[], bool]) -> None:
    """Let the first grade go, then press Ctrl-C while the second is waited for."""
    while len(engine.held) < 2:
        time.sleep(0.01)
    future, result = engine.held[0]
    future.set_result(result)
    while not stored():
        time.sleep(0.05)
    time.sleep(0.3)
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


async def test_a_key_in_the_report_judges_again_and_is_grey_when_there_is_nothing_to_judge(
    stage: ChatStage, opened: Open
) -> None:
    services = opened()
    stage.act = lambda _: error(503, "busy")
    name = finish_session(services)
    async with tell(services, None, size=(100, 30)) as story:
        screen = ReportScreen(services.sessions.open(name), fresh=False)
        await story.app.push_screen(screen)
        await story.until(lambda: "Judge again" in story.visible())
        key = screen.active_bindings["ctrl+r"]
        assert key.enabled
        await story.pilot.press("ctrl+r")
        await story.until(lambda: "2 could not be judged: 127.0.0.1" in story.visible())
        stage.act = says(HELD)
        await story.until(lambda: screen.active_bindings["ctrl+r"].enabled)
        await story.pilot.press("ctrl+r")
        assert not screen.active_bindings["ctrl+r"].enabled
        await story.until(lambda: f"Session {name}" in story.visible())
        assert not screen.active_bindings["ctrl+r"].enabled
        sent = len(stage.bodies)
        await story.pilot.press("ctrl+r")
        await story.pilot.pause(0.1)
        assert len(stage.bodies) == sent
    assert unjudged_turns(services.sessions.open(name).state) == []


async def test_a_judge_that_answers_after_the_report_was_left_is_still_stored(stage: ChatStage, opened: Open) -> None:
    services = opened()
    stage.act = lambda _: error(503, "busy")
    name = finish_session(services)
    wait = threading.Event()
    judge = says(HELD)

    def slow(body: Body) -> Response:
        wait.wait(10)
        return judge(body)

    stage.act = slow
    async with tell(services, None, size=(100, 30)) as story:
        await story.app.push_screen(ReportScreen(services.sessions.open(name), fresh=False))
        await story.pilot.pause()
        await story.pilot.press("ctrl+r")
        await story.app.pop_screen()
        wait.set()
        await story.until(lambda: unjudged_turns(services.sessions.open(name).state) == [])


def test_a_demonstration_is_not_graded_again(stage: ChatStage, opened: Open) -> None:
    services = opened()
    conductor = begin_session(services, demo=True)
    with pytest.raises(UsageError, match="demonstration"):
        grade_session(services, conductor.row.id, AGAIN)
    assert grade_session(services, conductor.row.id, Wish(again=False, level=Level.STAFF)) == 0
    assert stage.bodies == []


@pytest.mark.usefixtures("shared_worker")
def test_the_command_grades_a_session_again(stage: ChatStage, opened: Open) -> None:
    services = opened(JudgeMode.OFF)
    name = finish_session(services)
    services.journal.close()
    stage.act = says(HELD)
    result = mockdl("grade", "--session", name, "--judge", "llm", "--diff", "--json")
    assert result.returncode == 0, result.stderr
    body = json.loads(result.stdout)
    assert body["session"] == name
    assert body["stored"] is False
    assert body["changed"] > 0
    assert "are sent to 127.0.0.1" in result.stderr
    wrong = mockdl("grade", "--question", "dropout", "--diff", typed="text")
    assert wrong.returncode == 2
    assert "--session" in wrong.stderr
