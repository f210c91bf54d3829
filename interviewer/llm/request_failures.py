"""What went wrong with one request, and what follows: repeat it, ask in another way, or give up.

Servers say the same thing in many words. What decides is read from the error's code, its
parameter and its message; when that leaves doubt and the request named a format for the
reply, the format is suspected first, because asking without it costs one request.
"""

from __future__ import annotations

import json
import os
import re
import ssl
from collections.abc import Mapping
from typing import Any, NamedTuple

from interviewer.llm.chat import FailureKind
from interviewer.llm.json_modes import LENGTHS, PARAMETERS, SYSTEM
from interviewer.llm.response_parsing import BrokenOffError, ReportedError, UnusableReplyError
from interviewer.llm.retry import retry_after_in, retry_after_of
from interviewer.llm.server_config import ChatServer
from interviewer.llm.way_to_server import by_proxy, proxy_to


class Trouble(NamedTuple):
    """One request without a usable reply."""

    kind: FailureKind
    reason: str
    """For the user; see `ChatFailure`."""
    again: bool = False
    """Whether the same request may succeed a little later."""
    climbs: bool = False
    """Whether another way of asking for JSON may succeed."""
    parameter: str = ""
    """The one of `PARAMETERS` that was refused."""
    retry_after: float | None = None
    loading: bool = False
    """Whether the model is being loaded: worth waiting for as long as there is time."""
    cut: bool = False
    """Of "truncated": the reply was cut off, so more room may help; else the request leaves too little room for it."""
    unread: bool = False
    """Of "truncated": the server read a part of the prompt only; nothing about the room will help."""
    afford: int | None = None
    """Tokens of a reply that the account can still pay, when the server says so."""


_ADDRESS = "check that judge_url is the address of an OpenAI-compatible server (it often ends in /v1)"
_LATER = "try again later, or look at the server's log"
_CONTENT = re.compile(r"content_filter|content management policy|responsible ?ai|content_policy")
_CONTEXT = re.compile(
    r"context[ _](length|window|size)|maximum context|\bn_ctx\b|too many tokens|prompt is too long"
    r"|exceed\w* .{0,40}context"
)
_FORMAT = re.compile(r"response_?format|json_schema|json_object|json mode|structured|grammar|guided|schema")
_MODEL = re.compile(
    r"model_not_found|(unknown|invalid|no such|unsupported) model|model.{0,120}"
    r"(not found|not exist|is unknown|not available|not loaded|not installed)"
)
_KEY = re.compile(r"api[ _-]?key (not valid|is invalid|not found|expired)|invalid[ _]api[ _-]?key|api_key_invalid")
_SYSTEM = re.compile(r"system role|role ['\"]?system|system messages? (?:is|are) not|roles? must alternate")
_LENGTHS = re.compile(r"\bmax_?(?:length|items)\b")
_NO_STREAM = re.compile(r"verified to stream|stream(?:ing)? (?:is )?not supported|does not support stream")
_IS_LOADING = re.compile(r"loading model|model is (?:still )?(?:being )?load|currently loading|warming up")
_MEMORY = re.compile(r"system memory|out of memory|cuda error|enginecore")
_FORBIDDEN = re.compile(r"moderation|flagged|country|region|territory|data policy|not allowed|permission|policy")
_AFFORD = re.compile(r"can only afford ([\d,]+)")
_QUOTA = re.compile(r"insufficient_quota|exceeded your current quota|billing|credit")
_SUSPECT_FORMAT = {400, 404, 405, 415, 422, 500, 501}
"""Answers that some server gives to a format it does not know; llama.cpp's Python server gives 500."""
_MAY_PASS = {408, 409, 425, 429, 500, 502, 503, 504, 529}


def trouble_of(error: Exception, server: ChatServer, now: float) -> Trouble:
    """What an exception of openai or of reading a reply comes to.

    Args:
        error: as raised by one request.
        server: the one that was asked.
        now: the time, in seconds since 1970.
    """
    import openai

    said = server.secrets()
    if isinstance(error, openai.APIStatusError):
        return _of_status(error.status_code, error.body, error.response.headers, server, now)
    if isinstance(error, openai.APIConnectionError):
        return _of_connection(error, server)
    if isinstance(error, ReportedError):
        return _of_status(error.status, error.body, {}, server, now)
    if isinstance(error, UnusableReplyError):
        if isinstance(error, BrokenOffError):
            return _cut_off(server)
        return Trouble("bad-reply", f"The reply of {server.host} cannot be used: {said.quote(str(error))}; {_ADDRESS}.")
    if isinstance(error, openai.APIError):
        return Trouble(
            "server-error", f"{server.host} broke off with an error: {said.quote(error.message)}; {_LATER}.", True
        )
    # json.JSONDecodeError from an event of a stream, and whatever else a strange server can cause.
    what = "not JSON" if isinstance(error, ValueError) else type(error).__name__
    return Trouble("bad-reply", f"The reply of {server.host} cannot be used ({what}); {_ADDRESS}.")


