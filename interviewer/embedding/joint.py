"""The joint reader's network: the encoder's own layers, tuned to read a claim and a passage side by side.

A cross-encoder (Nogueira and Cho 2019, arXiv 1901.04085): both texts go through all layers together,
so that every word of the answer is read in the light of the claim. Started from the bundled encoder,
whose word pieces and first layer stay as they are and are not stored a second time.
"""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import nn

from interviewer.embedding.states import token_states

WIDTH = 384
HIDDEN = 256
CLASSES = 4
"""Covered, partial, missing, contradicted."""
FROZEN = ("embeddings.word_embeddings.", "encoder.layer.0.")
"""Parameters that are those of the bundled encoder."""


class JointNetwork(nn.Module):  # type: ignore[misc]
    """Reads pairs of texts as one.

    Args:
        bert: the bundled encoder's transformer; it is copied.
    """

    def __init__(self, bert: Any) -> None:
        super().__init__()
        self.bert = copy.deepcopy(bert)
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
        states = token_states(self.bert, ids, mask, types).float()
        both = torch.cat([states[:, 0], _mean(states, mask * (1 - types)), _mean(states, mask * types)], dim=1)
        scored: torch.Tensor = self.decide(both)
        return scored

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
