"""Which questions an interview asks, and in which order.

A level-L interview draws about 60% at L, 25% one level below and 15% one above. Gaps are
filled from below, then from above, and said aloud. The same seed and bank give the same
interview.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise
from typing import NamedTuple

from interviewer.core.content import Bank, Item, Level
from interviewer.core.ports import Neighbour
from interviewer.core.session import Planned, SessionConfig

__all__ = ["NEAR_DUPLICATE", "Plan", "plan_interview"]

NEAR_DUPLICATE = 0.85
"""Two questions more similar than this (cosine of their index entries) are never both asked."""
_SHARES = ((0, 0.60), (-1, 0.25), (1, 0.15))


class Plan(NamedTuple):
    """The questions to ask, and what the candidate must be told about the choice."""

    questions: tuple[Planned, ...]
    notes: tuple[str, ...] = ()


def plan_interview(
    bank: Bank,
    config: SessionConfig,
    rng: random.Random,
    *,
    seen: Mapping[str, int] | None = None,
    neighbours: Mapping[str, Sequence[Neighbour]] | None = None,
) -> Plan:
    """Choose and order the questions.

    Args:
        bank: where to choose from.
        config: level, topics and count.
        rng: seeded by the caller.
        seen: how often each question was asked before; less-asked ones come first and a
            retake gets another wording.
        neighbours: near questions from the index, to keep near-duplicates apart.
    """
    seen = seen or {}
    pool = [item for item in bank.items.values() if not config.topics or item.question.topic in config.topics]
    rng.shuffle(pool)
    pool.sort(key=lambda item: seen.get(item.question.id, 0))
    close = _close_pairs(neighbours or {})
    chosen: list[Item] = []
    notes: list[str] = []
    wanted = _quota(config.level, config.count)
    for level in sorted(wanted, key=lambda each: abs(each.rank - config.level.rank)):
        _draw(pool, chosen, close, wanted[level], {level})
    missing = config.count - len(chosen)
    if missing:
        _fill(pool, chosen, close, config, missing, notes)
    ordered = _order(chosen, rng)
    return Plan(
        tuple(Planned(question_id=i.question.id, wording=seen.get(i.question.id, 0)) for i in ordered), tuple(notes)
    )


def _quota(level: Level, count: int) -> dict[Level, int]:
    """Questions wanted per level, by largest remainder; a level that does not exist gives its share to L."""
    levels = list(Level)
    shares = {level: 0.0}
    for offset, share in _SHARES:
        rank = level.rank + offset
        target = levels[rank] if 0 <= rank < len(levels) else level
        shares[target] = shares.get(target, 0.0) + share * count
    whole = {each: int(share) for each, share in shares.items()}
    by_remainder = sorted(shares, key=lambda each: (-(shares[each] - whole[each]), abs(each.rank - level.rank)))
    for each in by_remainder[: count - sum(whole.values())]:
        whole[each] += 1
    return whole


def _draw(pool: list[Item], chosen: list[Item], close: set[frozenset[str]], count: int, levels: set[Level]) -> int:
    """Move up to `count` items of these levels from pool to chosen, topics spread evenly."""
    for drawn in range(count):
        topics = Counter(item.question.topic for item in chosen)
        fitting = [item for item in pool if item.question.level in levels and not _duplicates(item, chosen, close)]
        if not fitting:
            return drawn
        best = min(fitting, key=lambda item: topics[item.question.topic])
        pool.remove(best)
        chosen.append(best)
    return count


def _fill(
    pool: list[Item],
    chosen: list[Item],
    close: set[frozenset[str]],
    config: SessionConfig,
    missing: int,
    notes: list[str],
) -> None:
    """Fill a gap from L itself, then downwards, then upwards; then give up, aloud."""
    rank = config.level.rank
    order = [config.level, *reversed(list(Level)[:rank]), *list(Level)[rank + 1 :]]
    for level in order:
        got = _draw(pool, chosen, close, missing, {level})
        missing -= got
        if got and level is not config.level:
            notes.append(
                f"There are too few {config.level} questions here: {got} {'is' if got == 1 else 'are'} {level} level."
            )
        if not missing:
            return
    where = f" on {', '.join(config.topics)}" if config.topics else ""
    notes.append(f"Of the {config.count} questions asked for, only {len(chosen)} could be found{where}.")


def _duplicates(item: Item, chosen: Sequence[Item], close: set[frozenset[str]]) -> bool:
    return any(frozenset((item.question.id, other.question.id)) in close for other in chosen)


def _close_pairs(neighbours: Mapping[str, Sequence[Neighbour]]) -> set[frozenset[str]]:
    return {
        frozenset((question_id, near.question_id))
        for question_id, nearest in neighbours.items()
        for near in nearest
        if near.similarity > NEAR_DUPLICATE
    }


def _order(chosen: Sequence[Item], rng: random.Random) -> list[Item]:
    """Easier questions first, never two neighbours in a row, topics changing, where possible.

    Starts from a shuffle sorted by level and swaps pairs while that lowers the disorder;
    interviews are short, so this is quick and finds an order without a clash when there is one.
    """
    ordered = list(chosen)
    rng.shuffle(ordered)
    ordered.sort(key=lambda item: item.question.level.rank)
    best = _disorder(ordered)
    improved = True
    while improved and best:
        improved = False
        for left, right in combinations(range(len(ordered)), 2):
            ordered[left], ordered[right] = ordered[right], ordered[left]
            now = _disorder(ordered)
            if now < best:
                best, improved = now, True
            else:
                ordered[left], ordered[right] = ordered[right], ordered[left]
    return ordered


def _disorder(ordered: Sequence[Item]) -> int:
    """How bad an order is: neighbours back to back 20, the same topic twice 4, each step down in level 1."""
    total = 0
    for first, second in pairwise(each.question for each in ordered):
        total += 20 * (first.id in second.avoid_after or second.id in first.avoid_after)
        total += 4 * (first.topic == second.topic)
        total += max(0, first.level.rank - second.level.rank)
    return total
