"""Rows done in parts side by side, each part with its share of torch's threads.

Two threads on one small batch wait for each other after every layer, and for the Python between the batches. With a
thread each, two halves are done in nearly half the time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_T = TypeVar("_T")
_R = TypeVar("_R")
_MOST_PARTS = 4
"""All that is not torch takes turns."""
_FEWEST_ROWS = 4
"""In a part; fewer do not fill its batches."""


def in_parts(rows: Sequence[_T], do: Callable[[Sequence[_T]], list[_R]]) -> list[_R]:
    """Do all rows, in parts side by side where torch has the threads for it.

    Args:
        rows: what is to be done; where they lie in the order of their size the parts are of like size.
        do: does some of them, in a thread of its own; one result for each.

    Returns:
        One result for each row, in their order.
    """
    import torch

    threads = int(torch.get_num_threads())
    parts = min(threads, _MOST_PARTS, len(rows) // _FEWEST_ROWS)
    if parts < 2:
        return do(rows)
    dealt = _deal(len(rows), parts)

    def start() -> None:
        torch.set_num_threads(threads // parts)

    try:
        with ThreadPoolExecutor(parts, "mockdl-part", initializer=start) as pool:
            done = list(pool.map(do, [[rows[number] for number in own] for own in dealt]))
    finally:
        torch.set_num_threads(threads)  # what a thread sets holds for all that start later
    found = {
        number: each
        for own, results in zip(dealt, done, strict=True)
        for number, each in zip(own, results, strict=True)
    }
    return [found[number] for number in range(len(rows))]


def _deal(count: int, parts: int) -> list[list[int]]:
    """To and fro, so that nobody always gets the larger one of two."""
    dealt: list[list[int]] = [[] for _ in range(parts)]
    for number in range(count):
        lap, at = divmod(number, parts)
        dealt[at if lap % 2 == 0 else parts - 1 - at].append(number)
    return dealt
