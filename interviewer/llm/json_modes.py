"""How a server is asked for JSON: the strictest way it takes, found by trying and then remembered.

Servers differ: some take a JSON Schema, some only inside `json_object`, some no
`response_format` at all. Some also refuse `max_tokens`, a temperature, a stream, or a system message; and a model
that thinks needs more room for its reply.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from interviewer.kept_json import keep, recall
from interviewer.llm.chat import ChatMessage, ChatRequest, Rung
from interviewer.llm.judge_prompt import read_prompt

SYSTEM = "system role"
"""Stands among the parameters for messages of the system, which some chat templates do not have."""
LENGTHS = "maxLength"
"""Stands among them for the bounds of lengths in a schema, which strict modes of some servers do not know."""
PARAMETERS = ("max_completion_tokens", "max_tokens", "temperature", "stream_options", "stream", SYSTEM, LENGTHS)
"""Fields that a request can do without, or can name otherwise."""
MOST_TOKENS = 16_384
"""Room that a reply is given at most, unless the settings say otherwise."""
WIDER = 4
"""By which the room grows when a reply was cut off."""
_FILE = "chat-servers.json"
_SAYS_SCHEMA = (Rung.JSON_SCHEMA, Rung.OBJECT_WITH_SCHEMA)


class Habit(NamedTuple):
    """What a server is known to take for a model."""

    rung: Rung = Rung.JSON_SCHEMA
    """The highest rung that worked."""
    without: frozenset[str] = frozenset()
    """Those of `PARAMETERS` that it refused."""
    room: int = 1
    """How many times the tokens asked for a reply needs, thoughts included."""


def rungs_from(rung: Rung) -> Sequence[Rung]:
    """This rung and all below it."""
    every = list(Rung)
    return every[every.index(rung) :]


def room_for(request: ChatRequest, room: int, fixed: int | None = None) -> int | None:
    """Most tokens of a reply: `fixed`, else as many times those asked for; None for the server's own limit."""
    if fixed is not None or request.max_tokens is None:
        return fixed
    return max(request.max_tokens, min(MOST_TOKENS, request.max_tokens * room))


