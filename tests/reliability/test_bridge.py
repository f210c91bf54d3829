"""One worker process for several programs: what they share, and what each can spoil for the others."""

from __future__ import annotations

import os
import signal
import socket
import stat
import threading
import time
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from interviewer.core.grade.grade import Grade, GradeRequest, Ungraded
from interviewer.errors import EncoderError
from interviewer.worker.bridge import Bridge
from interviewer.worker.child_process import ChildProcess
from interviewer.worker.engine import WorkerEngine
from interviewer.worker.meeting_point import connect
from interviewer.worker.protocol import pack_message
from tests.support.builders import make_item
from tests.support.packs import write_pack
from tests.support.stub_engine import STUB

pytestmark = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="needs local sockets")


class House:
    """One serving engine behind a bridge, and engines that visit it."""

    def __init__(self, tmp_path: Path) -> None:
        self.cache = tmp_path / "cache"
        self.pack = write_pack(tmp_path / "pack", make_item("alpha"), make_item("beta"))
        self.engines: list[WorkerEngine] = []
        self.bridge: Bridge | None = None

    def engine(self, model: str = "words", **others: Any) -> WorkerEngine:
        made = WorkerEngine(
            model=model,
            device="cpu",
            cache=self.cache,
            packs=[self.pack],
            bank_cache=self.cache / "bank.json",
            log=self.cache / "worker.log",
            **others,
        )
        self.engines.append(made)
        return made

    def serve(self, model: str = "words") -> WorkerEngine:
        engine = self.engine(model, command=STUB)
        engine.start()
        self.bridge = Bridge(engine)
        return engine

    def visit(self, model: str = "words") -> WorkerEngine:
        assert self.bridge is not None
        engine = self.engine(model, shared=self.bridge.address, command=("no-such-program",))
        engine.start()
        return engine

    def visitors(self) -> int:
        assert self.bridge is not None
        return self.bridge.visitors

    def starts(self) -> int:
        return sum(line.startswith("-- ") for line in (self.cache / "worker.log").read_text().splitlines())


