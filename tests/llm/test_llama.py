"""A session against llama.cpp's own server: `pytest -m llama`, and only then.

The model has random weights and its replies are noise. So this proves nothing about judging; it proves that protocol,
ladder, validation and fallback hold against a server that none of us wrote. `CONTRIBUTING.md` says how to install it.
"""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from interviewer.core.bank.content import Bank
from interviewer.core.bank.kinds import Level, VerdictName
from interviewer.core.grade.grade import Grade
from interviewer.core.interview.session import Outcome, Phase, SessionConfig
from interviewer.llm import ChatClient, ChatServer
from interviewer.llm.chat import ChatFailure, ChatReply
from interviewer.llm.server_probe import judge_example, look_for_servers
from interviewer.plain import Console, run_plain
from interviewer.report import render_report
from interviewer.services import Services, build_services
from interviewer.sessions.conductor import Conductor
from interviewer.settings.file import load_settings
from tests.llm.conftest import FREE
from tests.support.builders import make_grade
from tests.support.judging import write_settings
from tests.support.scripted import ScriptedEngine, covers_everything

pytestmark = [pytest.mark.llama, pytest.mark.timeout(600)]

PYTHON = os.environ.get("MOCKDL_LLAMA_PYTHON", sys.executable)
"""Read here, before the fixture that clears such variables."""
INSTALL = (
    'llama-cpp-python is not installed: python -m pip install "llama-cpp-python[server]" gguf, here or in an '
    "environment whose interpreter MOCKDL_LLAMA_PYTHON names."
)
MODEL = "random"
SAID = "The statement I make is a short one."


class Server:
    """llama.cpp's server in a process of its own."""

    def __init__(self, model: Path, log: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/v1"
        self.log = log
        options = {"model": model, "model_alias": MODEL, "host": "127.0.0.1", "port": self.port, "n_ctx": 16384}
        arguments = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        with log.open("wb") as out:
            command = [PYTHON, "-m", "llama_cpp.server", *arguments]
            self.process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)

    def wait(self, seconds: float = 120) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/models", timeout=2) as answer:  # noqa: S310
                    assert MODEL in answer.read().decode()
                    return
            except OSError:
                time.sleep(0.2)
        raise AssertionError(f"llama.cpp's server did not start:\n{self.log.read_text(errors='replace')[-3000:]}")

    def stop(self) -> None:
        self.process.kill()
        self.process.wait(20)


@pytest.fixture(scope="module")
def gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    check = subprocess.run([PYTHON, "-c", "import llama_cpp.server, gguf"], capture_output=True, check=False)
    if check.returncode:
        pytest.fail(INSTALL)
    file = tmp_path_factory.mktemp("gguf") / "random.gguf"
    maker = Path(__file__).resolve().parents[1] / "support" / "tiny_gguf.py"
    subprocess.run([PYTHON, str(maker), str(file)], check=True)
    return file


@pytest.fixture(scope="module")
def server(gguf: Path) -> Iterator[Server]:
    started = Server(gguf, gguf.with_suffix(".log"))
    started.wait()
    yield started
    started.stop()


@pytest.fixture
def services(home: Path) -> Iterator[Services]:
    built = build_services(engine=ScriptedEngine(covers_everything))
    yield built
    built.close()


def configure(services: Services, home: Path, url: str) -> None:
    write_settings(home, url, judge_model=MODEL, judge_timeout=90)
    services.apply_settings(load_settings(services.places.settings_file))


def play(services: Services) -> Conductor:
    conductor = services.sessions.create(SessionConfig(level=Level.MID, count=1, seed=3))
    typed = f"{SAID}\n.\n" * 6
    console = Console(stdin=io.BytesIO(typed.encode()), out=io.StringIO(), err=io.StringIO())
    assert run_plain(conductor, console, services.engine().status) == 0
    return conductor


def results_of(conductor: Conductor) -> list[Grade]:
    assert conductor.state.phase is Phase.FINISHED
    answered = [turn for turn in conductor.state.turns if turn.outcome is Outcome.ANSWERED]
    assert all(turn.answer == SAID for turn in answered)
    found = [turn.result for turn in answered if isinstance(turn.result, Grade)]
    assert len(found) == len(answered) > 0
    return found


def test_a_session_ends_with_a_report_whatever_the_noise_says(server: Server, services: Services, home: Path) -> None:
    configure(services, home, server.url)
    conductor = play(services)
    for grade in results_of(conductor):
        assert grade.judging is not None
        assert grade.judging.model == MODEL
        assert sum(call.request_bytes for call in grade.judging.calls) > 1000
        assert grade.judging.calls[0].seconds > 0
        supported = [each.opinion for each in grade.verdicts if each.opinion is not None and each.opinion.supported]
        if grade.judging.problem:
            assert grade.judging.calls[-1].outcome in ("truncated", "unreadable", "empty", "timeout", "server-error")
            names = {each.point_id: "covered" for each in grade.verdicts}
            assert grade.verdicts == make_grade(names).verdicts
        else:  # it parsed by chance; noise still has no quote that holds
            unproven = (VerdictName.MISSING, VerdictName.UNSURE)
            assert all(opinion.verdict in unproven for opinion in supported)
    report = render_report(services.sessions.summary(conductor.row.id), "md")
    assert f"127.0.0.1:{server.port}" in report


def test_what_the_server_takes_is_found_and_kept(server: Server, bank: Bank, tmp_path: Path) -> None:
    """Its `json_schema` rung answers 500 or is taken, depending on its version; either way a call comes to an end."""
    client = ChatClient(ChatServer(server.url, MODEL, timeout=90), cache=tmp_path)
    found = judge_example(client, bank["dropout"])
    client.close()
    if isinstance(found, ChatFailure):
        assert found.kind in ("truncated", "empty", "timeout", "server-error")
        assert found.request_bytes > 0
    else:
        assert found.found <= found.quotes
        known = json.loads((tmp_path / "chat-servers.json").read_text()) if found.reply.rung != "json_schema" else {}
        assert found.reply.rung == "json_schema" or f"{server.url} {MODEL}" in known


def test_free_text_is_streamed(server: Server) -> None:
    client = ChatClient(ChatServer(server.url, MODEL, timeout=90))
    pieces: list[str] = []
    answer = client.stream(FREE._replace(max_tokens=24, temperature=1.0), pieces.append).result(120)
    client.close()
    assert "".join(pieces)
    if isinstance(answer, ChatReply):
        assert answer.text == "".join(pieces)
    else:
        assert answer.kind == "truncated"


def test_its_models_are_listed_and_a_wrong_key_is_no_obstacle(server: Server) -> None:
    (found,) = look_for_servers([ChatServer(server.url, timeout=10)])
    assert found.models == (MODEL,)


def test_a_killed_server_leaves_the_offline_grade(gguf: Path, services: Services, home: Path) -> None:
    own = Server(gguf, gguf.with_name("killed.log"))
    own.wait()
    configure(services, home, own.url)
    own.stop()
    for grade in results_of(play(services)):
        assert grade.judging is not None
        assert "No server answers" in grade.judging.problem
