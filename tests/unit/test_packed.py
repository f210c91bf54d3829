"""Packed layers say what the layers say, and are left out where they cannot."""

from __future__ import annotations

import copy
from types import SimpleNamespace
from typing import Any

import pytest

from interviewer.embedding import SentenceEncoder
from interviewer.embedding.device import prefers_bfloat16
from interviewer.embedding.states import token_states


@pytest.fixture
def bert(encoder: SentenceEncoder) -> Any:
    """The bundled encoder's transformer in bfloat16, which every processor can at least emulate."""
    return copy.deepcopy(encoder._model[0].auto_model).bfloat16().eval()


def states_of(bert: Any) -> Any:
    import torch

    ids = torch.randint(1000, 20000, (16, 64), generator=torch.Generator().manual_seed(1))
    mask = torch.ones_like(ids)
    mask[3:, 40:] = 0
    with torch.inference_mode():
        return token_states(bert, ids, mask).float() * mask[..., None]


def test_packed_layers_say_what_the_layers_say(bert: Any) -> None:
    import torch

    from interviewer.embedding.packed import PackedBert, pack_layers

    before = states_of(bert)
    packed = pack_layers(bert)
    assert isinstance(packed, PackedBert) or not prefers_bfloat16()
    assert isinstance(packed, PackedBert) is not any(isinstance(each, torch.nn.Linear) for each in packed.modules())
    after = states_of(packed)
    assert torch.nn.functional.cosine_similarity(after, before, dim=-1)[:3].min() > 0.999
    assert abs(after - before).max() < 0.05 * abs(before).max()
    assert (states_of(bert) == before).all(), "the encoder itself stays as it was"


def test_single_precision_is_left_as_it_is(bert: Any) -> None:
    from interviewer.embedding.packed import pack_layers

    assert pack_layers(bert.float()) is bert


def test_packed_states_are_as_near_to_single_precision_as_the_layers_own(bert: Any) -> None:
    from interviewer.embedding.packed import pack_layers

    packed, own = states_of(pack_layers(bert)), states_of(bert)
    exact = states_of(bert.float())
    assert abs(packed - exact).mean() < 1.02 * abs(own - exact).mean()


@pytest.fixture(params=["gone", "adds nothing", "takes other arguments", "says something else"])
def other_torch(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A version of torch whose operation is not what it was."""
    import torch

    own = torch.ops.mkldnn

    def linear(states: Any, weight: Any, bias: Any, *_: Any) -> Any:
        return own._linear_pointwise(states, weight, bias, "none", [], "")

    def without_sum(*given: Any) -> Any:
        return own._linear_pointwise(*given)

    def unlike(states: Any, weight: Any) -> Any:
        return states @ weight

    class Op:
        binary = staticmethod(own._linear_pointwise.binary)

        def __init__(self, one: Any) -> None:
            self._one = one

        def __call__(self, *given: Any) -> Any:
            return self._one(*given)

    others: dict[str, Any] = {
        "gone": {},
        "adds nothing": {"_linear_pointwise": without_sum},
        "takes other arguments": {"_linear_pointwise": Op(unlike)},
        "says something else": {"_linear_pointwise": Op(linear)},
    }
    found = SimpleNamespace(_reorder_linear_weight=own._reorder_linear_weight, **others[request.param])
    monkeypatch.setattr(torch.ops, "mkldnn", found)


@pytest.mark.usefixtures("other_torch")
def test_operations_that_are_not_what_they_were_are_not_used(bert: Any) -> None:
    from interviewer.embedding.packed import pack_layers

    before = states_of(bert)
    assert pack_layers(bert) is bert
    assert (states_of(bert) == before).all()
