"""Which questions an interview asks, and in which order.

A level-L interview draws about 60% at L, 25% one level below and 15% one above. Gaps are
filled from the nearest levels, the one below first, then from the nearest topics, and said aloud.
Where topics are asked for, a question of theirs at any level that was not asked before comes
before one that was. The same seed, bank and history give the same interview.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise
from typing import NamedTuple

from interviewer.core.bank.content import Bank, Head
from interviewer.core.bank.kinds import Kind, Level
from interviewer.core.interview.session import Mode, Planned, SessionConfig
from interviewer.core.ports import Neighbour

NEAR_DUPLICATE = 0.85
"""Two questions more similar than this (cosine of their index entries) are never both asked."""
NEAREST_TOPICS: dict[str, tuple[str, ...]] = {
    "foundations": ("optimisation", "regularisation"),
    "maths": ("optimisation", "foundations"),
    "optimisation": ("regularisation", "foundations", "debugging"),
    "regularisation": ("optimisation", "evaluation"),
    "vision": ("foundations", "generative"),
    "sequence-graph": ("transformers-llms", "foundations"),
    "transformers-llms": ("sequence-graph", "inference"),
    "generative": ("transformers-llms", "vision"),
    "distributed-training": ("inference", "transformers-llms", "optimisation"),
    "inference": ("distributed-training", "transformers-llms", "mlops"),
    "evaluation": ("data", "regularisation"),
    "data": ("evaluation", "mlops"),
    "rl-alignment": ("transformers-llms", "trust"),
    "trust": ("evaluation", "mlops"),
    "mlops": ("trust", "evaluation", "data"),
    "debugging": ("optimisation", "distributed-training", "mlops"),
}
"""Where to go on when a topic has too few questions, nearest first. A table rather than the
index: a plan must not depend on whether the index is ready."""
_WARMED_FROM = 4
"""Questions from which on an interview begins with a warm-up."""
_SHARES = ((0, 0.60), (-1, 0.25), (1, 0.15))
_DEPTH = {Kind.NUMERIC: 1, Kind.DERIVATION: 1, Kind.SCENARIO: 2, Kind.DESIGN: 3}
"""What a kind of question asks beyond knowing a concept: a sum or a proof, a diagnosis, a whole plan."""


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
    recent: Sequence[str] = (),
    neighbours: Mapping[str, Sequence[Neighbour]] | None = None,
) -> Plan:
    """Choose and order the questions.

    Args:
        bank: where to choose from.
        config: level, topics and count.
        rng: seeded by the caller.
        seen: how often each question was asked before; less-asked ones come first and a
            retake gets another wording.
        recent: those ids in the order in which they were asked last; the latest come last, however seldom.
        neighbours: near questions from the index, to keep near-duplicates apart.
    """
    seen = seen or {}
    everything = list(bank.heads)
    rng.shuffle(everything)
    last = {question_id: place for place, question_id in enumerate(recent, 1)}
    everything.sort(key=lambda item: (last.get(item.id, 0), seen.get(item.id, 0)))
    warm_ups = [item for item in everything if item.kind is Kind.WARMUP]
    everything = [item for item in everything if item.kind is not Kind.WARMUP]
    pool = [item for item in everything if not config.topics or item.topic in config.topics]
    close = _close_pairs(neighbours or {})
    chosen: list[Head] = []
    notes: list[str] = []
    wanted = _quota(config.level, config.count)
    fresh = [item for item in pool if not (config.topics and item.id in seen)]
    for level in sorted(wanted, key=lambda each: abs(each.rank - config.level.rank)):
        _draw(fresh, chosen, close, wanted[level], {level})
    filled = _fill(fresh, chosen, close, config)
    again = [item for item in pool if item not in fresh and item not in chosen]
    for part in (again[: len(again) // 2], again[len(again) // 2 :]):  # the one asked longer ago first, at any level
        filled += _fill(part, chosen, close, config)
    notes += _describe_filled(filled, config)
    if len(chosen) < config.count:
        _fill_from_near_topics(everything, chosen, close, config, notes)
    if len(chosen) < config.count:
        notes.append(f"Of the {config.count} questions asked for, only {len(chosen)} could be found{_where(config)}.")
    if known := sum(item.id in seen for item in chosen):
        notes.append(f"{known} of the questions {'was' if known == 1 else 'were'} part of a session before.")
    ordered = _order(chosen, rng)
    warm_up = _warm_up(warm_ups, config, ordered)
    if warm_up is not None:
        ordered.insert(0, warm_up)
        notes.append("The first question is a warm-up: it comes on top and counts in no score.")
    return Plan(tuple(Planned(question_id=i.id, wording=seen.get(i.id, 0)) for i in ordered), tuple(notes))


def _warm_up(heads: Sequence[Head], config: SessionConfig, ordered: Sequence[Head]) -> Head | None:
    """One for a junior interview long enough to need it, that does not touch on the first question."""
    if config.level is not Level.JUNIOR or config.mode is not Mode.INTERVIEW or len(ordered) < _WARMED_FROM:
        return None
    fitting = (each for each in heads if not config.topics or each.topic in config.topics)
    return next((each for each in fitting if not _are_apart(each, ordered[0])), None)


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


def _draw(pool: list[Head], chosen: list[Head], close: set[frozenset[str]], count: int, levels: set[Level]) -> int:
    """Move up to `count` items of these levels from pool to chosen, topics spread evenly and few that share a fact."""

    def repeats(item: Head) -> int:
        shared = any(_are_apart(item, other) for other in chosen)
        return sum(item.topic == other.topic for other in chosen) + shared

    for drawn in range(count):
        fitting = [item for item in pool if item.level in levels and not _duplicates(item, chosen, close)]
        if not fitting:
            return drawn
        best = min(fitting, key=repeats)
        pool.remove(best)
        chosen.append(best)
    return count


def _fill(pool: list[Head], chosen: list[Head], close: set[frozenset[str]], config: SessionConfig) -> Counter[Level]:
    """Fill a gap from the nearest levels; returns how many came from each."""
    return Counter(
        {level: _draw(pool, chosen, close, config.count - len(chosen), {level}) for level in _nearest(config.level)}
    )


def _nearest(level: Level) -> list[Level]:
    """All levels, nearest first, of two as near the lower one first."""
    return sorted(Level, key=lambda each: (abs(each.rank - level.rank), each.rank))


def _describe_filled(filled: Counter[Level], config: SessionConfig) -> list[str]:
    few = f"There are too few {config.level} questions{_where(config)}"
    found = [(level, filled[level]) for level in _nearest(config.level) if filled[level] and level is not config.level]
    return [f"{few}: {got} {'is' if got == 1 else 'are'} {level} level." for level, got in found]


def _fill_from_near_topics(
    everything: Sequence[Head],
    chosen: list[Head],
    close: set[frozenset[str]],
    config: SessionConfig,
    notes: list[str],
) -> None:
    """Fill what is left from the topics nearest to those asked for, at L and nearby levels first."""
    near = dict.fromkeys(other for topic in config.topics for other in NEAREST_TOPICS.get(topic, ()))
    for topic in near:
        if topic in config.topics:
            continue
        pool = [item for item in everything if item.topic == topic and item not in chosen]
        got = sum(_draw(pool, chosen, close, config.count - len(chosen), {level}) for level in _nearest(config.level))
        if got:
            verb = "is" if got == 1 else "are"
            notes.append(f"There are too few questions{_where(config)}: {got} {verb} from the nearby topic {topic}.")


def _where(config: SessionConfig) -> str:
    return f" on {', '.join(config.topics)}" if config.topics else ""


def _duplicates(item: Head, chosen: Sequence[Head], close: set[frozenset[str]]) -> bool:
    return any(frozenset((item.id, other.id)) in close for other in chosen)


def _close_pairs(neighbours: Mapping[str, Sequence[Neighbour]]) -> set[frozenset[str]]:
    return {
        frozenset((question_id, near.question_id))
        for question_id, nearest in neighbours.items()
        for near in nearest
        if near.similarity > NEAR_DUPLICATE
    }


def _are_apart(first: Head, second: Head) -> bool:
    """Whether the two must not stand side by side."""
    return first.id in second.avoid_after or second.id in first.avoid_after


def _order(chosen: Sequence[Head], rng: random.Random) -> list[Head]:
    """Rising depth: easier levels first, at each the concepts before the cases and designs; never two neighbours in a
    row, topics changing, where possible.

    Starts from a shuffle in that order and swaps pairs while that lowers the disorder;
    interviews are short, so this is quick and finds an order without a clash when there is one.
    """
    ordered = list(chosen)
    rng.shuffle(ordered)
    ordered.sort(key=_depth)
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


def _depth(head: Head) -> tuple[int, int]:
    """Level first, then what its kind asks."""
    return head.level.rank, _DEPTH.get(head.kind, 0)


def _disorder(ordered: Sequence[Head]) -> int:
    """How bad an order is: neighbours back to back 40, one topic twice 8, a step down in level 5, in kind 1."""
    total = 0
    for first, second in pairwise(ordered):
        total += 40 * _are_apart(first, second)
        total += 8 * (first.topic == second.topic)
        total += 5 * max(0, first.level.rank - second.level.rank)
        total += first.level is second.level and _depth(first) > _depth(second)
    return total
