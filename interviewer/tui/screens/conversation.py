"""What was asked and answered in a session, the line above it and the line below: looked at, not acted on.

The interview adds what the candidate can do; a replay adds its tape, and has nothing here that could write.
"""

from __future__ import annotations

from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Static

from interviewer.core.interview.session import Phase
from interviewer.sessions.session_view import SessionView
from interviewer.tui.key_captions import name_keys
from interviewer.tui.widgets.answer_area import AnswerArea
from interviewer.tui.widgets.key_footer import KeyFooter
from interviewer.tui.widgets.pinned_question import PinnedQuestion
from interviewer.tui.widgets.status import describe_progress
from interviewer.tui.widgets.too_small import TooSmall
from interviewer.tui.widgets.transcript import Transcript


class ConversationScreen(Screen[None]):
    """One session at the question where it stands."""

    CSS_PATH = "conversation.tcss"
    EMPTY: ClassVar[str] = ""
    """What the empty editor says while it can be typed in."""
    AHEAD: ClassVar[str] = ""
    """What it says while an answer is read."""
    PAUSED: ClassVar[str] = "Paused; the clock has stopped."
    """What stands in place of the conversation during a pause."""
    editor = getters.query_one(AnswerArea)

    def __init__(self, view: SessionView) -> None:
        super().__init__()
        self._view = view
        self._clock_shown = True

    def compose(self) -> ComposeResult:
        """Head line, transcript, editor, status line, keys."""
        self.transcript = Transcript(id="transcript")
        if self._view.state.turns:
            self._show_question()
        yield Static("", id="head", markup=False)
        yield self.transcript
        yield Static(name_keys(self, self.PAUSED), id="paused", markup=False)
        yield PinnedQuestion()
        yield AnswerArea("", id="editor", soft_wrap=True, show_line_numbers=False, tab_behavior="focus", placeholder="")
        yield Static("", id="status", markup=False)
        yield KeyFooter()
        yield TooSmall()

    def on_mount(self) -> None:
        """Keep the question in sight."""
        self.watch(self.transcript, "scroll_y", self._pin)
        self.watch(self.transcript, "virtual_size", self._pin)
        self.watch(self.transcript, "rests", self._pin)

    def on_resize(self) -> None:
        """The same in the new room."""
        self.call_after_refresh(self._pin)

    def _pin(self) -> None:
        if not self.is_mounted:
            return
        pinned = self.query_one(PinnedQuestion)
        covered = self.has_class("-tiny") or self.has_class("-flat")  # by the word that the terminal is too small
        hidden = self.asking is None and not covered and not self.transcript.shows_question
        pinned.display = hidden and self._view.state.phase in (Phase.ANSWERING, Phase.PAUSED)
        if pinned.display:
            pinned.show_question(self._view.turn.prompt)

    @property
    def asking(self) -> int | None:
        """The turn whose question is being worded, so that it is not on screen yet."""
        return None

    def _show_question(self) -> None:
        """Show the turns of the current question anew, unless they are what is shown."""
        view = self._view
        self.transcript.show_turns(view.state, view.items, view.row.notes, asking=self.asking)

    def _refresh_state(self) -> None:
        phase = self._view.state.phase
        # Nothing is on screen to answer; but what is typed while an answer is read goes into the next box.
        self.editor.disabled = self.asking is not None or phase not in (Phase.ANSWERING, Phase.GRADING)
        told = self.AHEAD if phase is Phase.GRADING else self.EMPTY
        self.editor.placeholder = "" if self.editor.disabled else name_keys(self, told)
        self.set_class(phase is Phase.PAUSED, "-paused")
        self._show_head()
        self._show_status()
        self.refresh_bindings()

    def _show_head(self) -> None:
        if self._view.state.turns:
            self.query_one("#head", Static).update(
                describe_progress(self._view, self.size.width, clock=self._clock_shown)
            )

    def _show_status(self) -> None:
        """Say in the last line what goes on."""
