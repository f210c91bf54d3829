"""Writes `docs/reliability.md`: what is promised, the tests that hold it, and how often sessions were killed.

    python -m tests.reliability.table --kills 200    kill anew, keep the figures, write the page
    python -m tests.reliability.table                write the page from the figures that are kept

`test_table.py` holds that the page is what this makes, and that every test it names is there.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.reliability.promises import PROMISES
from tests.support.lives import DRAFT_BOUND, END_BOUND, KINDS

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reliability.md"
FIGURES = ROOT / "tests" / "data" / "kills.json"
START, END = "<!-- table: python -m tests.reliability.table -->", "<!-- end of table -->"
MOMENTS = ("starting", "typing", "reading")


def kill(number: int) -> dict[str, Any] | None:
    """Kill so many sessions; the figures, or None when a test failed."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "kills.jsonl"
        command = [sys.executable, "-m", "pytest", "-q", "tests/reliability/test_kills.py", "-n", "2", "--dist", "load"]
        done = subprocess.run([*command, f"--kills={number}", f"--kills-record={record}"], cwd=ROOT, check=False)
        if done.returncode:
            return None
        deaths = [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]
    told = [each for each in deaths if each["kind"] != "SIGKILL"]
    return {
        "kills": len(deaths),
        "minutes": round((time.monotonic() - began) / 60),
        "counts": [
            [front, kind, *(_count(deaths, front, kind, moment) for moment in MOMENTS)]
            for front in sorted({each["front"] for each in deaths})
            for kind in KINDS
        ],
        "answers": sum(each["answers"] for each in deaths),
        "pieces": sum(each["kept"] for each in deaths),
        "slowest end": round(max(each["ended"] for each in told), 1),
        "longest orphan": round(max(each["orphaned"] for each in deaths), 1),
    }


def _count(deaths: list[dict[str, Any]], front: str, kind: str, moment: str) -> int:
    return Counter((each["front"], each["kind"], each["during"]) for each in deaths)[front, kind, moment]


def render_tables(figures: dict[str, Any]) -> str:
    """Both tables in Markdown."""
    lines = ["| promised | held by |", "|---|---|"]
    for promise, tests in PROMISES:
        names = "; ".join(f"`{file}`: {', '.join(f'`{name}`' for name in names)}" for file, names in tests.items())
        lines.append(f"| {promise} | {names} |")
    lines += [
        "",
        f"{figures['kills']} kills in {figures['minutes']} minutes, with {figures['answers']} answers submitted and "
        f"{figures['pieces']} words of drafts that had to be there, counted at each. Lost: none; "
        "any that is stops the command that writes this page.",
        f"Told to end, the program was gone within {figures['slowest end']} s at most ({END_BOUND:g} s are allowed); "
        f"no worker outlived it by more than {figures['longest orphan']} s ({END_BOUND:g} s). What had been on screen "
        f"for {DRAFT_BOUND:g} s survived SIGKILL, and what was on screen at all (in line mode: what was sent) "
        "everything else.",
        "",
        f"| at | by | while {' | while '.join(MOMENTS)} |",
        "|---|---|--:|--:|--:|",
        *(f"| {' | '.join(map(str, row))} |" for row in figures["counts"]),
    ]
    return "\n".join(lines)


def main() -> int:
    """Write the page; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, help="kill this many sessions first (200 take about half an hour)")
    wanted = parser.parse_args().kills
    if wanted:
        figures = kill(wanted)
        if figures is None:
            print("A test failed, so nothing was written.", file=sys.stderr)
            return 1
        FIGURES.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    before, rest = PAGE.read_text(encoding="utf-8").split(START)
    table = render_tables(json.loads(FIGURES.read_text(encoding="utf-8")))
    PAGE.write_text(f"{before}{START}\n\n{table}\n\n{END}{rest.split(END)[1]}", encoding="utf-8")
    print(f"{PAGE} was written.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
