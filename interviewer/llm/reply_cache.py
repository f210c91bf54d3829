"""Replies of before, so that grading the same answer again costs nothing and gives the same grade."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path

from interviewer.kept_json import keep, recall
from interviewer.llm.chat import ChatReply, ChatRequest, Rung


class ReplyCache:
    """A folder of replies, one file each; readable by the user alone, for they quote answers.

    Args:
        folder: made when it is missing.
        model: who replies.
        address: where, the whole of it: two deployments may share a host.
        past: find nothing that was kept, and keep what comes instead.
    """

    def __init__(self, folder: Path, model: str, address: str, *, past: bool = False) -> None:
        self._folder = folder
        self._who = f"{address}\0{model}"
        self._past = past

    def get(self, request: ChatRequest, rubric_hash: str, number: int) -> ChatReply | None:
        """The reply to the same request; None when there is none, or its file is damaged."""
        if self._past:
            return None
        try:
            body = recall(self._file(request, rubric_hash, number))
            return ChatReply(body["text"], body["model"], Rung(body["rung"]), None, None, 0.0, 0)
        except (ValueError, KeyError, TypeError):
            return None

    def put(self, request: ChatRequest, rubric_hash: str, number: int, reply: ChatReply) -> None:
        """Keep a reply; a folder that cannot be written costs nothing but the next call."""
        body = {"text": reply.text, "model": reply.model, "rung": str(reply.rung)}
        with suppress(OSError):
            keep(self._file(request, rubric_hash, number), body)

    def _file(self, request: ChatRequest, rubric_hash: str, number: int) -> Path:
        """Named by model, prompt, rubric and answer; the ballot's number, for each is an opinion of its own."""
        parts = [self._who, rubric_hash, str(number), json.dumps(request, default=str, sort_keys=True)]
        return self._folder / f"{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:32]}.json"
