"""`mockdl doctor --probe`: which model servers answer, and whether one of them can judge."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from interviewer.llm.chat import ChatFailure
from interviewer.services.health import Check
from interviewer.settings.schema import JudgeMode

if TYPE_CHECKING:
    from interviewer.core.bank.content import Bank, Item
    from interviewer.llm import ChatServer
    from interviewer.llm.server_probe import FoundServer, ProbeExample
    from interviewer.services import Services

_START_ONE = (
    "Start one, e.g. `ollama serve` after `ollama pull llama3.1:8b`, or `llama-server -m MODEL.gguf --port 8080`; "
    "then `mockdl config set judge_url http://127.0.0.1:11434/v1` (or :8080/v1)."
)
_MOST_NAMES = 8
_EXAMPLE = "dropout"
_SLOW = 0.5
"""Share of the time limit from which on the example's time calls for a longer one."""


def probe_servers(
    services: Services, say: Callable[[str], None], ports: Sequence[int] | None = None
) -> Iterator[Check]:
    """Look for servers and have one judge an example.

    Args:
        services: for the settings and the cache.
        say: called with a line before each step that takes a while.
        ports: of this machine to look at; None for the usual ones.
    """
    from interviewer.llm.server_probe import USUAL_PORTS, look_for_servers, usual_servers

    ports = USUAL_PORTS if ports is None else ports
    configured = services.model.server()
    if configured and not configured.is_local and services.settings.judge is JudgeMode.OFF:
        todo = "`mockdl config set judge auto` first: while the judge is off, nothing is sent to another machine."
        yield Check("judge server", True, f"{configured.host} was not asked, since the judge is off", todo)
        configured = None
    others = [server for server in usual_servers(ports) if not (configured and _same(server, configured))]
    say("Looking for model servers.")
    found = look_for_servers([*([configured] if configured else []), *others])
    yield from _listed(found, configured, ports)
    server = _chosen(found, configured)
    if server is not None:
        say(f"Asking {server.model} at {server.host} to judge an example (longer if it has to be loaded first).")
        tried = _tried(services, server)
        yield tried if configured or not tried.good else tried._replace(todo=f"{tried.todo} {_use(server)}".strip())


def _use(server: ChatServer) -> str:
    others = f"judge_model {server.model}`, then `... judge auto"
    return f"To make it the judge: `mockdl config set judge_url {server.url}`, `... {others}`."


def _same(one: ChatServer, other: ChatServer) -> bool:
    return one.is_local and other.is_local and one.host.rpartition(":")[2] == other.host.rpartition(":")[2]


def _listed(found: Sequence[FoundServer], configured: ChatServer | None, ports: Sequence[int]) -> Iterator[Check]:
    answered = False
    for each in found:
        name = "judge server" if each.server is configured else "model server"
        if isinstance(each.models, ChatFailure):
            if each.server is configured:
                yield Check(name, False, each.models.reason)
            elif each.models.kind == "timeout":
                yield Check(name, True, f"{each.server.host} did not answer in {each.server.timeout:g} s")
            elif each.models.kind != "no-server":
                yield Check(name, True, f"{each.server.host} answers, but not as a model server")
            continue
        answered = True
        shown = ", ".join(each.models[:_MOST_NAMES]) + (", ..." if len(each.models) > _MOST_NAMES else "")
        count = f"{len(each.models)} model{'' if len(each.models) == 1 else 's'}"
        yield Check(name, True, f"{each.server.url}, {count}{': ' + shown if shown else ''}")
    if not answered:
        numbers = ", ".join(map(str, ports))
        yield Check("model server", True, f"none answers on this machine (ports {numbers})", _START_ONE)


def _chosen(found: Sequence[FoundServer], configured: ChatServer | None) -> ChatServer | None:
    """The configured server, or the first with a model; with the model to ask."""
    for each in found:
        listed = () if isinstance(each.models, ChatFailure) else each.models
        if each.server is configured:
            dead = isinstance(each.models, ChatFailure) and each.models.kind in ("no-server", "bad-key", "timeout")
            model = configured.model or _first_chat_model(listed)
            return replace(configured, model=model) if model and not dead else None
        if listed:
            # A model that is not in memory yet takes longer than a list of names.
            return replace(each.server, model=_first_chat_model(listed), timeout=60.0, connect_timeout=5.0)
    return None


def _first_chat_model(names: Sequence[str]) -> str:
    return next((name for name in names if "embed" not in name.lower()), names[0] if names else "")


def _tried(services: Services, server: ChatServer) -> Check:
    from interviewer.llm import ChatClient
    from interviewer.llm.server_probe import judge_example

    chat = ChatClient(server, cache=services.places.cache)
    chat.relearn()  # the server may have learned since
    try:
        outcome = judge_example(chat, _example(services.bank))
    finally:
        chat.close()
    if isinstance(outcome, ChatFailure):
        return Check("judged example", False, outcome.reason)
    return _told(outcome, server)


def _example(bank: Bank) -> Item:
    """The question that is judged: one of the built-in ones, with examples and as many key points as most."""
    usable = [item for item in bank.items.values() if item.rubric.examples]
    return bank[_EXAMPLE] if _EXAMPLE in bank else usable[0]


def _told(example: ProbeExample, server: ChatServer) -> Check:
    how = f"{server.model} at {server.host}: {example.reply.seconds:.1f} s an answer, asked by {example.reply.rung}"
    if example.context is not None:
        how += f", {example.context:,} tokens of context needed"
    if example.problem:
        todo = "Try a larger model; without a judge every answer is still graded offline."
        return Check("judged example", False, f"{how}; the reply cannot be used: {example.problem}", todo)
    quotes = (
        f"{example.found} of {example.quotes} quotes stand in the answer" if example.quotes else "no quote was given"
    )
    found = f"{how}; its JSON is fine, {quotes}, {example.right} of {example.of} verdicts are right"
    if not example.is_good:
        todo = "Try a larger model: a verdict needs a quote that stands in the answer, and has to be right."
    elif example.reply.seconds > _SLOW * server.timeout:
        most = round(3 * example.reply.seconds, -1)
        todo = f"It is slow for its limit of {server.timeout:g} s: `mockdl config set judge_timeout {most:g}`."
    else:
        todo = ""
    return Check("judged example", example.is_good, found, todo)
