"""A model that follows a script: demonstrations without a key, and tests without a server."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from concurrent.futures import Future

from interviewer.core.chat import ChatAnswer, ChatFailure, ChatReply, ChatRequest, OnDelta, Rung

__all__ = ["Script", "ScriptedChat"]

Script = Callable[[ChatRequest], str | ChatAnswer]
_END = ChatFailure("no-server", "The script of the model has come to its end; begin again.")


class ScriptedChat:
    """Implements `core.chat.Chat`: each call takes the next line of the script, in the caller's own thread.

    Args:
        script: replies in order (a text stands for a reply that holds it), or a function from request to reply.
        model: its name in replies.
    """

    host = ""

    def __init__(self, script: Iterable[str | ChatAnswer] | Script, *, model: str = "scripted") -> None:
        self.model = model
        self.asked: list[ChatRequest] = []
        """All requests so far."""
        self._script = script if callable(script) else _read_aloud(script)

    def ask(self, request: ChatRequest) -> Future[ChatAnswer]:
        """The next line of the script."""
        return self.stream(request, lambda _: None)

    def stream(self, request: ChatRequest, on_delta: OnDelta) -> Future[ChatAnswer]:
        """The next line of the script, word by word."""
        self.asked.append(request)
        line = self._script(request)
        answer = ChatReply(line, self.model, Rung.TEXT, None, None, 0.0, 0) if isinstance(line, str) else line
        if isinstance(answer, ChatReply):
            for word in re.findall(r"\s*\S+\s*$|\s*\S+", answer.text):
                on_delta(word)
        future: Future[ChatAnswer] = Future()
        future.set_result(answer)
        return future

    def close(self) -> None:
        """Nothing to end."""


def _read_aloud(lines: Iterable[str | ChatAnswer]) -> Script:
    rest = iter(lines)
    return lambda _: next(rest, _END)
