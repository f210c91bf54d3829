"""Tables on standard output: plain columns that a pipe can take, and numbers as correlations are printed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from io import StringIO

from interviewer.core.text import clean_line

WIDTH = 80
"""Of all that is printed for people where no terminal says how wide it is."""


def render_columns(
    head: Sequence[str], rows: Sequence[Sequence[str]], *, right: bool = False, gap: int = 2, width: int = WIDTH
) -> list[str]:
    """Lines without colour or rules; where they would be too long, the first column is cut.

    Args:
        head: the columns' names.
        rows: cells, which may have several lines. Nothing in them is markup, and control characters are dropped.
        right: whether the columns behind the first are flush right.
        gap: spaces between columns.
        width: most characters of a line.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    def plain(cell: str) -> Text:
        return Text("\n".join(map(clean_line, cell.split("\n"))), no_wrap=True, overflow="ellipsis")

    table = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0))
    for place, name in enumerate(head):
        table.add_column(plain(name), justify="right" if right and place else "left", no_wrap=place > 0)
    for row in rows:
        table.add_row(*map(plain, row))
    shown = StringIO()
    Console(file=shown, width=width, color_system=None).print(table)
    return [line.rstrip() for line in shown.getvalue().removesuffix("\n").split("\n")]


def show_interval(
    value: float | None, low: float | None, high: float | None, *, signed: bool = False, between: str = " "
) -> str:
    """A measure with its interval, e.g. ".44 [.40 .49]"; "-" when it could not be computed."""
    if value is None or math.isnan(value):
        return "-"
    plus = "+" if signed and value >= 0 else ""
    return f"{plus}{short_number(value)}{between}[{short_number(low)} {short_number(high)}]"


def short_number(number: float | None) -> str:
    """Two decimals and no leading zero: ".44", "-.05", "1.00"; "-" for none."""
    if number is None or math.isnan(number):
        return "-"
    return f"{number:.2f}".replace("0.", ".", 1) if abs(number) < 0.995 else f"{number:.2f}"
