"""What a judge is worth: agreement with the authored verdicts, consistency, evidence, time, tokens and cost."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from interviewer.audit.agreement import Estimate, cohen_kappa, estimate, macro_f1
from interviewer.audit.judge_run import JudgedAnswer, Run
from interviewer.core.bank.kinds import VerdictName
from interviewer.core.grade.grade import Grade
from interviewer.core.grade.judge_weight import FEWEST_QUESTIONS, FEWEST_VERDICTS, JudgeWorth
from interviewer.core.grade.ledger import Asked, Ledger, Prices, build_ledger

GRADERS = ("judge", "together", "offline")
"""The judge's own word, the grade that follows from both, and the offline grader's alone."""
_CREDITED = (VerdictName.COVERED, VerdictName.PARTIAL, VerdictName.CONTRADICTED)


class Row(NamedTuple):
    """One key point of one answer on which the judge has an opinion."""

    question: str
    kind: str
    point: str
    authored: str
    said: dict[str, str]
    """Verdict by name in `GRADERS`, of the first repeat with an opinion."""
    repeats: tuple[str, ...]
    """The judge's verdict each time."""
    quotes: tuple[bool, ...]
    """For each time it gave credit (or a contradiction): whether its quote held."""


class Scores(NamedTuple):
    """All measures of a run."""

    rows: tuple[Row, ...]
    agreement: dict[str, dict[str, Estimate]]
    """By grader: accuracy, macro-F1 and kappa over key points."""
    gain: dict[str, Estimate]
    """Accuracy of the judge, and of both together, less the offline grader's."""
    kinds: dict[str, dict[str, float]]
    """By kind of example: `n` and each grader's accuracy."""
    consistency: Estimate | None
    """Share of key points with the same verdict in all repeats; None when nothing was repeated."""
    evidence: Estimate | None
    """Share of credited verdicts whose quote held; None when no credit was given."""
    seconds: tuple[float, float] | None
    """Median and 90th percentile of a call that was answered."""
    ledger: Ledger
    unseen: float | None
    """Share of such verdicts that the offline grader got right on questions it was not fitted on; None if unknown.
    It was fitted on the built-in ones, so what it reaches on them here flatters it."""


def rows_of(run: Run) -> tuple[Row, ...]:
    """One row a key point of each answer that was judged at least once."""
    return tuple(row for answer in run.answers for row in _rows(answer))


def _rows(answer: JudgedAnswer) -> list[Row]:
    rows = []
    for point, authored in answer.example.authored.items():
        verdicts = [verdict for grade in answer.grades if (verdict := grade.verdict(point)) is not None]
        opinions = [verdict.opinion for verdict in verdicts if verdict.opinion is not None]
        own = answer.offline.verdict(point) if isinstance(answer.offline, Grade) else None
        if not opinions or own is None:
            continue
        first = next(verdict for verdict in verdicts if verdict.opinion is not None)
        said = {"judge": opinions[0].verdict, "together": first.verdict, "offline": own.verdict}
        rows.append(
            Row(
                answer.example.item.question.id,
                answer.example.kind,
                point,
                str(authored),
                {name: str(each) for name, each in said.items()},
                tuple(str(each.verdict) for each in opinions),
                tuple(each.supported for each in opinions if each.verdict in _CREDITED),
            )
        )
    return rows


def measure_run(run: Run, model: str, host: str, prices: Prices | None = None) -> Scores:
    """All measures, the intervals from resampling whole questions."""
    rows = rows_of(run)
    calls = [call for answer in run.answers for call in answer.calls]
    times = sorted(call.seconds for call in calls if call.outcome == "ok" and not call.cached)
    return Scores(
        rows=rows,
        agreement={name: _agreement(rows, name) for name in GRADERS} if rows else {},
        gain={name: _gain(rows, name) for name in GRADERS[:2]} if rows else {},
        kinds=_kinds(rows),
        consistency=_share(rows, lambda row: [len(set(row.repeats)) == 1] if len(row.repeats) > 1 else []),
        evidence=_share(rows, lambda row: row.quotes),
        seconds=(_quantile(times, 0.5), _quantile(times, 0.9)) if times else None,
        ledger=build_ledger([Asked(part="judge", model=model, host=host, calls=tuple(calls))], prices),
        unseen=_unseen(run),
    )


