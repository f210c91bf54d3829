"""What a chat with a language model is, whoever answers it: a server, or a script.

A call that fails is an answer like any other. `ChatFailure` says what kind of failure it
was and what the user can do, so that who asked can fall back at once and say why.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from enum import StrEnum
from typing import Any, Literal, NamedTuple, Protocol

FailureKind = Literal[
    "timeout",
    "refused",
    "truncated",
    "empty",
    "rate-limit",
    "no-server",
    "bad-key",
    "wrong-model",
    "bad-reply",
    "server-error",
    "cancelled",
]
"""refused: the model declined for its content; truncated: reply or request is over a limit of tokens."""

OnDelta = Callable[[str], None]
"""Called with each piece of a streamed reply, in order, from the chat's own thread."""


class Rung(StrEnum):
    """How a server is asked for JSON, from the strictest way to the loosest."""

    JSON_SCHEMA = "json_schema"
    OBJECT_WITH_SCHEMA = "json_object with schema"
    OBJECT = "json_object"
    TEXT = "text"


class ChatMessage(NamedTuple):
    """One message of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


class ChatRequest(NamedTuple):
    """What a model is asked."""

    messages: tuple[ChatMessage, ...]
    schema: dict[str, Any] | None = None
    """JSON Schema of the reply; None for free text."""
    schema_name: str = "reply"
    max_tokens: int | None = 1024
    """Most tokens of the reply; None for the server's own limit."""
    temperature: float | None = 0.0
    """None for the server's own."""
    stream: bool = False
    """Ask for the reply piece by piece."""


class ChatReply(NamedTuple):
    """What a model said."""

    text: str
    model: str
    """As the server names it."""
    rung: Rung
    prompt_tokens: int | None
    completion_tokens: int | None
    """Of all that was read and written for this reply, replies in vain included."""
    seconds: float
    """From the first request to the last byte, repeats and waiting between them included."""
    request_bytes: int
    """Bodies of all requests that were sent for this reply."""


class ChatFailure(NamedTuple):
    """Why there is no reply."""

    kind: FailureKind
    reason: str
    """One sentence for the user: what happened and what to do. No key, no control characters."""
    retry_after: float | None = None
    """Seconds after which the server said it can be asked again."""
    seconds: float = 0.0
    request_bytes: int = 0
    """Bodies of all requests that were sent in vain."""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    """What the server counted for replies that could not be used; None where it counted none."""


ChatAnswer = ChatReply | ChatFailure


class Chat(Protocol):
    """A model that can be asked. Every call returns at once; its future never raises.

    Cancelling a future ends the call at the server too, and settles it as `ChatFailure("cancelled")`.
    """

    @property
    def model(self) -> str:
        """The model that is asked for."""
        ...

    @property
    def host(self) -> str:
        """Host and port that requests go to, "" when nothing leaves this process."""
        ...

    def ask(self, request: ChatRequest) -> Future[ChatAnswer]:
        """Ask for one reply."""
        ...

    def stream(self, request: ChatRequest, on_delta: OnDelta) -> Future[ChatAnswer]:
        """Ask for one reply, handing on each piece as it comes; the future holds the whole."""
        ...

    def close(self) -> None:
        """End all calls; those under way are cancelled."""
        ...
