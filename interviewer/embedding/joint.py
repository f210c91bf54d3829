"""The joint reader's network: the encoder's lower layers, tuned to read a claim and a passage side by side.

A cross-encoder (Nogueira and Cho 2019, arXiv 1901.04085): both texts go through all layers together,
so that every word of the answer is read in the light of the claim. Started from the bundled encoder,
whose word pieces and first layer stay as they are and are not stored a second time. Trained with all six
layers, of which the upper two are left out in the end (`benchmarks/joint/shallow.py`).
"""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import nn

from interviewer.embedding.states import token_states

WIDTH = 384
HIDDEN = 256
LAYERS = 4
"""Of the encoder's six."""
CLASSES = 4
"""Covered, partial, missing, contradicted."""
FROZEN = ("embeddings.word_embeddings.", "encoder.layer.0.")
"""Parameters that are those of the bundled encoder."""


class JointNetwork(nn.Module):  # type: ignore[misc]
    """Reads pairs of texts as one.

    Args:
        bert: the bundled encoder's transformer; it is copied.
        layers: how many of its layers, the lowest.
    """

    def __init__(self, bert: Any, layers: int = LAYERS) -> None:
        super().__init__()
        self.bert = copy.deepcopy(bert)
        del self.bert.encoder.layer[layers:]
        self.decide = nn.Sequential(
            nn.Linear(3 * WIDTH, HIDDEN), nn.GELU(), nn.Dropout(0.1), nn.Linear(HIDDEN, CLASSES)
        )

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, types: torch.Tensor) -> torch.Tensor:
        """Logits of the four classes.

        Args:
            ids: word pieces of claim and passage, shape (batch, tokens).
            mask: 1 for tokens, 0 for padding.
            types: 0 for the claim's tokens and padding, 1 for the passage's.

        Returns:
            Shape (batch, CLASSES), float32.
        """
        scored: torch.Tensor = self.decide(self.pooled(ids, mask, types))
        return scored

    def pooled(self, ids: torch.Tensor, mask: torch.Tensor, types: torch.Tensor) -> torch.Tensor:
        """The first state and the means of both texts, shape (batch, 3 * WIDTH), float32."""
        states = token_states(self.bert, ids, mask, types).float()
        return torch.cat([states[:, 0], _mean(states, mask * (1 - types)), _mean(states, mask * types)], dim=1)

    def tuned(self) -> dict[str, torch.Tensor]:
        """What is stored: all parameters but those of the bundled encoder."""
        return {
            name: each
            for name, each in self.state_dict().items()
            if not name.removeprefix("bert.").startswith(FROZEN) and "position_ids" not in name
        }


def _mean(states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    weights = mask[..., None].to(states.dtype)
    return (states * weights).sum(1) / weights.sum(1).clamp(min=1)
