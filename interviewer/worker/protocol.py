"""What the interface and its worker process say to each other: JSON, one length before each.

Requests are `{"id", "method", "params"}`; replies `{"id", "result"}` or `{"id", "error"}`.
Unasked, the worker sends `{"status": ...}` and `{"notice": ...}`.
"""

from __future__ import annotations

import json
import struct
from typing import IO, Any

__all__ = ["MOST_BYTES", "read_message", "write_message"]

_LENGTH = struct.Struct(">I")
MOST_BYTES = 64 * 1024 * 1024
"""A longer message means that the stream is out of step."""


def read_message(stream: IO[bytes]) -> dict[str, Any] | None:
    """The next message, or None at the end of the stream.

    Raises:
        ValueError: the stream does not hold messages.
    """
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > MOST_BYTES:
        raise ValueError(f"a message of {length} bytes")
    body = stream.read(length)
    if len(body) < length:
        return None
    message = json.loads(body)
    if not isinstance(message, dict):
        raise ValueError("a message that is no object")
    return message


def write_message(stream: IO[bytes], message: dict[str, Any]) -> None:
    """Write one message and flush it."""
    body = json.dumps(message).encode()
    stream.write(_LENGTH.pack(len(body)) + body)
    stream.flush()
