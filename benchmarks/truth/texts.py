"""Texts of which it is known beforehand what the grade must say: the rubric's own words, lists, layouts, truths."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.fit_grader.short import without
from benchmarks.truth.held import CONTRADICTED, COVERED, UNSURE, Held, grade, score
from interviewer.core.bank.natural import NaturalAnswer

__all__ = ["alone", "layouts", "lightly", "lists", "new", "truths"]

TRUTHS = Path(__file__).parents[1] / "truths.jsonl"
_SWAPS = {"increases": "raises", "large": "big", "small": "little", "reduces": "lowers", "many": "lots of"}
_SHORT = {"does not": "doesn't", "is not": "isn't", "cannot": "can't", "it is": "it's", "do not": "don't"}


def alone(held: Sequence[Held], change: Callable[[str, random.Random], str] | None, every: int) -> None:
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


def new(held: Sequence[Held], every: int) -> None:
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


def layouts(held: Sequence[Held], answers: dict[str, list[NaturalAnswer]], every: int) -> None:
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


def lists(held: Sequence[Held], every: int) -> None:
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


def truths(held: Sequence[Held], every: int) -> None:
    """True texts of nine kinds: how many are accused of anything, and how many are heard at all."""
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
