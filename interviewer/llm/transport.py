"""The one door to openai: a request goes out, a reply or the trouble with it comes back.

openai is imported when a door is made, which happens in the client's own thread. The
library reads keys, organisations and headers from the environment by itself; here the
last word on what leaves is a hook that lets only known headers through.
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import nullcontext
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Any

from interviewer.llm.chat import OnDelta
from interviewer.llm.request_failures import Trouble, trouble_of
from interviewer.llm.response_parsing import Heard, join_pieces, read_model_names, read_piece, read_reply
from interviewer.llm.server_config import ChatServer
from interviewer.llm.way_to_server import authorities, proxy_to

if TYPE_CHECKING:
    import httpx2
    from openai import AsyncStream
    from openai._streaming import ServerSentEvent

_MAY_LEAVE = {"host", "accept", "accept-encoding", "connection", "user-agent", "content-type", "content-length"}


class Sent:
    """Counts the bytes that one call sends."""

    current: ContextVar[Sent] = ContextVar("sent")

    def __init__(self) -> None:
        self.bytes = 0


class Door:
    """A connection pool to one server.

    Args:
        server: where to.
        clock: seconds since 1970, to read dates in headers.

    Raises:
        NoWayError: a proxy or a file of authorities that the environment names cannot be used.
    """

    def __init__(self, server: ChatServer, *, clock: Callable[[], float] = time.time) -> None:
        import httpx2
        from openai import AsyncOpenAI

        # At their most talkative these log headers and status lines of replies, and a server may repeat a key there.
        for name in ("openai", "httpx2", "httpcore2"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self._server = server
        self._clock = clock
        self._secrets = server.secrets()
        proxy = proxy_to(server)
        with proxy.in_use() if proxy else nullcontext():
            self._http = httpx2.AsyncClient(
                timeout=httpx2.Timeout(server.timeout, connect=min(server.connect_timeout, server.timeout)),
                # A redirect would carry text and keys to a host that nobody agreed to.
                follow_redirects=False,
                # What the environment says of the way is read here, where what is wrong with it can be told.
                trust_env=False,
                proxy=proxy.url if proxy else None,
                verify=authorities(server),
                event_hooks={"request": [self._let_out]},
            )
        self._openai = AsyncOpenAI(base_url=server.url, api_key="-", http_client=self._http, max_retries=0)

    async def send(self, body: dict[str, Any], on_delta: OnDelta) -> Heard | Trouble:
        """Send one chat request; `on_delta` hears each piece when the body asks for a stream."""
        before = Sent.current.get().bytes
        try:
            heard = await (self._stream(body, on_delta) if body.get("stream") else self._post(body))
        except Exception as error:
            trouble = trouble_of(error, self._server, self._clock())
            if trouble.kind == "no-server":
                Sent.current.get().bytes = before  # nobody was there to get them
            return trouble
        return heard._replace(
            text=self._secrets.hide_exact(heard.text),
            refusal=self._secrets.quote(heard.refusal),
            model=self._secrets.quote(heard.model, 80),
        )

    async def models(self) -> tuple[str, ...] | Trouble:
        """Ask for the names of the server's models."""
        import httpx2

        try:
            response = await self._openai.get("/models", cast_to=httpx2.Response)
            return tuple(self._secrets.quote(name, 80) for name in read_model_names(response.content))
        except Exception as error:
            return trouble_of(error, self._server, self._clock())

    async def close(self) -> None:
        """Close all connections."""
        await self._openai.close()

    async def _post(self, body: dict[str, Any]) -> Heard:
        import httpx2

        response = await self._openai.post("/chat/completions", cast_to=httpx2.Response, body=body)
        return read_reply(response.content)

    async def _stream(self, body: dict[str, Any], on_delta: OnDelta) -> Heard:
        pieces: list[Heard] = []
        path = "/chat/completions"
        kind = _ending_stream()
        stream = await self._openai.post(path, cast_to=object, body=body, stream=True, stream_cls=kind)
        async with stream:
            if "application/json" in stream.response.headers.get("content-type", ""):
                heard = read_reply(await stream.response.aread())  # it knows no streams
                on_delta(self._secrets.hide_exact(heard.text))
                return heard
            async for event in stream:
                pieces.append(read_piece(event))
                if pieces[-1].text:
                    on_delta(self._secrets.hide_exact(pieces[-1].text))
        return join_pieces(pieces, ended=getattr(stream, "ended", False))

    async def _let_out(self, request: httpx2.Request) -> None:
        for name in [name for name in request.headers if name not in _MAY_LEAVE]:
            del request.headers[name]
        for name, value in self._server.credentials().items():
            request.headers[name] = value.get_secret_value()
        sent = Sent.current.get(None)
        if sent is not None:
            sent.bytes += int(request.headers.get("content-length", 0))


@cache
def _ending_stream() -> type[AsyncStream[object]]:
    """A stream that knows whether the server said that it had come to its end."""
    from openai import AsyncStream

    class EndingStream(AsyncStream[object]):
        ended = False

        async def _iter_events(self) -> AsyncIterator[ServerSentEvent]:
            async for event in super()._iter_events():
                self.ended |= event.data.startswith("[DONE]")
                yield event

    return EndingStream
