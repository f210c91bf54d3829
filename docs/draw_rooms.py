"""Draw the picture of rooms in CONTRIBUTING.md from the table that `tests/test_imports.py` holds.

    python docs/draw_rooms.py

A room stands one floor below the lowest of those that may import it, so every arrow points down.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Set
from graphlib import TopologicalSorter
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "CONTRIBUTING.md"
BEGIN, END = "<!-- rooms: made by `make architecture` -->\n", "<!-- end of rooms -->\n"


def draw_rooms(may_import: Mapping[str, Set[str]]) -> str:
    """The rooms from the top floor down, each with the rooms it may import, those on nearer floors first.

    The rooms inside the core stand for themselves on the left, and as `core` on the right.

    Raises:
        graphlib.CycleError: rooms import each other.
    """
    floors = _floors(may_import)
    order = sorted(may_import, key=lambda room: (floors[room], -len(may_import[room]), room))
    width = max(map(len, order))
    lines, last = [], -1
    for room in order:
        inside = room.partition(".")[0]
        named = [each for each in order if each in may_import[room]]
        shown = named if inside == "core" else list(dict.fromkeys(each.partition(".")[0] for each in named))
        floor = f"{floors[order[-1]] - floors[room]:>2}" if floors[room] != last else "  "
        lines.append(f"{floor}  {room:<{width}}  {'-> ' if shown else ''}{' '.join(shown)}".rstrip())
        last = floors[room]
    return "\n".join(lines) + "\n"


def with_rooms(page: str, picture: str) -> str:
    """The page with this picture between its two markers; `ValueError` when they are not there."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    if not after:
        raise ValueError(f"{PAGE.name} has lost the markers of its picture")
    return f"{before}{BEGIN}\n```\n{picture}```\n\n{END}{after}"


def _floors(may_import: Mapping[str, Set[str]]) -> dict[str, int]:
    """How far below the top each room stands, 0 for those that nobody may import."""
    floors = dict.fromkeys(may_import, 0)
    for room in _from_the_top(may_import):
        for below in may_import[room]:
            floors[below] = max(floors[below], floors[room] + 1)
    return floors


def _from_the_top(may_import: Mapping[str, Set[str]]) -> Iterator[str]:
    return reversed(tuple(TopologicalSorter(may_import).static_order()))


if __name__ == "__main__":
    sys.path.insert(0, str(PAGE.parent))
    from tests.test_imports import MAY_IMPORT

    PAGE.write_text(with_rooms(PAGE.read_text(encoding="utf-8"), draw_rooms(MAY_IMPORT)), encoding="utf-8")