def _of_connection(error: Exception, server: ChatServer) -> Trouble:
    import httpx2

    cause = error.__cause__
    if reason := _fault_of_way(error, server):
        return Trouble("no-server", reason)
    if isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout):
        if proxy := proxy_to(server):
            reason = f"Nothing answers on the way to {server.host} by the proxy of {proxy.source}; {proxy.ways_out}."
            return Trouble("no-server", reason, again=True)
        todo = (
            "start it, or let `mockdl doctor --probe` look for one"
            if server.is_local
            else "check judge_url and the network"
        )
        # What does not listen here will not do so in a second; a network may recover.
        return Trouble("no-server", f"No server answers at {server.host}; {todo}.", again=not server.is_local)
    if isinstance(cause, httpx2.TimeoutException):
        return Trouble("timeout", late(server))
    return _cut_off(server)


def _fault_of_way(error: Exception, server: ChatServer) -> str:
    """What is wrong with the way to a server: a certificate, a scheme, a proxy; "" when it is none of these."""
    import httpx2

    chain: list[BaseException] = [error]
    while (below := chain[-1].__cause__ or chain[-1].__context__) is not None and below not in chain:
        chain.append(below)
    proxy = proxy_to(server)
    if proxy and any(isinstance(each, httpx2.ProxyError) for each in chain):
        return f"The proxy of {proxy.source} did not let a request to {server.host} through; {proxy.ways_out}."
    told = " ".join(str(each) for each in chain).upper()
    if not any(isinstance(each, ssl.SSLError) for each in chain) and "[SSL" not in told:
        return ""
    if proxy and proxy.url.startswith("https:"):
        whom = f"{server.host} or to the proxy of {proxy.source} on the way to it"
        return f"No TLS connection to {whom} could be made; {proxy.ways_out}."
    if "CERTIFICATE_VERIFY_FAILED" in told:
        return (
            f"The certificate of {server.host} is not trusted here; when it is your own, name the file of its "
            f"authority in SSL_CERT_FILE{', which now names another one' * bool(os.environ.get('SSL_CERT_FILE'))}."
        )
    if "WRONG_VERSION_NUMBER" in told or "RECORD_LAYER" in told:
        return f"{server.host} does not speak TLS; judge_url has to begin with http://, not https://."
    return f"No TLS connection to {server.host} could be made; check judge_url and the server's certificate."


def _cut_off(server: ChatServer) -> Trouble:
    return Trouble(
        "bad-reply",
        f"The connection to {server.host}{by_proxy(server)} broke off before the reply was complete; {_LATER}.",
        True,
    )


def late(server: ChatServer) -> str:
    """The reason of a time-out."""
    longer = "`mockdl config set judge_timeout SECONDS` gives it longer"
    return f"{server.host}{by_proxy(server)} did not finish a reply within {server.timeout:g} s; {longer}."


