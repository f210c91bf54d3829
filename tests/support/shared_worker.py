"""One real worker for the programs of many tests, met where the visitors of `mockdl serve` meet theirs.

Most of the time of a command that grades goes into starting a worker of its own. Where that is not what is tested, the
command can ask one that is there already.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from interviewer.services import build_services
from interviewer.worker.engine import WorkerEngine
from tests.support.warm import move_in, warm

_OF_A_HOME = {"cache", "bank_cache"}


class _OfAnyHome(dict[str, Any]):
    """Settings of a worker, the same as those of a program whose caches alone lie elsewhere: each test has its home."""

    __hash__ = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, dict) and all(
            self.get(name) == other.get(name) for name in {*self, *other} - _OF_A_HOME
        )

    def __ne__(self, other: object) -> bool:
        return not self == other


@contextmanager
def worker_to_share(home: Path, run: Path, *packs: Path) -> Iterator[str]:
    """A worker that ends with the block; yields what `MOCKDL_WORKER_SOCKET` is to be.

    Args:
        home: MOCKDL_HOME of the worker, not made yet.
        run: `folder_of_the_run`.
        packs: loaded beside the built-in one, as by whoever is to ask it.
    """
    with pytest.MonkeyPatch.context() as patch:
        move_in(home, patch)
        warm(home, run)
        services = build_services(packs=packs)
        engine = services.engine()
    with closing(services):
        assert isinstance(engine, WorkerEngine)
        engine.settings = _OfAnyHome(engine.settings)
        with closing(services.bridge()) as bridge:
            yield bridge.address
