"""Does the grade say anything false? The whole grader, on questions that neither its reader nor its fit has seen.

    python -m benchmarks.truth natural          # verdicts and scores beside the readers' own
    python -m benchmarks.truth alone            # each statement and each wording alone as the answer
    python -m benchmarks.truth changed          # the same, lightly changed
    python -m benchmarks.truth new              # a wording that was taken out of its rubric first
    python -m benchmarks.truth layouts          # one answer in thirty layouts
    python -m benchmarks.truth lists            # a list of items beside the same items as sentences
    python -m benchmarks.truth truths           # short true texts by people who saw the prompts only

Needs what `benchmarks.joint` and `benchmarks.fit_grader` wrote for each fold of the bank.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.fit_grader.rows import load_grader
from benchmarks.fit_grader.short import without
from benchmarks.joint.folds import third_of
from interviewer.audit.agreement import cohen_kappa, estimate, pearson
from interviewer.bank import load_bank, read_natural, read_pack
from interviewer.core.bank.content import Item
from interviewer.core.bank.kinds import VerdictName
from interviewer.core.bank.natural import NaturalAnswer
from interviewer.core.grade.grade import Grade, GradeRequest
from interviewer.core.interview.summary import summarise_answer
from interviewer.grading.offline_grader import OfflineGrader
from interviewer.paths import built_in_pack

COVERED, CONTRADICTED, MISSING, UNSURE = (
    VerdictName.COVERED,
    VerdictName.CONTRADICTED,
    VerdictName.MISSING,
    VerdictName.UNSURE,
)


TRUTHS = Path(__file__).with_name("truths.jsonl")


class Held(NamedTuple):
    """A grader, and the questions that it has not seen."""

    grader: OfflineGrader
    items: list[Item]


def load_held(readers: Path, decisions: Path, *, shipped: bool) -> Iterator[Held]:
    """Each fold of the bank with its grader; with `shipped` all questions with the grader that ships."""
    items = list(load_bank([built_in_pack()]).items.values())
    if shipped:
        from interviewer.embedding.reader import JOINT_FILE
        from interviewer.grading.decision import WITH_READER

        weights = Path(__file__).resolve().parents[1] / "interviewer" / "grading" / WITH_READER
        yield Held(load_grader(JOINT_FILE, weights)[1], items)
        return
    for file in sorted(decisions.glob("fold*.json")):
        held = set(json.loads(file.read_text(encoding="utf-8"))["questions"])
        third = third_of(next(iter(held)))
        _, grader = load_grader(readers / f"third{third}.safetensors", file)
        yield Held(grader, [item for item in items if item.question.id in held])


def grade(grader: OfflineGrader, item: Item, answer: str) -> Grade | None:
    """The grade; None where there is none."""
    found = grader.grade(item, GradeRequest(question_id=item.question.id, answer=answer))
    return found if isinstance(found, Grade) else None


def interval(item: Item, answer: str, found: Grade | None) -> tuple[float, float, float]:
    """Score at the question's own level and the ends of its interval, 0 to 100."""
    if found is None:
        return 0.0, 0.0, 0.0
    told = summarise_answer(item, item.question.level, answer, found).score
    return told.value or 0.0, told.low, told.high


def score(item: Item, answer: str, found: Grade | None) -> float:
    """0 to 100 at the question's own level."""
    return interval(item, answer, found)[0]


class Judged(NamedTuple):
    """One natural answer beside its grade."""

    item: Item
    answer: NaturalAnswer
    grade: Grade | None
    score: float
    low: float
    high: float


