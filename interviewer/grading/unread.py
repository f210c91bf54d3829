"""Claims that need not be read beside an answer, since what costs next to nothing says that they are not in it.

Reading is most of what a grade costs. Of the points in the pool of depth an answer makes one in nine, and few
misconceptions are held; sentence vectors, token recall and the order of the words know most of the others for hopeless.
Core points are always read: where one is called missing, that has to be told from a doubt.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

FILE = "unread.json"


class Unread(NamedTuple):
    """Which claims of a kind are left unread, and what is taken for their reading."""

    weights: tuple[float, ...]
    """Of a logistic model of whether anything of the claim will be found, over `signals.BEFORE`, of which the first is
    the bias."""
    least: float
    """A claim less probable than this is not read."""
    joint: tuple[float, ...]
    """What the joint reader says of such claims, the mean of its logarithms; in the order of `signals.JOINT`."""
    together: bool
    """Whether claims of this kind are left unread only where none of them need be read. Whether a misconception is held
    depends on how much the others are: what is taken for one would tell of the next."""

    def is_hopeless(self, before: Sequence[float]) -> bool:
        """Whether a claim is not to be read.

        Args:
            before: its signals, in the order of `signals.BEFORE`.
        """
        logit = sum(weight * each for weight, each in zip(self.weights, before, strict=True))
        return logit < math.log(self.least / (1 - self.least))


class Unreads(NamedTuple):
    """The two kinds of claims that may be left unread."""

    depth: Unread
    misconception: Unread


def leave_unread(kinds: Sequence[Unread | None], before: Sequence[Sequence[float]]) -> list[tuple[float, ...] | None]:
    """Of each claim what is taken for its reading; None where it is to be read.

    Args:
        kinds: of the claims; None for one that is read in any case.
        before: their signals, each in the order of `signals.BEFORE`.
    """
    hopeless = [kind is not None and kind.is_hopeless(each) for kind, each in zip(kinds, before, strict=True)]
    needed = {kind for kind, left in zip(kinds, hopeless, strict=True) if kind is not None and not left}
    return [
        kind.joint if left and kind is not None and not (kind.together and kind in needed) else None
        for kind, left in zip(kinds, hopeless, strict=True)
    ]


@lru_cache(maxsize=1)
def load_unreads(signals: tuple[str, ...]) -> Unreads:
    """Read the shipped weights, written by `benchmarks/fit_unread`.

    Args:
        signals: `signals.BEFORE`.

    Raises:
        ValueError: they were fitted for other signals.
    """
    data = json.loads(files("interviewer.grading").joinpath(FILE).read_text(encoding="utf-8"))
    if tuple(data["signals"]) != signals:
        raise ValueError("these weights were fitted for other signals; run benchmarks/fit_unread")
    kinds = (data[kind] for kind in Unreads._fields)
    return Unreads(
        *(Unread(tuple(kind["weights"]), kind["least"], tuple(kind["joint"]), kind["together"]) for kind in kinds)
    )
