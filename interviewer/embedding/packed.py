"""The layers of a BERT encoder, with their weights laid out beforehand as the processor multiplies them.

In bfloat16 torch lays the weights out anew at each call, and reads and writes a layer's output twice more, for the bias
and for what follows. The operations that do all of this at once are those that `torch.compile` puts in for linear
layers where it finds a compiler; by themselves they need none. As they are no part of torch's interface they are used
only where they are there and say what the layers say.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional

_ROWS = 2048
"""Tokens of a full batch, which the layout is chosen for; it holds for any number."""
_NEAR = 0.02
"""Of what a layer says, at most so much of the largest: a few times the last digit of bfloat16."""


class PackedLinear(nn.Module):  # type: ignore[misc]
    """Linear layers of the same states side by side, and what follows them.

    Args:
        linears: their weights are not kept.
        then: "gelu", or "none".
    """

    def __init__(self, *linears: nn.Linear, then: str = "none") -> None:
        super().__init__()
        weight = torch.cat([each.weight.detach() for each in linears])
        self._weight = torch.ops.mkldnn._reorder_linear_weight(weight, _ROWS)
        self._bias = torch.cat([each.bias.detach() for each in linears])
        self._then = then

    def forward(self, states: torch.Tensor, beside: torch.Tensor | None = None) -> torch.Tensor:
        """Shape (..., out), of states of shape (..., in); what lies `beside` is added."""
        told: torch.Tensor
        if beside is not None:
            told = torch.ops.mkldnn._linear_pointwise.binary(states, beside, self._weight, self._bias, "add")
        else:
            how = "none" if self._then == "gelu" else ""
            told = torch.ops.mkldnn._linear_pointwise(states, self._weight, self._bias, self._then, [], how)
        return told


class _PackedLayer(nn.Module):  # type: ignore[misc]
    """A layer of a BERT encoder.

    Args:
        layer: its linear layers are not kept.
        heads: of its attention.
    """

    def __init__(self, layer: Any, heads: int) -> None:
        super().__init__()
        own = layer.attention.self
        self._heads = heads
        self._asked = PackedLinear(own.query, own.key, own.value)
        self._joined, self._after_joined = PackedLinear(layer.attention.output.dense), layer.attention.output.LayerNorm
        self._wide = PackedLinear(layer.intermediate.dense, then="gelu")
        self._narrow, self._after_narrow = PackedLinear(layer.output.dense), layer.output.LayerNorm

    def forward(self, states: torch.Tensor, attention_mask: torch.Tensor | None) -> torch.Tensor:
        """Shape (batch, tokens, dimension), as its states have."""
        batch, length, width = states.shape
        split = self._asked(states).view(batch, length, 3, self._heads, width // self._heads)
        query, key, value = split.permute(2, 0, 3, 1, 4)
        found = functional.scaled_dot_product_attention(query, key, value, attn_mask=attention_mask)
        read = self._joined(found.transpose(1, 2).reshape(batch, length, width), states)
        read = self._after_joined(read)
        told: torch.Tensor = self._after_narrow(self._narrow(self._wide(read), read))
        return told


class _PackedLayers(nn.Module):  # type: ignore[misc]
    def __init__(self, layers: list[_PackedLayer]) -> None:
        super().__init__()
        self.layer = nn.ModuleList(layers)

    def forward(self, states: torch.Tensor, attention_mask: torch.Tensor) -> tuple[torch.Tensor]:
        """As the encoder of a BERT model is called."""
        for layer in self.layer:
            states = layer(states, attention_mask)
        return (states,)


class PackedBert(nn.Module):  # type: ignore[misc]
    """A BERT encoder that is only to be run, by `token_states`."""

    def __init__(self, embeddings: Any, layers: list[_PackedLayer]) -> None:
        super().__init__()
        self.embeddings, self.encoder = embeddings, _PackedLayers(layers)


def pack_layers(bert: Any) -> Any:
    """The same encoder with its layers packed, which shares the rest with the one given.

    Itself where the processor or this version of torch is not made for that.
    """
    layers = bert.eval().encoder.layer
    weight = layers[0].intermediate.dense.weight
    if weight.device.type != "cpu" or weight.dtype != torch.bfloat16:
        return bert
    heads = bert.config.num_attention_heads
    try:
        packed = [_PackedLayer(each, heads) for each in layers]
        if not _says_the_same(layers[0], packed[0], weight.shape[1]):
            return bert
    except (AttributeError, RuntimeError, TypeError):  # no such operation, or it takes other arguments by now
        return bert
    return PackedBert(bert.embeddings, packed).eval()


def _says_the_same(layer: Any, packed: _PackedLayer, width: int) -> bool:
    states = torch.arange(16 * width).sin().bfloat16().view(1, 16, -1)
    with torch.inference_mode():
        own, other = layer(states), packed(states, None)
    own = (own[0] if isinstance(own, tuple) else own).float()
    return own.shape == other.shape and bool(abs(own - other.float()).max() <= _NEAR * abs(own).max())
