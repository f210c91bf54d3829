"""A real HTTP server on loopback that behaves as it is told, well or badly."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

READ = 2_000
"""Tokens that each prompt is said to have: as many as the longest, or it would have been cut."""
Body = dict[str, Any]
Act = Callable[[Body], Response]


class ChatStage:
    """Serves `/v1/chat/completions` and `/v1/models`; keeps what it was sent."""

    def __init__(self, http: HTTPServer) -> None:
        self.http = http
        self.act: Act = lambda body: completion("Hello.")
        self.models: Response | None = None
        self.bodies: list[Body] = []
        self.headers: list[dict[str, str]] = []
        self.sizes: list[int] = []
        self.asked_for_models = 0
        self.socket: Any = None
        """Of the latest request."""
        http.expect_request("/v1/chat/completions", method="POST").respond_with_handler(self._chat)
        http.expect_request("/v1/models", method="GET").respond_with_handler(self._models)

    @property
    def url(self) -> str:
        """Base URL."""
        return f"http://127.0.0.1:{self.http.port}/v1"

    def take_turns(self, *answers: Response | Act) -> None:
        """One answer after another; the last one stays."""
        rest = list(answers)

        def act(body: Body) -> Response:
            answer = rest.pop(0) if len(rest) > 1 else rest[0]
            return answer if isinstance(answer, Response) else answer(body)

        self.act = act

    def _chat(self, request: Request) -> Response:
        data = request.get_data()
        body = json.loads(data)  # requests are answered in threads: the latest one may be another's
        self.bodies.append(body)
        self.sizes.append(len(data))
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        self.socket = request.environ["werkzeug.socket"]
        return self.act(body)

    def _models(self, request: Request) -> Response:
        self.asked_for_models += 1
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        if self.models is not None:
            return self.models
        return as_json({"object": "list", "data": [{"id": "tiny-embed"}, {"id": "tiny-chat"}]})


def as_json(body: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(json.dumps(body), status=status, headers=headers, content_type="application/json")


def completion(text: str | None, finish: str = "stop", **message: Any) -> Response:
    return as_json(
        {
            "id": "1",
            "object": "chat.completion",
            "model": "tiny-chat-7b",
            "choices": [
                {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text, **message}}
            ],
            "usage": {"prompt_tokens": READ, "completion_tokens": 7, "total_tokens": READ + 7},
        }
    )


def error(status: int, message: str = "no", *, headers: dict[str, str] | None = None, **fields: Any) -> Response:
    return as_json({"error": {"message": message, **fields}}, status, headers)


def event(text: str | None = None, finish: str | None = None, **delta: Any) -> bytes:
    body = {
        "model": "tiny-chat-7b",
        "choices": [{"index": 0, "delta": {"content": text, **delta}, "finish_reason": finish}],
    }
    return b"data: " + json.dumps(body).encode() + b"\n\n"


USAGE = f'data: {{"choices": [], "usage": {{"prompt_tokens": {READ}, "completion_tokens": 7}}}}\n\n'.encode()
DONE = b"data: [DONE]\n\n"


def events(*parts: bytes | float) -> Response:
    """A stream; a number is a pause in seconds."""

    def flow() -> Iterator[bytes]:
        for part in parts:
            if isinstance(part, bytes):
                yield part
            else:
                time.sleep(part)

    return Response(flow(), content_type="text/event-stream")


def takes(*kinds: str, otherwise: Callable[[], Response], text: str = '{"ok": true}') -> Act:
    """A server that takes these forms of `response_format` ("text" for none) and answers `otherwise` to the rest."""

    def act(body: Body) -> Response:
        wanted = body.get("response_format", {"type": "text"})
        kind = "json_object with schema" if "schema" in wanted else wanted["type"]
        return completion(text) if kind in kinds else otherwise()

    return act
