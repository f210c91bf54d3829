"""Streamed replies: pieces in order, one end, and none of the ends that are none."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from werkzeug import Response

from interviewer.llm.chat import ChatFailure, ChatReply, Rung
from tests.llm.conftest import CANARY, FREE, WANTS_JSON, Connect, Naps
from tests.support.chat_server import DONE, READ, USAGE, Body, ChatStage, completion, error, event, events, takes


def test_pieces_come_in_order_and_while_the_server_still_speaks(connect: Connect, stage: ChatStage) -> None:
    go_on = threading.Event()

    def flow() -> Iterator[bytes]:
        yield event("Hel")
        assert go_on.wait(10)
        yield event("lo.") + event(finish="stop") + USAGE + DONE

    stage.act = lambda body: Response(flow(), content_type="text/event-stream")
    heard: list[str] = []

    def listen(text: str) -> None:
        heard.append(text)
        go_on.set()

    answer = connect().stream(FREE, listen).result(20)
    assert isinstance(answer, ChatReply)
    assert answer[:5] == ("Hello.", "tiny-chat-7b", Rung.TEXT, READ, 7)
    assert heard == ["Hel", "lo."]
    assert stage.bodies[0]["stream"] is True


def test_asking_for_a_stream_without_a_listener_gives_the_whole(connect: Connect, stage: ChatStage) -> None:
    stage.act = lambda body: events(event("Hel"), event("lo."), event(finish="stop"), DONE)
    answer = connect().ask(FREE._replace(stream=True)).result(20)
    assert isinstance(answer, ChatReply)
    assert answer.text == "Hello."


def test_a_server_without_streams_serves_all_the_same(connect: Connect, stage: ChatStage) -> None:
    heard: list[str] = []
    answer = connect().stream(FREE, heard.append).result(20)
    assert isinstance(answer, ChatReply)
    assert heard == [answer.text] == ["Hello."]


def test_a_stream_that_says_it_is_done_has_ended(connect: Connect, stage: ChatStage) -> None:
    stage.act = lambda body: events(event("Hel"), event("lo."), DONE)
    answer = connect().stream(FREE, lambda _: None).result(20)
    assert isinstance(answer, ChatReply)
    assert answer.text == "Hello."


def test_a_stream_that_breaks_off_is_no_reply_and_is_not_begun_again(
    connect: Connect, stage: ChatStage, naps: Naps
) -> None:
    """Without an end there is no telling what is missing; the pieces that were shown cannot be taken back."""
    stage.act = lambda body: events(event("Hel"), event("lo"))
    heard: list[str] = []
    answer = connect().stream(FREE, heard.append).result(20)
    assert isinstance(answer, ChatFailure)
    assert answer.kind == "bad-reply"
    assert "broke off" in answer.reason
    assert heard == ["Hel", "lo"]
    assert len(stage.bodies) == 1
    assert naps.taken == []


def test_a_stream_whose_connection_dies_is_no_reply(connect: Connect, stage: ChatStage) -> None:
    def die(body: Body) -> Response:
        answer = events(event("Hel"))
        answer.headers["Content-Length"] = "9999"
        return answer

    stage.act = die
    answer = connect().stream(FREE, lambda text: None).result(20)
    assert isinstance(answer, ChatFailure)
    assert answer.kind == "bad-reply"
    assert len(stage.bodies) == 1


def test_a_stream_that_dies_before_its_first_piece_is_begun_again(connect: Connect, stage: ChatStage) -> None:
    stage.take_turns(events(b""), events(event("Hello."), event(finish="stop"), DONE))
    heard: list[str] = []
    answer = connect().stream(FREE, heard.append).result(20)
    assert isinstance(answer, ChatReply)
    assert heard == ["Hello."]
    assert len(stage.bodies) == 2


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        ((event("He"), b"data: {not json}\n\n"), "bad-reply"),
        ((event("He"), b'data: {"error": {"message": "GPU fell off"}}\n\n'), "server-error"),
        ((event("He"), b"data: [1]\n\n", DONE), "bad-reply"),
        ((event("He"), event(finish="length"), DONE), "truncated"),
        ((event("He"), event(finish="content_filter"), DONE), "refused"),
        ((event(refusal="I can't."), event(finish="stop"), DONE), "refused"),
    ],
)
def test_what_goes_wrong_in_a_stream_is_told(
    connect: Connect, stage: ChatStage, parts: tuple[bytes, ...], kind: str
) -> None:
    stage.act = lambda body: events(*parts)
    answer = connect().stream(FREE, lambda text: None).result(20)
    assert isinstance(answer, ChatFailure)
    assert answer.kind == kind
    assert len(stage.bodies) == 1


def test_a_dripping_stream_does_not_outlast_the_limit(connect: Connect, stage: ChatStage) -> None:
    stage.act = lambda body: events(*(event("."), 0.05) * 140)
    start = time.monotonic()
    answer = connect(timeout=0.4).stream(FREE, lambda text: None).result(20)
    assert time.monotonic() - start < 4
    assert isinstance(answer, ChatFailure)
    assert answer.kind == "timeout"


def test_the_ladder_serves_streams_too(connect: Connect, stage: ChatStage) -> None:
    def act(body: Body) -> Response:
        answer = takes("json_object", otherwise=lambda: error(500))(body)
        return events(event('{"ok": true}'), event(finish="stop"), DONE) if answer.status_code == 200 else answer

    stage.act = act
    heard: list[str] = []
    answer = connect().stream(WANTS_JSON, heard.append).result(20)
    assert isinstance(answer, ChatReply)
    assert answer.rung is Rung.OBJECT
    assert heard == ['{"ok": true}']


def test_what_was_shown_is_not_asked_for_in_another_way(connect: Connect, stage: ChatStage) -> None:
    stage.act = lambda body: events(event(" "), event(finish="stop"), DONE)
    answer = connect().stream(WANTS_JSON, lambda text: None).result(20)
    assert isinstance(answer, ChatFailure)
    assert answer.kind == "empty"
    assert len(stage.bodies) == 1


def test_counts_of_tokens_are_done_without_where_they_cannot_be_had(connect: Connect, stage: ChatStage) -> None:
    def act(body: Body) -> Response:
        if "stream_options" in body:
            return error(400, "Unrecognized request argument supplied: stream_options")
        return events(event("Hello."), event(finish="stop"), DONE)

    stage.act = act
    answer = connect().stream(FREE, lambda text: None).result(20)
    assert isinstance(answer, ChatReply)
    assert (answer.prompt_tokens, answer.completion_tokens) == (None, None)


def test_after_cancelling_nothing_more_is_heard_and_the_server_is_left(connect: Connect, stage: ChatStage) -> None:
    left = threading.Event()

    def flow() -> Iterator[bytes]:
        try:
            while True:
                yield event("word ")
                time.sleep(0.01)
        finally:
            left.set()

    stage.act = lambda body: Response(flow(), content_type="text/event-stream")
    heard: list[str] = []
    begun = threading.Event()

    def listen(text: str) -> None:
        heard.append(text)
        begun.set()

    future = connect().stream(FREE, listen)
    assert begun.wait(10)
    assert future.cancel()
    time.sleep(0.05)  # a piece may have been on its way
    so_far = len(heard)
    answer = future.result(0)
    assert isinstance(answer, ChatFailure)
    assert answer.kind == "cancelled"
    assert left.wait(10)
    assert len(heard) == so_far


def test_a_listener_that_fails_ends_the_call_and_nothing_else(connect: Connect, stage: ChatStage) -> None:
    stage.act = lambda body: events(event("Hel"), event("lo."), event(finish="stop"), DONE)
    calls = 0

    def listen(text: str) -> None:
        nonlocal calls
        calls += 1
        raise KeyError(CANARY)

    client = connect()
    answer = client.stream(FREE, listen).result(20)
    assert isinstance(answer, ChatFailure)
    assert answer.kind == "cancelled"
    assert "KeyError" in answer.reason
    assert CANARY not in answer.reason
    assert calls == 1
    stage.act = lambda body: completion("Still here.")
    assert isinstance(client.ask(FREE).result(20), ChatReply)
