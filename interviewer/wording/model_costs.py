"""The ledger of a session in words: what was sent where, what it cost, and what did not work."""

from __future__ import annotations

from typing import Any

from interviewer.core.grade.grade import Grade
from interviewer.core.grade.ledger import Ledger, LedgerLine
from interviewer.core.interview.summary import SessionSummary


def describe_ledger(summary: SessionSummary) -> list[str]:
    """What left this machine, to whom, at what cost; and where the judge could not be used, why. One line each."""
    results = [turn.result for question in summary.questions for turn in question.turns]
    judged = [each.judging for each in results if isinstance(each, Grade) and each.judging is not None]
    problems = dict.fromkeys(each.problem.rstrip(".") for each in judged if each.problem)
    return [*describe_sums(summary.ledger), *(f"Offline grade instead of the judge's: {each}." for each in problems)]


def describe_sums(ledger: Ledger) -> list[str]:
    """The sums, a line for each model that was asked; that nothing left this machine when it was none."""
    lines = [_describe(line) for line in ledger.lines if line.calls or line.cached]
    if ledger.stayed:
        lines.append("Nothing left this machine.")
    elif ledger.cost is not None and ledger.prices is not None:
        prices, currency = ledger.prices, ledger.prices.currency
        lines.append(
            f"Cost: {_cost(ledger.cost, ledger)}, at {prices.per_million_in:g} {currency} for a million tokens read "
            f"and {prices.per_million_out:g} {currency} for a million written."
        )
    return lines


def show_cost(cost: float, currency: str) -> str:
    """An amount with enough decimals to tell small ones apart."""
    return f"{cost:,.2f} {currency}" if cost >= 10 else f"{cost:.4f} {currency}"


def ledger_as_dict(ledger: Ledger) -> dict[str, Any]:
    """The ledger as plain data."""
    return {
        "nothing_left_this_machine": ledger.stayed,
        "request_bytes": ledger.request_bytes,
        "cost": ledger.cost,
        "prices": ledger.prices.model_dump() if ledger.prices else None,
        "lines": [line.model_dump() for line in ledger.lines],
    }


def _cost(cost: float, ledger: Ledger) -> str:
    unknown = any(line.uncounted for line in ledger.lines if line.cost is not None)
    return f"{'at least ' if unknown else ''}{show_cost(cost, ledger.prices.currency if ledger.prices else '')}"


def _describe(line: LedgerLine) -> str:
    who = f"{line.part.capitalize()} {line.model}"
    if not line.host:
        return f"{who}, a script on this machine: {_count(line.calls, 'call')}."
    place = line.host if line.is_elsewhere else f"{line.host} on this machine"
    if not line.calls:
        return f"{who}: {_replies(line.cached)} from this machine's cache; nothing was sent to {place}."
    failed = f" ({line.failed} failed)" if line.failed else ""
    parts = [f"{_count(line.calls, 'call')}{failed} to {place}", f"{line.request_bytes:,} bytes sent"]
    if line.uncounted < line.calls:
        parts.append(f"{line.prompt_tokens:,} tokens read and {line.completion_tokens:,} written by the model")
    if line.uncounted:
        parts.append(f"tokens of {_count(line.uncounted, 'call')} not reported")
    parts.append(f"{line.seconds:,.1f} s")
    if line.cached:
        parts.append(f"{_replies(line.cached)} from the cache")
    return f"{who}: {', '.join(parts)}."


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"


def _replies(number: int) -> str:
    return f"{number:,} {'reply' if number == 1 else 'replies'}"
