"""Every way in which a call can fail, caused by a real server, and what is waited for before it does."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from interviewer.llm import ChatClient, ChatServer
from interviewer.llm.chat import ChatFailure, ChatReply
from tests.llm.conftest import CANARY, FREE, WANTS_JSON, Connect, Naps
from tests.support.chat_server import READ, Body, ChatStage, as_json, completion, error, events


def failure_of(client: ChatClient, kind: str, request: Any = FREE) -> ChatFailure:
    answer = client.ask(request).result(20)
    assert isinstance(answer, ChatFailure), answer
    assert answer.kind == kind, answer
    assert answer.reason.endswith(".")
    assert answer.reason.isprintable()
    assert CANARY not in answer.reason
    return answer


def test_another_machine_needs_one(connect: Connect) -> None:
    failure = failure_of(connect(url="https://models.example/v1", key=None, key_variable="HOUSE_KEY"), "bad-key")
    assert "HOUSE_KEY is not set" in failure.reason
    assert failure.request_bytes == 0


def test_a_key_that_cannot_be_a_header_is_said(connect: Connect, stage: ChatStage) -> None:
    from pydantic import SecretStr

    assert "copy it again" in failure_of(connect(key=SecretStr("schlüssel\n")), "bad-key").reason
    assert stage.bodies == []


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_is_not_accepted_is_not_tried_twice(connect: Connect, stage: ChatStage, status: int) -> None:
    stage.act = lambda body: error(status, f"Incorrect API key provided: {CANARY}")
    failure = failure_of(connect(key_variable="HOUSE_KEY"), "bad-key", WANTS_JSON)
    assert "HOUSE_KEY" in failure.reason
    assert len(stage.bodies) == 1


@pytest.mark.parametrize(
    "answer",
    [
        lambda: error(404, "The model `tiny-chat` does not exist.", code="model_not_found"),
        lambda: error(404, "model 'tiny-chat' not found, try pulling it first", type="api_error"),
        lambda: error(404, "The model `tiny-chat` does not exist.", type="NotFoundError", code=404),
        lambda: error(400, "invalid model ID", param="model"),
        lambda: as_json({"error": 'model "tiny-chat" not found'}, 404),
    ],
)
def test_a_wrong_model_is_not_a_wrong_format(
    connect: Connect, stage: ChatStage, answer: Callable[[], Response]
) -> None:
    stage.act = lambda body: answer()
    failure = failure_of(connect(), "wrong-model", WANTS_JSON)
    assert "'tiny-chat'" in failure.reason
    assert len(stage.bodies) == 1


@pytest.mark.parametrize(
    ("status", "message", "code"),
    [
        (400, "This model's maximum context length is 512 tokens.", "context_length_exceeded"),
        (400, "the request exceeds the available context size", 400),
        (400, "'max_tokens' is too large: 1024. This model's maximum context length is 512 tokens", 400),
        (413, "Payload too large", None),
    ],
)
def test_too_long_a_request_is_not_a_wrong_format(
    connect: Connect, stage: ChatStage, status: int, message: str, code: object
) -> None:
    stage.act = lambda body: error(status, message, code=code)
    assert "larger context" in failure_of(connect(), "truncated", WANTS_JSON).reason
    # What was reserved for the reply may have been too much.
    assert ["max_tokens" in body for body in stage.bodies] == [True, False][: 1 if status == 413 else 2]


def test_a_wrong_address_is_said(connect: Connect, stage: ChatStage) -> None:
    stage.http.expect_request("/api/chat/completions").respond_with_data("404 page not found", status=404)
    failure = failure_of(connect(url=stage.url.replace("/v1", "/api")), "bad-reply", WANTS_JSON)
    assert "/v1" in failure.reason


def test_a_redirect_is_not_followed(connect: Connect, stage: ChatStage) -> None:
    stage.http.expect_request("/elsewhere", method="POST").respond_with_json({})
    stage.act = lambda body: Response(status=307, headers={"Location": "/elsewhere"})
    assert "another address" in failure_of(connect(), "bad-reply").reason
    assert [request.path for request, _ in stage.http.log] == ["/v1/chat/completions"]


@pytest.mark.parametrize("after", ["3", formatdate(1_700_000_003, usegmt=True), formatdate(1_700_000_003)])
def test_a_rate_limit_is_waited_for_as_long_as_asked(
    connect: Connect, stage: ChatStage, naps: Naps, after: str
) -> None:
    stage.take_turns(error(429, headers={"Retry-After": after}), completion("Back."))
    answer = connect().ask(FREE).result(20)
    assert isinstance(answer, ChatReply)
    assert answer.text == "Back."
    assert len(naps.taken) == 1
    assert 3 <= naps.taken[0] < 4
    assert answer.request_bytes == sum(stage.sizes)
    assert len(stage.sizes) == 2


@pytest.mark.parametrize("retries", [0, 2])
def test_a_rate_limit_that_stays_is_told_with_its_time(
    connect: Connect, stage: ChatStage, naps: Naps, retries: int
) -> None:
    stage.act = lambda body: error(429, "slow down", headers={"Retry-After": "7"})
    failure = failure_of(connect(retries=retries), "rate-limit", WANTS_JSON)
    assert failure.retry_after == 7
    assert "in 7 s" in failure.reason
    assert len(stage.bodies) == retries + 1
    assert len(naps.taken) == retries
    assert failure.request_bytes == sum(stage.sizes)


def test_a_wait_longer_than_the_time_left_is_not_begun(connect: Connect, stage: ChatStage, naps: Naps) -> None:
    stage.act = lambda body: error(429, headers={"Retry-After": "120"})
    assert failure_of(connect(timeout=30), "rate-limit").retry_after == 120
    assert naps.taken == []


def test_an_empty_account_is_no_reason_to_try_again(connect: Connect, stage: ChatStage) -> None:
    stage.act = lambda body: error(429, "You exceeded your current quota.", code="insufficient_quota")
    assert "nothing left to spend" in failure_of(connect(), "rate-limit").reason
    assert len(stage.bodies) == 1


def test_waits_double_and_jitter(connect: Connect, stage: ChatStage, naps: Naps) -> None:
    stage.act = lambda body: error(503, "Overloaded")
    failure = failure_of(connect(retries=3), "server-error")
    assert "Overloaded" in failure.reason
    for waited, most in zip(naps.taken, (0.5, 1.0, 2.0), strict=True):
        assert most / 2 <= waited <= most


def test_a_server_that_always_fails_is_told(connect: Connect, stage: ChatStage, naps: Naps) -> None:
    stage.act = lambda body: error(500, "out of \x1b[31mcheese\x07")
    assert "HTTP 500: out of cheese" in failure_of(connect(), "server-error").reason
    assert len(stage.bodies) == 3
    assert len(naps.taken) == 2


def test_nobody_listens(connect: Connect, stage: ChatStage) -> None:
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    failure = failure_of(connect(url=f"http://127.0.0.1:{port}/v1"), "no-server")
    assert f"127.0.0.1:{port}" in failure.reason
    assert failure.request_bytes == 0


def test_a_slow_drip_does_not_outlast_the_limit(connect: Connect, stage: ChatStage) -> None:
    """Each byte comes in time; the whole would take seven seconds."""
    stage.act = lambda body: events(*(b" ", 0.05) * 140)
    start = time.monotonic()
    failure = failure_of(connect(timeout=0.4), "timeout")
    assert time.monotonic() - start < 4
    assert "0.4 s" in failure.reason
    assert failure.request_bytes == sum(stage.sizes)


def test_a_server_that_says_nothing_does_not_outlast_the_limit(connect: Connect, stage: ChatStage) -> None:
    hold = threading.Event()

    def act(body: Body) -> Response:
        hold.wait(5)
        return completion("too late")

    stage.act = act
    failure_of(connect(timeout=0.3), "timeout")
    hold.set()


def test_a_connection_that_drops_is_tried_again(connect: Connect, stage: ChatStage, naps: Naps) -> None:
    def drop(body: Body) -> Response:
        cut = Response(b'{"choices": [', content_type="application/json")
        cut.headers["Content-Length"] = "500"
        cut.automatically_set_content_length = False
        return cut

    stage.take_turns(drop, completion("Again."))
    answer = connect().ask(FREE).result(20)
    assert isinstance(answer, ChatReply)
    assert answer.text == "Again."
    stage.act = drop
    assert "broke off" in failure_of(connect(), "bad-reply").reason
    assert len(naps.taken) == 3


@pytest.mark.parametrize(
    "answer",
    [
        lambda: Response(b'{"choices": [{"mess', content_type="application/json"),
        lambda: Response(b"<html>Welcome to the router</html>", content_type="text/html"),
        lambda: as_json([1, 2]),
        lambda: as_json({"choices": []}),
        lambda: as_json({"choices": None, "error": {"message": "upstream gone"}}),
        lambda: as_json({"choices": [{"message": "hello"}]}),
        lambda: Response(b"[" * 100_000, content_type="application/json"),
    ],
)
def test_a_body_that_is_no_reply_is_told(connect: Connect, stage: ChatStage, answer: Callable[[], Response]) -> None:
    stage.act = lambda body: answer()
    assert "judge_url" in failure_of(connect(), "bad-reply").reason


def test_a_reply_that_was_cut_off_is_no_reply(connect: Connect, stage: ChatStage) -> None:
    stage.act = lambda body: completion('{"ok": tr', finish="length")
    failure = failure_of(connect(), "truncated", WANTS_JSON)
    assert "16,384 tokens; `mockdl config set judge_max_tokens" in failure.reason
    assert [body["max_tokens"] for body in stage.bodies] == [1024, 4096, 16384]
    assert (failure.prompt_tokens, failure.completion_tokens) == (3 * READ, 21)


@pytest.mark.parametrize(
    "answer",
    [
        lambda: completion("", finish="content_filter"),
        lambda: completion(None, refusal="I can't help with that."),
        lambda: error(400, "The response was filtered.", code="content_filter"),
    ],
)
def test_a_refusal_is_told_apart(connect: Connect, stage: ChatStage, answer: Callable[[], Response]) -> None:
    stage.act = lambda body: answer()
    failure = failure_of(connect(), "refused", WANTS_JSON)
    assert "declined" in failure.reason
    assert len(stage.bodies) == 1


def test_an_empty_reply_is_told(connect: Connect, stage: ChatStage) -> None:
    stage.act = lambda body: completion("  \n")
    failure_of(connect(), "empty")


TLS = Path(__file__).resolve().parents[1] / "data" / "tls"


@pytest.fixture
def secure() -> Iterator[HTTPServer]:
    """A server that speaks TLS, with a certificate that nobody has signed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "certificate.pem", TLS / "key.pem")
    with HTTPServer("127.0.0.1", 0, ssl_context=context) as server:
        server.expect_request("/v1/chat/completions").respond_with_handler(lambda _: completion("Hello."))
        yield server


