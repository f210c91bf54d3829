"""Rows done in parts side by side, each part with its share of torch's threads.

Two threads on one small batch wait for each other after every layer, and for the Python between the batches. With a
thread each, two halves are done in nearly half the time. A part that is through with its rows does batches of the
others, since nobody can tell beforehand which half takes longer.
"""

from __future__ import annotations

import threading
from collections import deque
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
    company = _Company(parts)

    def start() -> None:
        torch.set_num_threads(threads // parts)
        _own.company = company

    def work(numbers: list[int]) -> list[_R]:
        try:
            return do([rows[number] for number in numbers])
        finally:
            company.help_others()

    try:
        with ThreadPoolExecutor(parts, "mockdl-part", initializer=start) as pool:
            done = list(pool.map(work, dealt))
    finally:
        torch.set_num_threads(threads)  # what a thread sets holds for all that start later
    found = {
        number: each
        for own, results in zip(dealt, done, strict=True)
        for number, each in zip(own, results, strict=True)
    }
    return [found[number] for number in range(len(rows))]


def do_all(tasks: Sequence[Callable[[], None]]) -> None:
    """Do tasks that need nothing of one another; in a part of `in_parts`, others that have no more to do take some.

    Raises:
        Exception: what one of them raised; all were tried.
    """
    company = getattr(_own, "company", None)
    (company or _Company(0)).do_all(tasks)


def _deal(count: int, parts: int) -> list[list[int]]:
    """To and fro, so that nobody always gets the larger one of two."""
    dealt: list[list[int]] = [[] for _ in range(parts)]
    for number in range(count):
        lap, at = divmod(number, parts)
        dealt[at if lap % 2 == 0 else parts - 1 - at].append(number)
    return dealt


class _Offer:
    """Tasks of one part, open to all."""

    def __init__(self, tasks: Sequence[Callable[[], None]]) -> None:
        self.open = deque(tasks)
        self.unfinished = len(tasks)
        self.error: Exception | None = None


class _Company:
    """Parts that work side by side."""

    def __init__(self, parts: int) -> None:
        self._changed = threading.Condition()
        self._offers: list[_Offer] = []
        self._at_work = parts

    def do_all(self, tasks: Sequence[Callable[[], None]]) -> None:
        offer = _Offer(tasks)
        with self._changed:
            self._offers.append(offer)
            self._changed.notify_all()
        while self._do_one(offer, offer.open.popleft):
            pass
        with self._changed:
            self._changed.wait_for(lambda: not offer.unfinished)
            self._offers.remove(offer)
        if offer.error is not None:
            raise offer.error

    def help_others(self) -> None:
        """Do what others offer, until none of them is at work."""
        with self._changed:
            self._at_work -= 1
            self._changed.notify_all()
        while (offer := self._find_open()) is not None:
            self._do_one(offer, offer.open.pop)  # from the other end, where the short ones are

    def _find_open(self) -> _Offer | None:
        def first() -> _Offer | None:
            return next((offer for offer in self._offers if offer.open), None)

        with self._changed:
            self._changed.wait_for(lambda: not self._at_work or first() is not None)
            return first()

    def _do_one(self, offer: _Offer, take: Callable[[], Callable[[], None]]) -> bool:
        try:
            task = take()
        except IndexError:
            return False
        try:
            task()
        except Exception as error:
            offer.error = error
        with self._changed:
            offer.unfinished -= 1
            self._changed.notify_all()
        return True


_own = threading.local()
"""The company of the part that runs in this thread."""
