"""What every benchmark measures, and how it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

WIDTHS = (44, 12, 70, 9)


class NotMeasuredError(Exception):
    """Why something could not be measured, and what would have to be there."""


class Row(NamedTuple):
    """One line of the table."""

    what: str
    value: float
    """In `unit`."""
    unit: str
    beside: str = ""
    """What stands beside it, measured in the same run."""
    ratio: float | None = None
    """To what stands beside it."""
    at_most: str = ""
    """What the value or the ratio is to stay below; "" for no aim."""
    at_least: str = ""
    """What the share is to reach."""


def render(rows: Sequence[Row]) -> str:
    """A Markdown table."""
    lines = [_line(("what", "measured", "beside", "aim")), "|".join(("", *("-" * (width + 2) for width in WIDTHS), ""))]
    for row in rows:
        beside = row.beside if row.ratio is None else f"{row.ratio:.2f}x {row.beside}"
        aim = f"<= {row.at_most}" if row.at_most else f">= {row.at_least}" if row.at_least else ""
        lines.append(_line((row.what, f"{row.value:.3g} {row.unit}".strip(), beside, aim)))
    return "\n".join(lines)


def _line(cells: Sequence[str]) -> str:
    what, measured, beside, aim = (
        cell.rjust(width) if at == 1 else cell.ljust(width)
        for at, (cell, width) in enumerate(zip(cells, WIDTHS, strict=True))
    )
    return f"| {what} | {measured} | {beside} | {aim} |"
