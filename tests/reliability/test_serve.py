"""`mockdl serve` as it runs: a real server on loopback, visited by real clients."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import psutil
import pytest

from interviewer.cli.serve import serve
from interviewer.errors import UsageError

aiohttp = pytest.importorskip("aiohttp")
pytest.importorskip("textual_serve")
pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs local sockets and signals")
ROOT = Path(__file__).resolve().parents[2]

LEFT = (aiohttp.WSCloseCode.GOING_AWAY, aiohttp.WSCloseCode.ABNORMAL_CLOSURE)
"""How a visit ends with its server: the word for it is lost where the process ends before it was sent."""


class Served:
    """A running `mockdl serve`, with the stub worker behind it."""

    def __init__(self, home: Path, *options: str, files: int | None = None) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("MOCKDL_", "OPENAI_"))}
        self.home = home
        self.process = subprocess.Popen(
            [
                *(["sh", "-c", f'ulimit -n {files}; exec "$@"', "sh"] if files else []),
                *(sys.executable, "-m", "tests.support.stub_program", "serve", *options, "--port", "0"),
            ],
            cwd=ROOT,
            env={**kept, "MOCKDL_HOME": str(home)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.narration: list[str] = []
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        self.url = self.process.stdout.readline().strip()
        assert self.url.startswith("http://"), self.narration
        parts = urlsplit(self.url)
        self.origin, self.token = f"http://127.0.0.1:{parts.port}", parts.path.strip("/")

    def _listen(self) -> None:
        assert self.process.stderr is not None
        self.narration += self.process.stderr

    def of(self, module: str) -> list[psutil.Process]:
        """Its running processes of this module."""
        found = []
        for each in psutil.Process(self.process.pid).children(recursive=True):
            try:
                if module in each.cmdline() and each.status() != psutil.STATUS_ZOMBIE:
                    found.append(each)
            except psutil.NoSuchProcess:
                continue
        return found

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        """Ctrl-C, or another signal."""
        self.process.send_signal(how)
        code = self.process.wait(30)
        self._listener.join(10)
        return code

    def close(self) -> None:
        """End it in any case."""
        if self.process.poll() is None:
            try:
                self.stop()
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._listener.join(10)
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for the tests that do not end it."""
    running = Served(tmp_path_factory.mktemp("served"))
    yield running
    running.close()


