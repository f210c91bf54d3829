"""How well one tells a sentence that can be a judge's evidence for a key point from one that speaks of something else:
by a word in common, and by the offline grader's own reading of that sentence alone.

    python -m benchmarks.judge_evidence

On natural answers to questions that neither the reader nor the fit has seen. Of a point that was made, the best of the
sentences must pass; of a point that was not made, none should: any could be quoted for it.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.truth.held import MISSING, Held, grade, load_held
from interviewer.bank import read_natural, read_pack
from interviewer.core.english import sentences
from interviewer.core.grade.grade import Span
from interviewer.llm.evidence import Evidence
from interviewer.paths import built_in_pack


class Case(NamedTuple):
    """A key point and an answer: by sentence whether it shares a word, and what the grader finds in it."""

    made: bool
    found: bool
    """Whether the grader credits the point, given the whole answer."""
    shares: tuple[bool, ...]
    read: tuple[float, ...]


def cases(held: Iterator[Held], every: int) -> Iterator[Case]:
    """Each key point of one in `every` natural answers."""
    answers, _ = read_natural(read_pack(built_in_pack()))
    for grader, items in held:
        for item in items:
            for answer in answers.get(item.question.id, ())[::every]:
                whole = grade(grader, item, answer.text)
                spans = [Span.of(ends) for ends in sentences(answer.text)]
                graded = [grade(grader, item, span.cut(answer.text)) for span in spans]
                evidence = Evidence(item, answer.text, ())
                for point in item.rubric.key_points:
                    said = whole.verdict(point.id) if whole else None
                    verdicts = [each.verdict(point.id) if each else None for each in graded]
                    yield Case(
                        answer.verdicts.get(point.id, MISSING) is not MISSING,
                        said is not None and said.verdict in ("covered", "partial"),
                        tuple(evidence.speaks_of(point.id, span) for span in spans),
                        tuple(v.p_covered + v.p_partial + v.p_contradicted if v else 0.0 for v in verdicts),
                    )


def main() -> None:
    """Print shares that pass, by rule."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readers", type=Path, default=Path("build/joint"))
    parser.add_argument("--decisions", type=Path, default=Path("build/decision"))
    parser.add_argument("--every", type=int, default=1, help="take one in so many answers to a question")
    options = parser.parse_args()
    found = list(cases(load_held(options.readers, options.decisions, shipped=False), options.every))
    rules = {"a word in common": [each.shares for each in found]}
    for least in (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4):
        rules[f"reading from {least}"] = [tuple(p >= least for p in each.read) for each in found]
        rules[f"both, from {least}"] = [
            tuple(s and p >= least for s, p in zip(each.shares, each.read, strict=True)) for each in found
        ]
    print(f"{len(found)} points; passes:   made   overlooked   not made, a sentence   not made, any sentence")
    for name, passed in rules.items():
        pairs = list(zip(found, passed, strict=True))
        made = [any(own) for each, own in pairs if each.made]
        overlooked = [any(own) for each, own in pairs if each.made and not each.found]
        single = [one for each, own in pairs if not each.made for one in own]
        some = [any(own) for each, own in pairs if not each.made]
        shares = [f"{sum(each) / max(1, len(each)):.3f}" for each in (made, overlooked, single, some)]
        print(f"{name:<24} " + "   ".join(shares))


if __name__ == "__main__":
    main()
