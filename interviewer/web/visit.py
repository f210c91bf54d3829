"""One visitor: a browser's websocket at one end, an app of its own at the other."""

from __future__ import annotations

import asyncio
import json
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

MOST_BYTES = 2**20
"""The largest message of a browser: what is typed, or pasted, in one go. An answer of 20,000 words is a tenth of it."""
_DRIVER = "interviewer.tui.visitor_driver:VisitorDriver"
_GRACE = 5.0
"""Seconds that an app has to end once it was asked to."""
_SMALLEST, _LARGEST = (1, 1), (1000, 500)
"""Columns and rows of a window; a larger one would cost gigabytes."""


class App(AppService):
    """textual-serve's end of an app's pipes, for an app that is started without a shell and in no terminal."""

    def __init__(self, command: Sequence[str], websocket: web.WebSocketResponse, downloads: DownloadManager) -> None:
        async def hang_up() -> None:
            await websocket.close()

        super().__init__(
            command[0],
            write_bytes=websocket.send_bytes,
            write_str=websocket.send_str,
            close=hang_up,
            download_manager=downloads,
        )
        self._argv = command

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        self._process = process = await asyncio.create_subprocess_exec(
            *self._argv,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env={**self._build_environment(width, height), "TEXTUAL_DRIVER": _DRIVER},
            start_new_session=True,  # Ctrl-C, and a terminal that closes, are for the server, which ends its apps
        )
        self._stdin = process.stdin
        return process

    async def ended(self) -> None:
        """Wait until it has closed its pipe."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def end(self) -> None:
        """Ask it to end; one that does not is killed. Returns when it has ended."""
        if self._process is None:
            return
        ended = asyncio.gather(self.stop(), self._process.wait())
        await asyncio.wait([ended], timeout=_GRACE)  # not `wait_for`: what it cancels may look as if it had ended
        if self._process.returncode is None:
            self._process.kill()
        await ended


async def attend(
    websocket: web.WebSocketResponse, app: App, size: tuple[int, int], *, idle_after: float | None
) -> None:
    """Run an app for one visitor, until either side ends it or nothing has come from the browser for too long.

    Args:
        websocket: prepared.
        app: not yet started.
        size: columns and rows of the window.
        idle_after: seconds; None for ever.
    """
    try:
        await app.start(*_bounded(*size))
    except OSError as error:
        why = f"No program could be started for this window: {error.strerror}."
        await websocket.close(code=WSCloseCode.INTERNAL_ERROR, message=why.encode())
        return
    ended = asyncio.create_task(_hang_up_after(app, websocket))
    try:
        await _listen(websocket, app, idle_after)
    except TimeoutError:
        why = f"Nothing came from here for {(idle_after or 0) / 60:g} minutes."
        await websocket.close(code=WSCloseCode.OK, message=why.encode())
    except (ValueError, RecursionError):  # no browser sends such messages
        await websocket.close(code=WSCloseCode.INVALID_TEXT)
    finally:
        await app.end()
        await ended


async def _hang_up_after(app: App, websocket: web.WebSocketResponse) -> None:
    """An app that has ended, whether it said so or crashed, leaves no page that waits for it."""
    await app.ended()
    await websocket.close()


async def _listen(websocket: web.WebSocketResponse, app: App, idle_after: float | None) -> None:
    """Pass on what the browser says.

    Raises:
        TimeoutError: it says nothing any more.
        ValueError: it says something else than textual-serve's script does; or RecursionError.
    """
    while True:
        async with asyncio.timeout(idle_after):
            message = await websocket.receive()
        if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
            return
        await _pass_on(json.loads(message.data), websocket, app)


async def _pass_on(said: Any, websocket: web.WebSocketResponse, app: App) -> None:
    match said:
        case ["stdin", str(typed)]:
            await app.send_bytes(typed.encode())
        case ["resize", {"width": int(width), "height": int(height)}]:
            await app.set_terminal_size(*_bounded(width, height))
        case ["ping", str(when)] if len(when) < 100:
            await websocket.send_json(["pong", when])
        case ["blur"]:
            await app.blur()
        case ["focus"]:
            await app.focus()
        case _:
            raise ValueError("it is none of the messages of textual-serve's script")


def _bounded(width: int, height: int) -> tuple[int, int]:
    (least_wide, least_high), (widest, highest) = _SMALLEST, _LARGEST
    return max(least_wide, min(widest, width)), max(least_high, min(highest, height))
