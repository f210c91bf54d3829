"""Published sets to rows, and the table of held-out measures.

    python -m benchmarks.grading rows PATH -o rows.jsonl   # then: mockdl eval rows.jsonl
    python -m benchmarks.grading table                     # needs `benchmarks.fit_grader collect`

`mockdl eval` grades with the weights that ship, which have seen these sets; the table is the honest one: each
answer is graded by a fit that has not seen its set, and the joint reader has seen none of them.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from benchmarks.grading.formats import read_answers
from benchmarks.grading.table import print_table


def main() -> None:
    """Run one of the two commands."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.grading", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    rows = commands.add_parser("rows", help="convert a published set")
    rows.add_argument("source", type=Path)
    rows.add_argument("-o", "--output", type=Path, required=True)
    table = commands.add_parser("table", help="print the table of held-out measures")
    table.add_argument("--rows", type=Path, default=Path("build/rows"))
    options = parser.parse_args()
    if options.command == "rows":
        found = list(read_answers(options.source))
        options.output.write_text(
            "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in found), encoding="utf-8"
        )
        print(f"{len(found)} answers to {len({row['question_id'] for row in found})} questions: {options.output}")
    else:
        print_table(options.rows)


if __name__ == "__main__":
    main()
