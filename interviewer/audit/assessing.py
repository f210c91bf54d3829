"""Holding many answers against their references in batches that suit the machine."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import NamedTuple

from interviewer.core.grade.grade import Assessment, AssessmentRequest
from interviewer.core.ports import Engine
from interviewer.errors import EncoderError

_FIRST, _MOST = 8, 64
_SECONDS = 5.0
"""What a batch should take: long enough to be worth its while, short enough to show progress."""


class Left(NamedTuple):
    """Answers, by their places, of which nothing came."""

    first: int
    last: int
    reason: str


class Batches:
    """Asks the engine for one batch after the other, the next one while the last is at work.

    A batch that fails is halved until the answer that it fails over stands alone. Once the encoder is given up, no
    more is asked of it; what was done is kept.

    Args:
        engine: which assesses.
        requests: the answers.
        advance: is told how many are through.
    """

    def __init__(self, engine: Engine, requests: Sequence[AssessmentRequest], advance: Callable[[int], None]) -> None:
        self._engine = engine
        self._requests = requests
        self._advance = advance
        self._size = _FIRST
        self._halves: deque[range] = deque()
        self._next = 0
        self.found: list[Assessment | None] = [None] * len(requests)
        self.left: list[Left] = []

    def run(self) -> None:
        """Fill `found`, and `left` with what could not be assessed."""
        asked: deque[tuple[range, Future[list[Assessment]]]] = deque()
        done, since = 0, time.monotonic()
        while True:
            while len(asked) < 2 and (rows := self._take()):
                asked.append((rows, self._engine.assess([self._requests[row] for row in rows])))
            if not asked:
                return
            rows, future = asked.popleft()
            try:
                self.found[rows.start : rows.stop] = future.result()
            except EncoderError as error:
                if not self._give_up(rows, error):
                    continue
            took, since = time.monotonic() - since, time.monotonic()
            self._adapt(len(rows), took)
            done += len(rows)
            self._advance(done)

    def _take(self) -> range:
        if self._halves:
            return self._halves.popleft()
        start, self._next = self._next, min(self._next + self._size, len(self._requests))
        return range(start, self._next)

    def _give_up(self, rows: range, error: EncoderError) -> bool:
        """Whether these are left, rather than tried again in halves."""
        if self._engine.status().state in ("failed", "stopped"):
            rest = [*self._halves, range(self._next, len(self._requests))]
            self._halves.clear()
            self._next = len(self._requests)
            for each in (rows, *rest):
                if each:
                    self.left.append(Left(each.start, each.stop - 1, str(error)))
            return True
        if len(rows) == 1:
            self.left.append(Left(rows.start, rows.start, str(error)))
            return True
        middle = (rows.start + rows.stop) // 2
        self._size = max(1, len(rows) // 2)
        self._halves.extendleft((range(middle, rows.stop), range(rows.start, middle)))
        return False

    def _adapt(self, size: int, took: float) -> None:
        fitting = size * _SECONDS / max(took, 1e-3)
        self._size = round(min(max(fitting, self._size / 2, 1), self._size * 2, _MOST))
