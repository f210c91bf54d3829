"""Whole sessions in line mode against a real server that fails: each ends with a report, and nothing is lost.

The offline part is the real worker process with a toy grader. Single calls are tested in `test_failures`.
"""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from interviewer.core.bank.kinds import Level, VerdictName
from interviewer.core.grade.grade import Grade
from interviewer.core.interview.effects import Effect
from interviewer.core.interview.session import Graded, Outcome, Phase, SessionConfig
from interviewer.plain import Console, run_plain
from interviewer.report import render_report
from interviewer.services import Services, build_services
from interviewer.sessions.conductor import Conductor
from interviewer.sessions.pending_grades import unjudged_turns
from tests.llm.conftest import CANARY
from tests.support.builders import make_item
from tests.support.chat_server import Act, Body, ChatStage, completion, error, event, events
from tests.support.judging import says, write_settings
from tests.support.packs import write_pack
from tests.support.stub_engine import stub_engine

SAID = "One statement of mine, in two\nlines."
TYPED = f"{SAID}\n.\n" * 8

Begin = Callable[..., Services]


@pytest.fixture
def hold() -> Iterator[threading.Event]:
    """Keeps servers waiting until the test is over."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def begin(home: Path, stage: ChatStage, tmp_path: Path) -> Iterator[Begin]:
    """Services with the stage as judge and the stub worker; keyword arguments are settings."""
    pack = write_pack(tmp_path / "pack", make_item("alpha"), make_item("beta"))
    made: list[Services] = []

    def make(url: str = "", **settings: object) -> Services:
        write_settings(home, url or stage.url, **{"interviewer_voice": "authored", **settings})
        engine = stub_engine(pack)
        engine.start()
        services = build_services(alone=pack, engine=engine)
        made.append(services)
        return services

    yield make
    for services in made:
        services.close()


def play(services: Services) -> tuple[Conductor, str, str]:
    """A session of two questions, every answer the same."""
    conductor = services.sessions.create(SessionConfig(level=Level.MID, count=2, seed=3))
    out, err = io.StringIO(), io.StringIO()
    console = Console(stdin=io.BytesIO(TYPED.encode()), out=out, err=err)
    assert run_plain(conductor, console, services.engine().status) == 0
    return conductor, out.getvalue(), err.getvalue()


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def cut() -> Response:
    response = Response(b'{"choices": [{"message": {"content": "', content_type="application/json")
    response.headers["Content-Length"] = "5000"
    response.automatically_set_content_length = False
    return response


def waits(hold: threading.Event) -> Act:
    def act(body: Body) -> Response:
        hold.wait(10)
        return completion("too late")

    return act


FAILURES: dict[str, tuple[Callable[[], Response], str]] = {
    "refusal": (lambda: completion(None, refusal="I can't judge people."), "declined to answer"),
    "truncation": (lambda: completion('{"points": [{"id": "p0", "quo', finish="length"), "cut off"),
    "malformed JSON": (lambda: completion('{"pointz" "p0" covered'), "holds no JSON object"),
    "prose": (lambda: completion("A fine answer, I would say."), "holds no JSON object"),
    "wrong schema": (lambda: completion('{"verdicts": {"p0": "covered"}}'), "holds no JSON object"),
    "a number": (lambda: completion('{"points": [], "score": 97}'), "judges none of the key points"),
    "rate limit": (lambda: error(429, "slow down", headers={"Retry-After": "7"}), "in 7 s"),
    "bad key": (lambda: error(401, "Incorrect API key provided"), "did not accept the key"),
    "wrong model": (lambda: error(404, "model 'tiny-chat' not found"), "has no model"),
    "empty content": (lambda: completion(""), "empty reply"),
    "out of memory": (lambda: error(500, "CUDA out of memory"), "CUDA out of memory"),
    "a router's page": (lambda: Response(b"<html>hello</html>", content_type="text/html"), "judge_url"),
    "disconnect in the middle": (cut, "broke off"),
    "slow drip": (lambda: events(*(b" ", 0.05) * 60), "did not finish a reply within 0.5 s"),
}


def assert_offline(conductor: Conductor, reason: str) -> None:
    """Every answer is there, with the offline grade and the reason why it is that one."""
    assert conductor.state.phase is Phase.FINISHED
    answered = [turn for turn in conductor.state.turns if turn.outcome is Outcome.ANSWERED]
    assert len(answered) >= 2
    for turn in answered:
        assert turn.answer == SAID
        assert isinstance(turn.result, Grade)
        assert turn.result.judging is not None
        assert reason in turn.result.judging.problem
        assert all(call.outcome != "ok" for call in turn.result.judging.calls)
        assert all(each.opinion is None and each.verdict is VerdictName.COVERED for each in turn.result.verdicts)


def test_that_the_server_loads_its_model_is_said_once(begin: Begin, stage: ChatStage) -> None:
    stage.take_turns(
        *(lambda body: error(503, "Loading model", type="unavailable_error"),) * 2, lambda body: completion("No.")
    )
    services = begin()
    conductor = services.sessions.create(SessionConfig(level=Level.MID, count=1, seed=3))
    err = io.StringIO()
    console = Console(stdin=io.BytesIO(TYPED.encode()), out=io.StringIO(), err=err)
    assert run_plain(conductor, console, services.engine().status, loads=services.model.is_loading) == 0
    assert err.getvalue().count("Waiting for the judge: its server is loading the model ...") == 1
    assert not services.model.is_loading()


@pytest.mark.parametrize("failure", FAILURES)
def test_whatever_the_server_does_the_session_ends_with_a_report(begin: Begin, stage: ChatStage, failure: str) -> None:
    answer, reason = FAILURES[failure]
    stage.act = lambda body: answer()
    services = begin(judge_timeout=0.5 if failure == "slow drip" else 20)
    conductor, out, _ = play(services)
    assert_offline(conductor, reason)
    assert stage.bodies
    assert f"Your answers are sent to 127.0.0.1:{stage.http.port}" in " ".join(out.split())
    again = services.sessions.summary(conductor.row.id)
    assert again.value is not None
    assert "Offline grade instead of the judge's" in render_report(again, "md")
    assert reason.split('"')[0] in " ".join(render_report(again, "terminal").split())


def test_a_server_that_does_not_answer_in_time(begin: Begin, stage: ChatStage, hold: threading.Event) -> None:
    stage.act = waits(hold)
    began = time.monotonic()
    conductor, _, _ = play(begin(judge_timeout=0.3))
    assert_offline(conductor, "within 0.3 s")
    assert time.monotonic() - began < 20


def test_nobody_listens(begin: Begin) -> None:
    conductor, _, _ = play(begin(url=f"http://127.0.0.1:{closed_port()}/v1"))
    assert_offline(conductor, "No server answers")


def test_a_judge_that_works_is_heard(begin: Begin, stage: ChatStage) -> None:
    """Without this the table above would also pass with a judge that is never asked."""
    stage.act = says(dict.fromkeys(["p0", "p1", "p2", "p3"], ("partial", "One statement of mine")))
    conductor, _, _ = play(begin())
    first = conductor.state.turns[0].result
    assert isinstance(first, Grade)
    assert first.judging is not None
    assert first.judging.problem == ""
    assert {each.verdict for each in first.verdicts} == {VerdictName.PARTIAL}


THOUGHT = "Hmm, the candidate seems weak, let me think"
DRAFT = json.dumps({"points": {f"p{n}": {"quote": "", "reason": THOUGHT, "verdict": "missing"} for n in range(4)}})
THINKING = (
    "<think>{thought} {draft}</think>{said}",
    "{thought} {draft}\n</think>\n\n{said}",
    "[THINK]{thought} {draft}[/THINK]{said}",
    "<|channel|>analysis<|message|>{thought} {draft}<|end|><|channel|>final<|message|>{said}<|return|>",
    "<thinking>{thought}</thinking>\n```json\n{said}\n```",
)


def test_a_model_that_thinks_aloud_is_heard_and_nobody_sees_its_thoughts(begin: Begin, stage: ChatStage) -> None:
    opinions = {"p0": ("covered", "One statement of mine"), "p1": ("partial", "One statement of mine")}
    voice = {"phrase": "One statement of mine", "lead_in": "Staying with that for a moment"}

    def act(body: Body) -> Response:
        reply = says(opinions)(body) if "misconceptions" in json.dumps(body["response_format"]) else None
        said = json.loads(reply.get_data())["choices"][0]["message"]["content"] if reply else json.dumps(voice)
        form = THINKING[len(stage.bodies) % len(THINKING)]
        return completion(form.replace("{thought}", THOUGHT).replace("{draft}", DRAFT).replace("{said}", said))

    stage.act = act
    services = begin(interviewer_voice="auto", interviewer_patience=15)
    conductor, out, err = play(services)
    answered = [turn for turn in conductor.state.turns if turn.outcome is Outcome.ANSWERED]
    grades = [turn.result for turn in answered if isinstance(turn.result, Grade)]
    assert len(grades) == len(answered) >= 2
    for grade in grades:
        assert grade.judging is not None
        assert grade.judging.problem == ""
        given = {each.point_id: each.opinion.verdict for each in grade.verdicts if each.opinion is not None}
        assert given
        assert given == {name: opinions.get(name, ("missing",))[0] for name in given}
    words = [each for each in conductor.state.said if each.voicing is not None]
    assert any(each.voicing is not None and each.voicing.used for each in words)
    summary = services.sessions.summary(conductor.row.id)
    reports = {form: render_report(summary, form) for form in ("md", "json", "html")}
    shown = {"out": out, "err": err, "words": "\n".join(each.text for each in words), **reports}
    assert [name for name, text in shown.items() if THOUGHT in text] == []
    calls = [call for line in summary.ledger.lines for call in [line.calls]]
    assert sum(calls) == len(stage.bodies)
    assert summary.ledger.request_bytes == sum(stage.sizes)


def test_a_server_that_is_pulled_away_is_said_and_nothing_is_lost(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first answer is judged; before the second the server is gone, its port closed."""
    with HTTPServer(host="127.0.0.1", port=0, threaded=True) as http:
        own = ChatStage(http)
        own.act = says(dict.fromkeys(["p0", "p1", "p2", "p3"], ("covered", "One statement of mine")))
        services = begin(url=own.url, judge_timeout=5)
        conductor = services.sessions.create(SessionConfig(level=Level.MID, count=2, seed=3))
        send_grade = conductor.send_grade

        def then_pull(event: Graded, **more: Any) -> tuple[Effect, ...]:
            if http.is_running():
                http.stop()
            return send_grade(event, **more)

        monkeypatch.setattr(conductor, "send_grade", then_pull)
        out, err = io.StringIO(), io.StringIO()
        console = Console(stdin=io.BytesIO(TYPED.encode()), out=out, err=err)
        assert run_plain(conductor, console, services.engine().status) == 0
    assert conductor.state.phase is Phase.FINISHED
    answered = [turn for turn in conductor.state.turns if turn.outcome is Outcome.ANSWERED]
    results = [turn.result for turn in answered]
    assert all(isinstance(each, Grade) and each.judging is not None for each in results)
    problems = [each.judging.problem for each in results if isinstance(each, Grade) and each.judging is not None]
    assert problems[0] == ""
    assert all("No server answers" in each or "broke off" in each for each in problems[1:])
    assert len(problems) >= 2
    assert all(turn.answer == SAID for turn in answered)
    report = " ".join(render_report(services.sessions.summary(conductor.row.id), "md").split())
    assert "Offline grade instead of the judge's" in report
    assert len(unjudged_turns(conductor.state)) == len(problems) - 1


