"""`mockdl doctor --probe`, and that without it no socket is opened."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from werkzeug import Response

from interviewer.core.bank.content import Bank, Item
from interviewer.core.bank.kinds import VerdictName
from interviewer.core.bank.rubric import Example
from interviewer.llm import ScriptedChat
from interviewer.llm.chat import ChatFailure, ChatReply
from interviewer.llm.server_probe import judge_example
from interviewer.services import build_services
from interviewer.services.health import Check
from interviewer.services.probe import probe_servers
from interviewer.settings.file import write_setting
from tests.llm.conftest import CANARY, FREE
from tests.support.chat_server import Body, ChatStage, as_json, completion, error, takes
from tests.unit.test_cli import mockdl


@pytest.fixture(scope="module")
def example(bank: Bank) -> tuple[Item, Example]:
    """The question and the answer that a server is tried with."""
    item = bank["dropout"]
    return item, max(item.rubric.examples, key=lambda each: len(set(each.verdicts.values())))


def judgement(example: tuple[Item, Example], quote: str = "", *, wrong: int = 0) -> str:
    """The authored verdicts, `wrong` of them turned round, each with a quote of the answer's beginning."""
    item, answer = example
    first = quote or " ".join(answer.text.split()[:6])
    rows = {}
    for number, point in enumerate(item.rubric.key_points):
        verdict = answer.verdicts.get(point.id, VerdictName.MISSING)
        if number < wrong:
            verdict = VerdictName.CONTRADICTED
        needs = verdict is not VerdictName.MISSING
        rows[point.id] = {"quote": first if needs else "", "reason": "So it is.", "verdict": verdict}
    return json.dumps({"points": rows, "misconceptions": []})


def probed(*ports: int) -> list[Check]:
    services = build_services()
    try:
        return list(probe_servers(services, lambda _: None, ports))
    finally:
        services.close()


def configure(home: Path, **values: str) -> None:
    for key, value in values.items():
        write_setting(home / "config" / "config.toml", key, value)


@pytest.fixture
def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_without_a_server_it_says_how_to_start_one(free_port: int) -> None:
    (only,) = probed(free_port)
    assert only.good
    assert str(free_port) in only.found
    assert "ollama serve" in only.todo


