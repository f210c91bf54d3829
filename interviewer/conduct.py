"""One session as a front end drives it: events in, effects out, everything on disk first.

Both front ends use this and nothing else of the interview, so neither can grow its own
copy of the rules. It holds no widget, starts no thread and reads no clock of its own.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping, MutableMapping
from concurrent.futures import Future
from typing import TYPE_CHECKING, cast

from interviewer.core.content import Bank, Item
from interviewer.core.grade import GradeRequest, GradeResult, Ungraded
from interviewer.core.interview import Effect, GradeTurn, Step, begin, replay, step
from interviewer.core.ports import Grader
from interviewer.core.session import (
    Event,
    Graded,
    Outcome,
    Phase,
    Resumed,
    Started,
    State,
    Turn,
    TurnKind,
)
from interviewer.storage import Draft, Journal, SessionRow

if TYPE_CHECKING:
    from interviewer.core.summary import SessionSummary

__all__ = ["Conductor"]


class Conductor:
    """Drives one session. Not thread-safe: call it from one thread or event loop."""

    def __init__(
        self,
        row: SessionRow,
        journal: Journal,
        bank: Bank,
        clock: Callable[[], float],
        *,
        grader: Callable[[], Grader] | None = None,
    ) -> None:
        """Replay the stored events of `row`. `grader` is called when a grader is first needed."""
        self.row = row
        self.journal = journal
        self.clock = clock
        self._bank = bank
        self._grader = grader
        snapshot = journal.items(row.id)
        self.items: Mapping[str, Item] = ChainMap(snapshot, cast("MutableMapping[str, Item]", bank.items))
        self.state: State = begin(row.config, row.plan)
        self.effects: tuple[Effect, ...] = ()
        self._load()

    def _load(self) -> None:
        result = replay(self.state, self.journal.events(self.row.id), self.items)
        self.state = result.state

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

    def open(self) -> tuple[Effect, ...]:
        """Start a new session, or take up a stored one where it stopped."""
        now = self.clock()
        if self.state.phase is Phase.NEW and not self.state.turns:
            return self.send(Started(at=now))
        if self.state.phase is Phase.FINISHED:
            return ()
        return self.send(Resumed(at=now, last_seen=self.row.last_seen))

    def send(self, event: Event) -> tuple[Effect, ...]:
        """Store the event, then apply it. Returns what the front end must do.

        Raises:
            StorageError: the event is not on disk; the state has not changed.
        """
        self.journal.append(self.row.id, event)
        result: Step = step(self.state, event, self.items)
        was_finished = self.state.phase is Phase.FINISHED
        self.state = result.state
        if result.state.phase is Phase.FINISHED and not was_finished:
            self.journal.mark_finished(self.row.id)
        return result.effects

    def prepare(self) -> None:
        """Ask the engine to embed the rubric of the question on screen first."""
        if self._grader is not None:
            self._grader().prepare(self.turn.question_id)

    def grade(self, effect: GradeTurn) -> Future[Graded]:
        """Grade a turn's answer; the future's event is to be passed to `send`.

        The future never raises: what went wrong is the reason of an `Ungraded`.
        """
        done: Future[Graded] = Future()
        turn = self.state.find(effect.turn_id)
        assert turn is not None
        if self._grader is None:
            done.set_result(self._graded(turn, Ungraded(reason="no grader is running"), None))
            return done
        grader = self._grader()
        request = GradeRequest(
            question_id=turn.question_id, answer=turn.answer, point_ids=(turn.target,) if turn.target else None
        )

        def finish(deeper: Future[str | None], result: GradeResult) -> None:
            failed = deeper.cancelled() or deeper.exception() is not None
            done.set_result(self._graded(turn, result, None if failed else deeper.result()))

        def graded(future: Future[GradeResult]) -> None:
            error = future.exception()
            result = Ungraded(reason=f"the grader failed: {error}") if error else future.result()
            if turn.kind is not TurnKind.QUESTION or isinstance(result, Ungraded):
                done.set_result(self._graded(turn, result, None))
                return
            planned = [each.question_id for each in self.state.plan]
            deeper = grader.deeper(turn.question_id, self.state.config.level.value, planned)
            deeper.add_done_callback(lambda found: finish(found, result))

        grader.grade(request, self.items[turn.question_id]).add_done_callback(graded)
        return done

    def _graded(self, turn: Turn, result: GradeResult, deeper: str | None) -> Graded:
        return Graded(at=self.clock(), turn_id=turn.id, result=result, deeper=deeper)

    def send_grade(self, event: Graded) -> tuple[Effect, ...]:
        """Store a grade, with the snapshot of the question it may bring into the plan."""
        if event.deeper is not None and event.deeper in self._bank:
            self.journal.add_item(self.row.id, self._bank[event.deeper])
        elif event.deeper is not None:
            event = event.model_copy(update={"deeper": None})
        return self.send(event)

    def ungraded_turns(self) -> list[Turn]:
        """Answers that have no grade yet, oldest first."""
        return [
            turn
            for turn in self.state.turns
            if turn.outcome is Outcome.ANSWERED and (turn.result is None or isinstance(turn.result, Ungraded))
        ]

    def save_draft(self, text: str, row: int = 0, column: int = 0) -> None:
        """Keep what stands in the editor."""
        self.journal.save_draft(self.row.id, Draft(self.turn.id, text, row, column), self.clock())

    def draft(self) -> Draft | None:
        """What stood in the editor for the current turn when the program last ran."""
        return self.journal.draft(self.row.id, self.turn.id)

    def seconds_left(self) -> float | None:
        """Answering time left in the session; None without a limit."""
        minutes = self.state.config.minutes
        return None if minutes is None else max(0.0, minutes * 60 - self.state.answering_time(self.clock()))

    def summary(self) -> SessionSummary:
        """The session as a report shows it."""
        from interviewer.core.summary import summarise

        return summarise(self.row.id, self.state, self.items, started_at=self.row.created_at, notes=self.row.notes)
