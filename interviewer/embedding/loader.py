"""One encoder from a name: the bundled weights, a folder, or a sentence-transformers model."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from interviewer.core.ports import Progress
from interviewer.embedding.weights import find_bundled, verify_weights
from interviewer.errors import EncoderError

if TYPE_CHECKING:
    import numpy

__all__ = ["BATCH", "DEFAULT_MODEL", "SentenceEncoder", "load_encoder"]

DEFAULT_MODEL = "default"
_DEFAULT_NAME = "all-MiniLM-L6-v2"
BATCH = 32
"""Texts a batch; also how many are embedded between two looks at the queue of requests."""
DEVICES = ("auto", "cpu", "cuda", "mps")


def load_encoder(
    model: str, device: str, *, cache: Path, say: Callable[[str], None] = lambda _: None
) -> SentenceEncoder:
    """Load a sentence encoder.

    Args:
        model: "default", a folder, or a sentence-transformers name from the hub.
        device: auto, cpu, cuda or mps.
        cache: where a checksum that was verified is noted.
        say: is told before anything is fetched from the network.

    Raises:
        EncoderError: no such model or device, weights that are not the real ones, or a
            library that is missing.
    """
    source, name, revision = _locate(model, cache)
    hub = source == model and not Path(model).expanduser().exists()
    if not hub:
        # Set before the import: huggingface_hub reads it once.
        os.environ["HF_HUB_OFFLINE"] = "1"
        os.environ["TRANSFORMERS_OFFLINE"] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise EncoderError(
            f"The encoder could not be loaded: {error}.", todo="pip install sentence-transformers torch"
        ) from error
    chosen = _choose_device(device)
    loaded = _load_hub(SentenceTransformer, model, chosen, say) if hub else _load(SentenceTransformer, source, chosen)
    if chosen != "cpu":
        loaded = loaded.half()
    return SentenceEncoder(loaded, name=name, key=f"{name}@{revision}", device=chosen)


def _locate(model: str, cache: Path) -> tuple[str, str, str]:
    """Return (where to load from, name to show, what identifies the weights)."""
    if model == DEFAULT_MODEL:
        folder = find_bundled()
        verify_weights(folder, cache / "weights.json")
        return str(folder), _DEFAULT_NAME, "bundled"
    path = Path(model).expanduser()
    if path.exists():
        if not (path / "modules.json").is_file() and not (path / "config.json").is_file():
            raise EncoderError(
                f"{path} holds no model: neither modules.json nor config.json is there.",
                todo="`mockdl config set encoder default` goes back to the bundled one.",
            )
        newest = max(file.stat().st_mtime_ns for file in path.rglob("*") if file.is_file())
        return str(path), path.name, f"{path.resolve()}:{newest}"
    if model.startswith((".", "/", "~")) or "\\" in model:
        raise EncoderError(
            f"There is no folder {model}.", todo="`mockdl config set encoder default` goes back to the bundled one."
        )
    return model, model, "hub"


def _choose_device(device: str) -> str:
    """Resolve `auto` to cuda, mps or cpu; refuse a device that is not there."""
    import torch

    present = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if device == "auto":
        return next(name for name, there in present.items() if there)
    if device not in present or not present[device]:
        here = ", ".join(name for name, there in present.items() if there)
        raise EncoderError(
            f"The device {device!r} is not available here.",
            todo=f"Available: {here}. `mockdl config set device auto` chooses by itself.",
        )
    return device


def _load(kind: Any, source: str, device: str) -> Any:
    try:
        return kind(source, device=device, local_files_only=True)
    except Exception as error:
        raise EncoderError(
            f"The encoder in {source} could not be loaded: {error}",
            todo="`mockdl config set encoder default` goes back to the bundled one.",
        ) from error


def _load_hub(kind: Any, model: str, device: str, say: Callable[[str], None]) -> Any:
    """Load a hub model from the local cache, or fetch it after saying so."""
    try:
        return kind(model, device=device, local_files_only=True)
    except Exception:  # not in the cache: each layer below raises its own type
        if os.environ.get("HF_HUB_OFFLINE") == "1":
            raise EncoderError(
                f"The encoder {model!r} is not on this machine and HF_HUB_OFFLINE forbids fetching it.",
                todo="Unset HF_HUB_OFFLINE once, or `mockdl config set encoder default`.",
            ) from None
    say(f"Fetching the encoder {model} from the Hugging Face hub, because the settings name it.")
    try:
        return kind(model, device=device)
    except Exception as error:
        raise EncoderError(
            f"The encoder {model!r} could not be fetched: {error}",
            todo="Check the name and the network, or `mockdl config set encoder default`.",
        ) from error


class SentenceEncoder:
    """A loaded model; implements `core.ports.Encoder`."""

    def __init__(self, model: Any, *, name: str, key: str, device: str) -> None:
        self._model = model
        self.name = name
        self.key = key
        """Identifies the weights, for caches."""
        self.device = device
        self.dimension = int(model.get_embedding_dimension())

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> numpy.ndarray:
        """Return unit vectors, float32, shape (len(texts), dimension).

        Raises:
            EncoderError: the model failed, most often for want of memory.
        """
        import numpy as np

        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        # Longest first: batches of like length waste least on padding.
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            vectors[rows] = self._encode_batch([texts[i] for i in rows])
            if progress is not None:
                progress("embedding", min(start + BATCH, len(order)), len(order))
        return vectors

    def _encode_batch(self, texts: list[str]) -> numpy.ndarray:
        import numpy as np

        try:
            found = self._model.encode(
                texts, batch_size=BATCH, convert_to_numpy=True, normalize_embeddings=False, show_progress_bar=False
            )
        except (RuntimeError, MemoryError) as error:
            raise EncoderError(
                f"The encoder failed: {error}",
                kept="Your answers are saved.",
                todo="Close other programs, or `mockdl config set device cpu`.",
            ) from error
        vectors = np.asarray(found, dtype=np.float32)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: numpy.ndarray = vectors / np.maximum(norms, 1e-12)
        return unit
