"""What the interface and its worker process say to each other: JSON, one length before each.

Requests are `{"id", "method", "params"}`; replies `{"id", "result"}` or `{"id", "error"}`.
Unasked, the worker sends `{"status": ...}`, `{"notice": ...}` and, when it turns to a
request, `{"serving": [id]}`: after a crash that tells the culprit from those who waited. Several
ids are answers that it reads together; a request that was among them when a process died is sent
again with `"alone": true`, and then read by itself.
While it computes it says `{"working": true}` each second, so that slow is not taken for hung.
"""

from __future__ import annotations

import json
import struct
from typing import IO, Any

from interviewer.errors import MockdlError

_LENGTH = struct.Struct(">I")
MOST_BYTES = 64 * 1024 * 1024
"""A longer message means that the stream is out of step."""


def read_message(stream: IO[bytes]) -> dict[str, Any] | None:
    """The next message, or None at the end of the stream, also when it ends within a message.

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


def pack_message(message: dict[str, Any]) -> bytes:
    """The bytes of one message, its length before it.

    Raises:
        ValueError: it is longer than the other side would take.
    """
    body = json.dumps(message).encode()
    if len(body) > MOST_BYTES:
        raise ValueError(f"a message of {len(body)} bytes")
    return _LENGTH.pack(len(body)) + body


def describe_error(error: BaseException) -> dict[str, str]:
    """An error as it is sent: the parts of a `MockdlError`, foreseen or not."""
    if isinstance(error, MockdlError):
        return {"what": error.what, "kept": error.kept, "todo": error.todo}
    return {"what": f"{type(error).__name__}: {error}", "kept": "", "todo": ""}


def write_message(stream: IO[bytes], message: dict[str, Any]) -> None:
    """Write one message and flush it; raises as `pack_message` does."""
    stream.write(pack_message(message))
    stream.flush()
