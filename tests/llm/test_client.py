"""The client against a real server: what is sent, what comes back, and how many at once."""

from __future__ import annotations

import json
import threading
import time

import pytest
from werkzeug import Response

from interviewer.llm.chat import ChatFailure, ChatReply, Rung
from interviewer.llm.response_parsing import UnusableReplyError, read_model_names
from tests.llm.conftest import CANARY, FREE, WANTS_JSON, Connect
from tests.support.chat_server import READ, Body, ChatStage, completion, error


def test_a_reply_tells_what_it_cost(connect: Connect, stage: ChatStage) -> None:
    answer = connect().ask(FREE).result(20)
    assert isinstance(answer, ChatReply)
    assert answer[:5] == ("Hello.", "tiny-chat-7b", Rung.TEXT, READ, 7)
    assert 0 < answer.seconds < 20
    assert answer.request_bytes == sum(stage.sizes) > 50


def test_what_is_sent_is_what_was_asked(connect: Connect, stage: ChatStage) -> None:
    connect().ask(FREE._replace(temperature=0.5, max_tokens=None)).result(20)
    assert stage.bodies == [
        {
            "model": "tiny-chat",
            "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Say hello."}],
            "temperature": 0.5,
        }
    ]


def test_only_known_headers_leave(connect: Connect, stage: ChatStage, monkeypatch: pytest.MonkeyPatch) -> None:
    """openai reads these variables by itself; none of them was meant for this server."""
    from pydantic import SecretStr

    for name in ("OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_API_KEY", "OPENAI_ADMIN_KEY"):
        monkeypatch.setenv(name, "of-another-house")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "Authorization: of-another-house\nX-Other: of-another-house")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    connect(headers={"X-Team": SecretStr("blue")}).ask(FREE).result(20)
    (sent,) = stage.headers
    assert sent["authorization"] == f"Bearer {CANARY}"
    assert sent["x-team"] == "blue"
    assert "of-another-house" not in str(sent)
    assert not [name for name in sent if name.startswith("x-stainless")]


def test_a_local_server_needs_no_key(connect: Connect, stage: ChatStage) -> None:
    assert isinstance(connect(key=None).ask(FREE).result(20), ChatReply)
    assert stage.headers[0]["authorization"] == "Bearer none"


@pytest.mark.parametrize(
    ("message", "param", "gone", "there"),
    [
        (
            "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead.",
            "max_tokens",
            "max_tokens",
            "max_completion_tokens",
        ),
        ("Unsupported value: 'temperature' does not support 0 with this model.", None, "temperature", "max_tokens"),
    ],
)
def test_what_a_server_refuses_is_left_out_from_then_on(
    connect: Connect, stage: ChatStage, message: str, param: str | None, gone: str, there: str
) -> None:
    stage.act = lambda body: error(400, message, param=param) if gone in body else completion('{"ok": true}')
    client = connect()
    first, second = (client.ask(WANTS_JSON).result(20) for _ in range(2))
    assert isinstance(first, ChatReply)
    assert isinstance(second, ChatReply)
    assert first.rung is Rung.JSON_SCHEMA
    assert [gone in body for body in stage.bodies] == [True, False, False]
    assert stage.bodies[-1][there] is not None


def test_a_call_can_be_cancelled_while_the_server_thinks(connect: Connect, stage: ChatStage) -> None:
    begun, hold = threading.Event(), threading.Event()

    def act(body: Body) -> Response:
        begun.set()
        hold.wait(10)
        return completion("too late")

    stage.act = act
    future = connect().ask(FREE)
    assert begun.wait(10)
    assert future.cancel()
    answer = future.result(0)
    hold.set()
    assert isinstance(answer, ChatFailure)
    assert answer.kind == "cancelled"
    assert not future.cancel()


def test_closing_settles_every_call(connect: Connect, stage: ChatStage) -> None:
    hold = threading.Event()

    def act(body: Body) -> Response:
        hold.wait(10)
        return completion("too late")

    stage.act = act
    client = connect(concurrency=1)
    under_way = [client.ask(FREE) for _ in range(3)]
    client.close()
    hold.set()
    for future in (*under_way, client.ask(FREE)):
        answer = future.result(0)
        assert isinstance(answer, ChatFailure)
        assert answer.kind == "cancelled"
    assert "mockdl-chat" not in [thread.name for thread in threading.enumerate()]


@pytest.mark.parametrize("limit", [1, 2])
def test_no_more_calls_than_allowed_are_under_way(connect: Connect, stage: ChatStage, limit: int) -> None:
    lock, most, now = threading.Lock(), 0, 0

    def act(body: Body) -> Response:
        nonlocal most, now
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.05)
        with lock:
            now -= 1
        return completion("Hello.")

    stage.act = act
    client = connect(concurrency=limit)
    answers = [future.result(20) for future in [client.ask(FREE) for _ in range(5)]]
    assert all(isinstance(answer, ChatReply) for answer in answers)
    assert most == limit


def test_waiting_for_a_turn_is_not_on_the_clock(connect: Connect, stage: ChatStage) -> None:
    def act(body: Body) -> Response:
        time.sleep(0.25)
        return completion("Hello.")

    stage.act = act
    client = connect(concurrency=1, timeout=0.8)
    answers = [future.result(20) for future in [client.ask(FREE) for _ in range(5)]]
    assert all(isinstance(answer, ChatReply) for answer in answers)


def test_asking_does_not_wait_for_openai() -> None:
    import subprocess
    import sys

    script = (
        "import sys\nfrom interviewer.llm import ChatClient, ChatServer\n"
        "from interviewer.llm.chat import ChatMessage, ChatRequest\n"
        "client = ChatClient(ChatServer('http://127.0.0.1:9/v1', 'm'))\n"
        "print('openai' in sys.modules)\n"
        "future = client.ask(ChatRequest((ChatMessage('user', 'hi'),)))\n"
        "print(future.done(), future.result(60).kind, 'openai' in sys.modules)\n"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["False", "False", "no-server", "True"]
    assert result.stderr == ""


def test_models_are_listed(connect: Connect, stage: ChatStage) -> None:
    assert connect().models().result(20) == ("tiny-embed", "tiny-chat")
    stage.models = Response("<html>", content_type="text/html")
    answer = connect().models().result(20)
    assert isinstance(answer, ChatFailure)
    assert answer.kind == "bad-reply"


@pytest.mark.parametrize(
    "body",
    [
        {"data": [{"id": "one"}, {"id": "two"}]},
        {"models": [{"name": "one"}, {"model": "two"}]},
        [{"id": "one"}, {"id": "two"}],
        ["one", "two"],
        {"data": ["one", "two", 3, {"id": 4}]},
    ],
)
def test_a_list_of_models_is_read_in_its_forms(body: object) -> None:
    assert read_model_names(json.dumps(body).encode()) == ("one", "two")


@pytest.mark.parametrize("body", ["3", '{"data": 3}', "{}", "<html>"])
def test_what_is_no_list_of_models_is_none(body: str) -> None:
    with pytest.raises(UnusableReplyError):
        read_model_names(body.encode())
