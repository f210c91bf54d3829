"""Texts to token states, and a claim beside a passage to what the one says of the other.

One forward pass of the bundled encoder gives the sentence vector and its token states; the joint
network (`joint.py`) reads two texts as one. Only the bundled weights will do: what is stored are
the layers tuned on top of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from interviewer.core.ports import Reading
from interviewer.embedding.batches import Batch
from interviewer.embedding.bundled import LONGEST, Bundled
from interviewer.embedding.load_failures import failed_run, first_line
from interviewer.embedding.side_by_side import do_all
from interviewer.errors import EncoderError

if TYPE_CHECKING:
    import numpy

JOINT_FILE = Path(__file__).resolve().parent / "joint.safetensors"
JOINT_SHA256 = "e16673c3988c27f381d333ba74145c23990015e6bd411d65aac326344f7ff207"
MOST_TOKENS = 64
CLASSES = 4
_JOINT_TOKENS = 2048
"""Tokens a batch, padding included."""


class TextReader:
    """Reads texts with the bundled encoder, and pairs of texts with the joint network; implements `core.ports.Reader`.

    Several threads may read at a time.

    Args:
        bundled: the encoder.
        network: the joint network on top of it.
    """

    def __init__(self, bundled: Bundled, network: Any) -> None:
        self._bundled = bundled
        self._network = network.eval()

    def read(self, texts: Sequence[str], *, cut: bool = True) -> list[Reading]:
        """Read texts; each is cut after 62 word pieces, or after 254 unless `cut`.

        Raises:
            EncoderError: the model failed, most often for want of memory.
        """
        readings: list[Reading | None] = [None] * len(texts)
        ids = self._bundled.ids(texts, max_length=MOST_TOKENS if cut else LONGEST)

        def read_batch(batch: Batch) -> None:
            for row, reading in zip(batch.rows, self._read_batch(batch, ids), strict=True):
                readings[row] = reading

        try:
            do_all([partial(read_batch, batch) for batch in self._bundled.batches(ids)])
        except (RuntimeError, MemoryError) as error:
            raise failed_run(error) from error
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
        ids, types = self._bundled.pairs(claims, passages)

        def read_batch(batch: Batch) -> None:
            told = batch.padded(ids), batch.mask(ids), batch.padded(types)
            with torch.inference_mode():
                logits = self._network(*(each.to(self._bundled.weights.device) for each in told))
                found[batch.rows] = torch.softmax(logits, dim=1)[: len(batch.rows)].cpu().numpy()

        try:
            do_all([partial(read_batch, batch) for batch in self._bundled.batches(ids, _JOINT_TOKENS)])
        except (RuntimeError, MemoryError) as error:
            raise failed_run(error) from error
        return found

    def _read_batch(self, batch: Batch, texts: Sequence[list[int]]) -> list[Reading]:
        import torch

        with torch.inference_mode():
            means, last = self._bundled.run(batch, texts)
            vectors = torch.nn.functional.normalize(means, dim=-1).cpu().numpy()
            plain = torch.nn.functional.normalize(last, dim=-1).cpu().numpy()
        readings = []
        for row, ids in enumerate(texts[at] for at in batch.rows):
            pieces = self._bundled.pieces(ids[1:-1])
            readings.append(Reading(vectors[row], pieces, plain[row, 1 : len(ids) - 1].copy()))
        return readings


def load_reader(bundled: Bundled, file: Path = JOINT_FILE) -> TextReader:
    """Build the reader from the bundled encoder and the tuned layers.

    Raises:
        EncoderError: the weights are missing, do not fit, or are not those that ship.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load

    from interviewer.embedding.joint import JointNetwork
    from interviewer.embedding.packed import pack_layers

    network = JointNetwork(bundled.bert)
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
    network = network.to(bundled.weights.device)
    network.bert = pack_layers(network.bert)
    return TextReader(bundled, network)
