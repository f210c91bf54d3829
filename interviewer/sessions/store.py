"""Sessions as they are kept: planned and begun, taken up again, opened to be graded, or only read."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from interviewer.core.bank.content import Bank
from interviewer.core.bank.kinds import TOPICS
from interviewer.core.interview.journal_port import Journal, SessionRow
from interviewer.core.interview.selection import Plan, plan_interview
from interviewer.core.interview.session import Planned, SessionConfig
from interviewer.core.ports import Engine, Grader, Neighbour, Reads
from interviewer.errors import ElsewhereError, UsageError, nearest_names
from interviewer.sessions.conductor import Conductor
from interviewer.sessions.session_view import SessionView

if TYPE_CHECKING:
    from interviewer.core.grade.ledger import Prices
    from interviewer.core.interview.authored import Voice
    from interviewer.core.interview.summary import SessionSummary
    from interviewer.sessions.arbitration import Arbiter
    from interviewer.sessions.recording import Recording


class SessionModel(Protocol):
    """What a session asks of the language model, as it is configured."""

    demo: bool
    """Whether a script stands in for it; every session begun then is marked."""

    def judges(self) -> bool:
        """Whether it judges answers."""

    def grader(self, offline: Grader) -> Grader:
        """The judge behind the offline grader; the offline grader alone when none judges."""

    def voice(self, reads: Reads) -> Voice | None:
        """Who words the interviewer's turns, when `reads` finds them in order; None for authored words."""

    def prices(self) -> Prices | None:
        """What its tokens cost, when that is known."""

    def notice(self) -> str:
        """What will be sent where, for the notes of a session; "" when nothing leaves this machine."""


