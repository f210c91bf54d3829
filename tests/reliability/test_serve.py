"""`mockdl serve` as it runs: a real server on loopback, visited by real clients."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
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


class Served:
    """A running `mockdl serve`, with the stub worker behind it."""

    def __init__(self, home: Path, *options: str) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("MOCKDL_", "OPENAI_"))}
        self.home = home
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.stub_program", "serve", "--port", "0", *options],
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

    def stop(self) -> int:
        """Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
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

    def start(*options: str) -> Served:
        running.append(Served(tmp_path / f"served{len(running)}", *options))
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
        while words not in self.text:
            message = await asyncio.wait_for(self._socket.receive(), 60)
            assert message.type is aiohttp.WSMsgType.BINARY, f"{message} before {words!r}; saw {self.text[-500:]}"
            self.bytes += message.data

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


def visit(client: Any, where: str) -> Any:
    return client.ws_connect(f"{where.replace('http', 'ws', 1)}ws?width=80&height=24")


def fetch(url: str, **headers: str) -> tuple[int, str, dict[str, str]]:
    """Status, text and headers of a page."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as reply:  # noqa: S310 - loopback
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


# The page


def test_the_page_and_all_it_loads_come_from_here(served: Served) -> None:
    code, page, headers = fetch(served.url)
    assert code == 200
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    named = re.findall(r"""(?:href|src)="([^"]*)"|url\("([^"]*)"\)""", page)
    loaded = [one or other for one, other in named if not (one or other).startswith("data:")]
    assert len(loaded) >= 5
    for each in loaded:
        assert urlsplit(each).netloc == "", f"{each} is loaded from elsewhere"
        assert fetch(urljoin(served.url, each))[0] == 200, each
    hosts = {urlsplit(each).netloc for each in re.findall(r"(?:https?|wss?)://[^\s\"'<>]+", page)}
    assert hosts == {urlsplit(served.url).netloc}


def test_what_the_page_loads_names_no_other_place_to_load_from(served: Served) -> None:
    for path in ("page.js", "static/css/xterm.css"):
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
        for message in ("not json", "{}", "[]", '["resize", {}]', '["stdin", 7]'):
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
        (app,) = served.of("interviewer.cli.visitor")
        bridge = Path(app.environ()["MOCKDL_WORKER_SOCKET"])
        yield visitor, family, bridge


async def test_ctrl_c_ends_the_visitors_the_worker_and_the_socket(serve_with: Callable[..., Served]) -> None:
    served = serve_with()
    async with visited(served) as (visitor, family, bridge):
        assert bridge.exists()
        stopping = asyncio.create_task(asyncio.to_thread(served.stop))
        assert await visitor.hangs_up() == aiohttp.WSCloseCode.GOING_AWAY
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


async def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end, "it never came true"
        await asyncio.sleep(0.05)
