"""Every rung, reached the way real servers make one reach it, and remembered."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from werkzeug import Response

from interviewer.llm import ChatClient
from interviewer.llm.chat import ChatFailure, ChatReply, Rung
from tests.llm.conftest import CANARY, FREE, SCHEMA, WANTS_JSON, Connect, Naps
from tests.support.chat_server import Body, ChatStage, as_json, completion, error, takes

REFUSALS: dict[str, Callable[[], Response]] = {
    "400": lambda: error(400, "Invalid parameter: 'response_format'", param="response_format"),
    "400 that says nothing": lambda: error(400, "Bad Request"),
    "400 that names the model too": lambda: error(400, "Model tiny-chat: json_schema not available"),
    "422": lambda: as_json(
        {"detail": [{"loc": ["body", "response_format", "type"], "msg": "bad", "input": "model not found"}]}, 422
    ),
    "404 of a router": lambda: error(404, "No endpoints found that can handle the requested parameters."),
    "500": lambda: error(500, "Internal Server Error"),
    "empty content": lambda: completion(""),
    "null content": lambda: completion(None),
    "ignored": lambda: completion("Well, I think it is fine."),
}


def reply_of(client: ChatClient) -> ChatReply:
    answer = client.ask(WANTS_JSON).result(20)
    assert isinstance(answer, ChatReply), answer
    return answer


@pytest.mark.parametrize("refusal", REFUSALS)
@pytest.mark.parametrize("rung", list(Rung))
def test_the_highest_rung_that_works_is_found_and_kept(
    connect: Connect, stage: ChatStage, tmp_path: Path, rung: Rung, refusal: str
) -> None:
    stage.act = takes(rung, otherwise=REFUSALS[refusal])
    client = connect(cache=tmp_path)
    answer = reply_of(client)
    assert (answer.text, answer.rung) == ('{"ok": true}', rung)
    assert answer.request_bytes == sum(stage.sizes)
    tried = len(stage.bodies)
    assert tried >= list(Rung).index(rung) + 1
    assert reply_of(client).rung is rung
    assert reply_of(connect(cache=tmp_path)).rung is rung
    assert len(stage.bodies) == tried + 2


def test_each_rung_asks_in_its_own_way(connect: Connect, stage: ChatStage) -> None:
    stage.act = takes("text", otherwise=REFUSALS["400"])
    reply_of(connect())
    formats = [body.get("response_format") for body in stage.bodies]
    assert formats == [
        {"type": "json_schema", "json_schema": {"name": "verdict", "schema": SCHEMA, "strict": True}},
        {"type": "json_object", "schema": SCHEMA},
        {"type": "json_object"},
        None,
    ]
    told = [json.dumps(SCHEMA) in body["messages"][0]["content"] for body in stage.bodies]
    assert told == [False, False, True, True]
    assert all(body["messages"][0]["content"].startswith("Be brief.") for body in stage.bodies)


def test_a_hiccup_does_not_cost_the_best_rung(connect: Connect, stage: ChatStage, naps: Naps) -> None:
    stage.take_turns(error(500), completion('{"ok": true}'))
    assert reply_of(connect()).rung is Rung.JSON_SCHEMA
    assert len(naps.taken) == 1


def test_a_failure_that_may_be_the_formats_is_repeated_once(connect: Connect, stage: ChatStage) -> None:
    """As with llama.cpp's Python server, which answers 500 to a JSON Schema."""
    stage.act = takes("json_object with schema", otherwise=REFUSALS["500"])
    assert reply_of(connect(retries=5)).rung is Rung.OBJECT_WITH_SCHEMA
    assert len(stage.bodies) == 2 + 1


def test_a_reply_that_was_cut_off_still_tells_which_rung_the_server_takes(connect: Connect, stage: ChatStage) -> None:
    def act(body: Body) -> Response:
        if body.get("response_format", {}).get("type") == "json_schema":
            return error(400, "Invalid parameter: 'response_format'", param="response_format")
        return completion('{"ok"', "length")

    stage.act = act
    client = connect()
    kinds = [client.ask(WANTS_JSON).result(20) for _ in range(2)]
    assert [each.kind for each in kinds if isinstance(each, ChatFailure)] == ["truncated", "truncated"]
    asked = [(body["response_format"]["type"], body["max_tokens"]) for body in stage.bodies]
    assert asked == [("json_schema", 1024), *(("json_object", room) for room in (1024, 4096, 16384, 16384))]


def test_a_server_that_fails_on_every_rung_is_down(connect: Connect, stage: ChatStage, tmp_path: Path) -> None:
    stage.act = lambda body: error(500, "no GPU")
    answer = connect(cache=tmp_path).ask(WANTS_JSON).result(20)
    assert isinstance(answer, ChatFailure)
    assert answer.kind == "server-error"
    assert "no GPU" in answer.reason
    assert "response_format" not in stage.bodies[-1]
    assert len(stage.bodies) == 4 + 2
    assert list(tmp_path.glob("chat-servers*")) == []


def test_empty_on_every_rung_is_empty(connect: Connect, stage: ChatStage) -> None:
    stage.act = lambda body: completion("")
    answer = connect().ask(WANTS_JSON).result(20)
    assert isinstance(answer, ChatFailure)
    assert answer.kind == "empty"
    assert len(stage.bodies) == 4