def test_a_server_is_found_listed_and_tried(
    stage: ChatStage, free_port: int, monkeypatch: pytest.MonkeyPatch, example: tuple[Item, Example]
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    stage.act = takes("json_object", otherwise=lambda: error(500), text=judgement(example))
    listed, tried = probed(free_port, stage.http.port)
    assert listed.found.endswith("2 models: tiny-embed, tiny-chat")
    assert tried.good, tried
    assert "tokens of context needed" in tried.found
    assert stage.bodies[0]["model"] == "tiny-chat"
    for told in (
        "tiny-chat at 127.0.0.1",
        " s an answer, asked by json_object",
        "5 of 5 quotes stand",
        "19 of 19 verdicts",
    ):
        assert told in tried.found
    assert f"judge_url {stage.url}" in tried.todo
    assert CANARY not in str(stage.headers)


def test_a_made_up_quote_is_found_out(stage: ChatStage, example: tuple[Item, Example]) -> None:
    stage.act = lambda body: completion(judgement(example, "Dropout is a kind of pooling layer"))
    _, tried = probed(stage.http.port)
    assert not tried.good
    assert "0 of 5 quotes stand" in tried.found
    assert tried.todo


def test_a_judge_that_is_mostly_wrong_is_not_called_good(stage: ChatStage, example: tuple[Item, Example]) -> None:
    stage.act = lambda body: completion(judgement(example, wrong=12))
    _, tried = probed(stage.http.port)
    assert not tried.good
    assert "7 of 19 verdicts" in tried.found
    assert "larger model" in tried.todo


def test_a_port_that_is_silent_is_not_called_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interviewer.llm.server_probe._PATIENCE", 0.5)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        slow, _ = probed(silent.getsockname()[1])
    assert "did not answer in 0.5 s" in slow.found
    assert "not as a model server" not in slow.found


def test_a_judge_that_is_slow_for_its_limit_is_told_so(
    home: Path, stage: ChatStage, example: tuple[Item, Example]
) -> None:
    configure(home, judge="auto", judge_url=stage.url, judge_model="mine", judge_timeout="2")

    def slowly(body: Body) -> Response:
        time.sleep(1.2)
        return completion(judgement(example))

    stage.act = slowly
    tried = probed(stage.http.port)[-1]
    assert tried.good
    assert "judge_timeout" in tried.todo


def test_a_reply_that_is_no_judgement_is_told(stage: ChatStage) -> None:
    stage.act = lambda body: completion("As a language model I would say it is good.")
    _, tried = probed(stage.http.port)
    assert not tried.good
    assert "cannot be used: it holds no JSON object" in tried.found


def test_a_failure_is_told(stage: ChatStage) -> None:
    stage.act = lambda body: error(404, "model 'tiny-chat' not found")
    _, tried = probed(stage.http.port)
    assert not tried.good
    assert "has no model 'tiny-chat'" in tried.found


def test_something_else_on_a_port_is_no_model_server(stage: ChatStage) -> None:
    stage.models = Response("<html>My blog</html>", content_type="text/html")
    other, none = probed(stage.http.port)
    assert "not as a model server" in other.found
    assert "none answers" in none.found
    assert stage.bodies == []


def test_the_configured_server_comes_first_and_is_asked_once(
    home: Path, stage: ChatStage, example: tuple[Item, Example]
) -> None:
    configure(home, judge="auto", judge_url=f"http://localhost:{stage.http.port}/v1", judge_model="mine")
    stage.act = lambda body: completion(judgement(example))
    listed, tried = probed(stage.http.port)
    assert listed.name == "judge server"
    assert stage.asked_for_models == 1
    assert stage.bodies[0]["model"] == "mine"
    assert tried.good


def test_a_configured_server_that_is_down_is_a_failed_check(home: Path, free_port: int) -> None:
    configure(home, judge="auto", judge_url=f"http://127.0.0.1:{free_port}/v1", judge_model="mine")
    down, none = probed()
    assert not down.good
    assert "No server answers" in down.found
    assert none.todo


def test_another_machine_is_not_asked_while_the_judge_is_off(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    configure(home, judge_url="https://models.example/v1", judge_model="mine")
    skipped, _ = probed()
    assert "was not asked" in skipped.found
    assert "judge auto" in skipped.todo


def test_a_probe_forgets_what_was_learned_before(home: Path, stage: ChatStage, example: tuple[Item, Example]) -> None:
    stage.act = takes("text", otherwise=lambda: error(400), text=judgement(example))
    probed(stage.http.port)
    stage.act = takes("json_schema", otherwise=lambda: error(400), text=judgement(example))
    assert "asked by json_schema" in probed(stage.http.port)[-1].found


def test_the_command_shows_it_and_no_key(home: Path, stage: ChatStage) -> None:
    configure(home, judge="llm", judge_url=stage.url, judge_model="tiny-chat", judge_key_variable="HOUSE_KEY")
    stage.act = lambda body: error(400, f"what is {body} and {CANARY}?")
    stage.models = as_json({"data": [{"id": f"model-{CANARY}\x1b[31m"}]})
    result = mockdl("doctor", "--quick", "--probe", env={"HOUSE_KEY": CANARY})
    assert stage.headers[0]["authorization"] == f"Bearer {CANARY}"
    assert result.returncode == 1
    assert "judge server" in result.stdout
    assert "BAD  judged example" in result.stdout
    assert CANARY not in result.stdout + result.stderr
    assert "\x1b" not in result.stdout
    body = json.loads(mockdl("doctor", "--quick", "--probe", "--json", env={"HOUSE_KEY": CANARY}).stdout)
    assert [row["good"] for row in body if row["name"] == "judged example"] == [False]
    files = [file.read_bytes() for file in home.rglob("*") if file.is_file()]
    assert not any(CANARY.encode() in content for content in files)


WATCHED = """
import sys
opened = []
sys.addaudithook(lambda event, values: opened.append(event) if event.startswith("socket.") else None)
from interviewer.cli import main
sys.argv = ["mockdl", "doctor", "--quick"]
try:
    main()
except SystemExit:
    pass
print("opened", sorted(set(opened)), "openai" in sys.modules)
"""


def test_a_plain_doctor_opens_no_socket(home: Path, stage: ChatStage) -> None:
    configure(home, judge="llm", judge_url=stage.url, judge_model="tiny-chat")
    result = subprocess.run([sys.executable, "-c", WATCHED], capture_output=True, text=True, check=True)
    assert "tiny-chat at 127.0.0.1" in result.stdout
    assert result.stdout.splitlines()[-1] == "opened [] False"
    assert stage.asked_for_models == 0


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"judge": "llm"}, "llm, but judge_url is not set"),
        ({"judge": "auto", "judge_url": "http://127.0.0.1:9/v1"}, "auto, but judge_model is not set"),
        ({"judge": "auto", "judge_url": "https://m.example/v1", "judge_model": "m"}, "OPENAI_API_KEY is not set"),
    ],
)
def test_doctor_names_what_the_judge_lacks(home: Path, values: dict[str, str], told: str) -> None:
    configure(home, **values)
    result = mockdl("doctor", "--quick")
    assert result.returncode == 1
    assert told in result.stdout


def test_a_scripted_model_follows_its_script(example: tuple[Item, Example]) -> None:
    chat = ScriptedChat([judgement(example), ChatFailure("timeout", "Too slow."), "One two  three.\n"])
    found = judge_example(chat, example[0])
    assert not isinstance(found, ChatFailure)
    assert found[1:] == ("", 5, 5, 19, 19)
    assert chat.ask(FREE).result(0) == ChatFailure("timeout", "Too slow.")
    heard: list[str] = []
    answer = chat.stream(FREE, heard.append).result(0)
    assert isinstance(answer, ChatReply)
    assert "".join(heard) == answer.text
    assert len(heard) == 3
    over = chat.ask(FREE).result(0)
    assert isinstance(over, ChatFailure)
    assert len(chat.asked) == 4


def test_a_scripted_model_can_listen() -> None:
    chat = ScriptedChat(lambda request: request.messages[-1].content.upper())
    answer = chat.ask(FREE).result(0)
    assert isinstance(answer, ChatReply)
    assert answer.text == "SAY HELLO."
