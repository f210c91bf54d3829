"""One real encoder for all tests that need one."""

from __future__ import annotations

from pathlib import Path

import pytest

from interviewer.embedding import SentenceEncoder, load_encoder
from interviewer.grading import OfflineGrader, build_grader


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> SentenceEncoder:
    folder: Path = tmp_path_factory.mktemp("encoder")
    return load_encoder("default", "cpu", cache=folder)


@pytest.fixture(scope="session")
def grader(encoder: SentenceEncoder) -> OfflineGrader:
    return build_grader(encoder, None, encoder.reader())
