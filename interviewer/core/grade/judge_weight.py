"""What a judge's opinion weighs: what `mockdl judge-check` measured it to be worth, and little before that.

The weight belongs to a model at an address with a prompt: another of the three is another judge. It is the share by
which the judge's probabilities enter where it and the offline grader differ; from one half on the judge decides.
"""

from __future__ import annotations

from typing import NamedTuple

from interviewer.core.grade.grade import JUDGE_DECIDES

UNMEASURED = 0.3
"""Weight of a judge that was not measured: it settles what the offline grader leaves open, and nothing else."""
WHILE_MEASURED = 0.7
"""Weight of a judge that is being measured, and of a demonstration's."""
_MOST = 0.85
FEWEST_VERDICTS, FEWEST_QUESTIONS = 100, 3
"""From which on a measurement tells something."""


class JudgeWorth(NamedTuple):
    """What one `judge-check` found."""

    verdicts: int
    questions: int
    judge: float
    """Share of the authored verdicts that the judge alone gives, at the low end of its interval."""
    together: float
    """The same of both together, at the high end."""
    offline: float
    """The offline grader's, on questions that it was not fitted on where that is known."""


def weight_of(worth: JudgeWorth | None) -> float:
    """Share of the judge's probabilities where the two differ, from 0 to 0.85.

    The shares are as the other's errors: who errs half as often weighs twice as much. A judge with which the grade is
    surely worse than without it weighs nothing.
    """
    if worth is None:
        return UNMEASURED
    if worth.together < worth.offline:
        return 0.0
    wrong, own = 1 - worth.judge, 1 - worth.offline
    return round(min(_MOST, own / (own + wrong)), 2) if own + wrong else JUDGE_DECIDES
