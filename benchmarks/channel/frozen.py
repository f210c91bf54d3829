"""Outputs of the encoder's frozen lower layers for every text of the training data, computed once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch

__all__ = ["Frozen", "run_frozen", "upper_layers"]

MOST_TOKENS = 48


class Frozen(NamedTuple):
    """Token states after `depth` layers, all texts one after the other."""

    states: torch.Tensor
    """float16, shape (all tokens, 384)."""
    starts: np.ndarray
    """Row of each text's first token; one more at the end."""
    row: dict[str, int]
    """Text -> its number."""
    pooled: torch.Tensor
    """Unit sentence vectors of the whole frozen encoder, float32, shape (texts, 384)."""

    def tokens(self, texts: Sequence[str]) -> tuple[torch.Tensor, torch.Tensor]:
        """Padded states (batch, longest, 384) as float32, and the mask (batch, longest)."""
        spans = [(int(self.starts[self.row[t]]), int(self.starts[self.row[t] + 1])) for t in texts]
        longest = max(end - start for start, end in spans)
        states = torch.zeros(len(texts), longest, self.states.shape[1])
        mask = torch.zeros(len(texts), longest)
        for number, (start, end) in enumerate(spans):
            states[number, : end - start] = self.states[start:end]
            mask[number, : end - start] = 1
        return states, mask


def upper_layers(model: Any, depth: int) -> list[Any]:
    """The transformer layers above `depth` of a loaded sentence-transformers model."""
    return list(model[0].auto_model.encoder.layer)[depth:]


@torch.no_grad()
def run_frozen(model: Any, texts: Sequence[str], depth: int, *, batch: int = 128) -> Frozen:
    """Run the frozen encoder over unique texts, longest first.

    Args:
        model: a loaded sentence-transformers model whose first module is a BERT.
        texts: without repeats.
        depth: after how many layers the states are kept.
        batch: texts a batch.
    """
    tokenizer, bert = model.tokenizer, model[0].auto_model.eval()
    encoded = tokenizer(list(texts), truncation=True, max_length=MOST_TOKENS)["input_ids"]
    lengths = np.array([len(ids) for ids in encoded])
    starts = np.concatenate([[0], np.cumsum(lengths)])
    states = torch.zeros(int(starts[-1]), bert.config.hidden_size, dtype=torch.float16)
    pooled = torch.zeros(len(texts), bert.config.hidden_size)
    order = np.argsort(-lengths, kind="stable")
    for begin in range(0, len(order), batch):
        rows = order[begin : begin + batch]
        longest = int(lengths[rows].max())
        ids = torch.zeros(len(rows), longest, dtype=torch.long)
        mask = torch.zeros(len(rows), longest)
        for number, row in enumerate(rows):
            ids[number, : lengths[row]] = torch.tensor(encoded[row])
            mask[number, : lengths[row]] = 1
        out = bert(input_ids=ids, attention_mask=mask, output_hidden_states=True)
        mean = (out.last_hidden_state * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        pooled[rows] = torch.nn.functional.normalize(mean, dim=-1)
        middle = out.hidden_states[depth]
        for number, row in enumerate(rows):
            states[starts[row] : starts[row + 1]] = middle[number, : lengths[row]].half()
    return Frozen(states, starts, {text: number for number, text in enumerate(texts)}, pooled)
