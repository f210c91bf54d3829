"""A model that follows a script: demonstrations without a key, and tests without a server."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future

from interviewer.llm.chat import ChatAnswer, ChatFailure, ChatReply, ChatRequest, OnDelta, Rung
from interviewer.llm.loop_thread import Call

Script = Callable[[ChatRequest], str | ChatAnswer]
_CANCELLED = ChatFailure("cancelled", "The call was cancelled; ask again whenever you like.")
_END = ChatFailure("no-server", "The script of the model has come to its end; begin again.")


class ScriptedChat:
    """Implements `core.chat.Chat`: each call takes the next line of the script.

    Args:
        script: replies in order (a text stands for a reply that holds it), or a function from request to reply.
        model: its name in replies.
        pace: seconds before each word of a stream, which then comes from a thread of its own; 0 for all at once,
            in the caller's thread.
    """

    host = ""

    def __init__(
        self, script: Iterable[str | ChatAnswer] | Script, *, model: str = "scripted", pace: float = 0.0
    ) -> None:
        self.model = model
        self.asked: list[ChatRequest] = []
        """All requests so far."""
        self._pace = pace
        self._closed = threading.Event()
        self._script = script if callable(script) else _read_aloud(script)

    def ask(self, request: ChatRequest) -> Future[ChatAnswer]:
        """The next line of the script."""
        call: Call[ChatAnswer] = Call(_CANCELLED)
        call.settle(self._next(request))
        return call

    def stream(self, request: ChatRequest, on_delta: OnDelta) -> Future[ChatAnswer]:
        """The next line of the script, word by word."""
        answer = self._next(request)
        call: Call[ChatAnswer] = Call(_CANCELLED)
        if self._pace:
            speak = threading.Thread(
                target=self._speak, args=(answer, on_delta, call), name="mockdl-script", daemon=True
            )
            speak.start()
        else:
            self._speak(answer, on_delta, call)
        return call

    def _next(self, request: ChatRequest) -> ChatAnswer:
        self.asked.append(request)
        line = self._script(request)
        return ChatReply(line, self.model, Rung.TEXT, None, None, 0.0, 0) if isinstance(line, str) else line

    def _speak(self, answer: ChatAnswer, on_delta: OnDelta, call: Call[ChatAnswer]) -> None:
        words = re.findall(r"\s*\S+\s*$|\s*\S+", answer.text) if isinstance(answer, ChatReply) else []
        for word in words:
            if self._pace:
                time.sleep(self._pace)
            if call.done() or self._closed.is_set():
                break
            on_delta(word)
        call.settle(_CANCELLED if self._closed.is_set() else answer)

    def close(self) -> None:
        """End what is being said."""
        self._closed.set()


def _read_aloud(lines: Iterable[str | ChatAnswer]) -> Script:
    rest = iter(lines)
    return lambda _: next(rest, _END)
