"""Which server is asked, for which model, with what patience."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

from interviewer.core.server_address import check_address, host_of, is_loopback, is_near
from interviewer.llm.redaction import Secrets

_KEY_HEADERS = {"authorization", "api-key", "x-api-key"}


@dataclass(frozen=True)
class ChatServer:
    """An OpenAI-compatible server and how it is to be used. Its `repr` shows no secret.

    Raises:
        ValueError: the URL cannot be used (see `check_address`).
    """

    url: str
    """Base URL, e.g. `http://127.0.0.1:11434/v1`."""
    model: str = ""
    key: SecretStr | None = None
    key_variable: str = "OPENAI_API_KEY"
    """Name of the environment variable that holds the key, for messages."""
    headers: Mapping[str, SecretStr] = field(default_factory=dict)
    """Sent with each request beside the usual ones."""
    timeout: float = 60.0
    """Seconds for a whole call: connecting, repeats, and the waiting between them included."""
    connect_timeout: float = 5.0
    retries: int = 2
    """Repeats of a call after failures that may pass."""
    concurrency: int = 4
    """Calls under way at once; the others wait their turn, and that time does not count."""

    max_tokens: int | None = None
    """Most tokens of a reply, thoughts included; None to find out."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Further fields of each request, such as `reasoning_effort`; they win over ours."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "url", check_address(self.url))

    @property
    def host(self) -> str:
        """Host and port."""
        return host_of(self.url)

    @property
    def is_local(self) -> bool:
        """Whether it runs on this machine."""
        return is_loopback(self.url)

    @property
    def is_near(self) -> bool:
        """Whether it runs on this machine or in the user's own network."""
        return is_near(self.url)

    def key_problem(self) -> str:
        """What keeps the key from being sent, as a sentence for the user; "" when nothing does."""
        stands_in = any(name.lower() in _KEY_HEADERS for name in self.headers)
        if not self.key and not self.is_near and not stands_in:
            return (
                f"{self.host} needs a key and the environment variable {self.key_variable} is not set; "
                "export it, or name another one with `mockdl config set judge_key_variable NAME`."
            )
        plain = self.key.get_secret_value() if self.key else ""
        if not (plain.isascii() and plain.isprintable()):
            return f"The key in {self.key_variable} holds characters that cannot be sent; copy it again."
        return ""

    def credentials(self) -> dict[str, SecretStr]:
        """The headers that are sent because of these settings. A server nearby gets the key "none" for want of one."""
        bearer = self.key.get_secret_value() if self.key else "none" if self.is_near else ""
        own = {"authorization": SecretStr(f"Bearer {bearer}")} if bearer else {}
        return {**own, **{name.lower(): value for name, value in self.headers.items()}}

    def secrets(self) -> Secrets:
        """What must not be shown of it."""
        held = [value.get_secret_value() for value in (self.key, *self.headers.values()) if value]
        # "Basic abc" and "Bearer abc" also hide "abc" alone.
        return Secrets([*held, *(value.split(" ", 1)[1] for value in held if " " in value)])
