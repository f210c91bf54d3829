"""Token-level soft recall: how much of a claim's content an answer's tokens account for.

For each content token of the claim, the best cosine to any contextual token of the answer,
weighted by inverse document frequency; tokens of the question count a third. A mean of best
matches as in BERTScore recall (Zhang et al. 2020, arXiv 1904.09675), with the weights of a
search engine.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from interviewer.core.english import STOP_WORDS

if TYPE_CHECKING:
    import numpy

    from interviewer.core.ports import Reading

ASKED_SHARE = 0.33
_FUNCTION_WEIGHT = 0.0
_KEPT = "float16"
"""In which the token states of rubrics are kept; half precision costs a cosine 1e-4 at most."""


class PieceWeights:
    """How telling a word piece is.

    Args:
        idf: inverse document frequency of the pieces of the built-in bank.
        rare: that of every other piece.
    """

    def __init__(self, idf: dict[str, float], rare: float) -> None:
        self._idf = idf
        self._rare = rare

    def of(self, pieces: Sequence[str], asked: Collection[str], share: float = ASKED_SHARE) -> numpy.ndarray:
        """Weights of a text's pieces, shape (len(pieces),); all ones when none has a weight.

        Args:
            pieces: of the text.
            asked: pieces of the question.
            share: how much of its weight a piece of the question keeps.
        """
        import numpy as np

        weights = np.array([self._one(piece, asked, share) for piece in pieces], dtype=np.float32)
        return weights if weights.sum() > 0 else np.ones(len(pieces), dtype=np.float32)

    def _one(self, piece: str, asked: Collection[str], share: float) -> float:
        if piece in STOP_WORDS or not any(char.isalnum() for char in piece):
            return _FUNCTION_WEIGHT
        weight = self._idf.get(piece, self._rare)
        return weight * share if piece in asked else weight


class RecallTable(NamedTuple):
    """Texts token by token, one after the other, so that the recall of all of them takes one product."""

    states: numpy.ndarray
    """Unit token states, shape (tokens, 384)."""
    weights: numpy.ndarray
    """Of the tokens, as shares of their text's."""
    texts: numpy.ndarray
    """Which text each token is of."""
    size: int
    """Number of texts."""

    @classmethod
    def of(cls, readings: Sequence[Reading], pieces: PieceWeights, asked: Collection[str]) -> RecallTable:
        """The table of texts that were read.

        Args:
            readings: of the texts, at least one.
            pieces: of word pieces.
            asked: pieces of the question.
        """
        import numpy as np

        weights = [pieces.of(each.pieces, asked) for each in readings]
        return cls(
            np.concatenate([each.plain for each in readings]).astype(_KEPT),
            np.concatenate([own / own.sum() for own in weights]),
            np.repeat(np.arange(len(readings)), [len(each.plain) for each in readings]),
            len(readings),
        )

    def views(self, readings: Sequence[Reading]) -> list[Reading]:
        """The readings it was made of, with their token states in this table."""
        ends = self.texts.searchsorted(range(self.size + 1))
        return [
            each._replace(plain=self.states[start:end])
            for each, start, end in zip(readings, ends[:-1], ends[1:], strict=True)
        ]

    def recalls(self, answer: numpy.ndarray) -> numpy.ndarray:
        """Soft recall of each text, see `soft_recall`; shape (size,).

        Args:
            answer: unit token states, shape (n, 384), n may be 0.
        """
        import numpy as np

        best = _best_matches(self.states.astype(np.float32), answer)
        if not len(best):
            return np.zeros(self.size)
        found: numpy.ndarray = np.bincount(self.texts, best * self.weights, self.size)
        return found


@lru_cache(maxsize=1)
def load_piece_weights() -> PieceWeights:
    """Read the shipped table, written by `benchmarks/fit_grader`."""
    data = json.loads(files("interviewer.grading").joinpath("pieces.json").read_text(encoding="utf-8"))
    return PieceWeights(data["idf"], data["rare"])


def soft_recall(claim: numpy.ndarray, answer: numpy.ndarray, weights: numpy.ndarray) -> float:
    """Weighted mean over the claim's tokens of the best cosine to an answer token.

    Unit token states of shapes (m, 384) and (n, 384), n may be 0; weights of the claim's tokens, shape (m,).
    Returns -1 to 1; 0 when either has no token.
    """
    best = _best_matches(claim, answer)
    return float((best * weights).sum() / weights.sum()) if len(best) else 0.0


def least_said(claim: numpy.ndarray, answer: numpy.ndarray, weights: numpy.ndarray) -> float:
    """Soft recall of the third of a claim that the answer says least of: low where half of a claim is said.

    Unit token states of shapes (m, 384) and (n, 384), n may be 0; weights of the claim's tokens, shape (m,).
    Returns -1 to 1; 0 when either has no token.
    """
    best = _best_matches(claim, answer)
    if not len(best):
        return 0.0
    order = best.argsort()
    # Weight of each token that falls into the first third of all weight.
    third = weights.sum() / 3
    reached = weights[order].cumsum()
    part = (third - (reached - weights[order])).clip(0, weights[order])
    return float((best[order] * part).sum() / third)


def _best_matches(claim: numpy.ndarray, answer: numpy.ndarray) -> numpy.ndarray:
    """Of each token of the claim the best cosine to a token of the answer; empty when either has none."""
    return (claim @ answer.T).max(axis=1) if len(answer) and len(claim) else claim[:0, 0]
