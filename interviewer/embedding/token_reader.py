"""Texts to token states, and pairs of texts to entailment: what the sentence vector alone cannot say.

One forward pass of the bundled encoder gives the sentence vector, its token states, and the
states from which the tuned top layers (`entailment.py`) go on. Only the bundled weights will do:
the tuned layers continue these very states.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from interviewer.core.ports import Reading
from interviewer.embedding.load_failures import LESS_MEMORY, first_line
from interviewer.errors import EncoderError

if TYPE_CHECKING:
    import numpy

CHANNEL_FILE = Path(__file__).resolve().parent / "entailment.safetensors"
DEPTH = 4
"""Layers of the encoder below the tuned ones."""
MOST_TOKENS = 64
LONGEST = 256
"""What the encoder was made for."""
_TOKENS = 384
"""Tokens a batch, padding included: larger ones are no faster on a CPU, and texts of like length pad least."""


class TokenReader:
    """Reads texts with the bundled encoder and judges pairs with the entailment channel."""

    def __init__(self, model: Any, channel: Any) -> None:
        self._tokenizer = model.tokenizer
        self._bert = model[0].auto_model.eval()
        self._channel = channel.eval()

    def read(self, texts: Sequence[str], *, cut: bool = True) -> list[Reading]:
        """Read texts; each is cut after 62 word pieces, or after 254 unless `cut`.

        Raises:
            EncoderError: the model failed, most often for want of memory.
        """
        readings: list[Reading | None] = [None] * len(texts)
        safe = [text.encode("utf-8", "replace").decode() for text in texts]
        try:
            ids = self._tokenizer(safe, truncation=True, max_length=MOST_TOKENS if cut else LONGEST)["input_ids"]
            for rows in _batches([len(each) for each in ids]):
                for row, reading in zip(rows, self._read_batch([ids[i] for i in rows]), strict=True):
                    readings[row] = reading
        except (RuntimeError, MemoryError) as error:
            raise EncoderError(
                f"The encoder failed: {first_line(error)}.", kept="Your answers are saved.", todo=LESS_MEMORY
            ) from error
        return [reading for reading in readings if reading is not None]

    def _read_batch(self, texts: list[list[int]]) -> list[Reading]:
        import torch

        from interviewer.embedding.entailment import Side, mean

        encoded = self._tokenizer.pad({"input_ids": texts}, return_tensors="pt")
        device = next(self._bert.parameters()).device
        ids, mask = encoded["input_ids"].to(device), encoded["attention_mask"].to(device)
        with torch.inference_mode():
            out = self._bert(input_ids=ids, attention_mask=mask, output_hidden_states=True)
            last, weights = out.last_hidden_state.float(), mask.float()
            vectors = torch.nn.functional.normalize(mean(last, weights), dim=-1).cpu().numpy()
            plain = torch.nn.functional.normalize(last, dim=-1).cpu().numpy()
            side = Side(out.hidden_states[DEPTH].float().cpu(), weights.cpu(), torch.zeros(0))
            states = self._channel.tune(side)
            tuned, projected = states.numpy(), self._channel.project(states).numpy()
        readings = []
        for row, length in enumerate(mask.sum(1).tolist()):
            pieces = tuple(self._tokenizer.convert_ids_to_tokens(ids[row, 1 : length - 1].tolist()))
            readings.append(
                Reading(vectors[row], pieces, plain[row, 1 : length - 1], tuned[row, :length], projected[row, :length])
            )
        return readings

    def entail(self, said: Sequence[Reading], claims: Sequence[Reading]) -> numpy.ndarray:
        """Probabilities that `said[i]` covers, misses or contradicts `claims[i]`, shape (len(said), 3)."""
        import numpy as np
        import torch

        found = np.zeros((len(said), 3), dtype=np.float32)
        order = sorted(range(len(said)), key=lambda i: len(said[i].pieces) + len(claims[i].pieces))
        for start in range(0, len(order), 64):
            rows = order[start : start + 64]
            left, left_projected = _pad([said[i] for i in rows])
            right, right_projected = _pad([claims[i] for i in rows])
            with torch.inference_mode():
                logits = self._channel.head(left, right, left_projected, right_projected)
                found[rows] = torch.softmax(logits, dim=1).numpy()
        return found


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Indices of texts, the longest first, in batches of about `_TOKENS` tokens."""
    order = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    while order:
        size = max(1, _TOKENS // max(1, lengths[order[0]]))
        yield order[:size]
        order = order[size:]


def _pad(readings: Sequence[Reading]) -> tuple[Any, Any]:
    """The readings as one side of a batch, and their projections."""
    import numpy as np
    import torch

    from interviewer.embedding.entailment import Side

    longest = max(len(reading.tuned) for reading in readings)
    states = np.zeros((len(readings), longest, readings[0].tuned.shape[1]), dtype=np.float32)
    projected = np.zeros((len(readings), longest, readings[0].projected.shape[1]), dtype=np.float32)
    mask = np.zeros((len(readings), longest), dtype=np.float32)
    for row, reading in enumerate(readings):
        states[row, : len(reading.tuned)] = reading.tuned
        projected[row, : len(reading.tuned)] = reading.projected
        mask[row, : len(reading.tuned)] = 1
    pooled = np.stack([reading.vector for reading in readings])
    side = Side(torch.from_numpy(states), torch.from_numpy(mask), torch.from_numpy(pooled))
    return side, torch.from_numpy(projected)


def load_reader(model: Any, file: Path = CHANNEL_FILE) -> TokenReader:
    """Build the reader from a loaded sentence-transformers model and the channel's weights.

    Raises:
        EncoderError: the weights are missing or do not fit.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    from interviewer.embedding.entailment import Channel

    channel = Channel(list(model[0].auto_model.encoder.layer)[DEPTH:])
    try:
        channel.load_state_dict({name: each.float() for name, each in load_file(file).items()})
    except (OSError, SafetensorError, RuntimeError) as error:
        raise EncoderError(
            f"The entailment channel in {file} could not be loaded: {first_line(error)}.",
            kept="Your answers are saved.",
            todo="Install mockdl again.",
        ) from error
    return TokenReader(model, channel.float())
