"""A model that words an interviewer's turns on a real loopback server, and judges nothing."""

from __future__ import annotations

import json
import re
import time

import pytest
from werkzeug import Response

from tests.support.chat_server import DONE, USAGE, Body, ChatStage, completion, error, event, events

__all__ = ["Interviewer", "configure"]

_WORDS = {
    "reply to what the candidate": "I mean it in the widest sense. You may choose.",
    "explain the key point": "This is what it means. It follows from there.",
}
LEAD_IN = "Let us stay with that"
"""What it leads over to a follow-up with."""


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
        user = body["messages"][1]["content"]
        if "Your task: " not in user or self.down:
            return error(401, "no")
        task = user.rsplit("Your task: ", 1)[1]
        self.asked.append(task[:20])
        if body.get("stream"):
            text = next(words for start, words in _WORDS.items() if task.startswith(start))
            words = [event(word + " ") for word in text.split(" ")]
            return events(self.pause, *words, event(finish="stop"), USAGE, DONE)
        time.sleep(self.pause)
        if task.startswith("pick the phrase"):
            said = re.search(r"The candidate said:\n(=+.*)\n(.*)", user)
            assert said is not None
            return completion(json.dumps({"phrase": " ".join(said.group(2).split()[:4])}))
        return completion(json.dumps({"lead_in": LEAD_IN}))


def configure(monkeypatch: pytest.MonkeyPatch, stage: ChatStage, **more: str) -> None:
    """Have the settings name this server."""
    values = {"JUDGE": "auto", "JUDGE_URL": stage.url, "JUDGE_MODEL": "tiny-chat", "JUDGE_RETRIES": "0", **more}
    for name, value in values.items():
        monkeypatch.setenv(f"MOCKDL_{name}", value)
