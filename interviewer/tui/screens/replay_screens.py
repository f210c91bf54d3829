"""The screens of an interview as a replay shows them: nothing on them can be done, only watched."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.widgets import Static

from interviewer.core.interview.session import Phase
from interviewer.core.interview.summary import QuestionSummary
from interviewer.sessions.recording import Recording
from interviewer.tui.safe_text import show_line
from interviewer.tui.screens.conversation import ConversationScreen
from interviewer.tui.screens.report_page import ReportPage
from interviewer.tui.screens.verdict_page import VerdictPage

_COPY = Binding("ctrl+c,super+c", "screen.copy_text", "Copy", id="copy-text", show=False)
"""The one key of a screen that stays: marked text can be copied into a bug report."""


class ReplayInterview(ConversationScreen, inherit_bindings=False):
    """The interview, at the frame where the recording stands."""

    BINDINGS: ClassVar[list[BindingType]] = [_COPY]

    def __init__(self, recording: Recording) -> None:
        super().__init__(recording)
        self.recording = recording
        self._caption = ""

    def on_mount(self) -> None:
        """The editor shows what was typed then; the keys belong to the tape."""
        self.editor.read_only = True
        self.editor.can_focus = False

    @property
    def asking(self) -> int | None:
        """The turn whose question was being worded then."""
        return self.recording.frame.asking

    def show_frame(self, typed: str) -> None:
        """Show the recording's frame, with this much of the answer typed."""
        if self.editor.text != typed:
            self.editor.load_text(typed)
            self.editor.move_cursor(self.editor.document.end)
        self._show_question()
        self._refresh_state()
        self.call_after_refresh(self.transcript.scroll_end, animate=False)

    def show_caption(self, caption: str) -> None:
        """Say in the last line where the tape stands."""
        self._caption = caption
        self._show_status()

    def _show_status(self) -> None:
        if self.is_mounted:
            self.query_one("#status", Static).update(show_line(self._caption))

    def get_system_commands(self) -> Iterable[SystemCommand]:
        """None either."""
        return ()


class ReplayVerdict(VerdictPage, inherit_bindings=False):
    """The verdict on one question, as practice mode shows it."""

    DEFAULT_CSS = "ReplayVerdict #tape { height: 1; padding: 0 1; color: $text-muted; }"
    BINDINGS: ClassVar[list[BindingType]] = [_COPY]

    def __init__(self, question: QuestionSummary, number: int, recording: Recording) -> None:
        super().__init__(question, number, recording)
        self.recording = recording
        self.question_id = question.item.question.id

    def compose(self) -> ComposeResult:
        """The verdict, what was explained, where the tape stands."""
        yield from super().compose()
        yield Static("", id="tape", markup=False)

    def show_frame(self, typed: str) -> None:
        """Show the explanation that was given at this frame, if one was."""
        spoken = self.recording.frame.spoken
        points = [point.id for point in self._missed] if spoken is not None else []
        self.query_one("#explanation").display = spoken is not None and spoken.about in points
        if spoken is not None and spoken.about in points:
            self._explained = points.index(spoken.about)
            self._show_explanation(spoken.text)

    def show_caption(self, caption: str) -> None:
        """Say in the last line where the tape stands."""
        if self.is_mounted:
            self.query_one("#tape", Static).update(show_line(caption))


class ReplayReport(ReportPage, inherit_bindings=False):
    """The report, with the grades that were there at this frame."""

    BINDINGS: ClassVar[list[BindingType]] = [_COPY]

    def show_frame(self, typed: str) -> None:
        """Set the report anew."""
        if self.is_mounted:
            self._show_text()

    def show_caption(self, caption: str) -> None:
        """Say in the first line where the tape stands."""
        if self.is_mounted:
            self._show_note(caption)


def screen_for(recording: Recording) -> ReplayVerdict | ReplayReport | None:
    """The screen that covers the interview at the recording's frame; None for none."""
    state = recording.state
    if state.phase is Phase.FINISHED:
        return ReplayReport(recording)
    if state.phase is not Phase.REVIEWING or state.turn is None:
        return None
    numbered = {each.item.question.id: (n, each) for n, each in enumerate(recording.summary().questions, 1)}
    number, question = numbered[state.turn.question_id]
    return ReplayVerdict(question, number, recording)
