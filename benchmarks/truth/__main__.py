"""Does the grade say anything false? The whole grader, on questions that neither its reader nor its fit has seen.

    python -m benchmarks.truth natural          # verdicts and scores beside the readers' own
    python -m benchmarks.truth alone            # each statement and each wording alone as the answer
    python -m benchmarks.truth changed          # the same, lightly changed
    python -m benchmarks.truth new              # a wording that was taken out of its rubric first
    python -m benchmarks.truth layouts          # one answer in thirty layouts
    python -m benchmarks.truth lists            # a list of items beside the same items as sentences
    python -m benchmarks.truth listening        # follow-ups that ask for what was just said
    python -m benchmarks.truth truths           # short true texts by people who saw the prompts only

Several are taken from the same grades, one after the other. Needs what `benchmarks.joint` and
`benchmarks.fit_grader` wrote for each fold of the bank.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from benchmarks.truth.held import load_held
from benchmarks.truth.listening import listening
from benchmarks.truth.natural import natural, read_fresh
from benchmarks.truth.texts import alone, layouts, lightly, lists, new, truths
from interviewer.bank import read_natural, read_pack
from interviewer.paths import built_in_pack


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "measures",
        nargs="+",
        choices=("natural", "alone", "changed", "new", "layouts", "lists", "listening", "truths"),
    )
    parser.add_argument("--readers", type=Path, default=Path("build/joint"))
    parser.add_argument("--decisions", type=Path, default=Path("build/decision"))
    parser.add_argument("--shipped", action="store_true", help="the grader that ships, which has seen the bank")
    parser.add_argument("--answers", type=Path, help="other natural answers, one JSON object with its question a line")
    parser.add_argument("--worth", type=Path, help="write what natural answers' grades are worth, by length")
    parser.add_argument("--every", type=int, default=1, help="about one in so many texts")
    options = parser.parse_args()
    held = list(load_held(options.readers, options.decisions, shipped=options.shipped))
    answers = read_fresh(options.answers) if options.answers else read_natural(read_pack(built_in_pack()))[0]
    own = {name: list(each) for name, each in answers.items()}
    every: int = options.every
    runs: dict[str, Callable[[], None]] = {
        "natural": lambda: natural(held, own, options.worth),
        "alone": lambda: alone(held, None, every),
        "changed": lambda: alone(held, lightly, every),
        "new": lambda: new(held, every),
        "layouts": lambda: layouts(held, own, every),
        "lists": lambda: lists(held, every),
        "listening": lambda: listening(held, own),
        "truths": lambda: truths(held, every),
    }
    for measure in options.measures:
        runs[measure]()


if __name__ == "__main__":
    main()
