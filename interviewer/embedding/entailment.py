"""The entailment channel: the encoder's top layers, tuned, and a head that compares two texts token by token.

Decomposable attention (Parikh et al. 2016, arXiv 1606.01933) over the token states of tuned top
layers: every token of one text is set beside the tokens of the other it resembles most, the pair is
compared by a small network, and the comparisons are pooled into covered, missing or contradicted.
"""

from __future__ import annotations

import copy
from typing import Any, NamedTuple

import torch
from torch import nn

WIDTH = 384
COMPARE = 192
HIDDEN = 128
EXTRAS = 5


class Side(NamedTuple):
    """One text of each pair."""

    states: torch.Tensor
    """Frozen token states, shape (batch, tokens, WIDTH)."""
    mask: torch.Tensor
    """1 for tokens, 0 for padding, shape (batch, tokens)."""
    pooled: torch.Tensor
    """Unit sentence vector of the untouched encoder, shape (batch, WIDTH)."""


class Channel(nn.Module):  # type: ignore[misc]
    """Scores pairs of texts."""

    def __init__(self, layers: list[Any]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(copy.deepcopy(layers))
        self.scale = nn.Parameter(torch.tensor(12.0))
        self.compare = nn.Linear(4 * WIDTH, COMPARE)
        self.after = nn.Sequential(nn.ReLU(), nn.Dropout(0.1))
        self.decide = nn.Sequential(
            nn.Linear(4 * COMPARE + EXTRAS, HIDDEN), nn.ReLU(), nn.Dropout(0.1), nn.Linear(HIDDEN, 3)
        )

    def tune(self, side: Side) -> torch.Tensor:
        """Token states after the tuned layers, shape (batch, tokens, WIDTH)."""
        states = side.states
        extended = (1.0 - side.mask)[:, None, None, :] * -1e4
        for layer in self.layers:
            out = layer(states, attention_mask=extended)
            states = out[0] if isinstance(out, tuple) else out
        return states

    def forward(self, said: Side, claim: Side) -> torch.Tensor:
        """Logits of covered, missing, contradicted, shape (batch, 3)."""
        tuned_said, tuned_claim = said._replace(states=self.tune(said)), claim._replace(states=self.tune(claim))
        return self.head(tuned_said, tuned_claim, self.project(tuned_said.states), self.project(tuned_claim.states))

    def project(self, states: torch.Tensor) -> torch.Tensor:
        """The linear parts of the comparison that need one text only, shape (batch, tokens, 2 * COMPARE).

        The comparison is a layer W over [own, other, own - other, own * other]: with W in four blocks,
        (W1 + W3) own and (W2 - W3) other are the same for every partner, so a text keeps them.
        """
        first, second, third, _ = self.compare.weight.split(WIDTH, dim=1)
        return torch.cat([states @ (first + third).T, states @ (second - third).T], dim=-1)

    def head(
        self, said: Side, claim: Side, said_projected: torch.Tensor, claim_projected: torch.Tensor
    ) -> torch.Tensor:
        """Logits for tuned states and their projections."""
        said_states, claim_states = said.states, claim.states
        said_mask, claim_mask = inner(said.mask), inner(claim.mask)
        said_unit = nn.functional.normalize(said_states, dim=-1)
        claim_unit = nn.functional.normalize(claim_states, dim=-1)
        cosine = said_unit @ claim_unit.transpose(1, 2)
        blocked = cosine + ((1 - said_mask)[:, :, None] + (1 - claim_mask)[:, None, :]) * -10.0
        to_claim = torch.softmax(self.scale * blocked, dim=2)
        to_said = torch.softmax(self.scale * blocked.transpose(1, 2), dim=2)
        for_said = self._compare(said_states, said_projected, to_claim, claim_states, claim_projected, said_mask)
        for_claim = self._compare(claim_states, claim_projected, to_said, said_states, said_projected, claim_mask)
        found = (blocked.amax(1).clamp(-1, 1) * claim_mask).sum(1) / claim_mask.sum(1).clamp(min=1)
        used = (blocked.amax(2).clamp(-1, 1) * said_mask).sum(1) / said_mask.sum(1).clamp(min=1)
        tuned = nn.functional.cosine_similarity(mean(said_states, said_mask), mean(claim_states, claim_mask))
        plain = (said.pooled * claim.pooled).sum(1)
        ratio = torch.log(said_mask.sum(1).clamp(min=1) / claim_mask.sum(1).clamp(min=1)).clamp(-2, 2)
        extras = torch.stack([found, used, tuned, plain, ratio], dim=1)
        scored: torch.Tensor = self.decide(torch.cat([for_said, for_claim, extras], dim=1))
        return scored

    def _compare(
        self,
        own: torch.Tensor,
        own_projected: torch.Tensor,
        attention: torch.Tensor,
        other: torch.Tensor,
        other_projected: torch.Tensor,
        mask: torch.Tensor,
    ) -> torch.Tensor:
        """Every token beside what it resembles in the other text, pooled: shape (batch, 2 * COMPARE)."""
        product = (own * (attention @ other)) @ self.compare.weight[:, 3 * WIDTH :].T
        linear = own_projected[..., :COMPARE] + attention @ other_projected[..., COMPARE:]
        compared = self.after(linear + product + self.compare.bias)
        top = (compared * mask[..., None]).amax(1)
        return torch.cat([mean(compared, mask), top], dim=1)


def inner(mask: torch.Tensor) -> torch.Tensor:
    """The mask without the first and last token, which stand for no word."""
    out = mask.clone()
    out[:, 0] = 0
    last = mask.sum(1).long() - 1
    out[torch.arange(len(mask)), last] = 0
    return out


def mean(states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Mean over the tokens of the mask."""
    return (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True).clamp(min=1)