def _of_status(status: int, body: object, headers: Mapping[str, str], server: ChatServer, now: float) -> Trouble:
    words, message = _words_of(body)
    quoted = server.secrets().quote(message)
    told = f"HTTP {status}{': ' + quoted if quoted else ''}"
    wait = retry_after_of(headers, now) or retry_after_in(body)
    if status == 407 and (proxy := proxy_to(server)):
        wants = "wants a user name and a password, as http://NAME:PASSWORD@HOST:PORT"
        return Trouble("no-server", f"The proxy of {proxy.source} {wants}; {proxy.ways_out}.")
    if status == 403 and _FORBIDDEN.search(words):
        return Trouble("refused", f"{server.host} does not allow this ({told}).")
    if status in (401, 403) or (status == 400 and _KEY.search(words)):
        return Trouble(
            "bad-key",
            f"{server.host} did not accept the key (HTTP {status}); check {server.key_variable} in the environment.",
        )
    if status == 402 and (found := _AFFORD.search(words)):
        reason = f"The account at {server.host} cannot pay for a reply of this length ({told}); check its plan."
        return Trouble("rate-limit", reason, afford=int(found.group(1).replace(",", "")))
    if status in (402, 429) and (status == 402 or _QUOTA.search(words)):
        return Trouble(
            "rate-limit", f"The account at {server.host} has nothing left to spend ({told}); check its plan."
        )
    if status == 429:
        return Trouble(
            "rate-limit",
            f"{server.host} takes no more requests for now ({told}); try again{_in(wait)}.",
            True,
            retry_after=wait,
        )
    if status < 400:
        return Trouble(
            "bad-reply", f"{server.host} points to another address (HTTP {status}); set judge_url to the final one."
        )
    if status in (400, 404, 413, 422):
        return _of_request(status, words, told, server)
    if status == 503 and _IS_LOADING.search(words):
        reason = f"{server.host} is still loading the model ({told}); {late(server)}"
        return Trouble("server-error", reason, True, retry_after=wait, loading=wait is None)
    if _MEMORY.search(words):
        return Trouble("server-error", f"{server.host} cannot run the model ({told}); take a smaller one.")
    kind: FailureKind = "timeout" if status == 408 else "server-error"
    reason = f"{server.host} failed ({told}); {_LATER}."
    return Trouble(kind, reason, status in _MAY_PASS, status in _SUSPECT_FORMAT, retry_after=wait)


def _in(wait: float | None) -> str:
    return " later" if wait is None else f" in {wait:.0f} s"


def _of_request(status: int, words: str, told: str, server: ChatServer) -> Trouble:
    """A request that the server holds to be wrong."""
    if _CONTENT.search(words):
        return Trouble("refused", f"{server.host} declined this content ({told}); another model may take it.")
    if status == 413 or _CONTEXT.search(words):
        return Trouble(
            "truncated",
            f"The request is too long for the model {_name(server)} ({told}); use one with a larger context.",
            unread=status == 413,
        )
    if _SYSTEM.search(words):
        reason = f"{server.host} does not take the request ({told}); try another model or server."
        return Trouble("server-error", reason, parameter=SYSTEM)
    if _LENGTHS.search(words):
        reason = f"{server.host} knows no bounds of lengths ({told})."
        return Trouble("server-error", reason, climbs=True, parameter=LENGTHS)
    if _NO_STREAM.search(words):
        return Trouble("server-error", f"{server.host} sends no stream ({told}).", parameter="stream")
    parameter = min((name for name in PARAMETERS if name in words), key=words.index, default="")
    about_format = bool(_FORMAT.search(words))
    if _MODEL.search(words) and not about_format:
        return Trouble(
            "wrong-model",
            f"{server.host} has no model {_name(server)} ({told}); `mockdl doctor --probe` lists what it has.",
        )
    if status == 404 and not about_format:
        return Trouble("bad-reply", f"{server.host} has no chat at this address ({told}); {_ADDRESS}.", climbs=True)
    reason = f"{server.host} does not take the request ({told}); try another model or server."
    return Trouble("server-error", reason, climbs=True, parameter="" if about_format else parameter)


def _name(server: ChatServer) -> str:
    return repr(server.secrets().quote(server.model, 60))


def _words_of(body: object) -> tuple[str, str]:
    """What decides (code, parameter and message in lower case), and what is shown (the message).

    Only these fields are read: validation errors repeat the request, in which a candidate may have
    written anything.
    """
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except ValueError:
            message = "" if "<" in str(body) else str(body)  # pages of proxies tell nothing
            return message.lower(), message
    if isinstance(body, list) and body:
        body = body[0]
    if isinstance(body, Mapping) and isinstance(body.get("error"), Mapping):
        body = body["error"]
    if not isinstance(body, Mapping):
        return "", ""
    message = _message_of(body)
    return f"{body.get('code')} {body.get('param')} {body.get('type')} {message}".lower(), message


def _message_of(body: Mapping[str, Any]) -> str:
    for name in ("message", "detail", "error"):
        value = body.get(name)
        if isinstance(value, str):
            return value
        if isinstance(value, list):  # of FastAPI: places and messages
            rows = [row for row in value if isinstance(row, Mapping)]
            return "; ".join(f"{'.'.join(map(str, row.get('loc') or ()))}: {row.get('msg')}" for row in rows)
    return ""
