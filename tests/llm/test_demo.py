"""`mockdl start --demo`: every screen without a key or a socket, marked as what it is."""

from __future__ import annotations

import io
import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from interviewer.core.bank.content import Bank, Item
from interviewer.core.bank.kinds import ExampleKind, Level
from interviewer.core.grade.grade import Grade, GradeRequest
from interviewer.core.grade.judge_weight import WHILE_MEASURED
from interviewer.core.interview import authored
from interviewer.core.interview.session import AnswerSubmitted, Graded, Phase, Planned, SessionConfig, Started, State
from interviewer.core.interview.state_machine import begin, step
from interviewer.core.interview.utterance import Act
from interviewer.errors import UsageError
from interviewer.llm.chat import ChatFailure, ChatMessage, ChatReply, ChatRequest
from interviewer.llm.demo_model import DEMO_MODEL, DEMO_NOTICE, demo_chat
from interviewer.llm.judge import Judge
from interviewer.llm.model_voice import ModelVoice
from interviewer.plain import Console, run_plain
from interviewer.report import render_report
from interviewer.services import Services, build_services
from tests.support.builders import make_grade
from tests.support.scripted import ScriptedEngine
from tests.unit.test_cli import mockdl

LOOSE = ("covered", "partial")


@pytest.fixture
def services() -> Iterator[Services]:
    built = build_services(engine=ScriptedEngine())
    built.model.demo = True
    yield built
    built.close()


@pytest.fixture
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the demonstration opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "bind", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_its_verdicts_follow_from_the_words_and_its_quotes_hold(bank: Bank) -> None:
    """What the strong examples say it finds mostly, of those off topic next to nothing; every quote stands there."""
    credited = {ExampleKind.STRONG: 0, ExampleKind.OFF_TOPIC: 0}
    asked = quotes = unsupported = 0
    for item in list(bank.items.values())[:12]:
        for example in item.rubric.examples:
            if example.kind not in credited:
                continue
            own = make_grade({point.id: "missing" for point in item.rubric.key_points})
            judge = Judge(demo_chat(), weight=WHILE_MEASURED)
            request = GradeRequest(question_id=item.question.id, answer=example.text)
            found = judge.judge(item, request, own).result(timeout=20)
            judge.close()
            assert isinstance(found, Grade)
            assert found.judging is not None
            assert found.judging.problem == ""
            said = {name for name, verdict in example.verdicts.items() if verdict in LOOSE}
            asked += len(said)
            for verdict in found.verdicts:
                assert verdict.opinion is not None
                if verdict.opinion.quote:
                    quotes += 1
                    unsupported += not verdict.opinion.supported
                    assert verdict.opinion.quote in " ".join(example.text.split())
                counts = verdict.point_id in said or example.kind is ExampleKind.OFF_TOPIC
                credited[example.kind] += counts and verdict.verdict in LOOSE
    assert credited[ExampleKind.STRONG] > 0.6 * asked
    assert credited[ExampleKind.OFF_TOPIC] < 0.2 * credited[ExampleKind.STRONG]
    assert unsupported < 0.1 * quotes


def test_a_whole_session_opens_no_socket_and_says_what_it_is(services: Services, no_sockets: None) -> None:
    conductor = services.sessions.create(SessionConfig(level=Level.SENIOR, count=2, seed=3))
    out, err = io.StringIO(), io.StringIO()
    typed = "During training a random part of the units is set to zero.\n.\n" * 9
    console = Console(stdin=io.BytesIO(typed.encode()), out=out, err=err)
    assert run_plain(conductor, console, services.engine().status) == 0
    assert conductor.state.phase is Phase.FINISHED
    assert conductor.row.config.demo
    assert DEMO_NOTICE in conductor.row.notes
    assert DEMO_NOTICE in " ".join(out.getvalue().split())
    judged = [turn.result for turn in conductor.state.turns if isinstance(turn.result, Grade)]
    assert judged
    assert all(each.judging is not None and each.judging.model == DEMO_MODEL for each in judged)
    report = render_report(services.sessions.summary(conductor.row.id), "md")
    assert DEMO_MODEL in report
    assert "Nothing left this machine" in report
    assert not (services.places.cache / "replies").exists()


def test_a_demonstration_and_a_real_session_do_not_mix(services: Services) -> None:
    shown = services.sessions.create(SessionConfig(level=Level.SENIOR, count=1, seed=3))
    services.model.demo = False
    services.model.close()
    real = services.sessions.create(SessionConfig(level=Level.SENIOR, count=1, seed=3))
    assert not real.row.config.demo
    with pytest.raises(UsageError, match="is a demonstration") as caught:
        services.sessions.resume(shown.row.id)
    assert "with `--demo`" in caught.value.todo
    assert services.sessions.resume().row.id == real.row.id
    assert services.sessions.open(shown.row.id)._grader is None
    services.model.demo = True
    with pytest.raises(UsageError, match="not a demonstration"):
        services.sessions.resume(real.row.id)
    assert services.sessions.resume().row.id == shown.row.id