class SessionStore:
    """All sessions.

    Args:
        journal: gives where they are stored; called when it is first needed, for it may be damaged.
        bank: the questions of all packs.
        model: the language model.
        engine: gives the offline engine; called when it is first needed.
        clock: seconds since the epoch.
        neighbours: questions that are known to be near each other, by id; called when a session is planned.
    """

    def __init__(
        self,
        journal: Callable[[], Journal],
        bank: Bank,
        model: SessionModel,
        engine: Callable[[], Engine],
        *,
        clock: Callable[[], float],
        neighbours: Callable[[], Mapping[str, Sequence[Neighbour]]],
    ) -> None:
        self._open_journal = journal
        self.bank = bank
        self.model = model
        self.clock = clock
        self._engine = engine
        self._neighbours = neighbours

    @cached_property
    def journal(self) -> Journal:
        """Where they are stored.

        Raises:
            StorageError: it cannot be opened.
        """
        return self._open_journal()

    def find_topics(self, names: Sequence[str]) -> tuple[str, ...]:
        """Topic names, or free text resolved through the index (which may take a few seconds).

        Raises:
            UsageError: no such topic; it names the nearest ones.
        """
        found: list[str] = []
        for name in names:
            if name in self.bank.topics:
                found.append(name)
            elif " " in name.strip():
                hits = self._engine().search(name, 3).result(timeout=180)
                found += [self.bank[hit.question_id].question.topic for hit in hits[:1] if hit.question_id in self.bank]
            else:
                raise self._no_topic(name)
        return tuple(dict.fromkeys(found))

    def _no_topic(self, name: str) -> UsageError:
        near = nearest_names(name, self.bank.topics)
        hint = f"Did you mean {' or '.join(near)}? " if near else ""
        empty = "has no questions yet" if name in TOPICS else "is not a topic"
        known = ", ".join(self.bank.topics)
        return UsageError(f"{name!r} {empty}.", todo=f"{hint}Topics with questions: {known}.")

    def create(self, config: SessionConfig) -> Conductor:
        """Plan a new session, store it, and return its conductor (not yet opened).

        Raises:
            UsageError: no question fits, or the judge is to be used and is not configured.
        """
        seen, near = self.journal.times_asked(), self._neighbours()
        plan = plan_interview(
            self.bank, config, random.Random(config.seed), seen=seen, recent=tuple(seen), neighbours=near
        )
        if not plan.questions:
            raise UsageError("No question fits.", todo="Choose other topics, or leave `--topic` out.")
        return self._create(config, plan)

    def create_from(self, question_ids: Sequence[str], config: SessionConfig) -> Conductor:
        """Store a new session of just these questions, in this order, and return its conductor."""
        seen = self.journal.times_asked()
        planned = (Planned(question_id=each, wording=seen.get(each, 0)) for each in question_ids)
        return self._create(config, Plan(tuple(planned)))

    def _create(self, config: SessionConfig, plan: Plan) -> Conductor:
        now = self.clock()
        row = SessionRow(
            id=_session_id(now),
            created_at=now,
            config=config.model_copy(update={"demo": self.model.demo}),
            plan=plan.questions,
            notes=(*self.bank.notices, *plan.notes, *filter(None, [self.model.notice()])),
            finished=False,
            last_seen=now,
        )
        self.journal.create_session(row, [self.bank[each.question_id] for each in plan.questions])
        self.journal.hold(row.id)
        return self._conductor(row)

    def resume(self, name: str = "", *, take_over: bool = False) -> Conductor:
        """The conductor of a stored session: by id, or the newest unfinished one.

        Args:
            name: its id, or a unique beginning of it.
            take_over: also one that another window conducts, which then cannot go on with it.

        Raises:
            ElsewhereError: another window conducts it.
            UsageError: there is none, it is finished, or only one of it and this run is a demonstration.
        """
        row = self.journal.session(name) if name and name != "last" else self._unfinished()
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
        if not self.journal.hold(row.id) and not take_over:
            raise ElsewhereError(
                f"Session {row.id} is open in another window.",
                kept="Nothing was changed.",
                todo=f"Go on there; watch it with `mockdl start --replay {row.id}`; take it over here with "
                f"`mockdl start --resume {row.id} --take-over`; or begin another with `mockdl start`.",
            )
        return self._conductor(row)

    def _unfinished(self) -> SessionRow:
        """The newest session that can be resumed, and in which something was said if there is one."""
        rows = [row for row in self.journal.sessions() if not row.finished and row.config.demo is self.model.demo]
        for row in sorted(rows, key=lambda each: not each.touched):
            return row
        raise UsageError("There is no unfinished session.", todo="`mockdl start` begins a new one.")

    def open(self, name: str) -> Conductor:
        """The conductor of any stored session, finished or not, with the grader at hand."""
        return self._conductor(self.journal.session(name))

    def read(self, row: SessionRow) -> SessionView:
        """A stored session to look at."""
        return SessionView(row, self.journal, self.bank, self.clock, self.model.prices())

    def replay(self, name: str) -> Recording:
        """A stored session to be played again; from here on this program can write to no session."""
        from interviewer.sessions.recording import Recording

        self.journal.forbid_writing()
        row = self.journal.session(name)
        return Recording(row, self.journal, self.bank, self.clock, self.model.prices())

    def summary(self, name: str = "last") -> SessionSummary:
        """The summary of a stored session; of the last one that was finished when no other is named.

        Raises:
            UsageError: there is none.
        """
        row = self.journal.session(name) if name != "last" else self._finished()
        return self.read(row).summary()

    def _finished(self) -> SessionRow:
        """The newest session that came to its end."""
        rows = self.journal.sessions()
        found = next((row for row in rows if row.finished), None)
        if found is not None:
            return found
        if not rows:
            raise UsageError("There is no session yet.", todo="`mockdl start` begins one.")
        raise UsageError("No session is finished yet.", todo=f"`mockdl report {rows[0].id}` shows the one under way.")

    def _conductor(self, row: SessionRow) -> Conductor:
        # What a script says does not get into a real session, nor what costs something into a demonstration.
        own = row.config.demo is self.model.demo
        return Conductor(
            row,
            self.journal,
            self.bank,
            self.clock,
            self.model.prices(),
            grader=self._grader if own else None,
            voice=self._voice if own else None,
            arbiter=self._arbiter if own else None,
        )

    def _grader(self) -> Grader:
        return self.model.grader(self._engine())

    def _voice(self) -> Voice | None:
        return self.model.voice(lambda request, item: self._engine().grade(request, item))

    def _arbiter(self) -> Arbiter:
        from interviewer.sessions.arbitration import Arbiter

        return Arbiter(self._engine(), self._grader() if self.model.judges() else None)


def _session_id(now: float) -> str:
    """Readable, sortable and unique, e.g. `20261121-0931-7f3a`."""
    return f"{datetime.fromtimestamp(now, UTC).astimezone():%Y%m%d-%H%M}-{secrets.token_hex(2)}"
