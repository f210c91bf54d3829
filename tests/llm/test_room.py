"""Models that think, servers that load, and what else a call has to put up with: each as a server sends it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from werkzeug import Response

from interviewer.llm.chat import ChatFailure, ChatReply
from tests.llm.conftest import FREE, WANTS_JSON, Connect, Naps
from tests.support.chat_server import READ, Body, ChatStage, as_json, completion, error


def reply(answer: object) -> ChatReply:
    assert isinstance(answer, ChatReply), answer
    return answer


def thinker(body: Body) -> Response:
    """Needs 3,000 tokens for its thoughts."""
    if body["max_tokens"] < 3000:
        return completion("", "length", reasoning_content="Let me see ...")
    return completion('{"ok": true}')


def test_a_model_that_thinks_gets_more_room_and_it_is_remembered(
    connect: Connect, stage: ChatStage, tmp_path: Path
) -> None:
    stage.act = thinker
    first = reply(connect(cache=tmp_path).ask(WANTS_JSON).result(20))
    assert [body["max_tokens"] for body in stage.bodies] == [1024, 4096]
    assert (first.prompt_tokens, first.completion_tokens) == (2 * READ, 14)
    reply(connect(cache=tmp_path).ask(WANTS_JSON).result(20))
    assert [body["max_tokens"] for body in stage.bodies[2:]] == [4096]


def test_the_room_and_further_fields_can_be_set(connect: Connect, stage: ChatStage) -> None:
    stage.act = thinker
    client = connect(max_tokens=5000, extra={"reasoning_effort": "low", "temperature": 1})
    reply(client.ask(WANTS_JSON).result(20))
    (body,) = stage.bodies
    assert (body["max_tokens"], body["reasoning_effort"], body["temperature"]) == (5000, "low", 1)


def test_a_model_that_never_stops_thinking_is_said_to(connect: Connect, stage: ChatStage) -> None:
    stage.act = lambda body: completion(None, "length", reasoning="Hm. " * 9)
    failure = connect(max_tokens=600).ask(WANTS_JSON).result(20)
    assert isinstance(failure, ChatFailure)
    assert "limit of 600 tokens before it came to an end of its thinking" in failure.reason
    assert len(stage.bodies) == 1


@pytest.mark.parametrize(
    "message",
    [
        {"reasoning_content": 'I think so. {"ok": false} no: {"ok": true}'},
        {"reasoning": '{"ok": true}'},
        {"tool_calls": [{"type": "function", "function": {"name": "verdict", "arguments": '{"ok": true}'}}]},
    ],
)
def test_a_reply_in_the_wrong_field_is_found(connect: Connect, stage: ChatStage, message: dict[str, Any]) -> None:
    stage.act = lambda body: completion("", **message)
    assert reply(connect().ask(WANTS_JSON).result(20)).text == '{"ok": true}'
    assert len(stage.bodies) == 1


def test_thoughts_are_no_free_text(connect: Connect, stage: ChatStage) -> None:
    stage.act = lambda body: completion("", reasoning_content="The candidate is wrong.")
    failure = connect().ask(FREE).result(20)
    assert isinstance(failure, ChatFailure)
    assert failure.kind == "empty"


def test_a_prompt_that_the_server_cut_is_no_judgement(connect: Connect, stage: ChatStage) -> None:
    long = FREE._replace(messages=(FREE.messages[0], FREE.messages[1]._replace(content="word " * 1400)))
    counted = {"prompt_tokens": 1024, "completion_tokens": 2}
    body = {"choices": [{"finish_reason": "stop", "message": {"content": "Hello."}}], "usage": counted}
    stage.act = lambda _: as_json(body)
    failure = connect().ask(long).result(20)
    assert isinstance(failure, ChatFailure)
    assert "read only 1,024 tokens of a prompt of 7,0" in failure.reason
    assert "OLLAMA_CONTEXT_LENGTH" in failure.reason
    assert len(stage.bodies) == 1


def test_what_is_reserved_for_the_reply_gives_way_to_a_small_context(connect: Connect, stage: ChatStage) -> None:
    stage.act = lambda body: (
        error(400, "This model's maximum context length is 4096 tokens.") if "max_tokens" in body else completion("Hi.")
    )
    assert reply(connect().ask(FREE).result(20)).text == "Hi."
    assert len(stage.bodies) == 2


def test_a_model_that_is_being_loaded_is_waited_for(connect: Connect, stage: ChatStage, naps: Naps) -> None:
    loading = {"error": {"message": "Loading model", "type": "unavailable_error", "code": 503}}
    stage.take_turns(*(as_json(loading, 503) for _ in range(9)), completion("Ready."))
    assert reply(connect(retries=0).ask(FREE).result(20)).text == "Ready."
    assert len(naps.taken) == 9
    begun: list[str] = []
    stage.take_turns(*(as_json(loading, 503) for _ in range(3)), completion("Ready."))
    client = connect(retries=0, on_loading=lambda: begun.append("it is said"))
    assert not client.is_loading
    assert reply(client.ask(FREE).result(20)).text == "Ready."
    assert begun == ["it is said"]
    assert not client.is_loading
    stage.act = lambda body: as_json(loading, 503)
    failure = connect(timeout=30).ask(FREE).result(20)
    assert isinstance(failure, ChatFailure)
    assert "still loading the model" in failure.reason
    assert "judge_timeout" in failure.reason


@pytest.mark.parametrize(
    ("message", "wanted"),
    [("System role not supported", ["user"]), ("Conversation roles must alternate user/assistant/...", ["user"])],
)
def test_a_template_without_a_system_role_gets_one_message(
    connect: Connect, stage: ChatStage, tmp_path: Path, message: str, wanted: list[str]
) -> None:
    def act(body: Body) -> Response:
        alone = [each["role"] for each in body["messages"]] == wanted
        return completion("Hello.") if alone else error(400, message)

    stage.act = act
    client = connect(cache=tmp_path)
    reply(client.ask(FREE).result(20))
    assert stage.bodies[-1]["messages"] == [{"role": "user", "content": "Be brief.\n\nSay hello."}]
    reply(connect(cache=tmp_path).ask(FREE).result(20))
    assert len(stage.bodies) == 3


def test_a_server_that_may_not_stream_answers_whole(connect: Connect, stage: ChatStage) -> None:
    stage.act = lambda body: (
        error(400, "Your organization must be verified to stream this model.", param="stream")
        if body.get("stream")
        else completion("Hello there.")
    )
    heard: list[str] = []
    assert reply(connect().stream(FREE, heard.append).result(20)).text == "Hello there."
    assert heard == ["Hello there."]


@pytest.mark.parametrize(
    ("status", "body", "seconds"),
    [
        (429, [{"error": {"code": 429, "message": "Please retry in 21.5s.", "status": "RESOURCE_EXHAUSTED"}}], 21.5),
        (429, {"error": {"message": "slow", "details": [{"@type": "RetryInfo", "retryDelay": "9s"}]}}, 9),
        (429, {"error": {"message": "Rate limit reached. Please try again in 1.2s."}}, 1.2),
    ],
)
def test_the_time_to_wait_is_found_in_the_body(
    connect: Connect, stage: ChatStage, naps: Naps, status: int, body: object, seconds: float
) -> None:
    stage.take_turns(as_json(body, status), completion("Back."))
    assert reply(connect().ask(FREE).result(20)).text == "Back."
    (waited,) = naps.taken
    assert seconds <= waited < seconds + 1


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (as_json([{"error": {"code": 400, "message": "API key not valid. Please pass one."}}], 400), "bad-key", "key"),
        (as_json([{"error": {"code": 404, "message": "models/x is not found"}}], 404), "wrong-model", "has no model"),
        (error(403, "Your input was flagged by moderation"), "refused", "flagged by moderation"),
        (error(403, "Country, region, or territory not supported"), "refused", "territory not supported"),
        (error(500, "model requires more system memory (9 GiB) than is available"), "server-error", "smaller one"),
        (as_json({"error": {"code": 402, "message": "Insufficient credits"}}), "rate-limit", "nothing left to spend"),
        (as_json({"error": {"code": 401, "message": "No auth"}}), "bad-key", "did not accept the key"),
    ],
)
def test_servers_are_taken_at_their_word(
    connect: Connect, stage: ChatStage, answer: Response, kind: str, words: str
) -> None:
    stage.act = lambda body: Response(answer.get_data(), status=answer.status_code, content_type="application/json")
    failure = connect(retries=0).ask(WANTS_JSON).result(20)
    assert isinstance(failure, ChatFailure)
    assert (failure.kind, words in failure.reason) == (kind, True), failure
    assert len(stage.bodies) == 1


def test_an_error_under_a_good_status_is_repeated_like_its_own(connect: Connect, stage: ChatStage, naps: Naps) -> None:
    busy = as_json({"error": {"code": 502, "message": "Provider returned error"}})
    broken = as_json({"choices": [{"finish_reason": "error", "message": {"content": "Hel"}}]})
    stage.take_turns(busy, broken, completion("Hello."))
    assert reply(connect().ask(FREE).result(20)).text == "Hello."
    assert len(naps.taken) == 2


def test_tokens_counted_as_fractions_are_counted(connect: Connect, stage: ChatStage) -> None:
    body = {"choices": [{"finish_reason": "stop", "message": {"content": "Hi."}}]}
    stage.act = lambda _: as_json({**body, "usage": {"prompt_tokens": 15.0, "completion_tokens": 2.0}})
    found = reply(connect().ask(FREE).result(20))
    assert (found.prompt_tokens, found.completion_tokens) == (15, 2)
