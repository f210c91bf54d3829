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
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from interviewer.bank import load_bank
from interviewer.conduct import Conductor
from interviewer.core.chat import JudgeMode
from interviewer.core.content import TOPICS, Bank
from interviewer.core.ports import Grader, Neighbour
from interviewer.core.selection import plan_interview
from interviewer.core.session import SessionConfig
from interviewer.errors import StorageError, UsageError, nearest_names
from interviewer.paths import Places, built_in_pack, find_places
from interviewer.settings import Settings, load_settings
from interviewer.storage import Journal, SessionRow, open_journal

if TYPE_CHECKING:
    from interviewer.core.summary import SessionSummary
    from interviewer.llm import ChatClient, ChatServer
    from interviewer.llm.judge import Judge
    from interviewer.llm.judging import JudgedGrader
    from interviewer.worker.client import WorkerEngine

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
        self._chat: ChatClient | None = None
        self._judge: Judge | None = None
        self._judged: JudgedGrader | None = None

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
            from interviewer.worker.client import WorkerEngine

            self._engine = WorkerEngine(
                model=self.settings.encoder,
                device=self.settings.device,
                cache=self.places.cache,
                packs=self.pack_roots,
                bank_cache=self.places.bank_cache,
                log=self.places.log,
            )
            self._engine.start()
        return self._engine

    def judge_server(self) -> ChatServer | None:
        """The judge's server as it is configured, whether the judge is on or off; None without `judge_url`."""
        from pydantic import SecretStr

        from interviewer.llm import ChatServer

        wanted = self.settings
        if not wanted.judge_url:
            return None
        server = ChatServer(
            url=wanted.judge_url,
            model=wanted.judge_model,
            key_variable=wanted.judge_key_variable,
            headers=wanted.judge_headers,
            timeout=wanted.judge_timeout,
            retries=wanted.judge_retries,
            concurrency=wanted.judge_concurrency,
        )
        # The key that lies there for OpenAI is no server's of this machine unless it was named for it.
        if server.is_local and "judge_key_variable" not in wanted.model_fields_set:
            return server
        return replace(server, key=SecretStr(os.environ.get(wanted.judge_key_variable, "").strip()))

    def chat(self) -> ChatClient | None:
        """The judge's model, connected on its first call; None while the judge is off or has no server."""
        if self._chat is None and self.settings.judge is not JudgeMode.OFF:
            from interviewer.llm import ChatClient

            server = self.judge_server()
            self._chat = ChatClient(server, cache=self.places.cache) if server else None
        return self._chat

    def grader(self) -> Grader:
        """Who grades: the offline engine, and the judge behind it when one is configured.

        Raises:
            UsageError: the judge is to be used and is not configured.
        """
        engine, chat = self.engine(), self.chat()
        self._check_judge()
        if chat is None or not chat.model:
            return engine
        if self._judged is None:
            from interviewer.llm.judge import Judge
            from interviewer.llm.judging import JudgedGrader
            from interviewer.llm.replies import ReplyCache

            replies = ReplyCache(self.places.cache / "replies", chat.model, chat.host)
            self._judge = Judge(chat, replies, threads=self.settings.judge_concurrency)
            self._judged = JudgedGrader(engine, self._judge)
        return self._judged

    def judge_notice(self) -> str:
        """What will be sent where, for the notes of a session; "" when nothing leaves this machine.

        Raises:
            UsageError: the judge is to be used and is not configured.
        """
        self._check_judge()
        server = self.judge_server() if self.settings.judge is not JudgeMode.OFF else None
        if server is None or not server.model:
            return ""
        return f"Your answers are sent to {server.host}, where {server.model} judges them beside the offline grader."

    def _check_judge(self) -> None:
        wanted = self.settings
        if wanted.judge is JudgeMode.LLM and not (wanted.judge_url and wanted.judge_model):
            missing = "judge_model" if wanted.judge_url else "judge_url"
            raise UsageError(
                f"The judge is to be used, but {missing} is not set.",
                kept="Nothing was sent anywhere.",
                todo=f"`mockdl doctor --probe` finds local servers; `mockdl config set {missing} VALUE` sets it.",
            )

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
        now = self.clock()
        row = SessionRow(
            id=_session_id(now),
            created_at=now,
            config=config,
            plan=plan.questions,
            notes=(*bank.notices, *plan.notes, *filter(None, [self.judge_notice()])),
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
        return self._conductor(row, grading=True)

    def open_session(self, name: str) -> Conductor:
        """The conductor of any stored session, finished or not, with the grader at hand."""
        return self._conductor(self.journal.session(name), grading=True)

    def unfinished(self) -> SessionRow | None:
        """The newest session that can be resumed."""
        return next((row for row in self.journal.sessions() if not row.finished), None)

    def _conductor(self, row: SessionRow, *, grading: bool) -> Conductor:
        grader = self.grader if grading else None
        return Conductor(row, self.journal, self.bank, self.clock, grader=grader)

    def _known_neighbours(self) -> dict[str, list[Neighbour]]:
        """Neighbours the index has worked out before, without waiting for it."""
        from interviewer.worker.neighbours import read_neighbours

        return read_neighbours(self.places.cache, self.bank.content_hash)

    def summary(self, name: str = "last") -> SessionSummary:
        """The summary of a stored session."""
        row = self.journal.session(name)
        return Conductor(row, self.journal, self.bank, self.clock).summary()

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

    def close(self) -> None:
        """Stop the worker process, end the model's calls and close the journal."""
        if self._judge is not None:
            self._judge.close()
        elif self._chat is not None:
            self._chat.close()
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
