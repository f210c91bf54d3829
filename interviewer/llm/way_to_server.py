"""What the environment puts between this machine and a server: a proxy, and the authorities that are trusted.

Such variables outlive what they name. So each is looked at before anything is sent, by its own name; what a proxy's
address holds is never told, since that may be a password.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit
from urllib.request import getproxies

from interviewer.llm.server_config import ChatServer


class NoWayError(Exception):
    """The environment leaves no way to a server; the message is a sentence for the user."""


class Proxy(NamedTuple):
    """What requests to a server go through."""

    url: str
    """May hold a password."""
    source: str
    """The environment variable that names it, or the system's settings."""
    host: str
    """Of the server."""

    @property
    def ways_out(self) -> str:
        """What may be done about it."""
        return f"correct or unset {self.source}, or add {self.host} to NO_PROXY"

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Tell what is wrong with its address while a client is made.

        Raises:
            NoWayError: no client can use it.
        """
        try:
            parts = urlsplit(self.url)
            if not parts.hostname or parts.port == 0:
                raise ValueError("it names no place")
            yield
        except ImportError:
            raise NoWayError(
                f"The proxy of {self.source} is a SOCKS one, and the package that this takes is not installed: "
                f"`pip install socksio`, {self.ways_out}."
            ) from None
        except Exception as error:
            # httpx2's InvalidURL is no ValueError, and what either says quotes the address.
            if not isinstance(error, ValueError) and type(error).__name__ != "InvalidURL":
                raise
            raise NoWayError(
                f"The proxy of {self.source} has no address that can be used (as http://127.0.0.1:3128 can); "
                f"{self.ways_out}."
            ) from None


def proxy_to(server: ChatServer) -> Proxy | None:
    """The proxy in force for a server; None without one, as always for this machine itself."""
    parts = urlsplit(server.url)
    proxies = getproxies()
    scheme = parts.scheme if proxies.get(parts.scheme) else "all"
    url = proxies.get(scheme)
    if not url or server.is_local or _is_excepted(server.url, proxies.get("no", "")):
        return None
    return Proxy(url if "://" in url else f"http://{url}", _source(f"{scheme}_proxy"), parts.hostname or "")


def _source(name: str) -> str:
    """As it stands in the environment, where lower case wins; elsewhere systems have settings of their own."""
    given = [each for each, value in os.environ.items() if each.lower() == name and value]
    return min(given, key=str.isupper, default="the system's settings")


def _is_excepted(url: str, exceptions: str) -> bool:
    """Whether NO_PROXY lists the host of a URL: by name, by a domain above it, by address or network, with or without
    a port or the scheme, or as one of all."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    for entry in exceptions.split(","):
        scheme, _, name = entry.strip().rpartition("://")
        if scheme not in ("", "all", parts.scheme):
            continue
        try:
            if ip_address(host) in ip_network(name.strip("[]"), strict=False):
                return True
        except ValueError:
            ending = "." + name.lstrip("*.").lower()
            given = f".{host}", f".{parts.netloc.lower()}"
            if name == "*" or (ending != "." and any(each.endswith(ending) for each in given)):
                return True
    return False


def by_proxy(server: ChatServer) -> str:
    """What a sentence about a server adds where a proxy may be at fault; "" without one."""
    proxy = proxy_to(server)
    return f" (by the proxy of {proxy.source})" if proxy else ""


def authorities(server: ChatServer) -> ssl.SSLContext | bool:
    """Those that SSL_CERT_FILE or else SSL_CERT_DIR names; True for the usual ones.

    Raises:
        NoWayError: what is named there cannot be used.
    """
    file, folders = os.environ.get("SSL_CERT_FILE", ""), os.environ.get("SSL_CERT_DIR", "")
    needless = server.is_local and server.url.startswith("http:")
    if needless or not (file or folders):
        return True
    if not file and not any(Path(each).is_dir() for each in folders.split(os.pathsep)):
        raise NoWayError("SSL_CERT_DIR names no folder that is there; correct or unset it.")
    try:
        return ssl.create_default_context(cafile=file or None, capath=None if file else folders)
    except ssl.SSLError:
        why = "holds no certificates"
    except OSError as error:
        why = f"cannot be read ({error.strerror})"
    raise NoWayError(f"SSL_CERT_FILE names a file that {why}; correct or unset it.")
