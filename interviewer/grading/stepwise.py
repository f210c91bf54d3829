"""Work that asks for readings step by step, so that many answers can be graded at once in full batches.

What an answer needs read beside its claims depends on what was found before. So a grade is a generator: it yields the
pairs of its next step and is sent what the reader says of them. One by itself has its pairs read as they come; of
many, the pairs of one step are read together.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    import numpy

    from interviewer.core.ports import Reader

T = TypeVar("T")
R = TypeVar("R")


class Pair(NamedTuple):
    """What the joint reader reads."""

    claim: str
    passage: str


Steps = Generator[Sequence[Pair], "numpy.ndarray", T]
"""Yields pairs; is sent the four probabilities of each, shape (pairs, 4)."""


class Parting(Protocol):
    """Does rows in parts at the same time."""

    def __call__(self, rows: Sequence[T], do: Callable[[Sequence[T]], list[R]], /) -> list[R]:
        """Have `do` do all rows, a part at a call; one result for each row, in their order."""


def all_together(rows: Sequence[T], do: Callable[[Sequence[T]], list[R]], /) -> list[R]:
    """All rows in one part; a `Parting`."""
    return do(rows)


def take_steps(work: Steps[T], reader: Reader | None) -> T:
    """Do one work to its end.

    Args:
        work: what is to be done.
        reader: reads its pairs; None for a work that has none.
    """
    (found,) = take_steps_together([work], reader)
    if isinstance(found, Exception):
        raise found
    return found


def take_steps_together(works: Sequence[Steps[T]], reader: Reader | None) -> list[T | Exception]:
    """Do works to their ends, each step of all of them in one go.

    Returns:
        What each came to, or what went wrong with it alone.
    """
    found: list[T | Exception] = [RuntimeError("not done")] * len(works)
    wanted: dict[int, Sequence[Pair]] = {}

    def step(number: int, told: numpy.ndarray | None) -> None:
        try:
            wanted[number] = next(works[number]) if told is None else works[number].send(told)
        except StopIteration as end:
            found[number] = end.value
        except Exception as error:
            found[number] = error

    for number in range(len(works)):
        step(number, None)
    while wanted:
        asked, wanted = wanted, {}
        assert reader is not None
        pairs = [pair for own in asked.values() for pair in own]
        shares = reader.read_jointly([pair.claim for pair in pairs], [pair.passage for pair in pairs])
        for number, own in asked.items():
            step(number, shares[: len(own)])
            shares = shares[len(own) :]
    return found
