"""The web server: textual-serve's bridge between browser and app, behind a guard, with our own page.

Every address begins with the token. What comes without it gets 403 and learns nothing, the
websocket included; so no other page in the same browser can reach an interview.
"""

from __future__ import annotations

import asyncio
import secrets
import signal
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from pathlib import Path
from string import Template
from typing import NamedTuple
from weakref import WeakSet

from aiohttp import WSCloseCode, web
from textual_serve.server import Server, to_int

from interviewer.errors import UsageError
from interviewer.web.connections import BACKLOG, Connections, most_connections
from interviewer.web.fault_log import LoopFaults, quiet_log
from interviewer.web.guard import COOKIE, Guard, protect
from interviewer.web.visit import MOST_BYTES, App, attend

_HERE = Path(__file__).parent
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - only to name the machine instead
_GRACE = 5.0
"""Seconds that apps have to end after Ctrl-C."""
_FOR_ROOM = 3.0
"""Seconds to wait for a window to close: one that is loaded anew is closed and opened in one go."""
_KEEPALIVE = 10.0
"""Seconds after which a connection that asks for nothing, or does not come to the end of what it asks, is closed."""


class Address(NamedTuple):
    """Where to listen."""

    host: str
    port: int
    """0 for any that is free."""
    token: str
    names: tuple[str, ...] = ()
    """Further names by which browsers reach it."""


class Limits(NamedTuple):
    """What visitors may take."""

    visitors: int = 8
    """Open windows at a time; each is a program of some 60 MB."""
    idle_after: float | None = 7200.0
    """Seconds after which a window from which nothing came is closed; None for never."""
    heartbeat: float = 15.0
    """Seconds between two looks at whether a browser is still there; it has half of that to answer."""


