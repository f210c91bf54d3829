"""A model that words an interviewer's turns on a real loopback server, and judges nothing."""

from __future__ import annotations

import re

import pytest
from werkzeug import Response

from tests.support.chat_server import DONE, USAGE, Body, ChatStage, error, event, events

__all__ = ["Interviewer", "configure"]

_WORDS = {
    "show in one or two": "I have heard what you wrote. It is noted.",
    "reply to what the candidate": "I mean it in the widest sense. You may choose.",
    "explain the key point": "This is what it means. It follows from there.",
}


class Interviewer:
    """What the server does with each kind of turn."""

    def __init__(self, stage: ChatStage) -> None:
        self.stage = stage
        self.pause = 0.0
        """Seconds before the first word."""
        self.down = False
        self.asked: list[str] = []
        """Beginnings of the tasks it was given."""
        stage.act = self._act

    def _act(self, body: Body) -> Response:
        if not body.get("stream") or self.down:
            return error(401, "no")
        system, user = (message["content"] for message in body["messages"])
        task = system.rsplit("Your task: ", 1)[1]
        self.asked.append(task[:20])
        text = next((words for start, words in _WORDS.items() if task.startswith(start)), "")
        if not text:
            kind = "hint" if "The hint:" in user else "question"
            found = re.search(rf"The {kind}:\n(.*?)(?:\n\nThe |\Z)", user, re.DOTALL)
            assert found is not None
            text = f"In my words: {found.group(1)}"
        words = [event(word + " ") for word in text.split(" ")]
        return events(self.pause, *words, event(finish="stop"), USAGE, DONE)


def configure(monkeypatch: pytest.MonkeyPatch, stage: ChatStage, **more: str) -> None:
    """Have the settings name this server."""
    values = {"JUDGE": "auto", "JUDGE_URL": stage.url, "JUDGE_MODEL": "tiny-chat", "JUDGE_RETRIES": "0", **more}
    for name, value in values.items():
        monkeypatch.setenv(f"MOCKDL_{name}", value)
