"""How often sessions are killed, and where it is written down."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.lives import KINDS, Death

Record = Callable[[Death], None]
_FRONTS = ("interface", "line mode")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One career of five kills for each seed, by turns at either front."""
    if "seed" not in metafunc.fixturenames or "front" not in metafunc.fixturenames:
        return
    kills, first = metafunc.config.getoption("kills"), metafunc.config.getoption("kills_seed")
    careers = [(_FRONTS[seed % 2], seed) for seed in range(first, first + max(1, kills // len(KINDS)))]
    metafunc.parametrize(("front", "seed"), careers, ids=[f"{front}-{seed}" for front, seed in careers])


@pytest.fixture
def loads(pytestconfig: pytest.Config) -> int:
    """Kills of a program whose encoder is the real one, at each front."""
    return max(1, int(pytestconfig.getoption("kills")) // 20)


@pytest.fixture
def record(pytestconfig: pytest.Config) -> Record:
    """Write a kill down, when `--kills-record` says where."""
    path = pytestconfig.getoption("kills_record")
    last = time.monotonic()

    def write(death: Death) -> None:
        nonlocal last
        now = time.monotonic()
        if path:
            with Path(path).open("a", encoding="utf-8") as file:
                file.write(json.dumps({**death._asdict(), "seconds": round(now - last, 2)}) + "\n")
        last = now

    return write
