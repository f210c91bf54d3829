"""Where the time to the first question goes: modules imported by then, and their own time, package by package.

    python -m benchmarks.imports

From `python -X importtime`, which costs time itself and writes to the terminal, as Textual does. What the bare Textual
app of `benchmarks.interface` imports too is told apart.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence

from benchmarks.interface import BARE, FIRST_QUESTION, at_home, paint

_TIMED = re.compile(rb"import time: +(\d+) \| +\d+ \| +([\w.]+)")
_NAMED = ("textual", "rich", "typer", "pydantic", "pydantic_core", "interviewer")


def imported_by(arguments: Sequence[str], env: dict[str, str]) -> tuple[dict[str, float], float]:
    """Milliseconds of each module's own import until the marker is on screen, and seconds until then."""
    seconds, seen = paint([sys.executable, "-X", "importtime", *arguments], env)
    return {name.decode(): int(own) / 1000 for own, name in _TIMED.findall(seen)}, seconds


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="mockdl-bench-", ignore_cleanup_errors=True) as home:
        env, ours = at_home(home), FIRST_QUESTION[1:]
        for command in (["-c", BARE], ours):  # caches
            imported_by(command, env)
        bare, bare_seconds = imported_by(["-c", BARE], env)
        all_of_it, seconds = imported_by(ours, env)
    spent: defaultdict[str, float] = defaultdict(float)
    modules = Counter[str]()
    for name, own in all_of_it.items():
        package = name.split(".", maxsplit=1)[0]
        group = "as a bare Textual app" if name in bare else package if package in _NAMED else "other"
        spent[group] += own
        modules[group] += 1
    print(
        f"{seconds:.2f} s to the first question, {bare_seconds:.2f} s for a bare Textual app, both with -X importtime\n"
    )
    print("| imported | modules | own time |\n|---|--:|--:|")
    for group, own in sorted(spent.items(), key=lambda each: -each[1]):
        print(f"| {group} | {modules[group]} | {own:.0f} ms |")
    rest, bare_rest = seconds - sum(all_of_it.values()) / 1000, bare_seconds - sum(bare.values()) / 1000
    print(f"| no import: Python, journal, bank, layout | | {rest * 1000:.0f} ms (bare: {bare_rest * 1000:.0f}) |")


if __name__ == "__main__":
    main()
