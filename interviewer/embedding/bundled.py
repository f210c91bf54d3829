"""The bundled encoder as it is run here: texts to word pieces, and those through its layers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from interviewer.embedding.batches import Batch, make_batches
from interviewer.embedding.states import token_states

if TYPE_CHECKING:
    import numpy

LONGEST = 256
"""What the encoder was made for."""
MOST_JOINT = 192
"""Tokens of claim and passage together; the longer of the two is cut."""
_TOKENS = 384
"""Tokens a batch, padding included: larger ones are no faster on a CPU, and texts of like length pad least."""
_MOST_CLAIMS = 20_000
"""Kept as word pieces; some megabytes, and more than those of the built-in bank."""


class Bundled:
    """The bundled encoder as it is run here: its tokenizer, and its transformer. Several threads may run it at a time.

    Args:
        model: a loaded sentence-transformers model of the bundled weights; it is not changed.
    """

    def __init__(self, model: Any) -> None:
        from interviewer.embedding.packed import pack_layers

        self._tokenizer = model.tokenizer
        self._cutting = threading.Lock()
        """A tokenizer keeps where to cut between its calls, and refuses two at a time."""
        self._claims: dict[str, list[int]] = {}
        """Word pieces of claims that were asked for; the next answer to a question is held against the same."""
        self.bert = model[0].auto_model.eval()
        self._layers = pack_layers(self.bert)
        self.weights = next(self.bert.parameters())

    @property
    def is_packed(self) -> bool:
        """Whether its layers are packed, which moves the last digit of what they say."""
        return self._layers is not self.bert

    def ids(self, texts: Sequence[str], *, max_length: int) -> list[list[int]]:
        """Word pieces of texts, each cut at so many."""
        return self._cut(texts, max_length=max_length)["input_ids"]  # type: ignore[no-any-return]

    def pairs(self, claims: Sequence[str], passages: Sequence[str]) -> tuple[list[list[int]], list[list[int]]]:
        """Word pieces of claims beside passages, the longer of the two cut, and for each which of the two it is of.

        As the tokenizer gives them, which would cut up a claim once for each passage that is read beside it.
        """
        known, own = self._known_claims(claims), self._whole_pieces(passages)
        first, end = [self._tokenizer.cls_token_id], [self._tokenizer.sep_token_id]
        ids, types = [], []
        for claim, passage in zip(claims, passages, strict=True):
            one, other = first + known[claim] + end, own[passage] + end
            if len(one) + len(other) <= MOST_JOINT:
                ids.append(one + other)
                types.append([0] * len(one) + [1] * len(other))
            else:
                cut = self._cut([claim], [passage], max_length=MOST_JOINT)
                ids += cut["input_ids"]
                types += cut["token_type_ids"]
        return ids, types

    def _known_claims(self, claims: Sequence[str]) -> dict[str, list[int]]:
        if len(self._claims) > _MOST_CLAIMS:
            self._claims = {}
        known = self._claims
        known.update(self._whole_pieces([claim for claim in claims if claim not in known]))
        return known

    def _whole_pieces(self, texts: Sequence[str]) -> dict[str, list[int]]:
        """Without what begins and ends a text; cut only where a pair is, too."""
        new = list(dict.fromkeys(texts))
        found = self._cut(new, max_length=MOST_JOINT, add_special_tokens=False)["input_ids"] if new else []
        return dict(zip(new, found, strict=True))

    def _cut(self, *texts: Sequence[str], max_length: int, **options: Any) -> Any:
        safe = [[whole_text(text) for text in each] for each in texts]
        with self._cutting:
            return self._tokenizer(*safe, truncation="longest_first", max_length=max_length, **options)

    def pieces(self, ids: Sequence[int]) -> tuple[str, ...]:
        """Word pieces as text."""
        return tuple(self._tokenizer.convert_ids_to_tokens(ids))

    def batches(self, ids: Sequence[list[int]], most: int = _TOKENS) -> Iterator[Batch]:
        """Batches of texts as word pieces, of about so many tokens; see `make_batches`."""
        return make_batches([len(each) for each in ids], most, self.weights)

    def run(self, batch: Batch, texts: Sequence[list[int]]) -> tuple[Any, Any]:
        """Of texts as word pieces: the means of their token states, and the states, padding included."""
        device = self.weights.device
        mask = batch.mask(texts).to(device)
        last = token_states(self._layers, batch.padded(texts).to(device), mask).float()
        weights = mask.float()
        return (last * weights[..., None]).sum(1) / weights.sum(1, keepdim=True), last


def whole_text(text: str) -> str:
    """The text without half a surrogate pair, which tokenizers refuse and a terminal may well hand us."""
    return text.encode("utf-8", "replace").decode()


def read_means(bundled: Bundled, texts: Sequence[str], done: Callable[[int], None]) -> numpy.ndarray:
    """Sentence vectors of the bundled encoder, not yet of unit length, and nothing else.

    Texts of like length go together, in batches that suit the caches of a CPU, which takes half the time of the model's
    own `encode` where texts are short.

    Args:
        bundled: the encoder.
        texts: each is cut after 254 word pieces.
        done: is told after each batch how many texts it held.

    Returns:
        Float32, shape (len(texts), dimension).
    """
    import numpy as np
    import torch

    means = np.zeros((len(texts), bundled.bert.config.hidden_size), dtype=np.float32)
    if not texts:
        return means
    ids = bundled.ids(texts, max_length=LONGEST)
    for batch in bundled.batches(ids):
        with torch.inference_mode():
            means[batch.rows] = bundled.run(batch, ids)[0][: len(batch.rows)].cpu().numpy()
        done(len(batch.rows))
    return means
