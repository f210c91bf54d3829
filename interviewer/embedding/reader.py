"""Texts to token states, and a claim beside a passage to what the one says of the other.

One forward pass of the bundled encoder gives the sentence vector and its token states; the joint
network (`joint.py`) reads two texts as one. Only the bundled weights will do: what is stored are
the layers tuned on top of them.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from interviewer.core.ports import Reading
from interviewer.embedding.batches import Batch, make_batches
from interviewer.embedding.load_failures import LESS_MEMORY, first_line
from interviewer.embedding.states import token_states
from interviewer.errors import EncoderError

if TYPE_CHECKING:
    import numpy

JOINT_FILE = Path(__file__).resolve().parent / "joint.safetensors"
JOINT_SHA256 = "e16673c3988c27f381d333ba74145c23990015e6bd411d65aac326344f7ff207"
MOST_TOKENS = 64
LONGEST = 256
"""What the encoder was made for."""
MOST_JOINT = 192
"""Tokens of claim and passage together; the longer of the two is cut."""
CLASSES = 4
_TOKENS = 384
"""Tokens a batch, padding included: larger ones are no faster on a CPU, and texts of like length pad least."""
_JOINT_TOKENS = 2048


class TextReader:
    """Reads texts with the bundled encoder, and pairs of texts with the joint network; implements `core.ports.Reader`.

    Several threads may read at a time.

    Args:
        model: a loaded sentence-transformers model of the bundled weights.
        network: the joint network on top of them.
    """

    def __init__(self, model: Any, network: Any) -> None:
        self._tokenizer = model.tokenizer
        self._cutting = threading.Lock()
        """A tokenizer keeps where to cut between its calls, and refuses two at a time."""
        self._bert = model[0].auto_model.eval()
        self._network = network.eval()
        self._weights = next(self._bert.parameters())

    def read(self, texts: Sequence[str], *, cut: bool = True) -> list[Reading]:
        """Read texts; each is cut after 62 word pieces, or after 254 unless `cut`.

        Raises:
            EncoderError: the model failed, most often for want of memory.
        """
        readings: list[Reading | None] = [None] * len(texts)
        ids: list[list[int]] = self._ids(texts, max_length=MOST_TOKENS if cut else LONGEST)["input_ids"]
        try:
            for batch in make_batches([len(each) for each in ids], _TOKENS, self._weights):
                for row, reading in zip(batch.rows, self._read_batch(batch, ids), strict=True):
                    readings[row] = reading
        except (RuntimeError, MemoryError) as error:
            raise _failed(error) from error
        return [reading for reading in readings if reading is not None]

    def read_jointly(self, claims: Sequence[str], passages: Sequence[str]) -> numpy.ndarray:
        """Probabilities that `passages[i]` covers, half covers, misses or contradicts `claims[i]`.

        Args:
            claims: as `grading.joint_text` puts them.
            passages: of an answer.

        Returns:
            Float32, shape (len(claims), CLASSES); the same whatever else is in the batch, within 1e-4.

        Raises:
            EncoderError: the model failed, most often for want of memory.
        """
        import numpy as np
        import torch

        found = np.zeros((len(claims), CLASSES), dtype=np.float32)
        if not claims:
            return found
        read = self._ids(claims, passages, max_length=MOST_JOINT)
        ids, types = read["input_ids"], read["token_type_ids"]
        try:
            for batch in make_batches([len(each) for each in ids], _JOINT_TOKENS, self._weights):
                told = batch.padded(ids), batch.mask(ids), batch.padded(types)
                with torch.inference_mode():
                    logits = self._network(*(each.to(self._weights.device) for each in told))
                    found[batch.rows] = torch.softmax(logits, dim=1)[: len(batch.rows)].cpu().numpy()
        except (RuntimeError, MemoryError) as error:
            raise _failed(error) from error
        return found

    def _ids(self, *texts: Sequence[str], max_length: int) -> Any:
        safe = [[text.encode("utf-8", "replace").decode() for text in each] for each in texts]
        with self._cutting:
            return self._tokenizer(*safe, truncation="longest_first", max_length=max_length)

    def _read_batch(self, batch: Batch, texts: Sequence[list[int]]) -> list[Reading]:
        import torch

        with torch.inference_mode():
            means, last = _run(self._bert, batch, texts)
            vectors = torch.nn.functional.normalize(means, dim=-1).cpu().numpy()
            plain = torch.nn.functional.normalize(last, dim=-1).cpu().numpy()
        readings = []
        for row, ids in enumerate(texts[at] for at in batch.rows):
            pieces = tuple(self._tokenizer.convert_ids_to_tokens(ids[1:-1]))
            readings.append(Reading(vectors[row], pieces, plain[row, 1 : len(ids) - 1].copy()))
        return readings


def read_means(model: Any, texts: Sequence[str], done: Callable[[int], None]) -> numpy.ndarray:
    """Sentence vectors of the bundled encoder, not yet of unit length, and nothing else.

    Texts of like length go together, in batches that suit the caches of a CPU, which takes half the time of the model's
    own `encode` where texts are short.

    Args:
        model: a loaded sentence-transformers model of the bundled weights.
        texts: each is cut after 254 word pieces.
        done: is told after each batch how many texts it held.

    Returns:
        Float32, shape (len(texts), dimension).
    """
    import numpy as np
    import torch

    means = np.zeros((len(texts), model[0].auto_model.config.hidden_size), dtype=np.float32)
    if not texts:
        return means
    ids = model.tokenizer(list(texts), truncation=True, max_length=LONGEST)["input_ids"]
    bert = model[0].auto_model.eval()
    for batch in make_batches([len(each) for each in ids], _TOKENS, next(bert.parameters())):
        with torch.inference_mode():
            means[batch.rows] = _run(bert, batch, ids)[0][: len(batch.rows)].cpu().numpy()
        done(len(batch.rows))
    return means


def _run(bert: Any, batch: Batch, texts: Sequence[list[int]]) -> tuple[Any, Any]:
    """Of texts as word pieces: the means of their token states, and the states, padding included."""
    device = next(bert.parameters()).device
    mask = batch.mask(texts).to(device)
    last = token_states(bert, batch.padded(texts).to(device), mask).float()
    weights = mask.float()
    return (last * weights[..., None]).sum(1) / weights.sum(1, keepdim=True), last


def _failed(error: Exception) -> EncoderError:
    return EncoderError(f"The encoder failed: {first_line(error)}.", kept="Your answers are saved.", todo=LESS_MEMORY)


def load_reader(model: Any, file: Path = JOINT_FILE) -> TextReader:
    """Build the reader from a loaded sentence-transformers model and the tuned layers.

    Raises:
        EncoderError: the weights are missing, do not fit, or are not those that ship.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load

    from interviewer.embedding.joint import JointNetwork
    from interviewer.embedding.packed import pack_layers

    bert = model[0].auto_model
    network = JointNetwork(bert)
    try:
        raw = file.read_bytes()
        if file == JOINT_FILE and hashlib.sha256(raw).hexdigest() != JOINT_SHA256:
            raise RuntimeError("it is not the one that belongs to this version")
        tuned = load(raw)
        if network.tuned().keys() != tuned.keys():
            raise RuntimeError("its tensors are not those of this version")
        network.load_state_dict(tuned, strict=False)
    except (OSError, SafetensorError, RuntimeError) as error:
        raise EncoderError(
            f"The joint reader in {file} could not be loaded: {first_line(error)}.",
            kept="Your answers are saved.",
            todo="Install mockdl again.",
        ) from error
    pack_layers(network.to(bert.device).bert)
    return TextReader(model, network)