@pytest.fixture(params=["at a file", "on loopback"])
def house(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    if request.param == "on loopback":
        without = {name: value for name, value in vars(socket).items() if name != "AF_UNIX"}
        monkeypatch.setattr("interviewer.worker.meeting_point.socket", types.SimpleNamespace(**without))
    built = House(tmp_path)
    yield built
    for engine in reversed(built.engines):
        engine.stop()
    if built.bridge is not None:
        built.bridge.close()


def request(answer: str) -> GradeRequest:
    return GradeRequest(question_id="alpha", answer=answer)


def wait_for(condition: Callable[..., Any], what: str, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.01)


def test_two_visitors_are_served_by_one_process(house: House) -> None:
    house.serve()
    first, second = house.visit(), house.visit()
    grades = [engine.grade(request("an answer")) for engine in (first, second, first)]
    assert all(isinstance(each.result(30), Grade) for each in grades)
    assert first.search("title of beta", 1).result(30)[0].question_id == "beta"
    for visitor in (first, second):
        wait_for(lambda engine=visitor: engine.status().state == "ready", "ready")
        assert visitor.status().model == "words"
    assert house.starts() == 1


@pytest.mark.parametrize("house", ["at a file"], indirect=True)
def test_only_the_user_can_open_the_socket(house: House) -> None:
    house.serve()
    assert house.bridge is not None
    path = Path(house.bridge.address)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    house.bridge.close()
    assert not path.parent.exists()


def test_a_visitor_that_leaves_ends_nothing_for_the_others(house: House) -> None:
    house.serve()
    leaving, staying = house.visit(), house.visit()
    leaving.grade(request("sleep 0.2"))
    leaving.stop()
    assert isinstance(staying.grade(request("an answer")).result(30), Grade)
    assert house.bridge is not None
    wait_for(lambda: house.visitors() == 1, "the bridge to notice")
    assert house.starts() == 1


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
def test_a_worker_that_is_killed_costs_no_visitor_a_grade(house: House, tmp_path: Path) -> None:
    server = house.serve()
    first, second = house.visit(), house.visit()
    marker = tmp_path / "began"
    grades = [first.grade(request(f"once {marker} sleep 60")), second.grade(request("an answer"))]
    wait_for(marker.exists, "the grading to begin")
    assert isinstance(server._child, ChildProcess)
    os.kill(server._child.pid, signal.SIGKILL)
    assert all(isinstance(each.result(30), Grade) for each in grades)
    assert house.starts() == 2
    wait_for(lambda: first.notices and second.notices, "both to be told")
    assert "killed by signal 9" in first.notices[0]


def test_when_the_server_is_gone_an_answer_is_ungraded_and_says_so(house: House) -> None:
    house.serve()
    visitor = house.visit()
    assert isinstance(visitor.grade(request("an answer")).result(30), Grade)
    waiting = visitor.grade(request("sleep 60"))
    assert house.bridge is not None
    house.bridge.close()
    result = waiting.result(30)
    assert isinstance(result, Ungraded)
    assert "shared" in result.reason
    assert visitor.status().state == "failed"


def test_errors_arrive_with_what_to_do(house: House) -> None:
    house.serve("unindexable")
    with pytest.raises(EncoderError, match="index is not there") as caught:
        house.visit("unindexable").search("beta").result(30)
    assert "mockdl doctor" in caught.value.todo


def test_a_visitor_with_other_settings_is_told(house: House) -> None:
    house.serve()
    same, other = house.visit(), house.visit("another-model")
    wait_for(lambda: other.notices, "the notice")
    assert "keeps the settings it was started with" in other.notices[0]
    same.grade(request("an answer")).result(30)
    assert same.notices == []


def test_nonsense_on_the_socket_costs_only_who_sent_it(house: House) -> None:
    house.serve()
    visitor = house.visit()
    assert house.bridge is not None
    unknown = pack_message({"id": 1, "method": "load_encoder", "params": {}})
    for nonsense in (b"\xff" * 64, b"\x00\x00\x00\x02{}", b"\x00\x00\x00\x05hello", b"\x00\x00", unknown):
        with connect(house.bridge.address) as caller:
            caller.sendall(nonsense)
            caller.shutdown(socket.SHUT_WR)
            caller.settimeout(30)
            while caller.recv(65536):
                pass
    wait_for(lambda: house.visitors() == 1, "the callers to be forgotten")
    assert isinstance(visitor.grade(request("an answer")).result(30), Grade)


@pytest.mark.parametrize("house", ["on loopback"], indirect=True)
def test_a_stranger_on_loopback_is_shown_nothing_and_holds_up_nobody(house: House) -> None:
    house.serve()
    assert house.bridge is not None
    port, _, key = house.bridge.address.partition(":")
    with socket.create_connection(("127.0.0.1", int(port)), timeout=30) as silent:
        with pytest.raises(OSError, match=r"hung up|reset|somebody else"):
            connect(f"{port}:{'0' * len(key)}")
        visitor = house.visit()
        assert isinstance(visitor.grade(request("an answer")).result(30), Grade)
        received = b""
        while more := silent.recv(100):
            received += more
    assert len(received) == 32, "a nonce, and no message"
    assert house.visitors() == 1


def test_who_took_over_a_port_that_was_given_up_gets_no_visitor() -> None:
    with socket.create_server(("127.0.0.1", 0)) as impostor:

        def listen() -> None:
            connection, _ = impostor.accept()
            with connection:
                connection.sendall(connection.recv(32) + b"x" * 32)
                connection.recv(1)

        thread = threading.Thread(target=listen)
        thread.start()
        with pytest.raises(OSError, match="somebody else"):
            connect(f"{impostor.getsockname()[1]}:{'00' * 32}")
        thread.join(10)
