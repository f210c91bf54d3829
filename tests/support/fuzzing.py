"""What the fuzz tests share: how many examples they try, how long each may take, and how a file is damaged."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

__all__ = ["AT_ONCE", "at_once", "damaged", "examples"]

AT_ONCE = 10.0
"""Seconds of computing within which any input is read or refused."""


def examples(number: int) -> settings:
    """So many examples, and 50 times as many with `HYPOTHESIS_PROFILE=thorough`."""
    share = settings().max_examples / 100
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=round(number * share), deadline=None, suppress_health_check=checks)


@contextmanager
def at_once() -> Iterator[None]:
    """What is done within must not take longer than `AT_ONCE`, however busy the machine is."""
    before = time.thread_time()
    yield
    assert time.thread_time() - before < AT_ONCE


def damaged(sound: bytes, pieces: Sequence[bytes] = ()) -> st.SearchStrategy[bytes]:
    """These bytes with one to eight places overwritten, cut out, doubled, or filled with one of `pieces`.

    Args:
        sound: at least one byte.
        pieces: what damage may be made of, beside any bytes.
    """
    piece = st.binary(max_size=12) | st.sampled_from([*pieces, b"\x00"])
    edit = st.tuples(st.integers(0, len(sound)), st.integers(0, 40), st.sampled_from("owcd"), piece)
    return st.lists(edit, min_size=1, max_size=8).map(lambda edits: _apply(sound, edits))


def _apply(raw: bytes, edits: Sequence[tuple[int, int, str, bytes]]) -> bytes:
    for at, length, how, piece in edits:
        if how == "o":
            raw = raw[:at] + piece + raw[at + len(piece) :]
        elif how == "w":
            raw = raw[:at] + piece + raw[at + length :]
        elif how == "c":
            raw = raw[:at] + raw[at + length :]
        else:
            raw = raw[: at + length] + raw[at:]
    return raw