HEADER_CANARY = "header-canary-55aa10"
LEAKS: dict[str, Callable[[], Response]] = {
    "judged": lambda: completion(f'{{"you": "sent {CANARY} and {HEADER_CANARY}", "points": []}}'),
    "echoed in an error": lambda: error(401, f"Bearer {CANARY} and {HEADER_CANARY} are not known"),
    "echoed in a page": lambda: Response(f"<html>{CANARY} {HEADER_CANARY}", status=500, content_type="text/html"),
    "echoed as a model": lambda: error(404, f"model {CANARY} not found", code=HEADER_CANARY),
    "broken off": lambda: events(event(CANARY), event(HEADER_CANARY)),
}


def command(*arguments: str, typed: str = "") -> str:
    """Run the program as a user does, with the key in its environment; everything it printed."""
    result = subprocess.run(
        [sys.executable, "-m", "interviewer", *arguments],
        input=typed,
        capture_output=True,
        text=True,
        env={**os.environ, "HOUSE_KEY": CANARY, "PYTHONASYNCIODEBUG": "1"},
        timeout=150,
        check=False,
    )
    assert "Traceback" not in result.stderr
    return f"{result.stdout}\n{result.stderr}"


@pytest.mark.timeout(400)
@pytest.mark.encoder
def test_the_key_is_found_nowhere_after_a_session_a_report_and_a_look_at_the_settings(
    home: Path, stage: ChatStage, tmp_path: Path
) -> None:
    """With the real encoder, for its worker is a process with a log of its own."""
    pack = write_pack(tmp_path / "pack", make_item("alpha"))
    headers = {"X-Gate": HEADER_CANARY}
    write_settings(home, stage.url, judge_key_variable="HOUSE_KEY", packs=[str(pack)])
    settings = build_services().places.settings_file
    with settings.open("a", encoding="utf-8") as file:
        file.write(f"judge_headers = {{ X-Gate = {json.dumps(headers['X-Gate'])} }}\n")
    turns = list(LEAKS.values())
    stage.take_turns(*(lambda body, each=each: each() for each in turns), lambda body: turns[len(stage.bodies) % 5]())
    printed = [command("start", "--plain", "--count", "2", "--seed", "1", typed=TYPED)]
    assert len(stage.bodies) >= 2
    assert stage.headers[0]["authorization"] == f"Bearer {CANARY}"
    assert stage.headers[0]["x-gate"] == HEADER_CANARY
    for arguments in (
        ("report", "last", "--format", "html"),
        ("report", "last", "--format", "json"),
        ("doctor", "--probe"),
        ("config", "show"),
    ):
        printed.append(command(*arguments))
    kept = [file for file in home.rglob("*") if file.is_file() and file != settings]
    assert {".md", ".log"} <= {file.suffix for file in kept}
    assert any(SAID.split("\n")[1].encode() in file.read_bytes() for file in kept), "the journal was not looked at"
    for secret in (CANARY, HEADER_CANARY):
        assert [text for text in printed if secret in text] == []
        assert [file for file in kept if secret.encode() in file.read_bytes()] == []
    assert CANARY not in settings.read_text()