def natural(held: Iterator[Held], answers: dict[str, list[NaturalAnswer]], target: Path | None) -> None:
    """Verdicts and scores beside the readers' own, by length; what they are worth by length also into a file."""
    judged = []
    for grader, items in held:
        for item in items:
            for answer in answers.get(item.question.id, []):
                found = grade(grader, item, answer.text)
                judged.append(Judged(item, answer, found, *interval(item, answer.text, found)))
    _report_natural("all", judged)
    worth = []
    low = 0
    for high in (25, 60, 120, None):
        own = [each for each in judged if low <= len(each.answer.text.split()) <= (high or 10_000)]
        if own:
            worth.append({"most_words": high, **_report_natural(f"{low} to {high or 'more'} words", own)})
        low = (high or 0) + 1
    print(json.dumps(worth))
    if target is not None:
        target.write_text(json.dumps(worth, indent=1) + "\n", encoding="utf-8")
    for kind in sorted({each.answer.kind for each in judged}):
        _report_natural(kind, [each for each in judged if each.answer.kind == kind])
    swapped = [each for each in judged if each.answer.kind == "swapped"]
    wins = [
        right.score > wrong.score
        for wrong in swapped
        for right in judged
        if right.item is wrong.item and right.answer.kind in ("plain", "terse", "long")
    ]
    if wins:
        print(f"a right answer above one with its roles swapped: {np.mean(wins):.3f}, {len(wins)} pairs")


def _report_natural(title: str, judged: Sequence[Judged]) -> dict[str, float]:
    rows = [
        (each.item.question.id, str(truth), str(said.verdict))
        for each in judged
        if each.grade is not None
        for point, truth in each.answer.verdicts.items()
        if (said := each.grade.verdict(point)) is not None
    ]
    groups = [row[0] for row in rows]

    def share(chosen: Sequence[int], where: Callable[[str, str], bool], hit: Callable[[str, str], bool]) -> float:
        own = [rows[i][1:] for i in chosen if where(*rows[i][1:])]
        return float(np.mean([hit(*row) for row in own])) if own else float("nan")

    def kappa(chosen: Sequence[int]) -> float:
        return cohen_kappa([rows[i][1] for i in chosen], [rows[i][2] for i in chosen])

    measures: dict[str, Callable[[Sequence[int]], float]] = {
        "kappa": kappa,
        "made found": lambda own: share(own, lambda t, _: t == COVERED, lambda _, s: s == COVERED),
        "found made": lambda own: share(own, lambda _, s: s == COVERED, lambda t, _: t == COVERED),
        "made contradicted": lambda own: share(own, lambda t, _: t == COVERED, lambda _, s: s == CONTRADICTED),
        "contradictions found": lambda own: share(own, lambda t, _: t == CONTRADICTED, lambda _, s: s == CONTRADICTED),
        "contradictions credited": lambda own: share(own, lambda t, _: t == CONTRADICTED, lambda _, s: s == COVERED),
        "accusations true": lambda own: share(own, lambda _, s: s == CONTRADICTED, lambda t, _: t == CONTRADICTED),
        "unsure": lambda own: share(own, lambda *_: True, lambda _, s: s == UNSURE),
    }
    scores, truth = np.array([each.score for each in judged]), np.array([each.answer.score for each in judged])
    print(f"{title}: {len(judged)} answers, {len(rows)} verdicts")
    for name, measure in measures.items():
        spread = estimate(measure, groups, rounds=200) if title == "all" else None
        ends = f" [{spread.low:.3f}, {spread.high:.3f}]" if spread else ""
        print(f"  {name:<24}{measure(range(len(rows))):.3f}{ends}")
    gap = scores - truth
    inside = np.mean([each.low <= each.answer.score <= each.high for each in judged])
    print(
        f"  score r {pearson(scores, truth):.3f}, mean error {np.abs(gap).mean():.1f}, "
        f"bias {gap.mean():+.1f}, inside the 80% interval {inside:.2f}",
        flush=True,
    )
    whole = range(len(rows))
    found, right = measures["made found"](whole), measures["found made"](whole)
    return {"found": round(found, 3), "right": round(right, 3), "error": round(float(np.abs(gap).mean()), 1)}