def test_a_configured_judge_is_not_asked(services: Services, no_sockets: None) -> None:
    wanted = {"judge": "llm", "judge_url": "http://127.0.0.1:9/v1", "judge_model": "m"}
    services.apply_settings(services.settings.model_validate(services.settings.model_dump() | wanted))
    chat = services.model.chat()
    assert chat is not None
    assert (chat.model, chat.host) == (DEMO_MODEL, "")
    assert "127.0.0.1" not in services.model.notice()


@pytest.fixture
def item(bank: Bank) -> Item:
    return bank["class-imbalance"]


@pytest.fixture
def state(item: Item) -> State:
    """After the first answer, at a follow-up."""
    state = begin(SessionConfig(level=Level.SENIOR, seed=3), [Planned(question_id=item.question.id)])
    grade = make_grade({point.id: "missing" for point in item.rubric.key_points})
    for each in (Started(at=0), AnswerSubmitted(at=1, text="I resample."), Graded(at=2, turn_id=0, result=grade)):
        state = step(state, each, {item.question.id: item}).state
    return state


@pytest.mark.parametrize("act", [Act.REACTION, Act.ASK, Act.CLARIFICATION, Act.EXPLANATION])
def test_what_it_says_passes_the_gate(state: State, item: Item, act: Act) -> None:
    latest = state.turns[-1]
    speech = {
        Act.REACTION: lambda: authored.react(state, state.turns[0], item),
        Act.ASK: lambda: authored.ask(state, latest, item),
        Act.CLARIFICATION: lambda: authored.clarify(state, latest, item, "Do you mean binary labels?"),
        Act.EXPLANATION: lambda: authored.explain(latest, item, item.rubric.key_points[0], "I resample."),
    }[act]()
    heard: list[str] = []
    words = ModelVoice(demo_chat(), patience=30).speak(speech, heard.append).result(timeout=60)
    assert words.voicing is not None
    assert words.voicing.problem == ""
    assert words.voicing.used
    assert words.text != speech.words.text
    assert all(words.text.startswith(each) for each in heard)
    if act is Act.ASK:
        assert latest.prompt.strip() in words.text


def test_a_stream_can_be_cancelled() -> None:
    chat = demo_chat()
    request = ChatRequest((ChatMessage("system", "x"), ChatMessage("user", "y")), schema=None)
    chat._script = lambda _: "word " * 500
    heard: list[str] = []
    began = time.monotonic()
    call = chat.stream(request, heard.append)
    call.cancel()
    answer = call.result(timeout=5)
    assert isinstance(answer, ChatFailure)
    assert answer.kind == "cancelled"
    assert time.monotonic() - began < 5
    time.sleep(0.2)
    assert len(heard) < 20


def test_a_request_it_cannot_read_gets_no_verdict() -> None:
    schema: dict[str, Any] = {"properties": {"points": {"properties": {"p0": {}}}}}
    request = ChatRequest((ChatMessage("system", ""), ChatMessage("user", "?")), schema=schema)
    answer = demo_chat().ask(request).result(timeout=5)
    assert isinstance(answer, ChatReply)
    assert [row["verdict"] for row in json.loads(answer.text)["points"].values()] == ["cannot tell"]


@pytest.mark.usefixtures("shared_worker")
def test_the_command_says_what_it_does(home: Path) -> None:
    assert "--demo" in mockdl("start", "--help").stdout
    both = mockdl("start", "--demo", "--judge", "llm", "--plain")
    assert both.returncode == 2
    assert "Leave `--judge` out" in both.stderr
    shown = mockdl("start", "--demo", "--plain", "--count", "1", typed="/skip\n")
    assert shown.returncode == 0, shown.stderr
    assert "This is a demonstration" in shown.stdout
    assert "This is a demonstration" in " ".join(mockdl("report", "last").stdout.split())


async def test_the_interface_shows_it_like_any_model(services: Services, no_sockets: None) -> None:
    from interviewer.tui.screens.report import ReportScreen
    from tests.tui.conftest import tell

    conductor = services.sessions.create(SessionConfig(level=Level.SENIOR, count=1, seed=3))
    async with tell(services, conductor, (120, 40)) as story:
        for number in range(1, 7):
            # The conductor has the next turn before its words are spoken; an answer is taken once it was asked.
            await story.until(
                lambda n=number: (
                    story.heard_names().count("TurnAsked") >= n or isinstance(story.app.screen, ReportScreen)
                )
            )
            if isinstance(story.app.screen, ReportScreen):
                break
            await story.type("During training a random part of the units is set to zero.")
            await story.pilot.press("ctrl+s")
        await story.until(lambda: isinstance(story.app.screen, ReportScreen))
    judged = [turn.result for turn in conductor.state.turns if isinstance(turn.result, Grade)]
    assert judged
    assert all(each.judging is not None and each.judging.model == DEMO_MODEL for each in judged)
    assert any(each.voicing is not None and each.voicing.model == DEMO_MODEL for each in conductor.state.said)
