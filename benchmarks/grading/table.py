"""One table: our grade and the plain baselines on sets that neither the joint reader nor the fit has seen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.fit_grader.answers import BASELINES, GradedRow
from benchmarks.fit_grader.fits import RECALL, held_out_credit, reference_design
from benchmarks.fit_grader.rows import load_rows
from interviewer.audit.agreement import Estimate, estimate, pearson, within_question
from interviewer.cli.tables import short_number

__all__ = ["print_table"]

SETS = {"saf": "SAF networks", "mohler": "Mohler", "scientsbank": "SciEntsBank", "beetle": "Beetle"}


def print_table(rows: Path) -> None:
    """Print r and mean within-question r of every signal as a Markdown table, with 95% intervals for ours."""
    graded = load_rows(rows).graded
    values = held_out_credit(graded)
    names = ["mockdl", *BASELINES, "token recall"]
    print("| signal | " + " | ".join(SETS.values()) + " |")
    print("|---|" + "---|" * len(SETS))
    columns = {name: _column([*_own(name, graded)], graded, values) for name in SETS}
    for signal in names:
        print(f"| {signal} | " + " | ".join(columns[name][signal] for name in SETS) + " |")
    counts = ", ".join(f"{len([*_own(name, graded)])} answers in {title}" for name, title in SETS.items())
    print(f"\nPearson r over all answers, in brackets the mean within a question with its 95% interval. {counts}.")


def _own(name: str, graded: Sequence[GradedRow]) -> list[int]:
    return [i for i, row in enumerate(graded) if row.data == name]


def _column(own: list[int], graded: Sequence[GradedRow], values: np.ndarray) -> dict[str, str]:
    truth = np.array([graded[i].score for i in own])
    questions = [graded[i].question for i in own]
    signals = {"mockdl": values[own], "token recall": reference_design([graded[i] for i in own])[0][:, RECALL]}
    for place, name in enumerate(BASELINES):
        signals[name] = np.array([graded[i].baselines[place] for i in own])
    found = {}
    for name, signal in signals.items():

        def within(chosen: Sequence[int], signal: np.ndarray = signal) -> float:
            picked = list(chosen)
            return within_question(signal[picked], truth[picked], [questions[i] for i in picked])

        found[name] = f"{short_number(pearson(signal, truth))} ({_interval(estimate(within, questions, rounds=300))})"
    return found


def _interval(found: Estimate) -> str:
    return f"{short_number(found.value)} [{short_number(found.low)}, {short_number(found.high)}]"
