"""Addresses of model servers: what can be used is tidied, what cannot is refused without being repeated."""

from __future__ import annotations

import traceback

import pytest

from interviewer.core.server_address import check_address, host_of, is_near


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        (" http://127.0.0.1:11434/v1/ \n", "http://127.0.0.1:11434/v1"),
        ("https://models.example.com", "https://models.example.com/v1"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/v1"),
        ("http://127.0.0.1:8080/v1/chat/completions", "http://127.0.0.1:8080/v1"),
        ("http://127.0.0.1:8080/v1/chat/completions/", "http://127.0.0.1:8080/v1"),
        ("http://127.0.0.1:8080/v1/models", "http://127.0.0.1:8080/v1"),
        ("http://127.0.0.1:8080/chat/completions", "http://127.0.0.1:8080/v1"),
        ("https://g.example/v1beta/openai/", "https://g.example/v1beta/openai"),
        ("HTTPS://o.example/api/v1", "https://o.example/api/v1"),
        ("http://[::1]:8000/v1//", "http://[::1]:8000/v1"),
    ],
)
def test_space_around_an_address_and_slashes_at_its_end_go(url: str, kept: str) -> None:
    assert check_address(url) == kept


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://[::1/v1?secret", "is not a URL"),
        ("http://secret:port/v1", "is not a URL"),
        ("ftp://secret/v1", "must begin with http"),
        ("secret", "must begin with http"),
        ("http:///secret", "name a host"),
        ("http://me:secret@127.0.0.1/v1", "user name or password"),
        ("http://127.0.0.1/v1?key=secret", "what follows a"),
        ("http://127.0.0.1/v1#secret", "what follows a"),
        ("http://127.0.0.1/the secret", "spaces or control characters"),
        ("http://127.0.0.1/v1\x1bsecret", "spaces or control characters"),
    ],
)
def test_an_address_that_cannot_be_used_is_explained_but_never_repeated(url: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as caught:
        check_address(url)
    assert "secret" not in "".join(traceback.format_exception(caught.value))


def test_a_host_is_named_with_its_port_and_without_who_asks() -> None:
    assert host_of("https://me:secret@models.example.com:8443/v1") == "models.example.com:8443"


@pytest.mark.parametrize(
    ("url", "near"),
    [
        ("http://192.168.1.20:11434/v1", True),
        ("http://10.0.0.5/v1", True),
        ("http://172.20.3.4:8000/v1", True),
        ("http://[fd12::1]:8000/v1", True),
        ("http://127.0.0.1/v1", True),
        ("http://workstation:11434/v1", True),
        ("http://nas.local/v1", True),
        ("https://models.example.com/v1", False),
        ("https://8.8.8.8/v1", False),
        ("https://local.example/v1", False),
    ],
)
def test_a_machine_of_the_own_network_is_told_from_the_internet(url: str, near: bool) -> None:
    assert is_near(url) is near
