"""What `mockdl judge-check` prints: plain lines of at most 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from interviewer.audit.agreement import Estimate
from interviewer.audit.judge_agreement import GRADERS, Scores
from interviewer.audit.judge_run import Run
from interviewer.cli.tables import WIDTH, render_columns, short_number, show_interval
from interviewer.core.grade.grade import JUDGE_DECIDES
from interviewer.core.grade.judge_weight import FEWEST_QUESTIONS, FEWEST_VERDICTS
from interviewer.wording.model_costs import describe_sums, show_cost

_NAMES = {"judge": "judge alone", "together": "both together", "offline": "offline alone"}


def render_scores(run: Run, scores: Scores, model: str, host: str) -> Iterator[str]:
    """Agreement, consistency, evidence, failures, time and cost."""
    questions = len({row.question for row in scores.rows})
    if run.interrupted or run.gave_up:
        why = "Interrupted" if run.interrupted else f"Given up: {run.gave_up.rstrip('.')}"
        yield from textwrap.wrap(f"{why}. {len(run.answers)} of {run.planned} answers were judged.", WIDTH)
        yield ""
    if scores.rows:
        yield from textwrap.wrap(
            f"{model} at {host}: {len(scores.rows)} key points in answers to {questions} question"
            f"{'s' * (questions != 1)}, against the authored verdicts, with 95% intervals over questions",
            WIDTH,
        )
        yield from _agreement(scores)
        if scores.unseen is not None:
            yield from textwrap.wrap(
                "The offline grader was fitted on the built-in questions, which flatters it here: of such verdicts on "
                f"questions it had not seen it got {short_number(scores.unseen)} right.",
                WIDTH,
            )
        if questions < 3:
            yield from textwrap.wrap("So few questions give no honest interval; draw more with --questions.", WIDTH)
        yield ""
        yield from _kinds(scores)
    else:
        yield f"{model} at {host} gave no opinion, so there is nothing to measure."
    yield ""
    yield from _rest(run, scores)


def describe_weight(weight: float | None) -> Iterator[str]:
    """What follows for the judge's opinions."""
    if weight is None:
        said = (
            f"Weight: unchanged. From {FEWEST_VERDICTS} verdicts on {FEWEST_QUESTIONS} questions on, all of them "
            "judged, it follows from what was measured."
        )
    elif not weight:
        said = "Weight: none. The judge is worse than the offline grader alone; it is shown and not counted."
    else:
        decides = "it decides" if weight >= JUDGE_DECIDES else "it settles only what is left open"
        said = f"Weight: {weight:.0%} where it and the offline grader differ; {decides}."
    yield from textwrap.wrap(said, WIDTH, subsequent_indent="  ")


def _agreement(scores: Scores) -> Iterator[str]:
    measures = list(scores.agreement["judge"])
    rows = [[_NAMES[grader], *(_cell(scores.agreement[grader][name]) for name in measures)] for grader in GRADERS]
    yield from (f"  {line}".rstrip() for line in render_columns(["", *measures], rows))
    for grader, gain in scores.gain.items():
        said = "better" if gain.low > 0 else "worse" if gain.high < 0 else "no clear difference"
        yield f"  {_NAMES[grader]} less offline: accuracy {_cell(gain, signed=True)}, {said}"


def _kinds(scores: Scores) -> Iterator[str]:
    head = ["accuracy by kind of answer", *(_NAMES[name] for name in GRADERS)]
    rows = [
        [f"{kind} ({found['n']:.0f})", *(short_number(found[name]) for name in GRADERS)]
        for kind, found in scores.kinds.items()
    ]
    yield from (f"  {line}" for line in render_columns(head, rows, right=True))


def _rest(run: Run, scores: Scores) -> Iterator[str]:
    lines = []
    if scores.consistency is not None:
        lines.append(
            f"Consistency: {_cell(scores.consistency)} of the verdicts are the same in all {run.repeats} repeats."
        )
    if scores.evidence is not None:
        lines.append(f"Evidence: {_cell(scores.evidence)} of the verdicts that need a quote have one that holds.")
    for kind, (count, reason) in run.failures.items():
        lines.append(f"No opinion {count} of {len(run.answers) * run.repeats} times, {kind}: {reason}")
    if scores.seconds is not None:
        median, most = scores.seconds
        lines.append(f"Time: {median:.1f} s a call in the median, {most:.1f} s at the 90th percentile.")
    lines += describe_sums(scores.ledger)
    cost, prices = scores.ledger.cost, scores.ledger.prices
    judged = sum(len(answer.grades) for answer in run.answers)
    if cost and prices is not None and judged:
        lines.append(f"One answer costs about {show_cost(cost / judged, prices.currency)}.")
    for line in lines:
        yield from textwrap.wrap(line, WIDTH, subsequent_indent="  ")


def _cell(found: Estimate, *, signed: bool = False) -> str:
    return show_interval(found.value, found.low, found.high, signed=signed)
