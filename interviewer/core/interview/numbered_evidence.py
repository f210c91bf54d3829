"""An answer cut at the ends of its evidence, so that each piece can carry the numbers of its key points."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from interviewer.core.bank.kinds import VerdictName
from interviewer.core.interview.point_scores import PointScore
from interviewer.core.interview.session import Turn


class Stretch(NamedTuple):
    """A piece of an answer as typed that belongs to the same key points from its beginning to its end."""

    text: str
    credited: bool
    """Whether it earned a key point; what is only asked about ("did you mean this") did not."""
    against: bool
    """Whether it contradicts one, or holds a misconception."""
    ends: tuple[int, ...]
    """Numbers, counted from 1, of the key points whose evidence ends here."""
    ends_against: bool
    """Whether something that counts against the answer ends here."""


def cut_answer(turn: Turn, points: Sequence[PointScore], wrong: Sequence[tuple[int, int]] = ()) -> list[Stretch]:
    """Cut an answer at the ends of its evidence.

    Args:
        turn: whose answer.
        points: in the order in which they are numbered.
        wrong: stretches that hold misconceptions.
    """
    spans = [
        (number, *each.span, each.verdict is VerdictName.CONTRADICTED and not each.contested)
        for number, each in enumerate(points, 1)
        if each.span is not None and each.turn_id == turn.id
    ]
    unsure = {
        number for number, each in enumerate(points, 1) if each.verdict is VerdictName.UNSURE and not each.contested
    }
    spans += [(0, start, end, True) for start, end in wrong]
    ends = {0, len(turn.answer)} | {min(at, len(turn.answer)) for _, start, end, _ in spans for at in (start, end)}
    found = []
    for start, end in pairwise(sorted(ends)):
        here = [each for each in spans if each[1] <= start and end <= each[2]]
        closing = [each for each in here if min(each[2], len(turn.answer)) == end]
        found.append(
            Stretch(
                text=turn.answer[start:end],
                credited=any(not bad and number not in unsure for number, _, _, bad in here),
                against=any(bad for *_, bad in here),
                ends=tuple(number for number, *_ in closing if number),
                ends_against=any(bad for *_, bad in closing),
            )
        )
    return found