class WebServer(Server):
    """Serves one command to every browser that knows the token.

    Args:
        command: run for each visitor.
        address: where to listen.
        say: told the URL once the server listens.
        limits: what visitors may take.
    """

    def __init__(
        self, command: Sequence[str], address: Address, say: Callable[[str], None], limits: Limits | None = None
    ) -> None:
        super().__init__(command[0], host=address.host, port=address.port, title="mockdl")
        self._argv = command
        self._address = address
        self._say = say
        self._limits = limits or Limits()
        self._guard = Guard(address.host, address.names, address.token)
        self._visits = 0
        self._open: WeakSet[web.WebSocketResponse] = WeakSet()

    def run(self) -> None:
        """Serve until Ctrl-C, SIGTERM, or the end of the terminal; every app is then asked to end.

        Raises:
            UsageError: the address cannot be listened at.
        """
        asyncio.run(self._run())

    async def _run(self) -> None:
        log, loop = quiet_log(), asyncio.get_running_loop()
        loop.set_exception_handler(LoopFaults(log))
        runner = web.AppRunner(
            await self._make_app(),
            access_log=None,
            logger=log,
            shutdown_timeout=_GRACE,
            keepalive_timeout=_KEEPALIVE,
            lingering_time=0.0,
        )
        await runner.setup()
        assert runner.server is not None
        self._connections = Connections(runner.server, most_connections(self._limits.visitors))
        try:
            with closing(await self._listen()) as listening:
                stopped = _on_stop()  # before anyone can know that there is something to stop
                self._say(self._url(listening.sockets[0].getsockname()[1]))
                await stopped.wait()
        finally:
            await runner.cleanup()

    async def _listen(self) -> asyncio.Server:
        host, port = self._address.host, self._address.port
        try:
            return await asyncio.get_running_loop().create_server(self._connections, host, port, backlog=BACKLOG)
        except (OSError, UnicodeError) as error:  # the second of a name that can be none
            raise UsageError(
                f"Nothing can be served at {host}, port {port}: {getattr(error, 'strerror', None) or error}.",
                todo="Choose another one with --port; 0 takes any that is free.",
            ) from error

    def _url(self, port: int) -> str:
        host = socket.gethostname() if self._address.host in _EVERYWHERE else self._address.host
        return f"http://{f'[{host}]' if ':' in host else host}:{port}/{self._address.token}/"

    async def _make_app(self) -> web.Application:
        app = web.Application(middlewares=[self._check], client_max_size=1)
        base = f"/{self._address.token}"
        app.add_routes(
            [
                web.get(base, self._complete),
                web.get(f"{base}/", self._page),
                *(web.get(f"{base}/{name}", self._file) for name in ("page.js", "page.css")),
                web.get(f"{base}/no-room", self._no_room),
                web.get(f"{base}/ws", self.handle_websocket),
                web.get("/download/{key}", self.handle_download),
                web.static(f"{base}/static", self.statics_path),
            ]
        )
        app.on_response_prepare.append(_protect)
        app.on_shutdown.append(self.on_shutdown)
        return app

    @web.middleware
    async def _check(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        if refusal := self._guard.refuse(request):
            return refusal
        with self._connections.used_for(request):
            return await handler(request)

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        """What the page loads stands below its address, so that must end with a slash."""
        raise web.HTTPFound(f"/{self._address.token}/")

    async def _file(self, request: web.Request) -> web.StreamResponse:
        return web.FileResponse(_HERE / request.path.rpartition("/")[2])

    async def _page(self, request: web.Request) -> web.StreamResponse:
        nonce = secrets.token_urlsafe(16)
        font_size = max(6, min(72, to_int(request.query.get("fontsize", ""), 16)))
        page = _read("page.html").substitute(nonce=nonce, font_size=font_size)
        response = web.Response(text=page, content_type="text/html")
        protect(response, nonce)
        response.set_cookie(COOKIE, self._address.token, path="/download", httponly=True, samesite="Strict")
        return response

    async def _no_room(self, request: web.Request) -> web.StreamResponse:
        """Where our page goes when its websocket was refused. The page itself is always given: while it is loaded
        anew, the window that it was before still has its place."""
        most = self._limits.visitors
        text = _read("full.html").substitute(most=f"{most} window{'s' * (most != 1)} at a time")
        return web.Response(status=503, text=text, content_type="text/html", headers={"Retry-After": "30"})

    async def _has_room(self) -> bool:
        """Whether one more window can be opened, now or in a moment."""
        loop = asyncio.get_running_loop()
        end = loop.time() + _FOR_ROOM
        while self._visits >= self._limits.visitors and loop.time() < end:
            await asyncio.sleep(0.05)
        return self._visits < self._limits.visitors

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Run an app for one visitor, until either side ends it."""
        websocket = web.WebSocketResponse(timeout=_GRACE, heartbeat=self._limits.heartbeat, max_msg_size=MOST_BYTES)
        if not websocket.can_prepare(request):
            raise web.HTTPUpgradeRequired(text="This address is for mockdl's own page.\n")
        if not await self._has_room():
            raise web.HTTPServiceUnavailable(text="As many windows are open as this `mockdl serve` has room for.\n")
        self._visits += 1
        try:
            await websocket.prepare(request)
            self._open.add(websocket)
            size = to_int(request.query.get("width", ""), 80), to_int(request.query.get("height", ""), 24)
            app = App(self._argv, websocket, self.download_manager)
            await attend(websocket, app, size, idle_after=self._limits.idle_after)
        finally:
            self._visits -= 1
        return websocket

    async def on_shutdown(self, app: web.Application) -> None:
        """Hang up on every browser, which ends its app."""
        why = b"`mockdl serve` was stopped."
        await asyncio.gather(*(each.close(code=WSCloseCode.GOING_AWAY, message=why) for each in set(self._open)))


def _read(name: str) -> Template:
    return Template((_HERE / name).read_text(encoding="utf-8"))


async def _protect(request: web.Request, response: web.StreamResponse) -> None:
    protect(response)


def _on_stop() -> asyncio.Event:
    """Set by Ctrl-C, SIGTERM, or a terminal that closes; under nohup the last is no reason to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is None or (name == "SIGHUP" and signal.getsignal(number) is signal.SIG_IGN):
            continue
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
    return stop
