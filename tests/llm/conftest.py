"""A loopback server to talk to, and a client that never really waits."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from pytest_httpserver import HTTPServer

from interviewer.llm import ChatClient, ChatServer
from interviewer.llm.chat import ChatMessage, ChatRequest
from tests.support.chat_server import ChatStage

CANARY = "canary-7f3a9c51e2d84b06"
SCHEMA = {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]}
FREE = ChatRequest((ChatMessage("system", "Be brief."), ChatMessage("user", "Say hello.")))
WANTS_JSON = FREE._replace(schema=SCHEMA, schema_name="verdict")


class Naps:
    """Stands in for sleeping and keeps how long it was asked to."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)


@pytest.fixture(scope="session")
def http() -> Iterator[HTTPServer]:
    """One server for all tests: stopping one takes half a second."""
    with HTTPServer(host="127.0.0.1", port=0, threaded=True) as server:
        yield server


@pytest.fixture
def stage(http: HTTPServer) -> Iterator[ChatStage]:
    http.clear()
    yield ChatStage(http)
    http.check()


@pytest.fixture
def naps() -> Naps:
    return Naps()


Connect = Callable[..., ChatClient]


@pytest.fixture
def connect(stage: ChatStage, naps: Naps, tmp_path: Path) -> Iterator[Connect]:
    """Makes clients of the stage; keyword arguments change what is known of the server."""
    made: list[ChatClient] = []

    def make(cache: Path | None = None, on_loading: Callable[[], None] = lambda: None, **changes: Any) -> ChatClient:
        server = ChatServer(**{"url": stage.url, "model": "tiny-chat", "key": SecretStr(CANARY), **changes})
        known: dict[str, Any] = {"chance": random.Random(7), "sleep": naps, "clock": lambda: 1_700_000_000}
        made.append(ChatClient(server, cache=cache, on_loading=on_loading, **known))
        return made[-1]

    yield make
    for client in made:
        client.close()
