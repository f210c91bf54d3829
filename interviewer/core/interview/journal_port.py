"""What a session needs of the journal it is stored in, without knowing how that keeps it.

Apart from `core/ports.py`, because its rows are made of sessions. Who only looks at a session is given a
`JournalReader`, which cannot write.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from interviewer.core.bank.content import Item
from interviewer.core.interview.session import Event, Planned, SessionConfig


class SessionRow(NamedTuple):
    """What the journal knows about a session without its events."""

    id: str
    created_at: float
    config: SessionConfig
    plan: tuple[Planned, ...]
    notes: tuple[str, ...]
    finished: bool
    last_seen: float
    """Unix time at which the session was last known to run."""
    name: str = ""
    """What the candidate calls it."""
    events: int = 0
    """How many there are; grows when an old answer is graded again, too."""
    touched: bool = False
    """Whether anything was answered, passed on or typed in it."""

    @property
    def is_listed(self) -> bool:
        """Whether it belongs among past sessions; one that was opened and closed does not."""
        return self.finished or self.touched


class DamagedRow(NamedTuple):
    """A session of which not even the beginning can be read."""

    id: str
    problem: str
    """What is wrong with it, in a few words."""


class Draft(NamedTuple):
    """What stood in the editor, and where the cursor was (both counted from 0)."""

    turn_id: int
    text: str
    row: int = 0
    column: int = 0
    windows: int = 1
    """In how many windows it was typed, each with words of its own."""


class JournalReader(Protocol):
    """Reads sessions. Every method raises `StorageError` when the journal cannot be read."""

    def sessions(self) -> list[SessionRow]:
        """All sessions that can be read, newest first."""

    def damaged(self) -> list[DamagedRow]:
        """The others, newest first."""

    def session(self, name: str) -> SessionRow:
        """One session by id, by a unique beginning of it, or "last".

        Raises:
            UsageError: there is none, or several.
            StorageError: it is damaged.
        """

    def events(self, session_id: str) -> list[Event]:
        """All events of a session in order."""

    def items(self, session_id: str) -> dict[str, Item]:
        """The questions as they were when the session asked them."""

    def draft(self, session_id: str, turn_id: int) -> Draft | None:
        """The latest draft for this turn, if there is one."""

    def times_asked(self) -> dict[str, int]:
        """How often each question has been part of a session, in the order in which that was the case last; a
        demonstration is none."""


class Journal(JournalReader, Protocol):
    """Reads and writes sessions. What was written is on disk on return; else `StorageError`, and nothing changed."""

    def create_session(self, row: SessionRow, items: Iterable[Item]) -> None:
        """Store a new session with a snapshot of the questions it may ask."""

    def add_item(self, session_id: str, item: Item) -> None:
        """Store the snapshot of a question that joined the session later."""

    def append(
        self,
        session_id: str,
        event: Event,
        *,
        after: int | None = None,
        finished: bool = False,
        running: bool = True,
    ) -> None:
        """Append one event.

        Args:
            session_id: to this session.
            event: what happened.
            after: how many events it follows: with any other number there nothing is written. None for any.
            finished: whether the session has ended with it; stored with the event or not at all.
            running: whether it shows that the session runs.

        Raises:
            ElsewhereError: another program has written to the session since.
        """

    def hold(self, session_id: str) -> bool:
        """Be the one that conducts a session, until `release` or the end of the program; whether nobody else is."""

    def release(self, session_id: str) -> None:
        """Let go of a session."""

    def save_draft(
        self, session_id: str, draft: Draft, at: float, *, window: str = "", after: int | None = None
    ) -> None:
        """Overwrite the draft of one window.

        Args:
            session_id: of this session.
            draft: what stands in the editor.
            at: Unix time.
            window: its name, of nobody else's.
            after: how many events it knows of; None when it does not matter.

        Raises:
            ElsewhereError: the draft is saved, but another program has written to the session since; or nothing is
                saved, since the session was deleted.
        """

    def take_draft(self, session_id: str, turn_id: int, *, window: str) -> Draft | None:
        """What was typed for this turn, in whatever windows, as one draft that is this window's from here on."""

    def rename_session(self, session_id: str, name: str) -> None:
        """Give the session a name; "" takes it away."""

    def delete_session(self, session_id: str) -> bool:
        """Delete a session with all that only it holds. Returns whether no trace is left in any file."""

    def forbid_writing(self) -> None:
        """Refuse every write from here on, as a `StorageError`."""
