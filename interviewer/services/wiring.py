"""The composition root: the only module that knows which concrete parts the program is made of.

Each part is made when it is first asked for. The first question needs neither an encoder
nor an index, so a session starts with the journal and the bank alone.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import interviewer.bank
from interviewer.bank import load_bank
from interviewer.core.bank.content import Bank
from interviewer.core.bank.pack_files import PackFiles
from interviewer.core.ports import Engine, Grader
from interviewer.paths import WORKER_SOCKET, Places, built_in_pack, close_to_others, find_places
from interviewer.services.language_model import LanguageModel
from interviewer.sessions.store import SessionStore
from interviewer.settings.file import load_settings
from interviewer.settings.schema import Settings
from interviewer.storage import SqliteJournal, open_journal

if TYPE_CHECKING:
    from interviewer.cluster.ray_engine import RayEngine
    from interviewer.sessions.archive import Archive
    from interviewer.worker.bridge import Bridge
    from interviewer.worker.engine import WorkerEngine


class Services:
    """Everything a front end can ask for.

    Args:
        places: the user's folders.
        settings: in force until `apply_settings`.
        packs: folders with questions.
        clock: seconds since the epoch.
        engine: the encoder, which `close` stops; None for a worker process, started when it is first asked for.
    """

    def __init__(
        self,
        places: Places,
        settings: Settings,
        packs: Sequence[Path],
        *,
        clock: Callable[[], float] = time.time,
        engine: Engine | None = None,
    ) -> None:
        self.places = places
        self.settings = settings
        self._clock = clock
        self._packs = tuple(packs)
        self._engine = engine
        self.fast = False
        """Whether the engine, where it is not running yet, is to leave the joint reader out."""
        self.ray_workers = 0
        """How many workers of a Ray cluster are the engine, where it is not running yet; 0 for a worker process."""

    @cached_property
    def model(self) -> LanguageModel:
        """The language model, when one is configured."""
        return LanguageModel(self.settings, self.places.cache, self.places.judge_checks)

    @cached_property
    def bank(self) -> Bank:
        """The validated questions of all packs."""
        return load_bank(self._packs, cache=self.places.bank_cache)

    @cached_property
    def journal(self) -> SqliteJournal:
        """The journal, opened on first use."""
        return open_journal(self.places.journal)

    @cached_property
    def sessions(self) -> SessionStore:
        """All sessions."""
        from interviewer.worker.neighbours import read_neighbours

        return SessionStore(
            lambda: self.journal,
            self.bank,
            self.model,
            self.engine,
            clock=self._clock,
            neighbours=lambda: read_neighbours(self.places.cache, self.bank.content_hash),
        )

    @cached_property
    def archive(self) -> Archive:
        """Past sessions, to be listed and looked after."""
        from interviewer.sessions.archive import Archive

        return Archive(self.sessions, self.places.reports)

    def engine(self) -> Engine:
        """The encoder, started on first use."""
        if self._engine is None:
            self._engine = worker = self._make_cluster() if self.ray_workers else self._make_worker()
            worker.start()
        return self._engine

    def _make_cluster(self) -> RayEngine:
        from interviewer.cluster.ray_engine import RayEngine

        return RayEngine(self._make_worker().settings, self.ray_workers)

    def _make_worker(self) -> WorkerEngine:
        from interviewer.worker.engine import WorkerEngine

        return WorkerEngine(
            model=self.settings.encoder,
            device=self.settings.device,
            cache=self.places.cache,
            packs=self._packs,
            bank_cache=self.places.bank_cache,
            log=self.places.log,
            fast=self.fast,
            shared=(None if self.fast else os.environ.get(WORKER_SOCKET)) or None,
        )

    def bridge(self) -> Bridge:
        """Where other programs can use this one's worker process; to be closed before the services are."""
        from interviewer.worker.bridge import Bridge
        from interviewer.worker.engine import WorkerEngine

        worker = self.engine()
        assert isinstance(worker, WorkerEngine)
        return Bridge(worker)

    def grader(self) -> Grader:
        """Who grades: the offline engine, and the judge behind it when one is configured.

        Raises:
            UsageError: the judge is to be used and is not configured.
        """
        return self.model.grader(self.engine())

    def apply_settings(self, settings: Settings) -> None:
        """Put other settings in force. Encoder, device and packs stay as they were when the program started."""
        self.model.apply(settings)
        self.settings = settings

    def close(self) -> None:
        """Stop the worker process, end the model's calls and close the journal."""
        self.model.close()
        if self._engine is not None:
            self._engine.stop()
        if "journal" in self.__dict__:
            self.journal.close()


def build_services(*, packs: Sequence[Path] = (), alone: Path | None = None, engine: Engine | None = None) -> Services:
    """Find the user's folders, load their settings and return the services.

    Args:
        packs: question packs beside the built-in one and those of the settings.
        alone: the only pack to load, as when it is checked; its caches are kept apart.
        engine: the encoder; None for a worker process.

    Raises:
        SettingsError: the settings file or the environment cannot be used.
    """
    places = find_places()
    for folder in places:
        close_to_others(folder)
    settings = load_settings(places.settings_file)
    if alone is not None and alone != built_in_pack():
        return Services(places._replace(cache=places.cache / "checked"), settings, (alone,), engine=engine)
    # A `~user` that nobody is stays as it is, and the pack is left out as one that is not there.
    own = (Path(os.path.expanduser(pack)) for pack in settings.packs)
    return Services(places, settings, (built_in_pack(), *own, *packs), engine=engine)


def pack_files() -> PackFiles:
    """Whoever reads the files of question packs."""
    return interviewer.bank
