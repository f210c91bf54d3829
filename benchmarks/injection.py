"""How many answers that people graded hold a sentence that is taken for an order to the grader.

    python -m benchmarks.injection ../shared/graded

None of them addresses a grader, so each one found is a false alarm; at most one answer in a thousand may be.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from pathlib import Path

from interviewer.core.grade.injection import find_injections

MOST = 0.001


def main() -> int:
    """Print false alarms for each set; 1 when there are too many."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="with JSON Lines, gzipped, each row with an `answer`")
    answers = alarms = 0
    for file in sorted(parser.parse_args().folder.glob("*.jsonl.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            texts = [json.loads(line)["answer"] for line in lines]
        found = [span.cut(text) for text in texts for span in find_injections(text)[:1]]
        print(f"{file.name.removesuffix('.jsonl.gz'):<14}{len(found):>4} of {len(texts):>6}  {found[:3]}")
        answers, alarms = answers + len(texts), alarms + len(found)
    print(f"{'all':<14}{alarms:>4} of {answers:>6}")
    return int(not answers or alarms > MOST * answers)


if __name__ == "__main__":
    sys.exit(main())
