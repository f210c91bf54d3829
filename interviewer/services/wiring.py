"""The composition root: the only module that knows which concrete parts the program is made of.

Each part is made when it is first asked for. The first question needs neither an encoder
nor an index, so a session starts with the journal and the bank alone.
"""

from __future__ import annotations

import os
import random
import secrets
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from interviewer.bank import load_bank
from interviewer.core.bank.content import TOPICS, Bank
from interviewer.core.interview.selection import Plan, plan_interview
from interviewer.core.interview.session import Planned, SessionConfig
from interviewer.core.ports import Grader, Neighbour
from interviewer.errors import StorageError, UsageError, nearest_names
from interviewer.paths import WORKER_SOCKET, Places, built_in_pack, find_places
from interviewer.services.language_model import LanguageModel
from interviewer.sessions.conductor import Conductor
from interviewer.settings.file import load_settings
from interviewer.settings.schema import Settings
from interviewer.storage import Journal, SessionRow, open_journal

if TYPE_CHECKING:
    from interviewer.core.interview.summary import SessionSummary
    from interviewer.sessions.arbitration import Arbiter
    from interviewer.worker.engine import WorkerEngine

__all__ = ["Services", "SessionRow", "build_services"]


class Services:
    """Everything a front end can ask for."""

    def __init__(
        self,
        places: Places,
        settings: Settings,
        *,
        packs: Sequence[Path] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.places = places
        self.settings = settings
        self.clock = clock
        self.pack_roots: tuple[Path, ...] = (
            built_in_pack(),
            *(Path(pack).expanduser() for pack in settings.packs),
            *packs,
        )
        self._engine: WorkerEngine | None = None

    @cached_property
    def model(self) -> LanguageModel:
        """The language model, when one is configured."""
        return LanguageModel(self.settings, self.places.cache)

    @cached_property
    def bank(self) -> Bank:
        """The validated questions of all packs."""
        return load_bank(self.pack_roots, cache=self.places.bank_cache)

    @cached_property
    def journal(self) -> Journal:
        """The journal, opened on first use."""
        return open_journal(self.places.journal)

    def engine(self) -> WorkerEngine:
        """The encoder's worker process, started on first use."""
        if self._engine is None:
            from interviewer.worker.engine import WorkerEngine

            shared = os.environ.get(WORKER_SOCKET)
            self._engine = WorkerEngine(
                model=self.settings.encoder,
                device=self.settings.device,
                cache=self.places.cache,
                packs=self.pack_roots,
                bank_cache=self.places.bank_cache,
                log=self.places.log,
                shared=Path(shared) if shared else None,
            )
            self._engine.start()
        return self._engine

    def grader(self) -> Grader:
        """Who grades: the offline engine, and the judge behind it when one is configured.

        Raises:
            UsageError: the judge is to be used and is not configured.
        """
        return self.model.grader(self.engine())

    def arbiter(self) -> Arbiter:
        """Who rules on contests."""
        from interviewer.sessions.arbitration import Arbiter

        return Arbiter(self.engine(), self.grader() if self.model.judges() else None)

    def topics(self, names: Sequence[str]) -> tuple[str, ...]:
        """Check topic names; `UsageError` names the nearest valid ones."""
        for name in names:
            if name not in self.bank.topics:
                near = nearest_names(name, self.bank.topics)
                known = ", ".join(self.bank.topics)
                hint = f"Did you mean {' or '.join(near)}? " if near else ""
                empty = "has no questions yet" if name in TOPICS else "is not a topic"
                raise UsageError(f"{name!r} {empty}.", todo=f"{hint}Topics with questions: {known}.")
        return tuple(dict.fromkeys(names))

    def find_topics(self, names: Sequence[str]) -> tuple[str, ...]:
        """Topic names, or free text resolved through the index (which may take a few seconds)."""
        found: list[str] = []
        for name in names:
            if name in self.bank.topics:
                found.append(name)
            elif " " in name.strip():
                hits = self.engine().search(name, 3).result(timeout=180)
                found += [self.bank[hit.question_id].question.topic for hit in hits[:1] if hit.question_id in self.bank]
            else:
                found += self.topics([name])
        return tuple(dict.fromkeys(found))

    def start_session(
        self, config: SessionConfig, *, neighbours: dict[str, list[Neighbour]] | None = None, grading: bool = True
    ) -> Conductor:
        """Plan a new session, store it, and return its conductor (not yet opened)."""
        bank = self.bank
        plan = plan_interview(
            bank,
            config,
            random.Random(config.seed),
            seen=self.journal.times_asked(),
            neighbours=neighbours if neighbours is not None else self._known_neighbours(),
        )
        if not plan.questions:
            raise UsageError("No question fits.", todo="Choose other topics, or leave `--topic` out.")
        return self._store_session(config, plan, grading=grading)

    def start_from(self, question_ids: Sequence[str], config: SessionConfig) -> Conductor:
        """Store a new session of just these questions, in this order, and return its conductor."""
        seen = self.journal.times_asked()
        planned = tuple(Planned(question_id=each, wording=seen.get(each, 0)) for each in question_ids)
        return self._store_session(config, Plan(planned), grading=True)

    def _store_session(self, config: SessionConfig, plan: Plan, *, grading: bool) -> Conductor:
        bank, now = self.bank, self.clock()
        row = SessionRow(
            id=_session_id(now),
            created_at=now,
            config=config.model_copy(update={"demo": self.model.demo}),
            plan=plan.questions,
            notes=(*bank.notices, *plan.notes, *filter(None, [self.model.notice()])),
            finished=False,
            last_seen=now,
        )
        self.journal.create_session(row, [bank[each.question_id] for each in plan.questions])
        return self._conductor(row, grading=grading)

    def resume_session(self, name: str = "") -> Conductor:
        """The conductor of a stored session: by id, or the newest unfinished one."""
        if name and name != "last":
            row = self.journal.session(name)
        else:
            row_or_none = self.unfinished()
            if row_or_none is None:
                raise UsageError("There is no unfinished session.", todo="`mockdl start` begins a new one.")
            row = row_or_none
        if row.finished:
            raise UsageError(
                f"Session {row.id} is finished.", todo=f"`mockdl report {row.id}` shows it; `mockdl start` begins one."
            )
        if row.config.demo is not self.model.demo:
            option = "with" if row.config.demo else "without"
            raise UsageError(
                f"Session {row.id} is {'' if row.config.demo else 'not '}a demonstration.",
                todo=f"Take it up {option} `--demo`.",
            )
        return self._conductor(row, grading=True)

    def open_session(self, name: str) -> Conductor:
        """The conductor of any stored session, finished or not, with the grader at hand."""
        return self._conductor(self.journal.session(name), grading=True)

    def read_session(self, row: SessionRow) -> Conductor:
        """The conductor of a stored session, for reading only."""
        return self._conductor(row, grading=False)

    def unfinished(self) -> SessionRow | None:
        """The newest session that can be resumed."""
        rows = (row for row in self.journal.sessions() if row.config.demo is self.model.demo)
        return next((row for row in rows if not row.finished), None)

    def _conductor(self, row: SessionRow, *, grading: bool) -> Conductor:
        # What a script says does not get into a real session, nor what costs something into a demonstration.
        grading = grading and row.config.demo is self.model.demo
        grader = self.grader if grading else None
        voice = self.model.voice if grading else None
        return Conductor(
            row,
            self.journal,
            self.bank,
            self.clock,
            grader=grader,
            prices=self.model.prices(),
            voice=voice,
            arbiter=self.arbiter if grading else None,
        )

    def _known_neighbours(self) -> dict[str, list[Neighbour]]:
        """Neighbours the index has worked out before, without waiting for it."""
        from interviewer.worker.neighbours import read_neighbours

        return read_neighbours(self.places.cache, self.bank.content_hash)

    def summary(self, name: str = "last") -> SessionSummary:
        """The summary of a stored session."""
        row = self.journal.session(name)
        return self._conductor(row, grading=False).summary()

    def save_report(self, summary: SessionSummary) -> Path:
        """Write the Markdown report of a session under the data folder; returns the file."""
        from interviewer.report import render_report

        path = self.places.reports / f"{summary.session_id}.md"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(render_report(summary, "md"), encoding="utf-8")
        except OSError as error:
            raise StorageError(
                f"The report could not be written to {path}: {error.strerror}.",
                kept="The session itself is in the journal.",
                todo=f"`mockdl report {summary.session_id} --format md -o FILE` writes it elsewhere.",
            ) from error
        return path

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


def _session_id(now: float) -> str:
    """Readable, sortable and unique, e.g. `20261121-0931-7f3a`."""
    return f"{datetime.fromtimestamp(now, UTC).astimezone():%Y%m%d-%H%M}-{secrets.token_hex(2)}"


def build_services(*, packs: Sequence[Path] = (), alone: Path | None = None) -> Services:
    """Find the user's folders, load their settings and return the services.

    Args:
        packs: question packs beside the built-in one and those of the settings.
        alone: the only pack to load, as when it is checked; its caches are kept apart.

    Raises:
        SettingsError: the settings file or the environment cannot be used.
    """
    places = find_places()
    settings = load_settings(places.settings_file)
    services = Services(places, settings, packs=packs)
    if alone is not None and alone != built_in_pack():
        services.places = places._replace(cache=places.cache / "checked")
        services.pack_roots = (alone,)
    return services
