"""The web server: textual-serve's bridge between browser and app, behind a token, with our own page.

Every address begins with the token. What comes without it gets 403 and learns nothing, the
websocket included; so no other page in the same browser can reach an interview.
"""

from __future__ import annotations

import asyncio
import hmac
import signal
import socket
from collections.abc import Awaitable, Callable
from html import escape
from pathlib import Path
from string import Template
from typing import NamedTuple
from weakref import WeakSet

from aiohttp import WSCloseCode, web
from textual_serve.app_service import AppService
from textual_serve.server import Server, to_int

_HERE = Path(__file__).parent
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_COOKIE = "mockdl"
"""Holds the token for downloads, whose address textual-serve's script makes without it."""
_HEADERS = {
    # Whatever a page could be made to say: nothing is loaded from, or sent to, another place.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "font-src 'self' data:; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_REFUSED = "This needs the whole address that `mockdl serve` printed, with the token in it.\n"
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - only to name the machine instead
_GRACE = 5.0
"""Seconds that apps have to end after Ctrl-C."""


class Address(NamedTuple):
    """Where to listen."""

    host: str
    port: int
    """0 for any that is free."""
    token: str


class WebServer(Server):
    """Serves one command to every browser that knows the token.

    Args:
        command: run for each visitor, by a shell.
        address: where to listen.
        say: told the URL once the server listens.
    """

    def __init__(self, command: str, address: Address, say: Callable[[str], None]) -> None:
        super().__init__(command, host=address.host, port=address.port, title="mockdl")
        self._address = address
        self._say = say
        self._open: WeakSet[web.WebSocketResponse] = WeakSet()

    def run(self) -> None:
        """Serve until Ctrl-C or SIGTERM; every app is then asked to end.

        Raises:
            OSError: the address cannot be listened at.
        """
        asyncio.run(self._run())

    async def _run(self) -> None:
        runner = web.AppRunner(await self._make_app(), access_log=None, shutdown_timeout=_GRACE)
        await runner.setup()
        try:
            site = web.TCPSite(runner, self._address.host, self._address.port)
            await site.start()
            self._say(self._url(runner.addresses[0][1]))
            await _stopped()
        finally:
            await runner.cleanup()

    def _url(self, port: int) -> str:
        host = socket.gethostname() if self._address.host in _EVERYWHERE else self._address.host
        return f"http://{f'[{host}]' if ':' in host else host}:{port}/{self._address.token}/"

    async def _make_app(self) -> web.Application:
        app = web.Application(middlewares=[self._check])
        base = f"/{self._address.token}"
        app.add_routes(
            [
                web.get(base, self._complete),
                web.get(f"{base}/", self._page),
                web.get(f"{base}/page.js", self._script),
                web.get(f"{base}/ws", self.handle_websocket),
                web.get("/download/{key}", self.handle_download),
                web.static(f"{base}/static", self.statics_path),
            ]
        )
        app.on_shutdown.append(self.on_shutdown)
        return app

    @web.middleware
    async def _check(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        if not self._may_enter(request):
            return web.Response(status=403, text=_REFUSED, headers=_HEADERS)
        response = await handler(request)
        if not response.prepared:
            response.headers.update(_HEADERS)
        return response

    def _may_enter(self, request: web.Request) -> bool:
        first, _, rest = request.path.lstrip("/").partition("/")
        given = request.cookies.get(_COOKIE, "") if first == "download" and rest else first
        return hmac.compare_digest(given.encode("utf-8", "replace"), self._address.token.encode())

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        """What the page loads stands below its address, so that must end with a slash."""
        raise web.HTTPFound(f"/{self._address.token}/")

    async def _script(self, request: web.Request) -> web.StreamResponse:
        return web.FileResponse(_HERE / "page.js")

    async def _page(self, request: web.Request) -> web.StreamResponse:
        scheme = "wss" if request.secure else "ws"
        page = Template((_HERE / "page.html").read_text(encoding="utf-8")).substitute(
            websocket_url=escape(f"{scheme}://{request.host}/{self._address.token}/ws"),
            font_size=max(6, min(72, to_int(request.query.get("fontsize", ""), 16))),
        )
        response = web.Response(text=page, content_type="text/html")
        response.set_cookie(_COOKIE, self._address.token, path="/download", httponly=True, samesite="Strict")
        return response

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Run an app for one visitor, until either side ends it."""
        websocket = web.WebSocketResponse(heartbeat=15)
        await websocket.prepare(request)
        self._open.add(websocket)

        async def hang_up() -> None:
            await websocket.close()

        app = AppService(
            self.command,
            write_bytes=websocket.send_bytes,
            write_str=websocket.send_str,
            close=hang_up,
            download_manager=self.download_manager,
        )
        await app.start(to_int(request.query.get("width", ""), 80), to_int(request.query.get("height", ""), 24))
        ended = asyncio.create_task(_hang_up_after(app, websocket))
        try:
            await self._process_messages(websocket, app)
        except (AssertionError, AttributeError, LookupError, TypeError, ValueError):  # no browser sends such messages
            await websocket.close(code=WSCloseCode.INVALID_TEXT)
        finally:
            await _end(app)
            await ended
        return websocket

    async def on_shutdown(self, app: web.Application) -> None:
        """Hang up on every browser, which ends its app."""
        await asyncio.gather(*(each.close(code=WSCloseCode.GOING_AWAY) for each in set(self._open)))


async def _hang_up_after(app: AppService, websocket: web.WebSocketResponse) -> None:
    """An app that has ended, whether it said so or crashed, leaves no page that waits for it."""
    if app._task is not None:
        await asyncio.wait([app._task])
    await websocket.close()


async def _end(app: AppService) -> None:
    """Ask the app to end; one that does not is killed."""
    try:
        await asyncio.wait_for(app.stop(), _GRACE)
    except TimeoutError:
        if app._process is not None:
            app._process.kill()


async def _stopped() -> None:
    """Wait for Ctrl-C or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stop.set)
    await stop.wait()