def test_prose_on_the_last_rung_is_the_callers_to_judge(connect: Connect, stage: ChatStage) -> None:
    stage.act = lambda body: completion("I would rather not.")
    answer = reply_of(connect())
    assert (answer.text, answer.rung) == ("I would rather not.", Rung.TEXT)


def test_free_text_is_asked_for_plainly_and_teaches_nothing(connect: Connect, stage: ChatStage, tmp_path: Path) -> None:
    client = connect(cache=tmp_path)
    assert client.ask(FREE).result(20)
    assert "response_format" not in stage.bodies[0]
    stage.act = takes("json_schema", otherwise=REFUSALS["400"])
    assert reply_of(client).rung is Rung.JSON_SCHEMA


def test_a_rung_that_stops_working_is_left(connect: Connect, stage: ChatStage) -> None:
    client = connect()
    stage.act = takes("json_object with schema", otherwise=REFUSALS["500"])
    assert reply_of(client).rung is Rung.OBJECT_WITH_SCHEMA
    stage.act = takes("text", otherwise=REFUSALS["400"])
    assert reply_of(client).rung is Rung.TEXT


def test_models_of_one_server_are_remembered_apart(connect: Connect, stage: ChatStage, tmp_path: Path) -> None:
    def act(body: Body) -> Response:
        return takes("text" if body["model"] == "old" else "json_schema", otherwise=REFUSALS["400"])(body)

    stage.act = act
    assert reply_of(connect(cache=tmp_path, model="old")).rung is Rung.TEXT
    assert reply_of(connect(cache=tmp_path, model="new")).rung is Rung.JSON_SCHEMA
    assert reply_of(connect(cache=tmp_path, model="old")).rung is Rung.TEXT
    assert len(stage.bodies) == 4 + 1 + 1


@pytest.mark.parametrize("rubbish", ["", "[]", "{", '{"%s tiny-chat": {"rung": "ladder"}}', '{"%s tiny-chat": 3}'])
def test_a_damaged_memory_is_no_memory(connect: Connect, stage: ChatStage, tmp_path: Path, rubbish: str) -> None:
    (tmp_path / "chat-servers.json").write_text(rubbish.replace("%s", stage.url))
    stage.act = takes("json_schema", otherwise=REFUSALS["400"])
    assert reply_of(connect(cache=tmp_path)).rung is Rung.JSON_SCHEMA


def test_a_folder_that_cannot_be_written_costs_nothing(connect: Connect, stage: ChatStage, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    stage.act = takes("text", otherwise=REFUSALS["400"])
    assert reply_of(connect(cache=tmp_path / "file" / "cache")).rung is Rung.TEXT


def test_the_memory_holds_no_key(connect: Connect, stage: ChatStage, tmp_path: Path) -> None:
    stage.act = takes("text", otherwise=REFUSALS["400"])
    reply_of(connect(cache=tmp_path))
    (written,) = (file.read_text() for file in tmp_path.iterdir())
    assert stage.url in written
    assert CANARY not in written


def test_relearning_begins_at_the_top(connect: Connect, stage: ChatStage, tmp_path: Path) -> None:
    stage.act = takes("text", otherwise=REFUSALS["400"])
    client = connect(cache=tmp_path)
    reply_of(client)
    stage.act = takes("json_schema", otherwise=REFUSALS["400"])
    client.relearn()
    assert reply_of(client).rung is Rung.JSON_SCHEMA
    assert reply_of(connect(cache=tmp_path)).rung is Rung.JSON_SCHEMA


def test_bounds_of_lengths_are_left_out_where_a_strict_mode_does_not_know_them(
    connect: Connect, stage: ChatStage, tmp_path: Path
) -> None:
    def strict(body: Body) -> Response:
        if "maxLength" in json.dumps(body):
            return error(400, "Invalid schema for response_format 'verdict': 'maxLength' is not permitted.")
        return completion('{"ok": true}')

    stage.act = strict
    bounded = {"type": "object", "properties": {"ok": {"type": "string", "maxLength": 5}}}
    client = connect(cache=tmp_path)
    for _ in range(2):
        answer = client.ask(WANTS_JSON._replace(schema=bounded)).result(20)
        assert isinstance(answer, ChatReply)
        assert answer.rung is Rung.JSON_SCHEMA
    assert len(stage.bodies) == 3


def test_fields_of_one_form_are_told_once_in_words(connect: Connect, stage: ChatStage) -> None:
    stage.act = takes("text", otherwise=REFUSALS["400"])
    row = {"type": "object", "properties": {"verdict": {"type": "string"}}, "required": ["verdict"]}
    rows = {"type": "object", "properties": {"a": row, "b": row, "c": row}, "required": ["a", "b", "c"]}
    answer = connect().ask(WANTS_JSON._replace(schema=rows)).result(20)
    assert isinstance(answer, ChatReply)
    told = stage.bodies[-1]["messages"][0]["content"]
    assert told.count('"verdict"') == 2
    assert '"required": ["a", "b", "c"]' in told
