"""What a server sent, read without trust: fields may be missing, null, or of another type."""

from __future__ import annotations

import json
from typing import Any, NamedTuple


class UnusableReplyError(ValueError):
    """A body that is no chat reply; the message says what is wrong with it."""


class ReportedError(UnusableReplyError):
    """A body that reports an error though its status says that all is well.

    Args:
        status: that the error names.
        body: all of it.
    """

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(f"it reports the error {status}")
        self.status = status
        self.body = body


class BrokenOffError(UnusableReplyError):
    """A stream without an end: a part of the reply may be missing."""


class Heard(NamedTuple):
    """One reply, or a piece of one that is streamed."""

    text: str
    finish: str
    """Why the model stopped: "stop", "length", "content_filter", or what else the server says."""
    refusal: str
    """The model's own words when it declined."""
    model: str
    prompt_tokens: int | None
    completion_tokens: int | None
    thoughts: str = ""
    """What a server that tells them apart gives as the model's thinking."""


def read_reply(content: bytes) -> Heard:
    """Read the body of a reply that came at once.

    Raises:
        UnusableReplyError: it is no chat reply.
        ReportedError: it reports an error with a status.
    """
    body = _load(content)
    choice = _first_choice(body)
    _raise_reported((choice or body).get("error"))
    if choice is None:
        raise UnusableReplyError(_error_in(body) or "it holds no choices")
    message = choice.get("message")
    if not isinstance(message, dict):
        raise UnusableReplyError("its first choice holds no message")
    return _heard(body, choice, message)


def read_piece(body: object) -> Heard:
    """Read one event of a stream.

    Raises:
        UnusableReplyError: it is no JSON object.
    """
    if not isinstance(body, dict):
        raise UnusableReplyError("an event is no JSON object")
    choice = _first_choice(body) or {}
    _raise_reported(choice.get("error") or body.get("error"))
    delta = choice.get("delta")
    return _heard(body, choice, delta if isinstance(delta, dict) else {})


def _raise_reported(error: object) -> None:
    code = error.get("code") if isinstance(error, dict) else None
    if isinstance(code, int) and not isinstance(code, bool) and 400 <= code < 600:
        raise ReportedError(code, {"error": error})


def join_pieces(pieces: list[Heard], *, ended: bool = False) -> Heard:
    """Put a streamed reply together.

    Args:
        pieces: of it, in order.
        ended: whether the server said that the stream had come to its end.

    Raises:
        BrokenOffError: nothing says that the model stopped.
    """
    finish = next((piece.finish for piece in reversed(pieces) if piece.finish), "stop" if ended else "")
    if not finish:
        raise BrokenOffError("it broke off before its end")
    return Heard(
        "".join(piece.text for piece in pieces),
        finish,
        "".join(piece.refusal for piece in pieces),
        next((piece.model for piece in pieces if piece.model), ""),
        next((piece.prompt_tokens for piece in reversed(pieces) if piece.prompt_tokens is not None), None),
        next((piece.completion_tokens for piece in reversed(pieces) if piece.completion_tokens is not None), None),
        "".join(piece.thoughts for piece in pieces),
    )


def read_model_names(content: bytes) -> tuple[str, ...]:
    """Names in the body of a reply to `/models`, which some servers send without the object around it.

    Raises:
        UnusableReplyError: it is no list of models.
    """
    body = _json(content)
    rows = next((body[name] for name in ("data", "models") if name in body), None) if isinstance(body, dict) else body
    if not isinstance(rows, list):
        raise UnusableReplyError("it holds no list of models")
    named = (row if isinstance(row, str) else _name(row) for row in rows)
    return tuple(name for name in named if name)


def _name(row: object) -> str:
    return (
        next((name for key in ("id", "name", "model") if (name := _text(row, key))), "")
        if isinstance(row, dict)
        else ""
    )


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise UnusableReplyError("it is not JSON") from None


def _load(content: bytes) -> dict[str, Any]:
    body = _json(content)
    if not isinstance(body, dict):
        raise UnusableReplyError("it is no JSON object")
    return body


def _first_choice(body: dict[str, Any]) -> dict[str, Any] | None:
    choices = body.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) else None


def _error_in(body: dict[str, Any]) -> str:
    """Gateways report errors of the server behind them with status 200."""
    error = body.get("error")
    message = error.get("message") if isinstance(error, dict) else error
    return f"it reports an error: {message}" if message else ""


def _heard(body: dict[str, Any], choice: dict[str, Any], message: dict[str, Any]) -> Heard:
    usage = body.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    return Heard(
        text=_content(message),
        finish=_text(choice, "finish_reason"),
        refusal=_text(message, "refusal"),
        model=_text(body, "model"),
        prompt_tokens=_count(usage.get("prompt_tokens")),
        completion_tokens=_count(usage.get("completion_tokens")),
        thoughts=_text(message, "reasoning_content") or _text(message, "reasoning"),
    )


def _content(message: dict[str, Any]) -> str:
    content = message.get("content")
    if isinstance(content, list):
        return "".join(_text(part, "text") for part in content if isinstance(part, dict))
    if isinstance(content, str) and content:
        return content
    calls = message.get("tool_calls")
    called = calls[0].get("function") if isinstance(calls, list) and calls and isinstance(calls[0], dict) else None
    return _text(called, "arguments") if isinstance(called, dict) else ""


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""


def _count(value: object) -> int | None:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
