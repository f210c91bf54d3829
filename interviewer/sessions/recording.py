"""A stored session as the interview's screens see it: a conductor that changes nothing.

The screens of a replay are the screens of an interview. What keeps them from writing is here:
no event, draft, grade or word gets past this class, and the journal itself refuses to be
written while a tape plays.
"""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING

from interviewer.core.grade.grade import GradeResult, Ungraded
from interviewer.core.interview.effects import Effect, GradeTurn
from interviewer.core.interview.engine import begin
from interviewer.core.interview.replay_frames import Frame, build_frames
from interviewer.core.interview.session import Event, Graded, Turn
from interviewer.core.interview.utterance import Utterance
from interviewer.errors import UsageError
from interviewer.sessions.conductor import Conductor

if TYPE_CHECKING:
    from interviewer.core.interview.authored import OnWords, Speech
    from interviewer.services import Services, SessionRow

__all__ = ["Recording"]


class Recording(Conductor):
    """One session, standing at one of its frames.

    Raises:
        UsageError: nothing has happened in it.
        StorageError: it cannot be read.
    """

    def __init__(self, services: Services, row: SessionRow) -> None:
        super().__init__(row, services.journal, services.bank, services.clock, prices=services.model.prices())
        kept = super().draft() if self.state.turns else None
        events = services.journal.events(row.id)
        self.frames = build_frames(begin(row.config, row.plan), events, self.items, kept.text if kept else "")
        if not self.frames:
            raise UsageError(
                f"Nothing has happened in session {row.id} yet.", todo=f"`mockdl start --resume {row.id}` begins it."
            )
        self.frame = self.frames[0]
        self.go(0)

    def go(self, place: int) -> Frame:
        """Stand at this frame, with the clock of its moment."""
        self.frame = self.frames[place]
        self.state = self.frame.state
        self.clock = lambda: self.frame.at
        return self.frame

    # What a conductor would write

    def open(self) -> tuple[Effect, ...]:
        """The first frame is shown already."""
        return ()

    def send(self, event: Event, *, running: bool = True) -> tuple[Effect, ...]:
        """Nothing happens in a replay."""
        return ()

    def send_grade(self, event: Graded, *, running: bool = True) -> tuple[Effect, ...]:
        """No grade is stored."""
        return ()

    def keep_grade(self, event: Graded) -> bool:
        """No grade is stored."""
        return False

    def note_asked(self, result: GradeResult) -> None:
        """Nothing was sent."""

    def save_draft(self, text: str, row: int = 0, column: int = 0) -> None:
        """The editor holds what was typed then."""

    def draft(self) -> None:
        """The frames bring what was typed."""
        return

    def keep(self, words: Utterance) -> str:
        """Nothing is said that was not said then."""
        return ""

    # What a conductor would ask of a model

    def prepare(self) -> None:
        """Nothing will be graded."""

    def grade(self, effect: GradeTurn) -> Future[Graded]:
        """A replay grades nothing."""
        return self.grade_again(effect.turn_id)

    def grade_again(self, turn_id: int) -> Future[Graded]:
        """A replay grades nothing."""
        done: Future[Graded] = Future()
        done.set_result(Graded(at=self.frame.at, turn_id=turn_id, result=Ungraded(reason="this is a replay")))
        return done

    def ungraded_turns(self) -> list[Turn]:
        """None that will be graded now."""
        return []

    def word(self, speech: Speech, on_words: OnWords | None = None) -> Future[Utterance]:
        """Authored words; no model is asked."""
        done: Future[Utterance] = Future()
        done.set_result(speech.words)
        return done
