"""Texts of like length in batches, so that little is padded and each is read to the same numbers in any company."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

_T = TypeVar("_T")
_STEP, _SHORTEST = 32, 16
_FEWEST_TOKENS, _MOST_TOKENS = 512, 2048
"""In bfloat16 the order in which a processor sums, and with it the last digit, depends on how long the longest text of
a batch is and, in small batches, on their number. Not so where that length is a multiple of 32, or 16, and there are
512 tokens and more: the states of a text are then the same within 1e-5 whatever else is read with it and however far it
is padded. So few texts of one length are read with shorter ones, and what is still too few is filled up. Full batches
are read half as fast again as small ones."""


class Batch(NamedTuple):
    """Texts that are read together."""

    rows: list[int]
    """Which they are."""
    length: int
    """Tokens that each is padded to."""
    size: int
    """How many are read; those beyond `rows` only fill the batch."""

    def of(self, texts: Sequence[_T]) -> list[_T]:
        """Those of all texts that are read."""
        own = [texts[row] for row in self.rows]
        return own + own[:1] * (self.size - len(own))

    def padded(self, texts: Sequence[list[int]]) -> Any:
        """Numbers of those that are read, zeros after them; shape (size, length)."""
        import torch

        rows = [row + [0] * (self.length - len(row)) for row in self.of(texts)]
        return torch.tensor(rows, dtype=torch.long)

    def mask(self, texts: Sequence[list[int]]) -> Any:
        """1 where a number of those that are read stands, 0 where `padded` put zeros."""
        import torch

        sizes = torch.tensor([len(each) for each in self.of(texts)])
        return (torch.arange(self.length) < sizes[:, None]).long()


def make_batches(lengths: Sequence[int], most: int, weights: Any) -> Iterator[Batch]:
    """Split texts into batches, the longest first.

    Args:
        lengths: tokens of each text.
        most: tokens of a batch in single precision, padding included; a longer text is one by itself.
        weights: parameters of the model that is to read them.
    """
    import torch

    coarse = weights.dtype == torch.bfloat16
    padded = [_padded(length) if coarse else max(1, length) for length in lengths]
    most = _MOST_TOKENS if coarse else most
    order = sorted(range(len(lengths)), key=lambda i: -padded[i])
    while order:
        length = padded[order[0]]
        fewest = -(-_FEWEST_TOKENS // length) if coarse else 1
        rows = order[: max(1, most // length)]
        if coarse:
            alike = sum(padded[row] == length for row in rows)
            rows = rows[: max(alike, fewest)]
        yield Batch(rows, length, max(len(rows), fewest))
        order = order[len(rows) :]


def _padded(length: int) -> int:
    return _SHORTEST if length <= _SHORTEST else -(-length // _STEP) * _STEP
