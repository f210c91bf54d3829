"""Addresses of model servers: which ones can be used, and which of them are this machine."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

_CALL = re.compile(r"/(?:chat(?:/completions)?|completions|models|responses)$", re.IGNORECASE)
"""What of a URL is a call and not the base of all."""
_NEAR = (".local", ".lan", ".home", ".internal", ".home.arpa", ".localdomain")


def check_address(url: str) -> str:
    """Return a server's base URL however it was copied: with slashes at its end, down to the path of one of its calls,
    or without the path that nearly all servers have.

    Raises:
        ValueError: it cannot be used. The message never repeats the URL, which may hold a password.
    """
    url = url.strip()
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError("it is not a URL such as http://127.0.0.1:11434/v1") from None
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError("it must begin with http:// or https:// and name a host, as http://127.0.0.1:11434/v1 does")
    if "@" in parts.netloc:
        raise ValueError("it must not hold a user name or password; judge_key_variable names where the key is")
    if parts.query or parts.fragment:
        raise ValueError("it must end with its path; what follows a ? or # cannot be kept")
    if not url.isprintable() or any(char.isspace() for char in url):
        raise ValueError("it must not hold spaces or control characters")
    path = _CALL.sub("", parts.path.rstrip("/")).rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{path or '/v1'}"


def host_of(url: str) -> str:
    """Host and port as in the URL, without a user name or password."""
    return urlsplit(url).netloc.rpartition("@")[2]


def is_near(url: str) -> bool:
    """Whether the URL means a machine of the user's own network, where servers seldom want a key."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith(_NEAR)


def is_loopback(url: str) -> bool:
    """Whether the URL can only mean this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