def request_body(
    request: ChatRequest,
    model: str,
    rung: Rung,
    without: frozenset[str],
    *,
    most: int | None = None,
    extra: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The JSON body of a chat request on one rung.

    Args:
        request: what is asked.
        model: who is asked.
        rung: how JSON is asked for.
        without: those of `PARAMETERS` that are left out.
        most: tokens of the reply; None for the server's own limit.
        extra: further fields, which win.
    """
    said = _with_schema(request) if request.schema is not None and rung not in _SAYS_SCHEMA else request.messages
    if SYSTEM in without:
        said = _folded(said)
    body: dict[str, Any] = {"model": model, "messages": [message._asdict() for message in said]}
    if request.schema is not None and rung is not Rung.TEXT:
        schema = _without_lengths(request.schema) if LENGTHS in without else request.schema
        body["response_format"] = _response_format(request.schema_name, schema, rung)
    if most is not None:
        name = "max_completion_tokens" if "max_tokens" in without else "max_tokens"
        body[name] = most
    if request.temperature is not None:
        body["temperature"] = request.temperature
    if request.stream and "stream" not in without:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    kept = {name: value for name, value in body.items() if name not in without}
    return {**kept, **(extra or {})}


def _folded(messages: Sequence[ChatMessage]) -> tuple[ChatMessage, ...]:
    """The system's text as the beginning of the first message of the user."""
    told = [each.content for each in messages if each.role == "system"]
    others = [each for each in messages if each.role != "system"]
    at = next((i for i, each in enumerate(others) if each.role == "user"), None)
    if at is None:
        return (ChatMessage("user", "\n\n".join(told)), *others)
    others[at] = others[at]._replace(content="\n\n".join((*told, others[at].content)))
    return tuple(others)


def _response_format(name: str, schema: Mapping[str, Any], rung: Rung) -> dict[str, Any]:
    if rung is Rung.JSON_SCHEMA:
        return {"type": "json_schema", "json_schema": {"name": name, "schema": schema, "strict": True}}
    if rung is Rung.OBJECT_WITH_SCHEMA:
        return {"type": "json_object", "schema": schema}
    return {"type": "json_object"}


def strict_object(properties: Mapping[str, Any]) -> dict[str, Any]:
    """JSON Schema of an object with all of these fields and no other, as strict modes want it."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _without_lengths(schema: Any) -> Any:
    """The schema without bounds on how long its strings and lists may be."""
    if isinstance(schema, Mapping):
        return {name: _without_lengths(each) for name, each in schema.items() if name not in ("maxLength", "maxItems")}
    return [_without_lengths(each) for each in schema] if isinstance(schema, list) else schema


def _with_schema(request: ChatRequest) -> tuple[ChatMessage, ...]:
    """The messages with the schema in words, for servers that are not sent it otherwise."""
    schema = json.dumps(_in_few_words(request.schema), ensure_ascii=False)
    told = read_prompt("reply_shape").strip().replace("{schema}", schema)
    first, *others = request.messages
    if first.role != "system":
        return (ChatMessage("system", told), *request.messages)
    return (first._replace(content=f"{first.content}\n\n{told}"), *others)


def _in_few_words(schema: Any) -> Any:
    """The schema with fields that all have the same form written once: a reader needs no more, and it costs tokens."""
    if isinstance(schema, list):
        return [_in_few_words(each) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    forms = list(schema["properties"].values()) if isinstance(schema.get("properties"), Mapping) else []
    if len(forms) > 1 and all(
        isinstance(each, Mapping) and each == forms[0] and "properties" in each for each in forms
    ):
        rest = {name: each for name, each in schema.items() if name != "properties"}
        return {**rest, "additionalProperties": _in_few_words(forms[0])}
    return {name: _in_few_words(each) for name, each in schema.items()}


class Ladder:
    """What is known of each server and model, in memory and in a small file.

    Args:
        folder: for the file; None keeps it in memory only. Nothing secret is written: an
            address with a password in it is refused long before.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._file = folder / _FILE if folder else None
        self._known: dict[str, Habit] = {}

    def habit(self, url: str, model: str) -> Habit:
        """What is known of a model on a server."""
        name = _name(url, model)
        if name not in self._known:
            self._known[name] = _habit_of(self._read().get(name))
        return self._known[name]

    def remember(self, url: str, model: str, habit: Habit) -> None:
        """Keep what worked. A file that cannot be written is no reason to fail."""
        if self.habit(url, model) == habit:
            return
        self._known[_name(url, model)] = habit
        self._write(_name(url, model), {"rung": habit.rung, "without": sorted(habit.without), "room": habit.room})

    def forget(self, url: str, model: str) -> None:
        """Begin at the top again, as after a server was updated."""
        self._known.pop(_name(url, model), None)
        if _name(url, model) in self._read():
            self._write(_name(url, model), None)

    def _read(self) -> dict[str, Any]:
        body = recall(self._file) if self._file is not None else None
        return body if isinstance(body, dict) else {}

    def _write(self, name: str, row: dict[str, Any] | None) -> None:
        if self._file is None:
            return
        rows = {key: value for key, value in self._read().items() if key != name}
        if row is not None:
            rows[name] = row
        with suppress(OSError):
            keep(self._file, rows)


def _name(url: str, model: str) -> str:
    return f"{url} {model}"


def _habit_of(row: object) -> Habit:
    if not isinstance(row, dict) or row.get("rung") not in list(Rung):
        return Habit()
    without = row.get("without")
    known = [each for each in without if each in PARAMETERS] if isinstance(without, list) else []
    room = row.get("room")
    return Habit(Rung(row["rung"]), frozenset(known), room if isinstance(room, int) and 1 <= room <= 64 else 1)
