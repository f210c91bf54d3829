"""One encoder from a name: the bundled weights, a folder, or a sentence-transformers model."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from interviewer.core.ports import Progress
from interviewer.embedding.bundled import Bundled, read_means, whole_text
from interviewer.embedding.device import choose_device, keep_freed_memory, limit_threads, prefers_bfloat16
from interviewer.embedding.hub import hub_revision, load_from_hub
from interviewer.embedding.load_failures import BACK_TO_DEFAULT, failed_load, failed_run
from interviewer.embedding.weights import find_bundled, verify_beside, verify_weights
from interviewer.errors import EncoderError

if TYPE_CHECKING:
    import numpy

    from interviewer.embedding.reader import TextReader

DEFAULT_MODEL = "default"
_DEFAULT_NAME = "all-MiniLM-L6-v2"
_BUNDLED = "bundled"
BATCH = 32
"""Texts a batch; also how many are embedded between two looks at the queue of requests."""


class _Source(NamedTuple):
    place: str
    """A folder, or a name on the hub."""
    name: str
    """As shown to people."""
    revision: str
    """Which weights these are; "" for a hub name, where only the loaded model knows."""


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
    source = _locate(model, cache)
    hub = not source.revision
    if not hub:
        # Set before the import: huggingface_hub reads it once.
        os.environ["HF_HUB_OFFLINE"] = "1"
        os.environ["TRANSFORMERS_OFFLINE"] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    # numpy's threads wait for work by spinning, on the cores that torch's would have; its products here are small.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise EncoderError(
            f"The encoder could not be loaded: {error}.", todo="pip install sentence-transformers torch"
        ) from error
    chosen = choose_device(device)
    limit_threads()
    keep_freed_memory()
    loaded = (
        load_from_hub(SentenceTransformer, source.place, chosen, say)
        if hub
        else _load_folder(SentenceTransformer, source.place, chosen)
    )
    revision = source.revision or hub_revision(source.place)
    bundled = source.revision == _BUNDLED
    if chosen != "cpu":
        loaded, revision = loaded.half(), f"{revision}/half"
    elif bundled and prefers_bfloat16():
        loaded, revision = loaded.bfloat16(), f"{revision}/bfloat16"
    return SentenceEncoder(loaded, name=source.name, key=f"{source.name}@{revision}", device=chosen, has_reader=bundled)


def _locate(model: str, cache: Path) -> _Source:
    if model == DEFAULT_MODEL:
        folder = find_bundled()
        verify_weights(folder, cache / "weights.json")
        verify_beside(folder)
        return _Source(str(folder), _DEFAULT_NAME, _BUNDLED)
    try:
        path = Path(model).expanduser()
        is_there = path.exists()
    except (OSError, RuntimeError) as error:  # a name too long, an unknown ~user
        raise EncoderError(f"{model!r} is no model: {error}.", todo=BACK_TO_DEFAULT) from error
    if is_there:
        if not (path / "modules.json").is_file() and not (path / "config.json").is_file():
            raise EncoderError(
                f"{path} holds no model: neither modules.json nor config.json is there.", todo=BACK_TO_DEFAULT
            )
        newest = max(file.stat().st_mtime_ns for file in path.rglob("*") if file.is_file())
        return _Source(str(path), path.resolve().name, f"{path.resolve()}:{newest}")
    if model.startswith((".", "/", "~")) or "\\" in model:
        raise EncoderError(f"There is no folder {model}.", todo=BACK_TO_DEFAULT)
    return _Source(model, model, "")


def _load_folder(kind: Any, place: str, device: str) -> Any:
    try:
        return kind(place, device=device, local_files_only=True)
    except Exception as error:  # each library below raises types of its own
        raise failed_load(f"The encoder in {place} could not be loaded", error) from error


class SentenceEncoder:
    """A loaded model; implements `core.ports.Encoder`."""

    def __init__(self, model: Any, *, name: str, key: str, device: str, has_reader: bool = False) -> None:
        self._model = model
        self._bundled = Bundled(model) if has_reader else None
        self.name = name
        self.key = f"{key}/packed" if self._bundled is not None and self._bundled.is_packed else key
        """Identifies the weights and how exactly they are run, for caches."""
        self.device = device
        # Before release 5.3 the method had a longer name.
        dimension = getattr(model, "get_embedding_dimension", None) or model.get_sentence_embedding_dimension
        self.dimension = int(dimension() or len(self._run(["how long is a vector"])[0]))

    def reader(self) -> TextReader | None:
        """Token states and the joint reader; None for an encoder that it was not trained for.

        Raises:
            EncoderError: the joint reader's weights are damaged.
        """
        if self._bundled is None:
            return None
        from interviewer.embedding.reader import load_reader

        return load_reader(self._bundled)

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> numpy.ndarray:
        """Return unit vectors, float32, shape (len(texts), dimension).

        Raises:
            EncoderError: the model failed, most often for want of memory.
        """
        import numpy as np

        if self._bundled is not None:
            return self._encode_bundled(self._bundled, texts, progress)
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        # Longest first: batches of like length waste least on padding.
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            vectors[rows] = self._encode_batch([texts[i] for i in rows])
            if progress is not None:
                progress("embedding", min(start + BATCH, len(order)), len(order))
        return vectors

    def _encode_bundled(self, bundled: Bundled, texts: Sequence[str], progress: Progress | None) -> numpy.ndarray:
        through = 0

        def done(count: int) -> None:
            nonlocal through
            through += count
            if progress is not None:
                progress("embedding", through, len(texts))

        try:
            return self._unit(read_means(bundled, texts, done))
        except (RuntimeError, MemoryError) as error:
            raise failed_run(error) from error

    def _encode_batch(self, texts: list[str]) -> numpy.ndarray:
        return self._unit(self._run([whole_text(text) for text in texts]))

    def _unit(self, vectors: numpy.ndarray) -> numpy.ndarray:
        import numpy as np

        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.isfinite(norms).all():
            raise EncoderError(
                f"The encoder {self.name} gives vectors that are not numbers.",
                kept="Your answers are saved.",
                todo=f"Its weights are damaged. {BACK_TO_DEFAULT}",
            )
        unit: numpy.ndarray = vectors / np.maximum(norms, 1e-12)
        return unit

    def _run(self, texts: list[str]) -> numpy.ndarray:
        import numpy as np

        try:
            found = self._model.encode(
                texts, batch_size=BATCH, convert_to_numpy=True, normalize_embeddings=False, show_progress_bar=False
            )
        except (RuntimeError, MemoryError) as error:
            raise failed_run(error) from error
        return np.asarray(found, dtype=np.float32)
