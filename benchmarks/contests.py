"""What the rule of contests upholds: of points that an answer makes and the grader overlooked, and of points that it
does not make, on questions that neither the reader nor the fit has seen.

    python -m benchmarks.contests            # rules as they ship, then other thresholds

The mark is the stretch of the answer nearest to the point, as a candidate with a case would choose it.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.truth.held import CONTRADICTED, COVERED, MISSING, Held, grade, load_held
from interviewer.bank import read_natural, read_pack
from interviewer.core.bank.content import Item
from interviewer.core.grade.contest import contest_requests, decide
from interviewer.core.grade.grade import GradeRequest
from interviewer.core.layout import plain_layout
from interviewer.grading.offline_grader import OfflineGrader
from interviewer.grading.signals import Signals
from interviewer.grading.spans import cut_spans
from interviewer.paths import built_in_pack


class Contest(NamedTuple):
    """One contest and its two readings."""

    truth: str
    upheld: bool
    reading: float
    best: float
    opposed: bool


def contests(held: Iterator[Held], every: int) -> Iterator[Contest]:
    """Contests of points the grader did not credit; of those that are not made one in `every`."""
    answers, _ = read_natural(read_pack(built_in_pack()))
    rng = random.Random(5)
    for grader, items in held:
        for item in items:
            for answer in answers.get(item.question.id, []):
                found, signals = grade(grader, item, answer.text), grader.signals(item, answer.text)
                spans = cut_spans(plain_layout(answer.text).text)
                for point in item.rubric.key_points:
                    said = found.verdict(point.id) if found else None
                    truth, own = answer.verdicts.get(point.id, MISSING), signals[point.id]
                    if said is None or said.verdict is COVERED or point.value or not isinstance(own, Signals):
                        continue
                    text = spans[own.span].text
                    if truth is COVERED or (truth in (MISSING, CONTRADICTED) and rng.random() * every < 1):
                        ruled = _rule(grader, item, point.id, text) if len(text.split()) >= 3 else None
                        if ruled is not None:
                            yield ruled._replace(truth=str(truth))


def _rule(grader: OfflineGrader, item: Item, name: str, text: str) -> Contest | None:
    point = item.rubric.point(name)
    reading = grader.grade(item, GradeRequest(question_id=item.question.id, answer=text, point_ids=(name,)))
    verdict = getattr(reading, "verdict", lambda _: None)(name)
    if verdict is None:
        return None
    found = grader.assess(contest_requests(item, point, text))
    best = max(each.p_covered for each in found[: 1 + len(point.wordings)])
    opposed = "opposite" in decide(point, verdict, found)[2]
    return Contest("", decide(point, verdict, found)[0], verdict.p_covered, best, opposed)


def main() -> None:
    """Print what is upheld by the rule that ships and by others."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readers", type=Path, default=Path("build/joint"))
    parser.add_argument("--decisions", type=Path, default=Path("build/decision"))
    parser.add_argument("--shipped", action="store_true")
    parser.add_argument("--every", type=int, default=12)
    options = parser.parse_args()
    found = list(contests(load_held(options.readers, options.decisions, shipped=options.shipped), options.every))
    rules = {"as shipped": [each.upheld for each in found]}
    for least in (0.1, 0.2, 0.3):
        for mean in (0.3, 0.4, 0.5, 0.6):
            rules[f"reading from {least}, mean from {mean}"] = [
                not each.opposed and each.reading >= least and (each.reading + each.best) / 2 >= mean for each in found
            ]
    for alone in (0.3, 0.4, 0.5):
        rules[f"reading alone from {alone}"] = [not each.opposed and each.reading >= alone for each in found]
    for name, upheld in rules.items():
        told = []
        for truth in (COVERED, MISSING, CONTRADICTED):
            own = [hit for hit, each in zip(upheld, found, strict=True) if each.truth == truth]
            told.append(f"{truth} {sum(own)} of {len(own)}")
        print(f"{name:<36} upheld: {', '.join(told)}")


if __name__ == "__main__":
    main()
