"""One session as a front end drives it: events in, effects out, everything on disk first.

All that happens in a session goes through this, for either front end, so neither can grow
its own copy of the rules. It holds no widget, starts no thread and reads no clock of its own.
What may be said with an effect is in `speaking.py`; what a session owes once it is over in
`pending_grades.py` and `contests.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from secrets import token_hex
from typing import TYPE_CHECKING

from interviewer.core.bank.content import Bank
from interviewer.core.futures import settled
from interviewer.core.grade.ledger import Prices
from interviewer.core.interview.effects import Effect, GradeTurn
from interviewer.core.interview.journal_port import Draft, Journal, SessionRow
from interviewer.core.interview.session import Event, Graded, OfTurn, Phase, Quit, Resumed, Spoke, Started, TimeUp
from interviewer.core.interview.state_machine import step
from interviewer.core.interview.utterance import Utterance
from interviewer.core.ports import Grader
from interviewer.errors import ElsewhereError
from interviewer.sessions.session_view import SessionView, asked_in
from interviewer.sessions.turn_grading import grade_turn

if TYPE_CHECKING:
    from interviewer.core.interview.authored import OnWords, Speech, Voice
    from interviewer.sessions.arbitration import Arbiter

SEVERAL_DRAFTS = "Several windows had a draft for this question. All of it stands here, the latest first."
"""What is said of a draft that was typed in several windows."""
IS_ELSEWHERE = "This session goes on in another window; nothing typed here is filed."
"""What is said for as long as that is so."""


class Conductor(SessionView):
    """Drives one session. Not thread-safe: call it from one thread or event loop."""

    def __init__(
        self,
        row: SessionRow,
        journal: Journal,
        bank: Bank,
        clock: Callable[[], float],
        prices: Prices | None = None,
        *,
        grader: Callable[[], Grader] | None = None,
        voice: Callable[[], Voice | None] | None = None,
        arbiter: Callable[[], Arbiter] | None = None,
    ) -> None:
        """Replay the stored events of `row`; `grader`, `voice` and `arbiter` are called when they are first needed."""
        super().__init__(row, journal, bank, clock, prices)
        self.journal = journal
        self.arbiter = arbiter
        """Who rules on contests; None when nobody does."""
        self._bank = bank
        self._grader = grader
        self._voice = voice
        self._window = token_hex(8)
        self.is_elsewhere = False
        """Whether another window has gone on with the session: nothing is filed from here any more, drafts are kept."""

    def open(self) -> tuple[Effect, ...]:
        """Start a new session, or take up a stored one where it stopped."""
        now = self.clock()
        if self.state.phase is Phase.NEW and not self.state.turns:
            return self.send(Started(at=now))
        if self.state.phase is Phase.FINISHED:
            return ()
        return self.send(Resumed(at=now, last_seen=self.row.last_seen))

    def send(self, event: Event, *, running: bool = True) -> tuple[Effect, ...]:
        """Store the event, then take over what it leads to. Returns what the front end must do.

        Args:
            event: what happened.
            running: whether it shows that the interview runs; grading an old session again does not.

        Raises:
            StorageError: the event is not on disk; the state has not changed.
            ElsewhereError: so, since another program has gone on with the session.
        """
        if isinstance(event, OfTurn) and event.turn_id is None and self.state.turn is not None:
            event = event.model_copy(update={"turn_id": self.state.turn.id})
        try:
            return self._store(event, running=running)
        except ElsewhereError:
            if isinstance(event, Quit):  # the session is not this window's to end
                self.journal.release(self.row.id)
                return step(self.state, event, self.items).effects
            if not self._catch_up():
                self._lose()
                raise
        return self._store(event, running=running)

    def _store(self, event: Event, *, running: bool) -> tuple[Effect, ...]:
        finished = False
        try:
            result = step(self.state, event, self.items)
            finished = result.state.phase is Phase.FINISHED
        finally:  # what happened is kept whatever comes of it, and in one go with that it was the last
            self.journal.append(self.row.id, event, after=self._known, finished=finished, running=running)
        self._known += 1
        self._asked += asked_in(event)
        self.state = result.state
        if finished or isinstance(event, Quit):
            self.journal.release(self.row.id)
        return result.effects

    def _catch_up(self) -> bool:
        """Take over what another program has written, such as a new grade of an old answer; False when the interview
        itself has gone on there, or was taken up to go on."""
        if self.is_elsewhere or any(isinstance(e, Resumed) for e in self.journal.events(self.row.id)[self._known :]):
            return False
        fresh = SessionView(self.row, self.journal, self._bank, self.clock, self._prices)
        now, then = self.state, fresh.state
        if (now.phase, now.position, len(now.turns)) != (then.phase, then.position, len(then.turns)):
            return False
        if [turn.outcome for turn in now.turns] != [turn.outcome for turn in then.turns]:
            return False
        self.items, self.state = fresh.items, then
        self._known, self._asked = fresh._known, fresh._asked
        return True

    def prepare(self) -> None:
        """While the candidate reads: embed the rubric of the question on screen, and make the model's client ready."""
        if self._grader is not None:
            self._grader().prepare(self.turn.question_id)
        voice = self._voice() if self._voice is not None else None
        if voice is not None:
            voice.prepare()

    def grade(self, effect: GradeTurn) -> Future[Graded]:
        """Grade an answer, whatever grade it has; the future's event is to be passed to `send_grade`.

        The future never raises: what went wrong is the reason of an `Ungraded`.
        """
        turn = self.state.find(effect.turn_id)
        assert turn is not None
        return grade_turn(self._grader, turn, self.state, self.items[turn.question_id], self.clock)

    def send_grade(self, event: Graded, *, running: bool = True) -> tuple[Effect, ...]:
        """Store a grade, with the snapshot of the question it may bring into the plan."""
        if event.deeper is not None and self._may_join(event.deeper):
            self.journal.add_item(self.row.id, self._bank[event.deeper])
        elif event.deeper is not None:
            event = event.model_copy(update={"deeper": None})
        return self.send(event, running=running)

    def _may_join(self, question_id: str) -> bool:
        """Whether a deeper question may come into the plan: of the topics asked for, and not asked in any session."""
        topics = self.state.config.topics
        if question_id not in self._bank or question_id in self.journal.times_asked():
            return False
        return not topics or self._bank[question_id].question.topic in topics

    def word(self, speech: Speech, on_words: OnWords | None = None) -> Future[Utterance]:
        """Find words for a speech: a model's, or the authored ones at once. Pass them to `keep`. Never raises.

        Cancelling the future settles it at once; `on_words` hears all that may be shown so far, from any thread.
        """
        voice = self._voice() if self._voice is not None and not speech.is_authored else None
        return settled(speech.words) if voice is None else voice.speak(speech, on_words or _ignore)

    def keep(self, words: Utterance) -> str:
        """Store what was said. Returns what must be said about the model, once a session: that it failed."""
        known = any(each.voicing is not None and each.voicing.failed for each in self.state.said)
        self.send(Spoke(at=self.clock(), words=words), running=self.state.phase is not Phase.FINISHED)
        if known or words.voicing is None or not words.voicing.failed:
            return ""
        return f"The interviewer's model did not answer; authored wording is used. {words.voicing.problem}"

    def save_draft(self, text: str, row: int = 0, column: int = 0) -> None:
        """Keep what stands in the editor: for the turn that is open, or for the one that comes after what is read.

        Raises:
            StorageError: it is not on disk.
            ElsewhereError: so, if the session was deleted. Else it is on disk, and it has turned out that another
                window has gone on with the session; that is said once.
        """
        turn_id = self.turn.id if self.turn.outcome is None else len(self.state.turns)
        draft, after = Draft(turn_id, text, row, column), None if self.is_elsewhere else self._known
        try:
            self.journal.save_draft(self.row.id, draft, self.clock(), window=self._window, after=after)
        except ElsewhereError:
            if not self._catch_up():
                self._lose()
                raise
        if not self.is_elsewhere:
            self.journal.hold(self.row.id)  # one that was taken over may be held by the other window until that knows

    def draft(self) -> Draft | None:
        """What stood in the editor for the current turn when the program last ran; in several, if it was several."""
        return self.journal.take_draft(self.row.id, self.turn.id, window=self._window)

    def time_up(self, typed: str) -> TimeUp | None:
        """As of any session; but where another window has it, time runs out there."""
        return None if self.is_elsewhere else super().time_up(typed)

    def _lose(self) -> None:
        self.is_elsewhere = True
        self.journal.release(self.row.id)


def _ignore(text: str) -> None:
    """Nobody watches the words come."""
