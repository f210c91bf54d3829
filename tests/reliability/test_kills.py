"""A session that is killed at any moment, in any way: nothing submitted is lost, and it can be taken up.

`pytest tests/reliability/test_kills.py -n 0 --kills 200` kills more often. What is done, and when, follows from the
seed in a test's name, so that the same options repeat what failed; `--kills-seed` begins with another.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

if os.name != "posix":
    pytest.skip("terminals as POSIX has them", allow_module_level=True)

from interviewer.core.bank.content import Bank
from tests.reliability.conftest import Record
from tests.support.lives import KINDS, Career

pytestmark = pytest.mark.timeout(600)


def test_nothing_is_lost_by_kills(front: str, seed: int, home: Path, bank: Bank, record: Record) -> None:
    chance = random.Random(f"{front} {seed}")
    career = Career(front, home, bank, chance)
    for kind in chance.sample(KINDS, len(KINDS)):
        record(career.live(kind))


@pytest.mark.encoder
@pytest.mark.parametrize(("front", "kind"), [("interface", "SIGKILL"), ("line mode", "SIGTERM")])
def test_nothing_is_lost_while_the_encoder_loads(
    front: str, kind: str, home: Path, bank: Bank, record: Record, loads: int
) -> None:
    chance = random.Random(f"{front} {kind}")
    career = Career(front, home, bank, chance, module="interviewer", submits=False)
    for _ in range(loads):
        record(career.live(kind, early=False))
