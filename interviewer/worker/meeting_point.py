"""Where programs of one user meet: a socket file that is theirs alone or, where a system has none, loopback and a key.

Anybody on a machine may connect to a loopback port, and listen at one that was given up. So both sides prove there that
they know the key, which never travels.
"""

from __future__ import annotations

import hmac
import secrets
import socket
import tempfile
from contextlib import suppress
from pathlib import Path

_LOOPBACK = "127.0.0.1"
_PATIENCE = 5.0
"""Seconds that the other side has to prove itself."""
_SIZE = 32
"""Bytes of a key, a nonce and a proof."""


class MeetingPoint:
    """Listens until it is closed.

    Raises:
        OSError: there is no way to.
    """

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._key = b""
        self.address = ""
        """For `connect`; a secret where it is no path."""
        try:
            self._listening = self._at_a_file()
        except (OSError, AttributeError):  # no such sockets, no folder, or one with too long a name
            self._listening = self._on_loopback()
        self._listening.listen()

    def _at_a_file(self) -> socket.socket:
        # The folder is the user's alone (0700) from its first moment, so the socket is too.
        listening = socket.socket(socket.AF_UNIX)
        self._folder = tempfile.TemporaryDirectory(prefix="mockdl-")
        path = Path(self._folder.name) / "worker"
        try:
            listening.bind(str(path))
            path.chmod(0o600)
        except OSError:
            listening.close()
            self._folder.cleanup()
            raise
        self.address = str(path)
        return listening

    def _on_loopback(self) -> socket.socket:
        self._key = secrets.token_bytes(_SIZE)
        listening = socket.socket()
        listening.bind((_LOOPBACK, 0))
        self.address = f"{listening.getsockname()[1]}:{self._key.hex()}"
        return listening

    def accept(self) -> socket.socket:
        """Wait for the next one who connects; not yet admitted.

        Raises:
            OSError: it was closed.
        """
        return self._listening.accept()[0]

    def admit(self, connection: socket.socket) -> bool:
        """Whether this is a program of the same user; else the connection is closed. Waits for at most 5 s."""
        try:
            if self._key:
                _prove(connection, self._key, b"server", b"visitor")
            return True
        except OSError:
            connection.close()
            return False

    def close(self) -> None:
        """Listen no more, and leave no file."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        if self._folder is not None:
            self._folder.cleanup()


def connect(address: str) -> socket.socket:
    """Connect to the meeting point of that address.

    Raises:
        OSError: nobody listens there, or somebody else.
    """
    port, _, key = address.partition(":")
    on_loopback = port.isdecimal()
    connection = socket.socket() if on_loopback else socket.socket(socket.AF_UNIX)
    try:
        connection.connect((_LOOPBACK, int(port)) if on_loopback else address)
        if on_loopback:
            _prove(connection, bytes.fromhex(key), b"visitor", b"server")
    except (OSError, ValueError) as error:
        connection.close()
        raise OSError(str(error)) from error
    return connection


def _prove(connection: socket.socket, key: bytes, mine: bytes, theirs: bytes) -> None:
    """Show that one knows the key, and see that the other side does.

    Raises:
        OSError: it does not, or says nothing.
    """
    connection.settimeout(_PATIENCE)
    nonce = secrets.token_bytes(_SIZE)
    connection.sendall(nonce)
    other = _receive(connection)
    connection.sendall(hmac.digest(key, mine + nonce + other, "sha256"))
    if not hmac.compare_digest(_receive(connection), hmac.digest(key, theirs + other + nonce, "sha256")):
        raise OSError("somebody else listens there")
    connection.settimeout(None)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _receive(connection: socket.socket) -> bytes:
    received = b""
    while len(received) < _SIZE:
        if not (more := connection.recv(_SIZE - len(received))):
            raise OSError("it hung up")
        received += more
    return received
