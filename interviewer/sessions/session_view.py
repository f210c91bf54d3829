"""One stored session, to look at: what was asked and answered, its clock, and how it reads as a report.

Who drives a session and who plays it again both begin here. Nothing in this file writes, and it keeps no hold of
the journal, so that whatever is given only a view cannot change what it shows.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping, MutableMapping
from typing import TYPE_CHECKING, cast

from interviewer.core.bank.content import Bank, Item
from interviewer.core.bank.kinds import Level
from interviewer.core.grade.grade import GradeResult
from interviewer.core.grade.ledger import Asked, Prices, asked_for, build_ledger
from interviewer.core.interview.journal_port import JournalReader, SessionRow
from interviewer.core.interview.session import (
    AskConfidence,
    Contested,
    Event,
    Graded,
    ModelAsked,
    Phase,
    Spoke,
    TimeUp,
    Turn,
    TurnKind,
)
from interviewer.core.interview.state_machine import begin, replay
from interviewer.errors import StorageError
from interviewer.sessions.session_clock import SessionClock

if TYPE_CHECKING:
    from interviewer.core.interview.summary import SessionSummary


class SessionView:
    """A session as its stored events leave it."""

    def __init__(
        self,
        row: SessionRow,
        journal: JournalReader,
        bank: Bank,
        clock: Callable[[], float],
        prices: Prices | None = None,
    ) -> None:
        """Replay the stored events of `row`.

        Args:
            row: of the session.
            journal: where its events are; only read, and only now.
            bank: for questions of which the journal has no snapshot.
            clock: seconds since the epoch.
            prices: what a language model's tokens cost, for the ledger.

        Raises:
            StorageError: it cannot be read.
        """
        self.row = row
        self._prices = prices
        snapshot = journal.items(row.id)
        self.items: Mapping[str, Item] = ChainMap(snapshot, cast("MutableMapping[str, Item]", bank.items))
        events = journal.events(row.id)
        self.clock: Callable[[], float] = SessionClock(clock, max([row.last_seen, *(each.at for each in events)]))
        self._known = len(events)
        """Events that are known of."""
        self._asked = [asked for event in events for asked in asked_in(event)]
        try:
            self.state = replay(begin(row.config, row.plan), events, self.items).state
        except KeyError as error:
            raise StorageError(
                f"Session {row.id} is damaged: its copy of the question {error} is gone, and no pack has it.",
                kept="What was answered is still in the journal; other sessions are not touched by it.",
                todo="It can be read once a pack with that question is in use: `mockdl config set packs FOLDER`.",
            ) from error

    @property
    def turn(self) -> Turn:
        """The latest turn; only after the session has started."""
        turn = self.state.turn
        assert turn is not None, "the session has not started"
        return turn

    @property
    def item(self) -> Item:
        """The question on screen."""
        return self.items[self.turn.question_id]

    def seconds_left(self) -> float | None:
        """Answering time left in the session; None without a limit."""
        minutes = self.state.config.minutes
        return None if minutes is None else max(0.0, minutes * 60 - self.state.answering_time(self.clock()))

    def time_up(self, typed: str) -> TimeUp | None:
        """What has happened when the answering time has just run out; None while there is some, or nobody answers.

        Args:
            typed: what stands in the editor, which becomes the answer.
        """
        if self.state.phase is not Phase.ANSWERING or self.seconds_left() != 0:
            return None
        return TimeUp(at=self.clock(), draft=typed)

    def asks_confidence(self, when: AskConfidence) -> bool:
        """Whether to ask how sure the candidate is: of an answer to a question, while it is read, once."""
        wanted = when.applies(self.state.config.mode) and self.state.phase is Phase.GRADING
        return wanted and self.turn.kind is TurnKind.QUESTION and self.turn.confidence is None

    def summary(self) -> SessionSummary:
        """The session as a report shows it."""
        return self.summary_with({})

    def summary_with(self, results: Mapping[int, GradeResult], level: Level | None = None) -> SessionSummary:
        """The session as a report would show it with these grades by turn, read at this level; nothing is stored."""
        from interviewer.core.interview.summary import summarise

        turns = tuple(
            turn.model_copy(update={"result": results[turn.id]}) if turn.id in results else turn
            for turn in self.state.turns
        )
        config = self.state.config.model_copy(update={"level": level}) if level else self.state.config
        return summarise(
            self.row.id,
            self.state.model_copy(update={"turns": turns, "config": config}),
            self.items,
            started_at=self.row.created_at,
            notes=self.row.notes,
            ledger=build_ledger(self._asked, self._prices),
        )


def describe_time_up(event: TimeUp) -> str:
    """What the candidate is told when `SessionView.time_up` has ended the answering."""
    return f"Time is up.{' What you had typed was taken as your answer.' if event.draft.strip() else ''}"


def asked_in(event: Event) -> tuple[Asked, ...]:
    """What a language model was asked for this event."""
    if isinstance(event, Spoke):
        return (event.words.voicing.asked(),) if event.words.voicing is not None else ()
    if isinstance(event, Graded):
        return asked_for(event.result)
    if isinstance(event, Contested):
        return (event.ruling.asked,) if event.ruling.asked is not None else ()
    return (event.asked,) if isinstance(event, ModelAsked) else ()
