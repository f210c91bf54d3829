"""The interview: what was asked, the answer being typed, the clock, and how far it has come."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from time import monotonic
from typing import ClassVar

from rich.markup import escape
from textual import getters, on
from textual.app import ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.widgets import Static, TextArea

from interviewer.core.interview.effects import Effect
from interviewer.core.interview.session import (
    AnswerSubmitted,
    Continued,
    Event,
    GradeDeferred,
    HintRequested,
    Outcome,
    Paused,
    Phase,
    Quit,
    Rated,
    Resumed,
    TurnKind,
)
from interviewer.core.interview.utterance import Act
from interviewer.core.text import clean, clean_line, count_words
from interviewer.errors import MockdlError
from interviewer.sessions.conductor import IS_ELSEWHERE, Conductor
from interviewer.sessions.question_back import TAKEN_AS_ASKED, AskingBack
from interviewer.sessions.session_view import describe_time_up
from interviewer.tui import messages
from interviewer.tui.base import AppBase
from interviewer.tui.key_captions import name_keys
from interviewer.tui.safe_text import explain, show_line, toast
from interviewer.tui.screens.conversation import ConversationScreen
from interviewer.tui.session.draft import Drafting
from interviewer.tui.session.pass_on import PassOn
from interviewer.tui.session.runner import SessionRunner
from interviewer.tui.widgets.pinned_question import PinnedQuestion
from interviewer.tui.widgets.status import describe_doing, describe_hint, has_hint
from interviewer.wording.waiting import STEPS, describe_waiting

_SAVES_EVERY = 1.0
"""Seconds between two looks at whether the draft has changed."""
_SAVED = "Saved. `mockdl start --resume` takes it up again."
_LOOKING = "The interviewer is looking for words. {go-on} goes on without waiting"


class InterviewScreen(ConversationScreen):
    """One session, from its first question to its last answer."""

    app = getters.app(AppBase)
    EMPTY = (
        "Type your answer here. {submit} submits it, {editor} opens it in your own editor. "
        "{read-up} and {read-down} scroll what was said."
    )
    PAUSED = "Paused. The clock has stopped, and the question is hidden.\n\n{pause} goes on; your draft is kept."
    AHEAD = "What you type now is kept for what comes next."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "submit", "Submit", id="submit", tooltip="Send the answer", priority=True),
        Binding("f2", "hint", "Hint", id="hint", tooltip="Show the next hint; each has a price"),
        Binding("f3", "dont_know", "Don't know", id="dont-know", tooltip="Say so and go on; counts as zero"),
        Binding("f4", "skip", "Skip", id="skip", tooltip="Pass; zero in an interview, left out in practice"),
        Binding("f5", "pause", "Pause", id="pause", tooltip="Stop the clock, or go on"),
        Binding("f6", "clarify", "Ask", id="clarify", tooltip="What does the question mean? Free"),
        # Both are shown in help and in the empty editor; the footer is full at 80 columns.
        Binding("ctrl+o", "edit_outside", "Editor", id="editor", tooltip="Write in your own editor", show=False),
        Binding(
            "ctrl+r", "whole_question", "Question", id="question", tooltip="All of the question, or less", show=False
        ),
        Binding("f12", "clock", "Clock", id="clock", tooltip="Hide the clock, or show it", show=False),
        Binding("ctrl+up", "read(-1)", "Up", id="read-up", tooltip="Scroll what was said", show=False, priority=True),
        Binding("ctrl+down", "read(1)", "Down", id="read-down", tooltip="Scroll it down", show=False, priority=True),
        Binding("escape", "go_on", "Don't wait", id="go-on", tooltip="Go on without waiting"),
    ]

    def __init__(self, conductor: Conductor) -> None:
        super().__init__(conductor)
        self.conductor = conductor
        self._opening: tuple[Effect, ...] = ()
        self._notice = ""
        """Said in the last line until something is typed."""
        self._reading_since = monotonic()
        """When the answer that is being read was sent; or would have been, before a session was taken up again."""

    @cached_property
    def _runner(self) -> SessionRunner:
        return SessionRunner(self.app, self.conductor, self)

    def compose(self) -> ComposeResult:
        """Begin first, so that the first question is there at the first paint."""
        try:
            self._opening = self.conductor.open()
        except MockdlError as error:
            explain(self.app, error)
        self._runner.speaker.greet(self._opening)
        yield from super().compose()

    def on_mount(self) -> None:
        """Take the session up where it stands."""
        self._drafting = Drafting(self.app, self.conductor, self.editor)
        self._asking_back = AskingBack()
        self._pass_on = PassOn(self.app, self.conductor, self.editor, self._send_and_clear)
        self.watch(self.app, "encoder_status", self._show_status, init=False)
        self._runner.perform(self._opening)
        self._refresh_state()  # so that the first paint is whole
        self.set_interval(_SAVES_EVERY, self._tick)
        self.set_interval(1 / STEPS, self._move_sign)

    @property
    def under_way(self) -> bool:
        """Whether leaving now would interrupt something."""
        return self.conductor.state.phase not in (Phase.NEW, Phase.FINISHED)

    # What the engine did

    @property
    def asking(self) -> int | None:
        """The turn whose question is being worded, so that it is not on screen yet."""
        return self._runner.speaker.asking

    def on_turn_asked(self, message: messages.TurnAsked) -> None:
        """Clear the editor (or bring the draft back) and let the candidate type."""
        self._notice = ""
        self._show_question()
        self._drafting.bring_back()
        self._refresh_state()
        self.editor.focus()
        self.call_after_refresh(self.set_timer, 0.1, self.conductor.prepare)

    def on_hint_shown(self, message: messages.HintShown) -> None:
        """A hint was bought; its words are shown when they are there."""
        self._refresh_state()

    def on_words_awaited(self, message: messages.WordsAwaited) -> None:
        """Say that the interviewer is looking for words."""
        self._refresh_state()

    def on_words_came(self, message: messages.WordsCame) -> None:
        """Show what the interviewer has said so far."""
        if not self.conductor.state.words(message.act, message.turn_id) or message.act is Act.CLARIFICATION:
            self.transcript.show_live(message.text)

    def on_words_spoken(self, message: messages.WordsSpoken) -> None:
        """What was said is stored; show it in its place."""
        self._show_question()
        self._refresh_state()

    def on_grading_started(self, message: messages.GradingStarted) -> None:
        """The answer is safe; show it and say that it is being read."""
        self._reading_since = monotonic()
        self._show_question()
        self._refresh_state()

    def on_grade_ready(self, message: messages.GradeReady) -> None:
        """Say when there is a reason instead of a grade."""
        from interviewer.core.grade.grade import Ungraded

        turn = self.conductor.state.find(message.turn_id)
        if turn is not None and isinstance(turn.result, Ungraded):
            text = f"An answer could not be graded: {turn.result.reason}.\nIt is saved; the interview goes on."
            toast(self.app, text, severity="warning", seconds=10)

    def on_review_ready(self, message: messages.ReviewReady) -> None:
        """Show the verdict, then go on."""
        from interviewer.tui.screens.question_verdict import ResultScreen

        self._refresh_state()
        summary = self.conductor.summary()
        numbered = {each.item.question.id: (number, each) for number, each in enumerate(summary.questions, 1)}
        number, question = numbered[message.question_id]
        self.app.push_screen(ResultScreen(question, number, self.conductor, self._runner.speaker), self._continue)

    def _continue(self, _: None) -> None:
        self._runner.send(Continued(at=self.conductor.clock()))

    def on_refused(self, message: messages.Refused) -> None:
        """Say briefly why nothing happened."""
        toast(self.app, message.reason, severity="warning", seconds=3)

    def on_session_finished(self, message: messages.SessionFinished) -> None:
        """Go to the report."""
        self.app.show_report(self.conductor, fresh=True)

    def on_session_left(self, message: messages.SessionLeft) -> None:
        """Close the program; everything is on disk."""
        # In a browser there is no shell to say it in, and standard output belongs to the page.
        self.app.exit(0, message=None if self.app.is_web else _SAVED)

    # What the candidate does

    def action_submit(self) -> None:
        """Send the answer, once the editor has taken in every key that was pressed before this one."""
        self.editor.call_later(self._submit)

    def _submit(self) -> None:
        """Send the answer, unless it says that there is none or is a question back."""
        if self.conductor.state.phase is not Phase.ANSWERING:
            return
        if self._asking_back.takes(self.conductor.turn, self.editor.text):
            self._ask_back()
        elif not self._pass_on.takes(self.editor.text):
            self._send_and_clear(AnswerSubmitted(at=self.conductor.clock(), text=self.editor.text))
            self._ask_confidence()

    def _ask_back(self) -> None:
        """Put what was typed to the interviewer, in its own words; the box is for the answer again."""
        asked = clean_line(self.editor.text)
        self.editor.load_text("")
        self.save_draft()
        self._runner.speaker.clarify(asked)
        self._notice = TAKEN_AS_ASKED
        self._show_status()

    def _ask_confidence(self) -> None:
        """Ask how sure they are while the answer is read; nothing moves on until that is said or skipped, or somebody
        types on, for whom the editor takes what they type."""
        turn = self.conductor.turn
        if not self.conductor.asks_confidence(self.app.services.settings.ask_confidence):
            return
        from interviewer.tui.screens.confidence import ConfidenceScreen

        def rated(value: int | None) -> None:
            if value is not None:
                self._runner.send(Rated(at=self.conductor.clock(), turn_id=turn.id, confidence=value))
            self._runner.release()

        self._runner.hold()
        self.app.push_screen(ConfidenceScreen(self.editor.insert), rated)

    def action_hint(self) -> None:
        """Ask for the next hint."""
        self._runner.send(HintRequested(at=self.conductor.clock()))

    def action_dont_know(self) -> None:
        """Say "I don't know"."""
        self._pass_on.choose(Outcome.DONT_KNOW)

    def action_skip(self) -> None:
        """Pass on this turn."""
        self._pass_on.choose(Outcome.SKIPPED)

    def _send_and_clear(self, event: Event) -> bool:
        """Send what ends a turn. The editor is cleared once that is on disk, and at once: what is typed next is new."""
        turn = self.conductor.state.turn
        sent = self._runner.send(event)
        ended = self.conductor.state.find(turn.id) if turn is not None else None
        if sent and ended is not None and ended.outcome is not None:
            self._drafting.clear()
        return sent

    def action_pause(self) -> None:
        """Stop the clock, or start it again."""
        self.save_draft()
        paused = self.conductor.state.phase is Phase.PAUSED
        now = self.conductor.clock()
        self._runner.send(Resumed(at=now) if paused else Paused(at=now))
        self._refresh_state()
        if self.conductor.state.phase is Phase.ANSWERING:
            self.editor.focus()

    def action_edit_outside(self) -> None:
        """Write in an editor of one's own."""
        self._drafting.edit_outside()

    def action_clock(self) -> None:
        """Hide the clock, or show it; it runs on."""
        self._clock_shown = not self._clock_shown
        self._show_head()

    def action_whole_question(self) -> None:
        """Open the question above the editor, or close it."""
        self.query_one(PinnedQuestion).toggle()

    def action_read(self, direction: int) -> None:
        """Scroll what was said by half of what is seen of it, from wherever the focus is."""
        self.transcript.scroll_relative(y=direction * max(1, self.transcript.size.height // 2), animate=False)

    def action_clarify(self) -> None:
        """Ask what the question means. It is no answer and ends no turn."""
        from interviewer.tui.screens.clarify import ClarifyScreen  # here: the first question need not wait for it

        if not isinstance(self.app.screen, ClarifyScreen):
            self.app.push_screen(ClarifyScreen(), self._clarify)

    def _clarify(self, asked: str | None) -> None:
        if asked and self.conductor.state.phase is Phase.ANSWERING:
            self._runner.speaker.clarify(asked)

    def action_go_on(self) -> None:
        """Go on without the grade, which is stored when it comes, and without the model's words."""
        self._runner.speaker.hush()
        if self.conductor.state.phase is Phase.GRADING:
            self._runner.send(GradeDeferred(at=self.conductor.clock()))
        self._refresh_state()

    def action_end(self) -> None:
        """End the interview and see the report."""
        self._pass_on.end()

    def leave(self) -> None:
        """Save and close."""
        self.save_draft()
        self._runner.send(Quit(at=self.conductor.clock()))

    def keep_all(self) -> str:
        """Save and stop the clock, with no more screens to come; returns what is to be said of it."""
        try:
            if self.is_mounted:
                self.save_draft()
            self.conductor.send(Quit(at=self.conductor.clock()))
        except MockdlError as error:
            return escape(clean(str(error)))
        return _SAVED

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey out what makes no sense in this phase."""
        phase, speaker = self.conductor.state.phase, self._runner.speaker
        if action == "clarify":  # hidden where the footer needs the room for Esc
            return phase is Phase.ANSWERING and not speaker.is_waiting
        if action == "hint" and self.conductor.turn.kind is TurnKind.LAST_WORDS:
            return False
        if action == "hint" and not has_hint(self.conductor):
            return None
        if action in ("submit", "hint", "dont_know", "skip"):
            return True if phase is Phase.ANSWERING and speaker.asking is None else None
        if action == "go_on":
            return phase is Phase.GRADING or speaker.is_waiting
        return True

    def get_system_commands(self) -> Iterable[SystemCommand]:
        """The command palette's entries of this screen."""
        yield SystemCommand("End the interview", "Stop here and see the report", self.action_end)
        yield SystemCommand("Hint", "Show the next hint; each has a price", self.action_hint)
        yield SystemCommand("Pause or go on", "Stop the clock, or start it again", self.action_pause)
        yield SystemCommand("Hide or show the clock", "It runs on all the same", self.action_clock)

    # What is shown all the time

    @on(TextArea.Changed)
    def _count_words(self) -> None:
        if self.editor.text:
            self._notice = ""
        self._show_status()

    def _show_status(self) -> None:
        if not self.children:  # not composed yet
            return
        if self._runner.speaker.is_waiting or self.conductor.is_elsewhere:
            said = IS_ELSEWHERE if self.conductor.is_elsewhere else name_keys(self, _LOOKING)
            self.query_one("#status", Static).update(show_line(said))
            return
        words = count_words(self.editor.text)
        said = self._notice or f"{words} word{'s' * (words != 1)}"
        if self.conductor.state.turns and not self._notice:
            said += f" · {describe_hint(self.conductor)}"
        self.query_one("#status", Static).update(
            describe_doing(
                self.conductor.state.phase,
                self.app.encoder_status,
                said,
                loads=self.app.services.model.is_loading(),
                go_on=name_keys(self, "{go-on}"),
                pause=name_keys(self, "{pause}"),
                waiting=describe_waiting(
                    monotonic() - self._reading_since, moves=not self.app.services.settings.reduced_motion
                ),
            )
        )

    def _move_sign(self) -> None:
        if self.conductor.state.phase is Phase.GRADING and self.is_current:
            self._show_status()

    def _tick(self) -> None:
        """Once a second: the clock, the time limit, the draft."""
        self._show_head()
        self.save_draft()
        if time_up := self.conductor.time_up(self.editor.text):
            toast(self.app, describe_time_up(time_up), severity="warning")
            self._send_and_clear(time_up)

    def save_draft(self) -> None:
        """Keep what stands in the editor, when it has changed."""
        self._drafting.save()
        if self.conductor.is_elsewhere:
            self._show_status()
