"""Texts of like length in batches, so that little is padded and each is read to the same numbers in any company."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

_T = TypeVar("_T")
_STEP = 16
_FEWEST_TOKENS, _MOST_TOKENS = 512, 2048
"""In bfloat16 the order in which a processor sums, and with it the last digit, depends on how long the longest text of
a batch is, and in small batches on their number. So texts are padded to a multiple of the one and batches to the
other, which makes the states of a text the same within 1e-5 whatever else is read with it. Full batches are read half
as fast again as small ones."""


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

    def pad(self, tokenizer: Any, **parts: Sequence[list[int]]) -> Any:
        """Tensors of shape (size, length), and the mask, from the parts of all texts."""
        own = {name: self.of(part) for name, part in parts.items()}
        return tokenizer.pad(own, padding="max_length", max_length=self.length, return_tensors="pt")


def make_batches(lengths: Sequence[int], most: int, weights: Any) -> Iterator[Batch]:
    """Split texts into batches, the longest first.

    Args:
        lengths: tokens of each text.
        most: tokens of a batch in single precision, padding included; a longer text is one by itself.
        weights: parameters of the model that is to read them.
    """
    import torch

    coarse = weights.dtype == torch.bfloat16
    step = _STEP if coarse else 1
    padded = [-(-max(1, length) // step) * step for length in lengths]
    most = _MOST_TOKENS if coarse else most
    order = sorted(range(len(lengths)), key=lambda i: -padded[i])
    while order:
        length = padded[order[0]]
        rows = order[: max(1, most // length)]
        if coarse:
            rows = [row for row in rows if padded[row] == length]
        yield Batch(rows, length, max(len(rows), -(-_FEWEST_TOKENS // length)) if coarse else len(rows))
        order = order[len(rows) :]