def alone(held: Iterator[Held], change: Callable[[str, random.Random], str] | None, every: int) -> None:
    """Each statement and each wording as the answer: its own point covered, no other contradicted."""
    counts = {"covered": 0, "contradicted": 0, "unsure": 0, "others contradicted": 0}
    texts = others = 0
    wrong: list[str] = []
    rng = random.Random(11)
    for grader, items in held:
        for item in items:
            for point in item.rubric.key_points:
                for text in (point.statement, *point.wordings):
                    if rng.random() * every >= 1:
                        continue
                    said = change(text, rng) if change else text
                    found = grade(grader, item, said)
                    if found is None:
                        continue
                    own = found.verdict(point.id)
                    assert own is not None
                    texts += 1
                    counts["covered"] += own.verdict is COVERED
                    counts["contradicted"] += own.verdict is CONTRADICTED
                    counts["unsure"] += own.verdict is UNSURE
                    rest = [each for each in found.verdicts if each.point_id != point.id]
                    accused = [each.point_id for each in rest if each.verdict is CONTRADICTED]
                    others += len(rest)
                    counts["others contradicted"] += len(accused)
                    if own.verdict is CONTRADICTED or accused:
                        wrong.append(f"{item.question.id} {point.id} {own.verdict} {accused}: {said}")
    for name, count in counts.items():
        print(f"{name:<20} {count / (others if 'others' in name else texts):.4f}")
    print(f"{texts} texts, {others} other points")
    print("\n".join(wrong[:40]), flush=True)


_SWAPS = {"increases": "raises", "large": "big", "small": "little", "reduces": "lowers", "many": "lots of"}
_SHORT = {"does not": "doesn't", "is not": "isn't", "cannot": "can't", "it is": "it's", "do not": "don't"}


def lightly(text: str, rng: random.Random) -> str:
    """Lower case, no stop, "I think", a contraction, a synonym or a plural."""
    chance = rng.randrange(6)
    if chance == 0:
        return text.lower()
    if chance == 1:
        return text.rstrip(".")
    if chance == 2:
        return f"I think {text[:1].lower()}{text[1:]}"
    if chance == 3:
        for full, short in _SHORT.items():
            text = re.sub(rf"\b{full}\b", short, text)
        return text
    if chance == 4:
        for one, other in _SWAPS.items():
            text = re.sub(rf"\b{one}\b", other, text)
        return text
    words = text.split()
    at = max(range(len(words)), key=lambda i: len(words[i]) if words[i].isalpha() else 0)
    words[at] += "" if words[at].endswith("s") else "s"
    return " ".join(words)


def new(held: Iterator[Held], every: int) -> None:
    """A wording taken out of its rubric, alone as the answer: how often its point is found."""
    found = accused = texts = 0
    for grader, items in held:
        for item in items:
            rng = random.Random(item.question.id)
            number = rng.randrange(8)
            cut = without(item, number)
            for point in item.rubric.key_points:
                if rng.random() * every >= 1:
                    continue
                text = point.wordings[number % len(point.wordings)]
                given = grade(grader, cut, text)
                own = given.verdict(point.id) if given else None
                texts += 1
                found += own is not None and own.verdict is COVERED
                accused += own is not None and own.verdict is CONTRADICTED
    print(f"found {found / texts:.3f}, contradicted {accused / texts:.4f}, {texts} wordings", flush=True)


def layouts(held: Iterator[Held], answers: dict[str, list[NaturalAnswer]], every: int) -> None:
    """One answer in many layouts: how often the score stays within five points, and how far verdicts move."""
    from benchmarks.layouts import LAYOUTS

    gaps: dict[str, list[float]] = {name: [] for name in LAYOUTS}
    rng = random.Random(3)
    for grader, items in held:
        for item in items:
            pool = [each for each in answers[item.question.id] if len(each.text.split()) >= 15]
            if not pool or rng.random() * every >= 1:
                continue
            text = " ".join(rng.choice(pool).text.split())
            base = score(item, text, grade(grader, item, text))
            for name, lay in LAYOUTS.items():
                laid = lay(text)
                gaps[name].append(score(item, laid, grade(grader, item, laid)) - base)
    every_gap = np.abs(np.concatenate([np.array(each) for each in gaps.values()]))
    for name, apart in sorted(gaps.items(), key=lambda each: float(np.mean(np.abs(each[1]) <= 5))):
        print(f"{name:<28} within 5: {np.mean(np.abs(apart) <= 5):.3f}  mean {np.mean(apart):+.1f}")
    print(f"all within 5: {np.mean(every_gap <= 5):.3f}, {len(every_gap)} pairs", flush=True)


