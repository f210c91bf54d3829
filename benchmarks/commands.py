"""Commands that need the encoder once, beside a program that imports it and reads one text.

    python -m benchmarks.commands

Caches are warm for both. The other program does what none of them can do without: it starts Python, imports
sentence-transformers, loads the bundled weights, and reads one text token by token.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence

from benchmarks.table import Row, output_of, show

BARE = """
from pathlib import Path
import sys
from interviewer.embedding import load_encoder
encoder = load_encoder("default", "cpu", cache=Path(sys.argv[1]))
encoder.reader().read(["Some units are dropped at random while it trains."])
"""
ANSWER = "Units are dropped at random in training, and all are kept at inference."
OURS = {
    "grade of one answer": ["grade", "--question", "dropout", "-"],
    "search": ["search", "why do gradients vanish"],
    "doctor": ["doctor"],
}
AIM = "1.3x"


def measure(repeats: int) -> list[Row]:
    """Medians of so many runs of each, in turn.

    Raises:
        NotMeasuredError: a command failed.
    """
    with tempfile.TemporaryDirectory(prefix="mockdl-bench-") as home:
        env = {**os.environ, "MOCKDL_HOME": home, "HF_HUB_OFFLINE": "1"}
        bare = [sys.executable, "-c", BARE, home]
        programs = {"bare": bare} | {
            name: [sys.executable, "-m", "interviewer", *words] for name, words in OURS.items()
        }
        for command in programs.values():
            seconds(command, env)  # fills the caches
        taken: dict[str, list[float]] = {name: [] for name in programs}
        for _ in range(repeats):
            for name, command in programs.items():
                taken[name].append(seconds(command, env))
    typical = {name: statistics.median(each) for name, each in taken.items()}
    beside = f"importing the encoder, reading once ({typical['bare']:.1f} s)"
    return [Row(f"mockdl {name}", typical[name], "s", beside, typical[name] / typical["bare"], AIM) for name in OURS]


def seconds(command: Sequence[str], env: Mapping[str, str]) -> float:
    """From the start of a program to its end.

    Raises:
        NotMeasuredError: it failed.
    """
    began = time.perf_counter()
    output_of(command, env, ANSWER, (0, 1) if "doctor" in command else (0,))  # it finds something amiss
    return time.perf_counter() - began


def main() -> int:
    """Measure and print; 1 when something was missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    return show(lambda: measure(repeats))


if __name__ == "__main__":
    sys.exit(main())
