"""The joint reader's weights are those that ship, or they are not used."""

from __future__ import annotations

from pathlib import Path

import pytest

from interviewer.embedding import SentenceEncoder, reader
from interviewer.embedding.bundled import Bundled
from interviewer.errors import EncoderError
from interviewer.grading.decision import load_model

EDITIONS = {"5": "e16673c3"}
"""Of the grader, and the joint reader that belongs to it. One that reads otherwise grades otherwise, and is told from
the one before by its edition alone: in a file that is gone on with, and where scores are compared."""


def test_another_reader_is_another_edition_of_the_grader() -> None:
    edition = load_model().version.partition("-")[0]
    assert reader.JOINT_SHA256.startswith(EDITIONS[edition])


def test_other_weights_are_refused(encoder: SentenceEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = bytearray(reader.JOINT_FILE.read_bytes())
    raw[-1] ^= 1
    changed = tmp_path / "joint.safetensors"
    changed.write_bytes(raw)
    monkeypatch.setattr(reader, "JOINT_FILE", changed)
    with pytest.raises(EncoderError, match="not the one that belongs to this version"):
        reader.load_reader(Bundled(encoder._model), changed)
    assert reader.load_reader(Bundled(encoder._model), Path(reader.__file__).with_name("joint.safetensors"))