def test_a_certificate_that_is_not_trusted_is_named_and_its_authority_can_be_told(
    connect: Connect, secure: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"https://127.0.0.1:{secure.port}/v1"
    failure = failure_of(connect(url=url), "no-server")
    assert "certificate" in failure.reason
    assert "SSL_CERT_FILE" in failure.reason
    monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "certificate.pem"))
    assert isinstance(connect(url=url).ask(FREE).result(20), ChatReply)


def test_https_to_a_server_without_tls_is_named(connect: Connect, stage: ChatStage) -> None:
    failure = failure_of(connect(url=stage.url.replace("http://", "https://")), "no-server")
    assert "has to begin with http://" in failure.reason


def test_a_proxy_that_refuses_is_named(
    connect: Connect, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    httpserver.expect_request("/").respond_with_data("no", status=403)
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{httpserver.port}")
    failure = failure_of(connect(url="https://models.example/v1", retries=0), "no-server")
    assert "proxy" in failure.reason


def test_a_server_of_the_own_network_needs_no_key() -> None:
    near = ChatServer("http://192.168.1.20:11434/v1", "m")
    assert near.key_problem() == ""
    assert near.credentials()["authorization"].get_secret_value() == "Bearer none"
    assert "needs a key" in ChatServer("https://models.example/v1", "m").key_problem()


def test_a_reply_is_made_as_short_as_the_account_can_pay(connect: Connect, stage: ChatStage) -> None:
    words = "This request requires more credits. You requested up to 2480 tokens, but can only afford 900."
    stage.act = lambda body: completion("{}") if body["max_tokens"] <= 900 else error(402, words)
    answer = connect(retries=0).ask(WANTS_JSON._replace(max_tokens=2480)).result(20)
    assert isinstance(answer, ChatReply)
    assert [body["max_tokens"] for body in stage.bodies] == [2480, 900]
    stage.act = lambda body: error(402, "can only afford 12")
    assert "can only afford 12" in failure_of(connect(retries=0), "rate-limit", WANTS_JSON).reason
