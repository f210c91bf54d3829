"""How many connections may be open, whoever opened them.

Without the token nothing is to be had, but a connection costs a file all the same, and where files run out nobody comes
in. So one too many takes the place of the one that has waited longest without a request that was let in.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web

BACKLOG = 32
"""Connections that asyncio takes in one go, before any of them can be looked at."""
_A_WINDOW, _OTHERS = 8, 32
"""Connections for each window, since a browser opens six at a time, and for all else."""
_FILES_A_WINDOW, _FILES = 5, 48
"""What else each window has open: its app's pipes, its way to the encoder. What the server has open without any."""
_REFUSAL = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nRetry-After: 5\r\n"
    b"Content-Length: 57\r\nConnection: close\r\n\r\nAs many connections are open as mockdl has room for now.\n"
)


def most_connections(windows: int) -> int:
    """How many may be open: enough for so many windows, and well below what the system lets one program have open."""
    files = _files()
    left = files - BACKLOG - _FILES - _FILES_A_WINDOW * windows
    return min(_A_WINDOW * windows + _OTHERS, max(files // 4, left))


def _files() -> int:
    try:
        import resource
    except ImportError:  # Windows, where connections are no files
        return 2**16
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 2**16 if limit == resource.RLIM_INFINITY else limit


class Connections:
    """Makes what talks to each new connection, and keeps their number down.

    Args:
        server: makes one for a connection that is taken.
        most: how many may be open.
    """

    def __init__(self, server: web.Server, most: int) -> None:
        self._server = server
        self._most = most
        self._used: dict[asyncio.BaseProtocol, float] = {}
        """When a request that was let in last ended, in seconds of the loop's clock; infinity while there is one."""

    @contextmanager
    def used_for(self, request: web.Request) -> Iterator[None]:
        """While a request that was let in is answered, its connection is not given up for another."""
        self._used[request.protocol] = math.inf
        try:
            yield
        finally:
            self._used[request.protocol] = asyncio.get_running_loop().time()

    def __call__(self) -> asyncio.BaseProtocol:
        """What talks to one more connection."""
        there = [each for each in self._server.connections if each.transport is not None]  # in order of age
        self._used = {each: self._used[each] for each in there if each in self._used}
        while len(there) >= self._most:
            idlest = min(there, key=lambda each: self._used.get(each, 0.0))
            if self._used.get(idlest) == math.inf:
                return _Refusal()
            idlest.force_close()
            there.remove(idlest)
        return self._server()


class _Refusal(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(_REFUSAL)
        transport.close()
