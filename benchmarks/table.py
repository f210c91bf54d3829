"""What every benchmark measures, and how it is shown."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

WIDTHS = (44, 12, 70, 9)


class NotMeasuredError(Exception):
    """Why something could not be measured, and what would have to be there."""


def output_of(command: Sequence[str], env: Mapping[str, str], typed: str = "", codes: Sequence[int] = (0,)) -> str:
    """What a program prints.

    Args:
        command: its words.
        env: its whole environment.
        typed: its standard input.
        codes: with which it may exit.

    Raises:
        NotMeasuredError: it exited with another code; says its last words.
    """
    done = subprocess.run(command, env=dict(env), input=typed, capture_output=True, text=True, check=False)
    if done.returncode not in codes:
        raise NotMeasuredError(failed(command, done.returncode, done.stderr))
    return done.stdout


def failed(command: Sequence[str], code: int, said: str) -> str:
    """A sentence about a program that failed, with what it said last, without a traceback."""
    name = " ".join("..." if "\n" in word else word for word in command[:5])
    last: list[str] = []
    for line in reversed(said.strip().splitlines()):
        if line.startswith(("  ", "Traceback ")):
            break
        last.insert(0, line)
    return f"{name} exited with {code}: {' '.join(last)[-300:]}"


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


def show(measure: Callable[[], Iterable[Row]]) -> int:
    """Measure and print the table, and what could not be measured; returns the exit code."""
    rows: list[Row] = []
    try:
        for row in measure():
            rows.append(row)  # one by one: what was measured before a failure is kept
    except NotMeasuredError as problem:
        print(f"Not measured: {problem}", file=sys.stderr)
        return 1
    finally:
        if rows:
            print(render(rows))
    return 0


def _line(cells: Sequence[str]) -> str:
    what, measured, beside, aim = (
        cell.rjust(width) if at == 1 else cell.ljust(width)
        for at, (cell, width) in enumerate(zip(cells, WIDTHS, strict=True))
    )
    return f"| {what} | {measured} | {beside} | {aim} |"
