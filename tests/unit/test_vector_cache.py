"""The cache of vectors: nothing is embedded twice, and a damaged file costs only itself."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from interviewer.embedding import CachedEncoder, VectorCache
from tests.support.encoders import WordEncoder


@pytest.fixture
def said() -> list[str]:
    return []


OpenCache = Callable[..., VectorCache]


@pytest.fixture
def open_cache(tmp_path: Path, said: list[str]) -> OpenCache:
    return lambda key="words@1": VectorCache(tmp_path / "cache", key, WordEncoder.dimension, said.append)


def fill(cache: VectorCache, *texts: str) -> WordEncoder:
    encoder = WordEncoder()
    CachedEncoder(encoder, cache).encode(texts)
    return encoder


def test_only_what_is_new_is_embedded(open_cache: OpenCache) -> None:
    encoder = WordEncoder()
    cached = CachedEncoder(encoder, open_cache())
    first = cached.encode(["b", "a", "b"])
    assert encoder.seen == ["b", "a"]
    assert np.array_equal(first, WordEncoder().encode(["b", "a", "b"]))
    assert np.array_equal(cached.encode(["a", "c", "b"]), WordEncoder().encode(["a", "c", "b"]))
    assert encoder.seen == ["b", "a", "c"]
    assert cached.encode([]).shape == (0, 64)


def test_vectors_are_found_again_by_the_next_process(open_cache: OpenCache, said: list[str]) -> None:
    fill(open_cache(), "a", "half a pair \ud800")
    fill(open_cache(), "b")
    assert fill(open_cache(), "half a pair \ud800", "a", "b").seen == []
    assert said == []


def test_another_model_has_another_cache(open_cache: OpenCache) -> None:
    fill(open_cache("one"), "a")
    assert fill(open_cache("two"), "a").seen == ["a"]
    assert fill(open_cache("one"), "a").seen == []


@pytest.mark.parametrize("lost", [1, 100, 276, 277])
def test_a_torn_last_record_costs_only_itself(open_cache: OpenCache, said: list[str], lost: int) -> None:
    fill(open_cache(), "a", "b", "c")
    file = open_cache().path
    file.write_bytes(file.read_bytes()[:-lost])
    torn = ["b", "c"] if lost > 276 else ["c"]  # a record is 276 bytes
    assert fill(open_cache(), "a", "b", "c").seen == torn
    assert fill(open_cache(), "a", "b", "c").seen == [], "what was embedded again must be found"
    assert len(said) == (0 if lost == 276 else 1)


def test_a_flipped_bit_is_never_served(open_cache: OpenCache, said: list[str]) -> None:
    fill(open_cache(), "a", "b")
    file = open_cache().path
    raw = bytearray(file.read_bytes())
    raw[20 + 16 + 4 + 7] ^= 64
    file.write_bytes(raw)
    assert np.array_equal(CachedEncoder(WordEncoder(), open_cache()).encode(["a"]), WordEncoder().encode(["a"]))
    assert "damaged record" in said[0]


@pytest.mark.parametrize("head", [b"garbage", b"garbage" * 100])
def test_a_damaged_header_sets_the_file_aside(open_cache: OpenCache, said: list[str], head: bytes) -> None:
    fill(open_cache(), "a")
    file = open_cache().path
    file.write_bytes(head)
    assert fill(open_cache(), "a").seen == ["a"]
    assert said == ["The vector cache is damaged and was set aside; it is built anew."]
    assert file.with_suffix(".corrupt").read_bytes() == head
    assert fill(open_cache(), "a").seen == []


def test_an_empty_file_is_a_new_one(open_cache: OpenCache, said: list[str]) -> None:
    fill(open_cache(), "a")
    open_cache().path.write_bytes(b"")
    assert fill(open_cache(), "a").seen == ["a"]
    assert fill(open_cache(), "a").seen == []
    assert said == []


def test_a_cache_that_has_grown_too_large_starts_anew(
    open_cache: OpenCache, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(open_cache(), *(f"text {n}" for n in range(10)))
    monkeypatch.setattr("interviewer.embedding.vector_cache._MOST_ROWS", 5)
    assert len(open_cache()) == 0
    assert "has grown too large" in said[0]


def test_a_folder_that_cannot_be_written_is_said_once(tmp_path: Path, open_cache: OpenCache, said: list[str]) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    encoder = WordEncoder()
    cached = CachedEncoder(encoder, open_cache())
    cached.encode(["a"])
    cached.encode(["b"])
    assert np.array_equal(cached.encode(["a"]), WordEncoder().encode(["a"]))
    assert encoder.seen == ["a", "b"]
    assert len(said) == 1
    assert "kept in memory only" in said[0]


def test_a_full_disk_leaves_no_half_record(
    open_cache: OpenCache, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(open_cache(), "a")
    file = open_cache().path
    before = file.read_bytes()
    write = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda descriptor, block: write(descriptor, block[:100]))
        assert fill(open_cache(), "b").seen == ["b"]
    assert "No space left" in said[0]
    assert file.read_bytes() == before
    assert fill(open_cache(), "a", "b").seen == ["b"]


def append_many(folder: Path, own: str) -> None:
    cache = VectorCache(folder, "words@1", WordEncoder.dimension)
    cached = CachedEncoder(WordEncoder(), cache)
    for n in range(100):
        cached.encode([f"{own} text {n}", "one that all have"])


def test_processes_that_append_at_once_lose_nothing(tmp_path: Path, open_cache: OpenCache, said: list[str]) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=append_many, args=(tmp_path / "cache", name)) for name in ("x", "y", "z")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(30)
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    wanted = ["one that all have", *(f"{own} text {n}" for own in "xyz" for n in range(100))]
    assert fill(open_cache(), *wanted).seen == []
    assert said == []
