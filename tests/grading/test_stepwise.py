"""Works that ask for readings step by step, alone and together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from interviewer.core.ports import Reading
from interviewer.grading.stepwise import Pair, Steps, take_steps, take_steps_together


class Counts:
    """Says of each pair how long its texts are, and remembers how many it read at a time."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def read(self, texts: Sequence[str], *, cut: bool = True) -> list[Reading]:
        raise AssertionError

    def read_jointly(self, claims: Sequence[str], passages: Sequence[str]) -> np.ndarray:
        self.sizes.append(len(claims))
        return np.array([[len(one), len(other), 0, 0] for one, other in zip(claims, passages, strict=True)])


def lengths(*steps: Sequence[str]) -> Steps[list[float]]:
    """Has these passages read, step by step; comes to their lengths."""
    found: list[float] = []
    for passages in steps:
        told = yield [Pair("claim", each) for each in passages]
        found += [float(each) for each in told[:, 1]]
    return found


def fails(after: int) -> Steps[list[float]]:
    yield from lengths(*[["a"]] * after)
    raise KeyError("no such point")


def test_each_work_gets_what_was_said_of_its_own_pairs() -> None:
    reader = Counts()
    works = [lengths(["a", "bb"], ["ccc"]), lengths(), lengths(["dddd"]), lengths([], ["eeeee", "f"], ["gg"])]
    assert take_steps_together(works, reader) == [[1, 2, 3], [], [4], [5, 1, 2]]
    assert reader.sizes == [3, 3, 1]


@pytest.mark.parametrize("after", [0, 1])
def test_a_work_that_fails_takes_no_other_with_it(after: int) -> None:
    one, other, last = take_steps_together([lengths(["a"], ["bb"]), fails(after), lengths(["ccc"])], Counts())
    assert (one, last) == ([1, 2], [3])
    assert isinstance(other, KeyError)
    with pytest.raises(KeyError, match="no such point"):
        take_steps(fails(after), Counts())


def test_a_work_without_steps_needs_no_reader() -> None:
    assert take_steps(lengths(), None) == []
