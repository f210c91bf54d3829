"""Token states of the last layer, by the parts of a BERT model.

The model's own call prepares for decoders, caches and outputs that nobody here asks for, and widens the mask to one for
every pair of tokens: of reading pairs of texts that is a twentieth.
"""

from __future__ import annotations

from typing import Any


def token_states(bert: Any, ids: Any, mask: Any, types: Any = None) -> Any:
    """Run the layers.

    Args:
        bert: a BERT encoder.
        ids: word pieces, shape (batch, tokens).
        mask: 1 for tokens, 0 for padding, the same shape; each text has a token.
        types: of the tokens, the same shape; zeros when None.

    Returns:
        Shape (batch, tokens, dimension), in the precision of the weights; states of padding mean nothing.
    """
    import torch

    states = bert.embeddings(input_ids=ids, token_type_ids=types)
    hidden = torch.zeros_like(mask, dtype=states.dtype).masked_fill(mask == 0, torch.finfo(states.dtype).min)
    return bert.encoder(states, attention_mask=hidden[:, None, None, :])[0]
