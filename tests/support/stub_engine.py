"""The engine with a real worker process and a toy grader in it, which needs no torch."""

from __future__ import annotations

import sys
from pathlib import Path

from interviewer.paths import find_places
from interviewer.worker.engine import WorkerEngine

STUB = (sys.executable, "-m", "tests.support.stub_worker")


def stub_engine(pack: Path) -> WorkerEngine:
    """Grades the questions of this pack; to be started and closed."""
    places = find_places()
    return WorkerEngine(
        model="words",
        device="cpu",
        cache=places.cache,
        packs=[pack],
        bank_cache=places.bank_cache,
        log=places.log,
        command=STUB,
    )
