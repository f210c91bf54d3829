"""What `mockdl doctor --probe` tries: which servers are there, and whether one can judge.

Only this machine's usual ports are asked unbidden, and never with a key. The example that is judged is one of the
bank's own, as long as a real answer, so nothing of the user's is sent and what it took tells what an answer will take.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from interviewer.core.bank.content import Item
from interviewer.core.bank.kinds import VerdictName
from interviewer.llm.chat import Chat, ChatFailure, ChatReply
from interviewer.llm.chat_client import ChatClient
from interviewer.llm.judge_reply import Unreadable, parse_judgement
from interviewer.llm.judge_request import Shown, judge_request
from interviewer.llm.quote_check import find_quote
from interviewer.llm.server_config import ChatServer

USUAL_PORTS = (11434, 1234, 8000, 8080)
"""Of Ollama, LM Studio, vLLM and llama-cpp-python, and llama.cpp's own server."""
_PATIENCE = 4.0
"""Seconds for a list of models."""
_ROOM = 1.5
"""How much more context than the example needed an answer of some length may need."""


_MOST = 0.75
"""Share of an example's quotes that must hold, and of its verdicts that must be right."""


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
    """Verdicts that are as its author has them."""
    of: int = 0
    """Verdicts in all."""

    @property
    def context(self) -> int | None:
        """Tokens of context that a judgement needs, with some to spare; None where the server counts none."""
        counts = self.reply.prompt_tokens, self.reply.completion_tokens
        return None if None in counts else 100 * round(_ROOM * sum(each or 0 for each in counts) / 100)

    @property
    def is_good(self) -> bool:
        """Whether most quotes stand in the answer, and most verdicts are right."""
        return self.quotes > 0 and self.found >= _MOST * self.quotes and self.right >= _MOST * self.of


def usual_servers(ports: Sequence[int] = USUAL_PORTS) -> list[ChatServer]:
    """Servers that may run on this machine, without any key."""
    return [ChatServer(f"http://127.0.0.1:{port}/v1", timeout=_PATIENCE, connect_timeout=1.0) for port in ports]


def look_for_servers(servers: Sequence[ChatServer]) -> list[FoundServer]:
    """Ask all of them at once for their models. The client is loaded first: its seconds are none of a server's."""
    import openai  # noqa: F401

    clients = [ChatClient(server) for server in servers]
    try:
        asked = [client.models() for client in clients]
        return [FoundServer(server, future.result()) for server, future in zip(servers, asked, strict=True)]
    finally:
        for client in clients:
            client.close()


def judge_example(chat: Chat, item: Item) -> ProbeExample | ChatFailure:
    """Have a model judge a golden example as it would an answer; waits for it.

    Args:
        chat: the model.
        item: a question with examples; the one in which most is said in part is taken.
    """
    example = max(item.rubric.examples, key=lambda each: len(set(each.verdicts.values())))
    names = [point.id for point in item.rubric.key_points]
    wrongs = [each.id for each in item.rubric.misconceptions]
    answer = chat.ask(judge_request(item, Shown(example.text), names, wrongs, 0)).result()
    if isinstance(answer, ChatFailure):
        return answer
    judgement = parse_judgement(answer.text, names, wrongs)
    if isinstance(judgement, Unreadable):
        return ProbeExample(answer, judgement.problem)
    quotes = [point.quote for point in judgement.points.values() if point.quote]
    authored = {name: example.verdicts.get(name, VerdictName.MISSING) for name in names}
    return ProbeExample(
        answer,
        "",
        quotes=len(quotes),
        found=sum(find_quote(quote, example.text) is not None for quote in quotes),
        right=sum(judgement.points[name].verdict is verdict for name, verdict in authored.items()),
        of=len(names),
    )
