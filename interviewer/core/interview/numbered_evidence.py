"""An answer cut at the ends of its evidence, so that each piece can carry the numbers of its key points."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from interviewer.core.bank.kinds import VerdictName
from interviewer.core.grade.grade import Grade
from interviewer.core.interview.point_scores import PointScore
from interviewer.core.interview.session import Turn, TurnKind


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
    mark: str
    """What names `ends` behind the text, e.g. " [2, 5]": set apart, and in every font; "" without any."""


def number_mark(*names: object) -> str:
    """Key points as they are named in an answer, by number or place."""
    return f"[{', '.join(map(str, names))}]"


def held_spans(turn: Turn) -> list[tuple[int, int]]:
    """Where an answer holds misconceptions; nothing in the last words is held against anyone."""
    if not isinstance(turn.result, Grade) or turn.kind is TurnKind.LAST_WORDS:
        return []
    return [(each.evidence.start, each.evidence.end) for each in turn.result.misconceptions]


def cut_answer(turn: Turn, points: Sequence[PointScore], names: Sequence[str] = ()) -> list[Stretch]:
    """Cut an answer at the ends of its evidence.

    Args:
        turn: whose answer.
        points: in the order in which they are numbered.
        names: what to call them in marks instead of their numbers.
    """
    spans = [
        (number, *each.span, each.verdict is VerdictName.CONTRADICTED and not each.contested)
        for number, each in enumerate(points, 1)
        if each.span is not None and each.turn_id == turn.id
    ]
    unsure = {
        number for number, each in enumerate(points, 1) if each.verdict is VerdictName.UNSURE and not each.contested
    }
    spans += [(0, start, end, True) for start, end in held_spans(turn)]
    ends = {0, len(turn.answer)} | {min(at, len(turn.answer)) for _, start, end, _ in spans for at in (start, end)}
    found = []
    for start, end in pairwise(sorted(ends)):
        here = [each for each in spans if each[1] <= start and end <= each[2]]
        closing = [each for each in here if min(each[2], len(turn.answer)) == end]
        numbers = tuple(number for number, *_ in closing if number)
        before = "" if turn.answer[end - 1 : end].isspace() else " "
        after = " " if turn.answer[end : end + 1].isalnum() else ""
        called = number_mark(*(names[number - 1] if names else number for number in numbers))
        found.append(
            Stretch(
                text=turn.answer[start:end],
                credited=any(not bad and number not in unsure for number, _, _, bad in here),
                against=any(bad for *_, bad in here),
                ends=numbers,
                ends_against=any(bad for *_, bad in closing),
                mark=f"{before}{called}{after}" if numbers else "",
            )
        )
    return found
