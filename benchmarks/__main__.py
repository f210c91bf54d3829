"""All benchmarks of speed and memory, in one table.

    python -m benchmarks                       # about ten minutes on two quiet cores
    python -m benchmarks --only interface commands --json -
    python -m benchmarks --quick               # fewer repeats: a look, not a measurement

Each is a module of its own and runs alone, too: `python -m benchmarks.interface`. What cannot be measured here is said
in the table's place. How good the grade is, is measured by `benchmarks.truth` and `benchmarks.grading`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from benchmarks import batch, commands, grade, interface
from benchmarks.table import NotMeasuredError, Row, render

ALL: dict[str, Callable[[bool], Iterable[Row]]] = {
    "interface": lambda quick: interface.measure(3 if quick else 7),
    "commands": lambda quick: commands.measure(2 if quick else 5),
    "grade": lambda quick: grade.measure(3 if quick else 15),
    "batch": lambda quick: batch.measure(100 if quick else 240, 1 if quick else 2),
}


def main() -> int:
    """Run them; 1 when one could not be measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=ALL, default=list(ALL))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", metavar="FILE", help="write the rows as JSON too; - for standard output alone")
    options = parser.parse_args()
    rows: list[Row] = []
    missing: dict[str, str] = {}
    for name in options.only:
        print(f"{name}: measuring ...", file=sys.stderr, flush=True)
        try:
            for row in ALL[name](options.quick):
                rows.append(row)  # one by one: what was measured before a failure is kept
        except NotMeasuredError as problem:
            missing[name] = str(problem)
            print(f"{name}: not measured: {problem}", file=sys.stderr)
    told = json.dumps({"load": os.getloadavg(), "rows": [row._asdict() for row in rows], "missing": missing}, indent=1)
    if options.json == "-":
        print(told)
    else:
        print(render(rows), *(f"\n{name} was not measured: {why}" for name, why in missing.items()))
        if options.json:
            Path(options.json).write_text(told + "\n", encoding="utf-8")
    return int(bool(missing))


if __name__ == "__main__":
    sys.exit(main())
