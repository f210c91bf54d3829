"""The linear layers of a transformer, their weights laid out beforehand as the processor multiplies them.

In bfloat16 torch lays the weights out anew at each call, and reads and writes a layer's output twice more, for the bias
and for what follows. The operations that do all of this at once are those that `torch.compile` puts in for linear
layers where it finds a compiler; by themselves they need none. As they are no part of torch's interface they are used
only where they are there and say what the layer says.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

_ROWS = 2048
"""Tokens of a full batch, which the layout is chosen for; it holds for any number."""
_NEAR = 0.02
"""Of what the layer says, at most so much of the largest: a few times the last digit of bfloat16."""


class PackedLinear(nn.Module):  # type: ignore[misc]
    """A linear layer and what follows it.

    Args:
        linear: its weights are not kept.
        then: "gelu", or "none".
    """

    def __init__(self, linear: nn.Linear, then: str = "none") -> None:
        super().__init__()
        self._weight = torch.ops.mkldnn._reorder_linear_weight(linear.weight.detach(), _ROWS)
        self._bias = linear.bias.detach()
        self._then = then

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """Shape (..., out), of states of shape (..., in)."""
        told: torch.Tensor = torch.ops.mkldnn._linear_pointwise(
            states, self._weight, self._bias, self._then, [], "none" if self._then == "gelu" else ""
        )
        return told


def pack_layers(bert: Any) -> bool:
    """Pack the linear layers of a BERT encoder that is only to be run; returns whether that was done.

    Left as it is where the processor or this version of torch is not made for that.
    """
    layers = bert.encoder.layer
    weight = layers[0].intermediate.dense.weight
    if weight.device.type != "cpu" or weight.dtype != torch.bfloat16 or not _says_the_same(layers[0].intermediate):
        return False
    for layer in layers:
        heads, joined = layer.attention.self, layer.attention.output
        heads.query, heads.key, heads.value = (PackedLinear(each) for each in (heads.query, heads.key, heads.value))
        joined.dense = PackedLinear(joined.dense)
        layer.intermediate.dense = PackedLinear(layer.intermediate.dense, "gelu")
        layer.intermediate.intermediate_act_fn = nn.Identity()
        layer.output.dense = PackedLinear(layer.output.dense)
    return True


def _says_the_same(intermediate: Any) -> bool:
    states = torch.linspace(-3, 3, 16 * intermediate.dense.in_features, dtype=torch.bfloat16).view(16, -1)
    try:
        with torch.inference_mode():
            own, packed = intermediate(states).float(), PackedLinear(intermediate.dense, "gelu")(states).float()
    except (AttributeError, RuntimeError, TypeError):  # no such operation, or it takes other arguments by now
        return False
    return own.shape == packed.shape and bool(abs(own - packed).max() <= _NEAR * abs(own).max())
