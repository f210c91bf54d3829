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


def is_packed(bert: Any) -> bool:
    from interviewer.embedding.packed import PackedLinear

    return any(isinstance(each, PackedLinear) for each in bert.modules())


def test_packed_layers_say_what_the_layers_say(bert: Any) -> None:
    import torch

    from interviewer.embedding.packed import pack_layers

    plain = states_of(bert)
    done = pack_layers(bert)
    assert done or not prefers_bfloat16()
    assert is_packed(bert) is done
    assert done is not any(isinstance(each, torch.nn.Linear) for each in bert.encoder.modules())
    packed = states_of(bert)
    assert torch.nn.functional.cosine_similarity(packed, plain, dim=-1)[:3].min() > 0.999
    assert abs(packed - plain).max() < 0.05 * abs(plain).max()


def test_single_precision_is_left_as_it_is(bert: Any) -> None:
    from interviewer.embedding.packed import pack_layers

    bert.float()
    before = states_of(bert)
    assert not pack_layers(bert)
    assert not is_packed(bert)
    assert (states_of(bert) == before).all()


@pytest.fixture(params=["gone", "takes other arguments", "says something else"])
def other_torch(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A version of torch whose operation is not what it was."""
    import torch

    own = torch.ops.mkldnn
    others: dict[str, Any] = {
        "gone": {},
        "takes other arguments": {"_linear_pointwise": lambda states, weight: states @ weight},
        "says something else": {
            "_linear_pointwise": lambda states, weight, bias, *_: own._linear_pointwise(
                states, weight, bias, "none", [], ""
            )
        },
    }
    found = SimpleNamespace(_reorder_linear_weight=own._reorder_linear_weight, **others[request.param])
    monkeypatch.setattr(torch.ops, "mkldnn", found)


@pytest.mark.usefixtures("other_torch")
def test_operations_that_are_not_what_they_were_are_not_used(bert: Any) -> None:
    from interviewer.embedding.packed import pack_layers

    before = states_of(bert)
    assert not pack_layers(bert)
    assert not is_packed(bert)
    assert (states_of(bert) == before).all()
