"""What language models were asked during a session, and what it cost: bytes, tokens, time, money.

The ledger is summed over everything that was ever asked, not over the grades that stand now: a grade
that was replaced was paid for too, and what has left the machine cannot be taken back.
"""

from __future__ import annotations

from collections.abc import Iterable

from interviewer.core.frozen import Frozen
from interviewer.core.grade.grade import Grade, GradeResult, JudgeCall
from interviewer.core.server_address import is_loopback


class Prices(Frozen):
    """What the tokens of one model cost, as the user has configured it."""

    model: str
    per_million_in: float
    per_million_out: float
    currency: str = "USD"

    def cost(self, prompt_tokens: int, completion_tokens: int) -> float:
        """The price of so many tokens read and written, in `currency`."""
        return (prompt_tokens * self.per_million_in + completion_tokens * self.per_million_out) / 1e6


class Asked(Frozen):
    """Calls made to one model for one purpose."""

    part: str
    """Who asked: "judge" or "interviewer"."""
    model: str
    host: str
    """Where they went; "" for a script that runs in this process."""
    calls: tuple[JudgeCall, ...]


class LedgerLine(Frozen):
    """All calls of one part to one model at one host."""

    part: str
    model: str
    host: str
    calls: int
    """Calls that were made; replies from this machine's cache are not among them."""
    failed: int
    """Those of them without a reply that could be used."""
    cached: int
    """Replies that came from this machine's cache."""
    request_bytes: int
    prompt_tokens: int
    completion_tokens: int
    uncounted: int
    """Calls whose tokens the server did not report."""
    seconds: float
    cost: float | None
    """In the currency of the prices; None when this model has none, or the server reported no tokens at all."""

    @property
    def is_elsewhere(self) -> bool:
        """Whether it is about another machine."""
        return bool(self.host) and not is_loopback(f"http://{self.host}")


class Ledger(Frozen):
    """What was sent where."""

    lines: tuple[LedgerLine, ...] = ()
    prices: Prices | None = None

    @property
    def request_bytes(self) -> int:
        """Bytes that were sent to any server."""
        return sum(line.request_bytes for line in self.lines if line.host)

    @property
    def stayed(self) -> bool:
        """Whether nothing was sent to any server, not even in vain."""
        return not any(line.calls for line in self.lines if line.host)

    @property
    def cost(self) -> float | None:
        """The sum of what is priced; None when nothing is."""
        known = [line.cost for line in self.lines if line.cost is not None]
        return sum(known) if known else None


def asked_for(result: GradeResult | None) -> tuple[Asked, ...]:
    """What was asked for one grade: nothing, or the judge's calls."""
    judging = result.judging if isinstance(result, Grade) else None
    if judging is None:
        return ()
    return (Asked(part="judge", model=judging.model, host=judging.host, calls=judging.calls),)


def build_ledger(asked: Iterable[Asked], prices: Prices | None = None) -> Ledger:
    """Sum up calls, one line for each part, model and host, in the order they first came."""
    rows: dict[tuple[str, str, str], list[JudgeCall]] = {}
    for each in asked:
        rows.setdefault((each.part, each.model, each.host), []).extend(each.calls)
    return Ledger(lines=tuple(_line(*name, calls, prices) for name, calls in rows.items()), prices=prices)


def _line(part: str, model: str, host: str, calls: list[JudgeCall], prices: Prices | None) -> LedgerLine:
    made = [call for call in calls if not call.cached]
    prompt = sum(call.prompt_tokens or 0 for call in made)
    completion = sum(call.completion_tokens or 0 for call in made)
    uncounted = sum(call.prompt_tokens is None or call.completion_tokens is None for call in made)
    priced = prices is not None and prices.model == model and uncounted < max(1, len(made))
    return LedgerLine(
        part=part,
        model=model,
        host=host,
        calls=len(made),
        failed=sum(call.outcome != "ok" for call in made),
        cached=len(calls) - len(made),
        request_bytes=sum(call.request_bytes for call in made),
        prompt_tokens=prompt,
        completion_tokens=completion,
        uncounted=uncounted,
        seconds=sum(call.seconds for call in made),
        cost=prices.cost(prompt, completion) if prices is not None and priced else None,
    )
