"""The points of one question that can be contested, or were: a line each, and what can be done about the chosen one."""

from __future__ import annotations

from collections.abc import Sequence

from textual.widgets import OptionList
from textual.widgets.option_list import Option

from interviewer.core.interview.point_scores import PointScore
from interviewer.core.text import shorten
from interviewer.tui.safe_text import show_line
from interviewer.wording.verdicts import MARKED_AS_SAID, describe_point, describe_tries


class PointList(OptionList):
    """Points by verdict and statement; the cursor chooses one."""

    HELP = "Points that are not covered. Enter goes on to the words; one that was refused has one more try."

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, compact=True)
        self._points: list[PointScore] = []

    @property
    def chosen(self) -> PointScore | None:
        """The point under the cursor."""
        place = self.highlighted
        return self._points[place] if place is not None and place < len(self._points) else None

    def show_points(self, points: Sequence[PointScore], width: int) -> None:
        """List these points, cut to `width` cells; the cursor stays on the one it was on."""
        before = self.chosen
        self._points = list(points)
        self.set_options([_option(each, width) for each in points])
        names = [each.point.id for each in points]
        if names:
            self.highlighted = names.index(before.point.id) if before and before.point.id in names else 0


def describe_choice(score: PointScore) -> str:
    """The whole statement of a point, which the list may cut, behind what can be done about it."""
    if score.ruling is not None and score.ruling.upheld:
        return f"The contest was upheld: {score.point.statement}"
    tries = describe_tries(score)
    return (
        f"{tries[0].upper()}{tries[1:]}: {score.point.statement}"
        if tries
        else f"Did you say this? {score.point.statement}"
    )


def _option(score: PointScore, width: int) -> Option:
    notes = "; ".join(filter(None, (MARKED_AS_SAID if score.claimed else "", describe_tries(score))))
    line = f"{describe_point(score)}{f' ({notes})' if notes else ''}: {score.point.statement}"
    return Option(show_line(shorten(line, width)), id=score.point.id)
