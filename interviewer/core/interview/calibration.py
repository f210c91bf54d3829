"""How sure a candidate said they were, against how it went."""

from __future__ import annotations

from collections.abc import Iterable

from interviewer.core.frozen import Frozen

CONFIDENCE = {1: "guessing", 2: "unsure", 3: "about half sure", 4: "fairly sure", 5: "certain"}
"""What the five answers mean."""
_FEWEST = 3
"""Ratings from which on a tendency is named."""
_CLEAR = 15.0
"""Mean difference, in points of 100, from which on there is one."""


class ConfidenceRating(Frozen):
    """One question."""

    title: str
    confidence: int
    score: float
    """0 to 100."""

    @property
    def expected(self) -> float:
        """What the confidence stands for as a score: 1 is 0, 5 is 100."""
        return (self.confidence - 1) * 25.0


class Calibration(Frozen):
    """All questions of a session for which it is known."""

    ratings: tuple[ConfidenceRating, ...] = ()

    @property
    def lean(self) -> float:
        """Mean of what was expected minus what came, in points; above 0 is too sure."""
        return sum(each.expected - each.score for each in self.ratings) / len(self.ratings) if self.ratings else 0.0

    @property
    def verdict(self) -> str:
        """The lean in words; none is drawn from one or two answers."""
        if len(self.ratings) < _FEWEST:
            return "too few answers to say how well you judge yourself"
        if abs(self.lean) < _CLEAR:
            return "your confidence fits your results"
        return "you were surer than your results" if self.lean > 0 else "your results were better than you thought"


def build_calibration(rated: Iterable[tuple[str, int | None, float | None]]) -> Calibration:
    """From (title, confidence, score) of each question; those without either are left out."""
    return Calibration(
        ratings=tuple(
            ConfidenceRating(title=title, confidence=confidence, score=score)
            for title, confidence, score in rated
            if confidence is not None and score is not None
        )
    )
