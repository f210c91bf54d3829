"""Who may come in: by the right name, from our own page, with the token. And what every reply tells a browser.

A page of somebody else's that runs in the same browser can send requests here. It cannot know the token; that the name
it calls us by and the page it comes from are our own is looked at besides, so that neither a name that was bound to
this machine's address afterwards (DNS rebinding) nor a token that got out is enough.
"""

from __future__ import annotations

import hmac
import ipaddress
import socket
from collections.abc import Iterable
from urllib.parse import urlsplit

from aiohttp import web

COOKIE = "mockdl"
"""Holds the token for downloads, whose address textual-serve's script makes without it."""
_NOWHERE = [
    "camera",
    "display-capture",
    "geolocation",
    "microphone",
    "midi",
    "payment",
    "serial",
    "usb",
    "clipboard-read",
]
HEADERS = {
    # Whatever a page could be made to say: nothing is loaded from, or sent to, another place.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'{nonce}; "
    "font-src 'self' data:; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{each}=()" for each in _NOWHERE),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}
_NO_ADDRESS = "This needs the whole address that `mockdl serve` printed, with the token in it.\n"
_OTHER_NAME = (
    "mockdl is not called by this name. Open the address that `mockdl serve` printed; "
    "`mockdl serve --name NAME` lets in one more.\n"
)
_OTHER_PAGE = "Only mockdl's own page may ask for this.\n"
_NO_BODY = "mockdl takes nothing in the body of a request.\n"


class Guard:
    """Looks at every request before anything else does.

    An address in digits is no name that could be bound to another one: this machine's own may always be used.

    Args:
        host: what the server listens on.
        names: further names by which browsers reach it.
        token: the first part of every address.
    """

    def __init__(self, host: str, names: Iterable[str], token: str) -> None:
        machine = socket.gethostname()
        own = ("localhost", host, machine, f"{machine.partition('.')[0]}.local", *names)
        self._names = frozenset(name.casefold() for name in own)
        self._token = token.encode()

    def refuse(self, request: web.Request) -> web.Response | None:
        """The reply to a request that may not come in; None for one that may."""
        if not self._knows(request):
            return web.Response(status=403, text=_OTHER_NAME)
        if not self._has_token(request):
            return web.Response(status=403, text=_NO_ADDRESS)
        if not _comes_from_here(request):
            return web.Response(status=403, text=_OTHER_PAGE)
        if request.body_exists:
            refused = web.Response(status=413, text=_NO_BODY)
            refused.force_close()
            return refused
        return None

    def _knows(self, request: web.Request) -> bool:
        """Whether we are called by a name of ours, or by the address at which the request came in."""
        try:
            (given,) = request.headers.getall("Host", [])
            parts = urlsplit(f"//{given}")
            name = parts.hostname or ""
            if parts.netloc != given or parts.username is not None or (parts.port is not None and not parts.port):
                return False
        except ValueError:
            return False
        return name in self._names or _is_reached_at(name, request)

    def _has_token(self, request: web.Request) -> bool:
        first, _, rest = request.path.lstrip("/").partition("/")
        given = request.cookies.get(COOKIE, "") if first == "download" and rest else first
        return hmac.compare_digest(given.encode("utf-8", "replace"), self._token)


def _is_reached_at(name: str, request: web.Request) -> bool:
    reached = request.transport.get_extra_info("sockname") if request.transport is not None else None
    try:
        asked = ipaddress.ip_address(name)
        at = ipaddress.ip_address(reached[0].partition("%")[0]) if reached else None
    except ValueError:
        return False
    return asked.is_loopback or (getattr(at, "ipv4_mapped", None) or at) == asked


def _comes_from_here(request: web.Request) -> bool:
    """Whether a request is our own page's. A browser says where a websocket comes from, always; of what it only
    loads or shows it says so where that is another place."""
    origins = request.headers.getall("Origin", [])
    if not origins:
        return "Upgrade" not in request.headers
    host = request.headers["Host"].casefold()
    return [origin.casefold() for origin in origins] in ([f"http://{host}"], [f"https://{host}"])


def protect(response: web.StreamResponse, nonce: str = "") -> None:
    """Give a reply, of whatever kind, the headers that every reply has.

    Args:
        response: not yet begun.
        nonce: of the styles that the page's own script may make.
    """
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value.replace("{nonce}", f" 'nonce-{nonce}'" if nonce else ""))