@pytest.fixture
def serve_with(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """A server with these options."""
    running: list[Served] = []

    def start(*options: str, files: int | None = None) -> Served:
        running.append(Served(tmp_path / f"served{len(running)}", *options, files=files))
        return running[-1]

    yield start
    for each in running:
        each.close()


class Visitor:
    """A browser, as far as the server can tell."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self.bytes = b""

    @property
    def text(self) -> str:
        """What has been drawn so far, without the escape sequences."""
        plain = re.sub(rb"\x1b(\[[0-9;?]*[a-zA-Z]|\][^\x1b\x07]*(\x07|\x1b\\))", b" ", self.bytes)
        return " ".join(plain.decode("utf-8", "replace").split())

    async def sees(self, words: str) -> None:
        """Receive until these words are drawn."""
        end = time.monotonic() + 60
        while words not in self.text:
            assert time.monotonic() < end, f"{words!r} never came; saw {self.text[-500:]}"
            message = await asyncio.wait_for(self._socket.receive(), 60)
            assert message.type is aiohttp.WSMsgType.BINARY, f"{message} before {words!r}; saw {self.text[-500:]}"
            self.bytes += message.data

    async def looks(self) -> None:
        """Receive for a moment, as a browser always does: it answers the heartbeat."""
        with suppress(TimeoutError):
            message = await asyncio.wait_for(self._socket.receive(), 0.1)
            assert message.type is aiohttp.WSMsgType.BINARY, message

    async def presses(self, keys: str) -> None:
        """Type; what was drawn before no longer counts."""
        self.bytes = b""
        await self._socket.send_str(json.dumps(["stdin", keys]))

    async def hangs_up(self) -> int:
        """Receive until the server closes; returns the close code."""
        while True:
            message = await asyncio.wait_for(self._socket.receive(), 60)
            if message.type is not aiohttp.WSMsgType.BINARY:
                return int(self._socket.close_code)


def visit(client: Any, where: str, **others: Any) -> Any:
    """Open the websocket as our own page does."""
    parts = urlsplit(where)
    others = {"origin": f"{parts.scheme}://{parts.netloc}", **others}
    return client.ws_connect(f"{where.replace('http', 'ws', 1)}ws?width=80&height=24", **others)


def fetch(url: str, method: str = "GET", **headers: str) -> tuple[int, str, dict[str, str]]:
    """Status, text and headers of a page."""
    try:
        request = urllib.request.Request(url, method=method, headers=headers)  # noqa: S310 - loopback
        with urllib.request.urlopen(request) as reply:  # noqa: S310
            return reply.status, reply.read().decode("utf-8", "replace"), dict(reply.headers)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(), dict(error.headers)


# The token


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/ws",
        "/static/js/textual.js",
        "/download/key",
        "/page.js",
        "/wrong-token/",
        "/wrong-token/ws",
        "//",
        "/%ff/",
    ],
)
def test_without_the_token_everything_is_refused(served: Served, path: str) -> None:
    code, text, _ = fetch(served.origin + path)
    assert code == 403
    assert served.token not in text


def test_a_part_of_the_token_is_no_token(served: Served) -> None:
    for near in (served.token[:-1], served.token + "x", served.token.swapcase(), ""):
        assert fetch(f"{served.origin}/{near}/")[0] == 403


def test_a_token_elsewhere_than_in_the_path_is_no_token(served: Served) -> None:
    assert fetch(f"{served.origin}/?token={served.token}", Cookie=f"mockdl={served.token}")[0] == 403


async def test_the_websocket_is_refused_without_the_token_and_starts_nothing(served: Served) -> None:
    async with aiohttp.ClientSession() as client:
        for path in ("/", "/wrong-token/"):
            with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
                await visit(client, served.origin + path)
            assert caught.value.status == 403
    assert served.of("interviewer.cli.visitor") == []


def test_a_download_needs_the_cookie_that_the_page_sets(served: Served) -> None:
    cookie = fetch(served.url)[2]["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert fetch(f"{served.origin}/download/none", Cookie=cookie.split(";")[0])[0] == 404


def test_two_servers_have_two_tokens(served: Served, serve_with: Callable[..., Served]) -> None:
    other = serve_with()
    assert other.token != served.token
    assert len(other.token) >= 32


# Who may come in


def test_a_name_that_is_not_ours_is_refused_with_the_token_too(served: Served) -> None:
    port = urlsplit(served.url).port
    names = ("evil.example", f"evil.example:{port}", "localhost.evil.example", "10.1.2.3", "", "a@localhost", "[::1")
    for name in (*names, f"localhost:{port}/", "localhost:x"):
        code, text, _ = fetch(served.url, Host=name)
        assert code in (400, 403), name
        assert served.token not in text
    for name in ("localhost", f"localhost:{port}", f"LOCALHOST:{port}", f"127.0.0.1:{port}", f"[::1]:{port}"):
        assert fetch(served.url, Host=name)[0] == 200, name


def test_a_request_that_names_nobody_or_two_is_refused(served: Served) -> None:
    ours = f"Host: 127.0.0.1:{urlsplit(served.url).port}"
    for hosts in ((), (ours, "Host: evil.example"), (ours, ours)):
        reply = raw(served, "\r\n".join([f"GET /{served.token}/ HTTP/1.1", *hosts, "Connection: close", "", ""]))
        assert reply.split(b" ")[1] in (b"400", b"403"), hosts


def test_further_names_can_be_let_in(serve_with: Callable[..., Served]) -> None:
    served = serve_with("--name", "interviews.example")
    assert fetch(served.url, Host="Interviews.example")[0] == 200
    assert fetch(served.url, Host="interview.example")[0] == 403


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "http://127.0.0.1:1", "ours/x", "ours, ours"])
async def test_a_websocket_of_another_page_is_refused_with_the_token_too(served: Served, origin: str | None) -> None:
    given = origin.replace("ours", served.origin) if origin else None
    async with aiohttp.ClientSession() as client:
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await visit(client, served.url, origin=given)
        assert caught.value.status == 403
        for name in ("evil.example", "localhost"):  # rebound, and ours but another than the page's
            with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
                await visit(client, served.url, headers={"Host": name})
            assert caught.value.status == 403
    assert served.of("interviewer.cli.visitor") == []


def test_a_request_of_another_page_is_refused(served: Served) -> None:
    assert fetch(served.url, Origin="http://evil.example")[0] == 403
    assert fetch(served.url, Origin=served.origin)[0] == 200


def test_every_reply_tells_the_browser_to_be_careful(served: Served) -> None:
    seen = set()
    cookie = f"mockdl={served.token}"
    for path in ("/", f"/{served.token}", f"/{served.token}/", f"/{served.token}/nothing", f"/{served.token}/page.js"):
        seen.add(careful(*fetch(served.origin + path)))
    seen.add(careful(*fetch(f"{served.origin}/{served.token}/static/js/textual.js")))
    seen.add(careful(*fetch(f"{served.origin}/download/none", Cookie=cookie)))
    seen.add(careful(*fetch(f"{served.url}ws")))
    seen.add(careful(*fetch(served.url, method="DELETE")))
    assert seen == {200, 403, 404, 405, 426}


def careful(code: int, text: str, headers: dict[str, str]) -> int:
    """The code of a reply that has all headers."""
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "{" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert "camera=()" in headers["Permissions-Policy"]
    return code


# How much may come in


def raw(served: Served, request: str, more: bytes = b"") -> bytes:
    """What comes back for these very bytes."""
    with socket.create_connection(("127.0.0.1", urlsplit(served.url).port or 0), timeout=20) as connection:
        connection.sendall(request.encode() + more)
        received = b""
        with suppress(ConnectionError):
            while more := connection.recv(65536):
                received += more
        return received


def test_a_request_with_a_body_or_an_endless_head_is_refused(served: Served) -> None:
    head = f"GET /{served.token}/ HTTP/1.1\r\nHost: localhost\r\n"
    assert raw(served, f"{head}Content-Length: 1000000000\r\n\r\n", b"x" * 10_000).startswith(b"HTTP/1.1 413")
    assert raw(served, f"{head}Transfer-Encoding: chunked\r\n\r\n", b"4\r\nxxxx\r\n").startswith(b"HTTP/1.1 413")
    for nonsense in (f"{head}X: {'x' * 100_000}\r\n\r\n", "\x1b[31mGET\r\n\r\n"):
        assert raw(served, nonsense).split(b" ")[1] == b"400"
    assert fetch(served.url)[0] == 200
    assert "Traceback" not in "".join(served.narration)
    assert "\x1b" not in "".join(served.narration)


async def test_a_message_that_is_too_large_ends_only_that_visit(served: Served) -> None:
    async with aiohttp.ClientSession() as client, visit(client, served.url) as socket:
        await Visitor(socket).sees("Settings")
        await socket.send_str(json.dumps(["stdin", "x" * 2_000_000]))
        # The word for it is lost where the connection ends before all of the message was sent.
        told = await Visitor(socket).hangs_up()
        assert told in (aiohttp.WSCloseCode.MESSAGE_TOO_BIG, aiohttp.WSCloseCode.ABNORMAL_CLOSURE)
    await until(lambda: served.of("interviewer.cli.visitor") == [])


async def test_a_long_paste_is_taken(served: Served) -> None:
    async with aiohttp.ClientSession() as client, visit(client, served.url) as socket:
        visitor = Visitor(socket)
        await visitor.sees("Settings")
        await visitor.presses("\x13")
        await visitor.sees("0 words")
        await visitor.presses(f"\x1b[200~{'word ' * 20_000}\x1b[201~")
        await visitor.sees("20000 words")


async def test_a_window_of_any_size_costs_no_memory(served: Served) -> None:
    async with aiohttp.ClientSession() as client, visit(client, served.url) as socket:
        visitor = Visitor(socket)
        await visitor.sees("Settings")
        for size in ((100_000, 100_000), (-1, 0), (80, 24)):
            await socket.send_str(json.dumps(["resize", {"width": size[0], "height": size[1]}]))
        await visitor.presses("\x13")
        await visitor.sees("0 words")
        (app,) = served.of("interviewer.cli.visitor")
        assert app.memory_info().rss < 400e6


async def test_one_visitor_too_many_is_told_so_and_comes_in_when_another_leaves(
    serve_with: Callable[..., Served],
) -> None:
    served = serve_with("--most-visitors", "1")
    async with aiohttp.ClientSession() as client:
        async with visit(client, served.url) as first:
            await Visitor(first).sees("Settings")
            with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
                await visit(client, served.url)
            assert caught.value.status == 503
            assert len(served.of("interviewer.cli.visitor")) == 1
            assert '"no-room"' in fetch(served.url + "page.js")[1]
            code, page, headers = fetch(served.url + "no-room")
            assert careful(code, page, headers) == 503
            assert "room for 1 window at a time" in page
            assert "--most-visitors" in page
            again = asyncio.create_task(visit(client, served.url).__aenter__())
            await asyncio.sleep(0.5)  # as when a page is loaded anew: the other is still there
        await (await again).close()
        async with visit(client, served.url) as second:
            await Visitor(second).sees("Settings")


async def test_a_window_that_nobody_uses_is_closed_and_told_why(serve_with: Callable[..., Served]) -> None:
    served = serve_with("heartbeat=0.5", "--idle-minutes", "0.1")
    async with aiohttp.ClientSession() as client, visit(client, served.url) as socket:
        visitor = Visitor(socket)
        await visitor.sees("Settings")
        last = time.monotonic()
        for _ in range(8):  # one that is used stays
            while time.monotonic() - last < 1:
                await visitor.looks()
            await visitor.presses("\t")
            last = time.monotonic()
        assert await visitor.hangs_up() == 1000
        assert 5 < time.monotonic() - last < 30
    await until(lambda: served.of("interviewer.cli.visitor") == [])


async def test_a_browser_that_vanished_takes_its_app_along(serve_with: Callable[..., Served]) -> None:
    served = serve_with("heartbeat=1")
    async with aiohttp.ClientSession() as client, visit(client, served.url) as staying:
        stays = Visitor(staying)
        await stays.sees("Settings")
        async with visit(client, served.url, autoping=False) as dead:  # answers no heartbeat
            while len(served.of("interviewer.cli.visitor")) < 2:
                await asyncio.sleep(0.05)
            await until(lambda: len(served.of("interviewer.cli.visitor")) == 1, meanwhile=stays.looks)
            assert not dead.closed
        await stays.presses("\x13")
        await stays.sees("Question 1 of")


async def test_an_app_that_does_not_end_is_ended(serve_with: Callable[..., Served]) -> None:
    served = serve_with()
    async with aiohttp.ClientSession() as client:
        async with visit(client, served.url) as socket:
            await Visitor(socket).sees("Settings")
            (app,) = served.of("interviewer.cli.visitor")
            app.suspend()
        await until(lambda: served.of("interviewer.cli.visitor") == [])


# How many may come in


@contextmanager
def silent(served: Served, count: int, begin: bytes = b"") -> Iterator[list[socket.socket]]:
    """So many connections that ask for nothing, or do not come to the end of it."""
    with ExitStack() as stack:
        opened = []
        for _ in range(count):
            address = ("127.0.0.1", urlsplit(served.url).port or 0)
            opened.append(stack.enter_context(socket.create_connection(address, timeout=20)))
            with suppress(ConnectionError):
                opened[-1].sendall(begin)
        yield opened


def ended(connection: socket.socket) -> bool:
    """Whether the server has closed it."""
    connection.setblocking(False)
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


@pytest.mark.parametrize("begin", [b"", b"GET / HTTP/1.1\r\nHost: localhost\r\n"], ids=["silent", "unfinished"])
async def test_connections_without_the_token_keep_nobody_out(serve_with: Callable[..., Served], begin: bytes) -> None:
    files = 192  # with fewer, what is taken in one go and what is being closed may together be all there are
    served = serve_with(files=files)
    async with aiohttp.ClientSession() as client, visit(client, served.url) as earlier:
        visitor = Visitor(earlier)
        await visitor.sees("Settings")
        with silent(served, 2 * files, begin) as opened:
            began = time.monotonic()
            assert (await asyncio.to_thread(fetch, served.url))[0] == 200
            async with visit(client, served.url) as later:
                await Visitor(later).sees("Settings")
            await visitor.presses("\x13")
            await visitor.sees("Question 1 of")
            assert len(psutil.Process(served.process.pid).net_connections("tcp")) < files / 2
            await until(lambda: all(map(ended, opened)), visitor.looks)
            assert time.monotonic() - began < 90
    assert "Traceback" not in "".join(served.narration)
    assert "Too many open files" not in "".join(served.narration)


async def test_where_every_connection_is_in_use_one_more_is_refused_at_once(serve_with: Callable[..., Served]) -> None:
    served = serve_with("--most-visitors", "1", files=40)
    most = 40 // 4
    head = f"GET /{served.token}/ws HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\nUpgrade: websocket\r\n"
    head += "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    refused = ""
    for _ in range(10):
        with silent(served, most, head.encode()):  # one is a window, the others wait for a moment for room
            code, text, _ = await asyncio.to_thread(fetch, served.url)
            refused = text if code == 503 else refused
        if refused:
            break
    assert "connections are open" in refused
    assert (await asyncio.to_thread(fetch, served.url))[0] == 200


# Where there are no local sockets


async def test_without_local_sockets_the_encoder_is_shared_all_the_same(serve_with: Callable[..., Served]) -> None:
    served = serve_with("as-on-windows")
    async with aiohttp.ClientSession() as client, visit(client, served.url) as one, visit(client, served.url) as two:
        visitors = [Visitor(one), Visitor(two)]
        for visitor in visitors:
            await visitor.sees("Settings")
            await visitor.presses("\x13")
            await visitor.sees("0 words")
            await visitor.presses("an answer\x13")
            await visitor.sees("Question 2 of 6")
        assert len(served.of("tests.support.stub_worker")) == 1
        family = psutil.Process(served.process.pid).children(recursive=True)
        assert served.of("interviewer.cli.visitor")[0].environ()["MOCKDL_WORKER_SOCKET"].partition(":")[0].isdecimal()
        stopping = asyncio.create_task(asyncio.to_thread(served.stop))
        assert await visitors[0].hangs_up() in LEFT
        assert await visitors[1].hangs_up() in LEFT
        assert await stopping == 0
    assert psutil.wait_procs(family, timeout=30)[1] == []


async def test_where_programs_cannot_meet_each_visitor_has_an_encoder_and_it_is_said(
    serve_with: Callable[..., Served],
) -> None:
    served = serve_with("nowhere-to-meet")
    assert "Each window loads one of its own" in "".join(served.narration)
    async with aiohttp.ClientSession() as client, visit(client, served.url) as socket:
        await Visitor(socket).sees("Settings")
        (app,) = served.of("interviewer.cli.visitor")
        assert not app.environ()["MOCKDL_WORKER_SOCKET"]
        assert served.of("tests.support.stub_worker") == []
        await until(lambda: bool(served.of("interviewer.worker.host")))


# The page


def test_the_page_and_all_it_loads_come_from_here(served: Served) -> None:
    code, page, headers = fetch(served.url)
    assert code == 200
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    named = re.findall(r"""(?:href|src)="([^"]*)"|url\("([^"]*)"\)""", page + fetch(served.url + "page.css")[1])
    loaded = [one or other for one, other in named if not (one or other).startswith("data:")]
    assert len(loaded) >= 5
    for each in loaded:
        assert urlsplit(each).netloc == "", f"{each} is loaded from elsewhere"
        assert fetch(urljoin(served.url, each))[0] == 200, each
    assert "://" not in page
    assert re.search(r"<style|style=|<script>|\son[a-z]+=", page) is None, "nothing stands in the page itself"


def test_what_the_page_loads_names_no_other_place_to_load_from(served: Served) -> None:
    for path in ("page.js", "page.css", "static/css/xterm.css"):
        text = re.sub(r"/\*.*?\*/", "", fetch(served.url + path)[1], flags=re.S)
        assert "://" not in text


def test_the_address_without_its_last_slash_works_too(served: Served) -> None:
    assert fetch(served.url.rstrip("/"))[0] == 200


def test_a_folder_is_not_listed(served: Served) -> None:
    assert fetch(f"{served.url}static/")[0] in (403, 404)
    assert fetch(f"{served.url}static/../server.py")[0] == 404


# Visitors


async def test_two_visitors_share_one_worker_process(serve_with: Callable[..., Served]) -> None:
    served = serve_with()
    async with aiohttp.ClientSession() as client, visit(client, served.url) as one, visit(client, served.url) as two:
        visitors = [Visitor(one), Visitor(two)]
        for visitor in visitors:
            await visitor.sees("practise deep-learning interviews")
            await visitor.sees("Settings")
            await visitor.presses("\x13")  # ctrl+s: start
            await visitor.sees("Question 1 of 6")
            await visitor.sees("0 words")
        assert len(served.of("interviewer.cli.visitor")) == 2
        while not served.of("tests.support.stub_worker"):  # it starts once the first screen has been drawn
            await asyncio.sleep(0.05)
        assert len(served.of("tests.support.stub_worker")) == 1
        for visitor in visitors:
            await visitor.presses("an answer")
            await visitor.sees("2 words")
            await visitor.presses("\x13")
            await visitor.sees("Question 2 of 6")
        assert len(served.of("tests.support.stub_worker")) == 1


async def test_two_tabs_on_one_session_file_nothing_wrongly_and_lose_no_word(
    serve_with: Callable[..., Served],
) -> None:
    served = serve_with()

    def stored(query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(served.home / "data" / "journal.sqlite3")) as connection:
            return connection.execute(query).fetchall()

    answers = "SELECT body FROM events WHERE body LIKE '%answer-submitted%'"
    async with aiohttp.ClientSession() as client, AsyncExitStack() as stack:
        first = Visitor(await stack.enter_async_context(visit(client, served.url)))
        await first.sees("Settings")
        await first.presses("\x13")
        await first.sees("0 words")
        await first.presses("typed in the first tab")
        await first.sees("5 words")
        await until(lambda: stored("SELECT body FROM drafts") == [("typed in the first tab",)], first.looks)
        second = Visitor(await stack.enter_async_context(visit(client, served.url)))
        await second.sees("Settings")
        await second.presses("\x1b[15~")  # F5: resume
        await second.sees("open in another window")
        await second.presses("y")
        await second.sees("typed in the first tab")
        await second.presses(" and on in the second")
        await second.sees("10 words")
        await first.presses(" and on in the first")
        await first.sees("This session goes on in another window; nothing typed here is filed.")
        await until(lambda: len(stored("SELECT * FROM drafts")) == 2, second.looks)
        await first.presses("\x13")  # submits
        await first.sees("was filed nowhere.")
        assert stored(answers) == []
        await second.presses("\x13")
        await second.sees("Question 2 of 6")
        ((answer,),) = stored(answers)
        assert json.loads(answer)["text"] == "typed in the first tab and on in the second"
        assert json.loads(answer)["turn_id"] == 0
        drafts = {body for (body,) in stored("SELECT body FROM drafts")}
        assert "typed in the first tab and on in the first" in drafts


async def test_a_visitor_that_leaves_takes_its_app_along_and_nothing_else(served: Served) -> None:
    async with aiohttp.ClientSession() as client, visit(client, served.url) as staying:
        stays = Visitor(staying)
        await stays.sees("Settings")
        async with visit(client, served.url) as leaving:
            await Visitor(leaving).sees("Settings")
            assert len(served.of("interviewer.cli.visitor")) == 2
        await until(lambda: len(served.of("interviewer.cli.visitor")) == 1)
        await stays.presses("\x13")
        await stays.sees("Question 1 of")
    await until(lambda: served.of("interviewer.cli.visitor") == [])


async def test_quitting_the_app_closes_the_page(served: Served) -> None:
    async with aiohttp.ClientSession() as client, visit(client, served.url) as socket:
        visitor = Visitor(socket)
        await visitor.sees("Settings")
        await visitor.presses("\x11")  # ctrl+q
        assert await visitor.hangs_up() == 1000


async def test_an_app_that_cannot_start_leaves_no_page_waiting(serve_with: Callable[..., Served]) -> None:
    served = serve_with()
    settings = served.home / "config" / "config.toml"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text("levle = 'senior'\n")
    async with aiohttp.ClientSession() as client, visit(client, served.url) as socket:
        assert await Visitor(socket).hangs_up() == 1000
    settings.unlink()
    async with aiohttp.ClientSession() as client, visit(client, served.url) as socket:
        await Visitor(socket).sees("Settings")


async def test_messages_that_no_browser_sends_end_only_that_visit(served: Served) -> None:
    async with aiohttp.ClientSession() as client:
        for message in (
            "not json",
            "{}",
            "[]",
            '["resize", {}]',
            '["stdin", 7]',
            "[" * 100_000,
            '["stdin", "\\ud800"]',
        ):
            async with visit(client, served.url) as socket:
                await socket.send_str(message)
                assert await Visitor(socket).hangs_up() in (1000, 1007), message
    assert fetch(served.url)[0] == 200
    assert "Traceback" not in "".join(served.narration)


# Starting and stopping


def test_loopback_is_not_warned_about(served: Served) -> None:
    assert "127.0.0.1" in served.url
    assert "Warning" not in "".join(served.narration)


async def test_another_host_is_warned_about_and_the_level_is_offered(serve_with: Callable[..., Served]) -> None:
    served = serve_with("--host", "0.0.0.0", "--level", "staff", "--count", "3")  # noqa: S104 - what is warned about
    assert "Warning: 0.0.0.0 can be reached from other machines" in "".join(served.narration)
    async with aiohttp.ClientSession() as client, visit(client, f"{served.origin}/{served.token}/") as socket:
        await Visitor(socket).sees("staff")


@asynccontextmanager
async def visited(served: Served) -> AsyncIterator[tuple[Visitor, list[psutil.Process], Path]]:
    """A visitor who sees the home screen, all processes of the server, and the socket of the shared encoder."""
    async with aiohttp.ClientSession() as client, visit(client, served.url) as socket:
        visitor = Visitor(socket)
        await visitor.sees("Settings")
        family = psutil.Process(served.process.pid).children(recursive=True)
        (app, *_) = served.of("interviewer.cli.visitor")
        bridge = Path(app.environ()["MOCKDL_WORKER_SOCKET"])
        yield visitor, family, bridge


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda how: how.name)
async def test_a_signal_ends_the_visitors_the_worker_and_the_socket(
    serve_with: Callable[..., Served], how: signal.Signals
) -> None:
    served = serve_with()
    async with visited(served) as (visitor, family, bridge):
        assert bridge.exists()
        stopping = asyncio.create_task(asyncio.to_thread(served.stop, how))
        assert await visitor.hangs_up() in LEFT
        assert await stopping == 0
    assert "Stopped" in "".join(served.narration)
    assert not bridge.parent.exists()
    assert psutil.wait_procs(family, timeout=30)[1] == []


async def test_when_the_server_is_killed_nothing_of_it_lives_on(serve_with: Callable[..., Served]) -> None:
    served = serve_with()
    async with visited(served) as (visitor, family, bridge):
        served.process.kill()
        await visitor.hangs_up()
        assert (await asyncio.to_thread(psutil.wait_procs, family, timeout=60))[1] == []
    shutil.rmtree(bridge.parent)  # a server that was killed cannot


def test_when_its_terminal_closes_the_server_ends_in_order(tmp_path: Path) -> None:
    master, terminal = os.openpty()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MOCKDL_")}
    code = (
        "import fcntl, os, runpy, sys, termios; os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
        "sys.argv = ['', 'serve', '--port', '0']; runpy.run_module('tests.support.stub_program', run_name='__main__')"
    )
    server = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**kept, "MOCKDL_HOME": str(tmp_path), "TMPDIR": str(tmp_path)},
        stdin=terminal,
        stdout=terminal,
        stderr=subprocess.STDOUT,
    )
    os.close(terminal)
    said = b""
    while b"Ctrl-C ends" not in said:
        said += os.read(master, 65536)
    assert list(tmp_path.glob("mockdl-*"))
    os.close(master)
    assert server.wait(90) == 0
    assert list(tmp_path.glob("mockdl-*")) == [], "it was killed, and left its socket"


async def test_an_app_whose_input_ends_leaves_by_itself(home: Path) -> None:
    """As on Windows, where nobody can see that the server was killed. The parent, this test, lives on."""
    environment = {**os.environ, "TEXTUAL_DRIVER": "interviewer.tui.visitor_driver:VisitorDriver"}
    app = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "interviewer.cli.visitor"),
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert app.stdin is not None
    assert app.stdout is not None
    assert await app.stdout.readline() == b"__GANGLION__\n"
    app.stdin.close()
    await asyncio.wait_for(app.stdout.read(), 30)
    assert await asyncio.wait_for(app.wait(), 30) == 0


def test_a_port_that_is_taken_is_explained(served: Served, home: Path) -> None:
    port = str(urlsplit(served.url).port)
    command = [sys.executable, "-m", "tests.support.stub_program", "serve", "--port", port]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert f"port {port}" in result.stderr
    assert "--port" in result.stderr
    assert "Traceback" not in result.stderr


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "textual_serve", None)
    with pytest.raises(UsageError, match="textual-serve, which is not installed") as caught:
        serve()
    assert "pip install" in caught.value.todo


def test_a_level_that_does_not_exist_is_refused_before_anything_starts() -> None:
    with pytest.raises(UsageError, match="not a level"):
        serve(level="seniro")


async def until(holds: Callable[[], bool], meanwhile: Callable[[], Any] | None = None) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end, "it never came true"
        await (meanwhile() if meanwhile is not None else asyncio.sleep(0.05))