def _unseen(run: Run) -> float | None:
    passports = (answer.offline.passport for answer in run.answers if isinstance(answer.offline, Grade))
    return next((each.agreement.golden_accuracy for each in passports if each.agreement is not None), None)


def _agreement(rows: Sequence[Row], grader: str) -> dict[str, Estimate]:
    def on(measure: Callable[[Sequence[str], Sequence[str]], float]) -> Estimate:
        def value(chosen: Sequence[int]) -> float:
            return measure([rows[n].authored for n in chosen], [rows[n].said[grader] for n in chosen])

        return estimate(value, [row.question for row in rows])

    return {"accuracy": on(_accuracy), "macro-F1": on(macro_f1), "kappa": on(cohen_kappa)}


def _accuracy(truth: Sequence[str], said: Sequence[str]) -> float:
    return sum(t == s for t, s in zip(truth, said, strict=True)) / len(truth)


def _gain(rows: Sequence[Row], grader: str) -> Estimate:
    better = [(row.said[grader] == row.authored) - (row.said["offline"] == row.authored) for row in rows]
    return estimate(lambda chosen: sum(better[n] for n in chosen) / len(chosen), [row.question for row in rows])


def _kinds(rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for kind in dict.fromkeys(row.kind for row in rows):
        own = [row for row in rows if row.kind == kind]
        right = {name: sum(row.said[name] == row.authored for row in own) / len(own) for name in GRADERS}
        found[kind] = {"n": len(own), **right}
    return found


def _share(rows: Sequence[Row], held: Callable[[Row], Sequence[bool]]) -> Estimate | None:
    """The share of what holds, over all that `held` gives."""
    flat = [(row.question, each) for row in rows for each in held(row)]
    if not flat:
        return None
    return estimate(lambda chosen: sum(flat[n][1] for n in chosen) / len(chosen), [name for name, _ in flat])


def _quantile(values: Sequence[float], share: float) -> float:
    """Of sorted values, the nearest rank."""
    return values[max(0, math.ceil(share * len(values)) - 1)]


def worth_of(scores: Scores) -> JudgeWorth | None:
    """What the judge is worth, for its weight; None when too little was measured to tell."""
    questions = len({row.question for row in scores.rows})
    if len(scores.rows) < FEWEST_VERDICTS or questions < FEWEST_QUESTIONS:
        return None
    judge, together, offline = (scores.agreement[name]["accuracy"] for name in GRADERS)
    known = offline.value if scores.unseen is None else scores.unseen
    return JudgeWorth(len(scores.rows), questions, judge.low, together.high, known)


def scores_as_dict(scores: Scores) -> dict[str, Any]:
    """Measures as plain data, nan as None."""

    def plain(found: Estimate | None) -> dict[str, Any] | None:
        if found is None:
            return None
        return {name: None if isinstance(v, float) and math.isnan(v) else v for name, v in found._asdict().items()}

    return {
        "key_points": len(scores.rows),
        "questions": len({row.question for row in scores.rows}),
        "agreement": {
            grader: {name: plain(each) for name, each in found.items()} for grader, found in scores.agreement.items()
        },
        "offline_accuracy_on_unseen_questions": scores.unseen,
        "accuracy_over_offline": {name: plain(each) for name, each in scores.gain.items()},
        "kinds": scores.kinds,
        "consistency": plain(scores.consistency),
        "evidence": plain(scores.evidence),
        "seconds_a_call": {"median": scores.seconds[0], "p90": scores.seconds[1]} if scores.seconds else None,
    }
