"""A stored session to be played again: a view that stands at any of its moments.

It is no conductor, so there is nothing on it that could store an event, a draft, a grade or a word; and the
journal itself refuses to be written while one plays.
"""

from __future__ import annotations

from collections.abc import Callable

from interviewer.core.bank.content import Bank
from interviewer.core.grade.ledger import Prices
from interviewer.core.interview.journal_port import JournalReader, SessionRow
from interviewer.core.interview.replay_frames import Frame, build_frames
from interviewer.core.interview.state_machine import begin
from interviewer.errors import UsageError
from interviewer.sessions.session_view import SessionView


class Recording(SessionView):
    """One session, standing at one of its frames.

    Raises:
        UsageError: nothing has happened in it.
        StorageError: it cannot be read.
    """

    def __init__(
        self,
        row: SessionRow,
        journal: JournalReader,
        bank: Bank,
        clock: Callable[[], float],
        prices: Prices | None = None,
    ) -> None:
        super().__init__(row, journal, bank, clock, prices)
        draft = journal.draft(row.id, self.turn.id) if self.state.turns else None
        begun = begin(row.config, row.plan)
        self.frames = build_frames(begun, journal.events(row.id), self.items, draft.text if draft else "")
        if not self.frames:
            raise UsageError(
                f"Nothing has happened in session {row.id} yet.", todo=f"`mockdl start --resume {row.id}` begins it."
            )
        self.frame = self.go(0)

    def go(self, place: int) -> Frame:
        """Stand at this frame, with the clock of its moment."""
        self.frame = self.frames[place]
        self.state = self.frame.state
        self.clock = lambda: self.frame.at
        return self.frame