def lists(held: Iterator[Held], every: int) -> None:
    """Items as a comma list and as sentences: points found in each."""
    listed = said = wanted = 0
    for grader, items in held:
        for item in items:
            rng = random.Random(item.question.id)
            for _ in range(max(1, 4 // every)):
                points = rng.sample(list(item.rubric.key_points), 4)
                texts = []
                for point in points:
                    short = [each for each in point.wordings if len(each.split()) <= 6 and "," not in each]
                    if short:
                        texts.append((point.id, rng.choice(short).rstrip(".")))
                if len(texts) < 3:
                    continue
                comma = ", ".join(text for _, text in texts)
                plain = " ".join(f"{text[:1].upper()}{text[1:]}." for _, text in texts)
                for kind, text in (("list", comma), ("said", plain)):
                    found = grade(grader, item, text)
                    hits = sum(
                        found is not None and (own := found.verdict(name)) is not None and own.verdict is COVERED
                        for name, _ in texts
                    )
                    listed += hits if kind == "list" else 0
                    said += hits if kind == "said" else 0
                wanted += len(texts)
    print(f"as a list {listed / wanted:.3f}, as sentences {said / wanted:.3f}, ratio {listed / max(1, said):.3f}")


def truths(held: Iterator[Held], every: int) -> None:
    """True texts of six kinds: how many are accused of anything, and how many are heard at all."""
    rows = [json.loads(line) for line in TRUTHS.read_text(encoding="utf-8").splitlines()]
    counts: dict[str, list[tuple[bool, bool, int]]] = {}
    wrong = []
    for grader, items in held:
        own = {item.question.id: item for item in items}
        for row in (each for each in rows[::every] if each["question"] in own):
            found = grade(grader, own[row["question"]], row["text"])
            if found is None:
                continue
            verdicts = [each.verdict for each in found.verdicts]
            accused = [each.point_id for each in found.verdicts if each.verdict is CONTRADICTED]
            accused += [each.misconception_id for each in found.misconceptions]
            counts.setdefault(row["kind"], []).append((bool(accused), COVERED in verdicts, verdicts.count(UNSURE)))
            if accused:
                wrong.append(f"{row['question']} {accused}: {row['text']}")
    for kind, told in [*counts.items(), ("all", [each for own in counts.values() for each in own])]:
        share = np.array(told, dtype=float).mean(0)
        print(
            f"{kind:<10} accused {share[0]:.3f}, some point covered {share[1]:.3f}, unsure {share[2]:.2f}, {len(told)}"
        )
    print("\n".join(wrong), flush=True)


def read_fresh(file: Path) -> dict[str, list[NaturalAnswer]]:
    """Natural answers from a file of JSON lines that name their question."""
    found: dict[str, list[NaturalAnswer]] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        found.setdefault(row.pop("question"), []).append(NaturalAnswer.model_validate(row))
    return found


def main() -> None:
    """Run one measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measure", choices=("natural", "alone", "changed", "new", "layouts", "lists", "truths"))
    parser.add_argument("--readers", type=Path, default=Path("build/joint"))
    parser.add_argument("--decisions", type=Path, default=Path("build/decision"))
    parser.add_argument("--shipped", action="store_true", help="the grader that ships, which has seen the bank")
    parser.add_argument("--answers", type=Path, help="other natural answers, one JSON object with its question a line")
    parser.add_argument("--worth", type=Path, help="write what natural answers' grades are worth, by length")
    parser.add_argument("--every", type=int, default=1, help="about one in so many texts")
    options = parser.parse_args()
    held = load_held(options.readers, options.decisions, shipped=options.shipped)
    answers = read_fresh(options.answers) if options.answers else read_natural(read_pack(built_in_pack()))[0]
    own = {name: list(each) for name, each in answers.items()}
    if options.measure == "natural":
        natural(held, own, options.worth)
    elif options.measure in ("alone", "changed"):
        alone(held, lightly if options.measure == "changed" else None, options.every)
    elif options.measure == "new":
        new(held, options.every)
    elif options.measure == "layouts":
        layouts(held, own, options.every)
    elif options.measure == "truths":
        truths(held, options.every)
    else:
        lists(held, options.every)


if __name__ == "__main__":
    main()
