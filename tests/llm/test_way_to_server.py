"""What is stale in the environment (a proxy, a file of authorities) is named, with the way out and without a password.

Nothing leaves this machine: proxies are ports of its own, and so is the one server that is reached by a name.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from interviewer.llm.chat import ChatFailure, ChatReply
from interviewer.llm.server_config import ChatServer
from interviewer.llm.way_to_server import proxy_to
from tests.llm.conftest import FREE, Connect
from tests.support.chat_server import ChatStage

FAR = "http://10.255.255.1:81/v1"
PASSWORD = "pass-3f9d"
NO_CERTIFICATES = Path(__file__)
TLS = Path(__file__).resolve().parents[1] / "data" / "tls"


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's own variables only."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)


@pytest.fixture
def dead() -> Iterator[int]:
    """A port of this machine at which nothing listens, and at which nothing can begin to."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


def failures(connect: Connect, **changes: object) -> list[ChatFailure]:
    """Of an answer and of the list of models, as a judge and `doctor --probe` ask for them."""
    client = connect(retries=0, timeout=15.0, **changes)
    found = [client.ask(FREE).result(20), client.models().result(20)]
    for each in found:
        assert isinstance(each, ChatFailure), each
        assert each.kind == "no-server", each.reason
        assert PASSWORD not in each.reason
        assert "mockdl doctor" not in each.reason
        assert len(each.reason.splitlines()) == 1
    return [each for each in found if isinstance(each, ChatFailure)]


@pytest.mark.parametrize(
    ("address", "told"),
    [
        (f"socks5h://me:{PASSWORD}@127.0.0.1:9", "pip install socksio"),
        (f"foo://me:{PASSWORD}@x", "no address that can be used"),
        (":::bad", "no address that can be used"),
        ("http://", "no address that can be used"),
        ("http://127.0.0.1:99999", "no address that can be used"),
        (f"http://me:{PASSWORD}/x@127.0.0.1:9", "no address that can be used"),
        ("http://[::1:9", "no address that can be used"),
        (f"http://me:{PASSWORD}@127.0.0.1:DEAD", "Nothing answers on the way to 10.255.255.1:81"),
        ("127.0.0.1:DEAD", "Nothing answers on the way to 10.255.255.1:81"),
        ("https://127.0.0.1:DEAD", "Nothing answers on the way to 10.255.255.1:81"),
    ],
)
@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_a_proxy_that_is_no_way_is_named_with_ways_out(
    connect: Connect, dead: int, monkeypatch: pytest.MonkeyPatch, variable: str, address: str, told: str
) -> None:
    monkeypatch.setenv(variable, address.replace("DEAD", str(dead)))
    for failure in failures(connect, url=FAR):
        assert told in failure.reason
        assert f"correct or unset {variable}, or add 10.255.255.1 to NO_PROXY" in failure.reason


def test_a_proxy_that_refuses_is_named_by_its_variable(
    connect: Connect, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    httpserver.expect_request("/").respond_with_data("no", status=403)
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:{PASSWORD}@127.0.0.1:{httpserver.port}")
    for failure in failures(connect, url="https://models.example/v1"):
        assert failure.reason.startswith("The proxy of HTTPS_PROXY did not let a request to models.example through")


def test_a_proxy_that_wants_a_password_is_told_from_a_server(
    connect: Connect, stage: ChatStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.http.clear()
    stage.http.expect_request("/v1/chat/completions").respond_with_data("", status=407)
    stage.http.expect_request("/v1/models").respond_with_data("", status=407)
    monkeypatch.setenv("HTTP_PROXY", f"127.0.0.1:{stage.http.port}")
    for failure in failures(connect, url=FAR):
        assert "The proxy of HTTP_PROXY wants a user name and a password" in failure.reason


def test_a_proxy_that_speaks_no_tls_does_not_make_judge_url_wrong(
    connect: Connect, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"https://127.0.0.1:{httpserver.port}")
    for failure in failures(connect, url="https://models.example/v1"):
        assert "or to the proxy of HTTPS_PROXY on the way to it" in failure.reason
        assert "has to begin with http://" not in failure.reason


@pytest.mark.parametrize("proxy", ["http://127.0.0.1:DEAD", "socks5h://127.0.0.1:DEAD", "foo://x"])
@pytest.mark.parametrize("exception", ["judge.example", "x.example, .example", "http://judge.example", "*"])
def test_a_stale_proxy_is_no_hindrance_where_no_proxy_lists_the_host(
    connect: Connect, stage: ChatStage, dead: int, monkeypatch: pytest.MonkeyPatch, exception: str, proxy: str
) -> None:
    look_up = socket.getaddrinfo

    def at_home(host: str | bytes, *others: Any, **named: Any) -> Any:
        return look_up("127.0.0.1" if host in ("judge.example", b"judge.example") else host, *others, **named)

    monkeypatch.setattr(socket, "getaddrinfo", at_home)
    monkeypatch.setenv("ALL_PROXY", proxy.replace("DEAD", str(dead)))
    url = stage.url.replace("127.0.0.1", "judge.example")
    assert "ALL_PROXY" in failures(connect, url=url)[0].reason
    monkeypatch.setenv("NO_PROXY", exception)
    assert isinstance(connect(url=url).ask(FREE).result(20), ChatReply)


@pytest.mark.parametrize(
    ("url", "exceptions", "source"),
    [
        ("https://a.models.example/v1", "", "HTTPS_PROXY"),
        ("http://a.models.example/v1", "", "all_proxy"),
        ("https://a.models.example/v1", "models.example", None),
        ("https://a.models.example:8443/v1", ".models.example", None),
        ("https://a.models.example/v1", "*.models.example", None),
        ("https://models.example:8443/v1", "models.example:8443", None),
        ("https://models.example/v1", "models.example:8443", "HTTPS_PROXY"),
        ("https://mymodels.example/v1", "models.example", "HTTPS_PROXY"),
        ("https://models.example/v1", "http://models.example", "HTTPS_PROXY"),
        ("https://[fd00::7]/v1", "fd00::/8", None),
        ("https://10.1.2.3/v1", "10.1.2.4, 10.2.0.0/16", "HTTPS_PROXY"),
        ("https://127.0.0.1/v1", "", None),
    ],
)
def test_which_proxy_is_in_force(
    monkeypatch: pytest.MonkeyPatch, url: str, exceptions: str, source: str | None
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("all_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", exceptions)
    found = proxy_to(ChatServer(url))
    assert (found.source if found else None) == source


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("SSL_CERT_FILE", "/none", "SSL_CERT_FILE names a file that cannot be read (No such file or directory)"),
        ("SSL_CERT_FILE", str(TLS), "SSL_CERT_FILE names a file that cannot be read (Is a directory)"),
        ("SSL_CERT_FILE", str(NO_CERTIFICATES), "SSL_CERT_FILE names a file that holds no certificates"),
        ("SSL_CERT_DIR", "/none", "SSL_CERT_DIR names no folder that is there"),
    ],
)
@pytest.mark.parametrize("url", [FAR, "https://127.0.0.1:9/v1"])
def test_authorities_that_cannot_be_read_are_named(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, url: str, variable: str, value: str, told: str
) -> None:
    monkeypatch.setenv(variable, value)
    for failure in failures(connect, url=url):
        assert failure.reason == f"{told}; correct or unset it."


def test_a_local_server_needs_none_of_them(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/none")
    monkeypatch.setenv("ALL_PROXY", "foo://x")
    assert isinstance(connect().ask(FREE).result(20), ChatReply)
