"""What `mockdl doctor --probe` tries: which servers are there, and whether one can judge.

Only this machine's usual ports are asked unbidden, and never with a key. The example that
is judged belongs to the program, so nothing of the user's is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from interviewer.core.bank.kinds import VerdictName
from interviewer.llm.chat import Chat, ChatFailure, ChatMessage, ChatReply, ChatRequest
from interviewer.llm.chat_client import ChatClient
from interviewer.llm.judge_prompt import fence_of, read_prompt
from interviewer.llm.judge_reply import Unreadable, judgement_schema, parse_judgement
from interviewer.llm.quote_check import find_quote
from interviewer.llm.server_config import ChatServer

USUAL_PORTS = (11434, 1234, 8000, 8080)
"""Of Ollama, LM Studio, vLLM and llama-cpp-python, and llama.cpp's own server."""
_PATIENCE = 4.0
"""Seconds for a list of models."""
_ANSWER = (
    "Dropout switches off randomly chosen units while the network is being trained. At test time all units are used."
)
_EXPECTED = {"random-units": VerdictName.COVERED, "rescaled": VerdictName.MISSING}


class FoundServer(NamedTuple):
    """A server that was asked for its models."""

    server: ChatServer
    models: tuple[str, ...] | ChatFailure


class ProbeExample(NamedTuple):
    """How a model judged the example."""

    reply: ChatReply
    problem: str
    """Why its judgement cannot be used, "" when it can."""
    quotes: int = 0
    """Quotes it gave."""
    found: int = 0
    """Those that stand in the answer."""
    right: int = 0
    """Verdicts that are as they should be, of two."""


def usual_servers(ports: Sequence[int] = USUAL_PORTS) -> list[ChatServer]:
    """Servers that may run on this machine, without any key."""
    return [ChatServer(f"http://127.0.0.1:{port}/v1", timeout=_PATIENCE, connect_timeout=1.0) for port in ports]


def look_for_servers(servers: Sequence[ChatServer]) -> list[FoundServer]:
    """Ask all of them at once for their models."""
    clients = [ChatClient(server) for server in servers]
    try:
        asked = [client.models() for client in clients]
        return [FoundServer(server, future.result()) for server, future in zip(servers, asked, strict=True)]
    finally:
        for client in clients:
            client.close()


def judge_example(chat: Chat) -> ProbeExample | ChatFailure:
    """Have a model judge the example; waits for it."""
    fence = fence_of(_ANSWER)
    told = read_prompt("judge").strip()
    asked = read_prompt("probe").replace("{fence}", fence).replace("{answer}", _ANSWER)
    messages = (ChatMessage("system", told), ChatMessage("user", asked))
    answer = chat.ask(ChatRequest(messages, judgement_schema(_EXPECTED, ()), "judgement", max_tokens=800)).result()
    if isinstance(answer, ChatFailure):
        return answer
    judgement = parse_judgement(answer.text, _EXPECTED, ())
    if isinstance(judgement, Unreadable):
        return ProbeExample(answer, judgement.problem)
    quotes = [point.quote for point in judgement.points.values() if point.quote]
    return ProbeExample(
        answer,
        "",
        quotes=len(quotes),
        found=sum(find_quote(quote, _ANSWER) is not None for quote in quotes),
        right=sum(judgement.points[name].verdict is verdict for name, verdict in _EXPECTED.items()),
    )
