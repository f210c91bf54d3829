"""One session as a front end drives it: events in, effects out, everything on disk first.

Both front ends use this and nothing else of the interview, so neither can grow its own
copy of the rules. It holds no widget, starts no thread and reads no clock of its own.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping, MutableMapping
from concurrent.futures import Future
from typing import TYPE_CHECKING, cast

from interviewer.core.bank.content import Bank, Item, Level
from interviewer.core.grade.contest import Ruling
from interviewer.core.grade.grade import Grade, GradeResult, Span, Ungraded
from interviewer.core.grade.ledger import Asked, Prices, asked_for, build_ledger
from interviewer.core.interview.effects import Effect, GradeTurn
from interviewer.core.interview.engine import Step, begin, replay, step
from interviewer.core.interview.session import (
    Contested,
    Event,
    Graded,
    ModelAsked,
    Outcome,
    Phase,
    Resumed,
    Spoke,
    Started,
    State,
    Turn,
)
from interviewer.core.interview.utterance import Utterance
from interviewer.core.ports import Grader
from interviewer.errors import MockdlError
from interviewer.sessions.turn_grading import grade_turn
from interviewer.storage import Draft, Journal, SessionRow

if TYPE_CHECKING:
    from interviewer.core.interview.authored import OnWords, Speech, Voice
    from interviewer.core.interview.summary import SessionSummary
    from interviewer.sessions.arbitration import Arbiter

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
        prices: Prices | None = None,
        voice: Callable[[], Voice | None] | None = None,
        arbiter: Callable[[], Arbiter] | None = None,
    ) -> None:
        """Replay the stored events of `row`; `grader`, `voice` and `arbiter` are called when they are first needed."""
        self.row = row
        self.journal = journal
        self.clock = clock
        self._bank = bank
        self._grader = grader
        self._prices = prices
        self._voice = voice
        self._arbiter = arbiter
        self._asked: list[Asked] = []
        snapshot = journal.items(row.id)
        self.items: Mapping[str, Item] = ChainMap(snapshot, cast("MutableMapping[str, Item]", bank.items))
        self.state: State = begin(row.config, row.plan)
        self.effects: tuple[Effect, ...] = ()
        self._load()

    def _load(self) -> None:
        events = self.journal.events(self.row.id)
        self._asked = [asked for event in events for asked in _asked_in(event)]
        self.state = replay(self.state, events, self.items).state

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

    def send(self, event: Event, *, running: bool = True) -> tuple[Effect, ...]:
        """Store the event, then apply it. Returns what the front end must do.

        Args:
            event: what happened.
            running: whether it shows that the interview runs; grading an old session again does not.

        Raises:
            StorageError: the event is not on disk; the state has not changed.
        """
        self.journal.append(self.row.id, event, running=running)
        self._asked += _asked_in(event)
        result: Step = step(self.state, event, self.items)
        was_finished = self.state.phase is Phase.FINISHED
        self.state = result.state
        if result.state.phase is Phase.FINISHED and not was_finished:
            self.journal.mark_finished(self.row.id)
        return result.effects

    def prepare(self) -> None:
        """While the candidate reads: embed the rubric of the question on screen, and make the model's client ready."""
        if self._grader is not None:
            self._grader().prepare(self.turn.question_id)
        voice = self._voice() if self._voice is not None else None
        if voice is not None:
            voice.prepare()

    def grade(self, effect: GradeTurn) -> Future[Graded]:
        """Grade a turn's answer; the future's event is to be passed to `send`.

        The future never raises: what went wrong is the reason of an `Ungraded`.
        """
        return self._grade(effect.turn_id, deepen=True)

    def grade_again(self, turn_id: int) -> Future[Graded]:
        """Grade an answer whatever grade it has; the future's event is to be passed to `keep_grade`. Never raises."""
        turn = self.state.find(turn_id)
        assert turn is not None
        return self._grade(turn_id, deepen=not isinstance(turn.result, Grade))

    def _grade(self, turn_id: int, *, deepen: bool) -> Future[Graded]:
        turn = self.state.find(turn_id)
        assert turn is not None
        item = self.items[turn.question_id]
        return grade_turn(self._grader, turn, self.state, item, self.clock, deepen=deepen)

    def send_grade(self, event: Graded, *, running: bool = True) -> tuple[Effect, ...]:
        """Store a grade, with the snapshot of the question it may bring into the plan."""
        if event.deeper is not None and event.deeper in self._bank:
            self.journal.add_item(self.row.id, self._bank[event.deeper])
        elif event.deeper is not None:
            event = event.model_copy(update={"deeper": None})
        return self.send(event, running=running)

    def keep_grade(self, event: Graded) -> bool:
        """Store another grade of an answer; the old one stays in the journal. False when it would be a step back.

        A failure replaces no grade, and the offline grade that stands in for a judge's replaces none that was
        judged; of such an attempt only what was sent is noted.
        """
        from interviewer.core.progress.regrade import is_step_back

        turn = self.state.find(event.turn_id)
        if turn is not None and is_step_back(turn.result, event.result):
            self.note_asked(event.result)
            return False
        self.send_grade(event, running=False)
        return True

    def note_asked(self, result: GradeResult) -> None:
        """Note what was sent for a grade that is not kept, so that the ledger stays true."""
        for asked in asked_for(result):
            if asked.calls:
                self.send(ModelAsked(at=self.clock(), asked=asked), running=False)

    def ungraded_turns(self) -> list[Turn]:
        """Answers that have no grade yet, oldest first."""
        return [
            turn
            for turn in self.state.turns
            if turn.outcome is Outcome.ANSWERED and (turn.result is None or isinstance(turn.result, Ungraded))
        ]

    def word(self, speech: Speech, on_words: OnWords | None = None) -> Future[Utterance]:
        """Find words for a speech: a model's, or the authored ones at once. Pass them to `keep`. Never raises.

        Cancelling the future settles it at once; `on_words` hears all that may be shown so far, from any thread.
        """
        voice = self._voice() if self._voice is not None else None
        if voice is not None:
            return voice.speak(speech, on_words or _ignore)
        done: Future[Utterance] = Future()
        done.set_result(speech.words)
        return done

    def keep(self, words: Utterance) -> str:
        """Store what was said. Returns what must be said about the model, once a session: that it failed."""
        known = any(each.voicing is not None and each.voicing.failed for each in self.state.said)
        self.send(Spoke(at=self.clock(), words=words), running=self.state.phase is not Phase.FINISHED)
        if known or words.voicing is None or not words.voicing.failed:
            return ""
        return f"The interviewer's model did not answer; authored wording is used. {words.voicing.problem}"

    def may_contest(self) -> bool:
        """Whether somebody is there to rule on contests."""
        return self._arbiter is not None

    def contest(self, turn_id: int, point_id: str, span: Span) -> Future[Contested]:
        """Have a second method read what the candidate marked; the future's event is to be passed to `send`.

        The future raises `MockdlError` when nobody could rule; the contest is then not used up.
        """
        from interviewer.sessions.arbitration import Case

        turn = self.state.find(turn_id)
        assert turn is not None
        assert isinstance(turn.result, Grade)
        done: Future[Contested] = Future()
        if self._arbiter is None:
            done.set_exception(MockdlError("Nobody is there to rule on a contest.", kept="The verdict stays."))
            return done
        item = self.items[turn.question_id]

        def ruled(future: Future[Ruling]) -> None:
            error = future.exception()
            if error is not None:
                done.set_exception(error)
            else:
                done.set_result(Contested(at=self.clock(), turn_id=turn_id, ruling=future.result()))

        case = Case(item, item.rubric.point(point_id), turn.answer, span, turn.result)
        self._arbiter().rule(case).add_done_callback(ruled)
        return done

    def answered_turns(self) -> list[Turn]:
        """All answers, graded or not, oldest first."""
        return [turn for turn in self.state.turns if turn.outcome is Outcome.ANSWERED]

    def turns_to_judge_again(self) -> list[Turn]:
        """Answers with the offline grade because the judge failed, oldest first; see `grade_again`, `keep_grade`."""
        from interviewer.core.progress.regrade import needs_judge_again

        return [turn for turn in self.answered_turns() if needs_judge_again(turn.result)]

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


def _ignore(text: str) -> None:
    """Nobody watches the words come."""


def _asked_in(event: Event) -> tuple[Asked, ...]:
    """What a language model was asked for this event."""
    if isinstance(event, Spoke):
        return (event.words.voicing.asked(),) if event.words.voicing is not None else ()
    if isinstance(event, Graded):
        return asked_for(event.result)
    if isinstance(event, Contested):
        return (event.ruling.asked,) if event.ruling.asked is not None else ()
    return (event.asked,) if isinstance(event, ModelAsked) else ()
