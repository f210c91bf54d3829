"""The application: which screen is shown, and the encoder's state.

It knows no rule of the interview and draws nothing itself.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen

from interviewer.core.interview.session import SessionConfig
from interviewer.core.ports import EncoderStatus
from interviewer.errors import ElsewhereError, MockdlError
from interviewer.services import Services
from interviewer.sessions.conductor import Conductor
from interviewer.tui.base import AppBase
from interviewer.tui.key_captions import name_keys
from interviewer.tui.messages import EncoderChanged
from interviewer.tui.safe_text import explain, toast
from interviewer.tui.screens.interview import InterviewScreen

if TYPE_CHECKING:
    from textual.command import Provider

_PLACES = ("{history}", "history, {bank} bank, {settings} settings, {doctor} doctor")
_ROWS = (
    ("{help}", "this help  (help)"),
    ("{palette}", "anything by name: places, actions, questions  (palette)"),
    ("{jump}", "a letter over each field, which jumps there  (jump)"),
    ("Tab", "to the next field"),
    _PLACES,
    ("{quit}", "save and leave  (quit)"),
)
_ABOUT = """\
What happens to your words
  An answer is on disk before it is graded, a draft within a second.
  `mockdl start --resume` brings both back, also after a crash.
  {where}

How the score is made
  Each key point has a weight; covered counts whole, partly covered half, and
  70% when a follow-up had to ask. Wrong claims and hints cost points.
  The interval says how sure the grader is.
"""
_HERE = "Grading runs on this machine; nothing is sent anywhere."


def _question_provider() -> type[Provider]:
    """Imported when the palette is first opened."""
    from interviewer.tui.palette import QuestionProvider

    return QuestionProvider


class MockdlApp(AppBase):
    """Home, or straight into an interview."""

    TITLE = "mockdl"
    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority, so that they work above dialogs too, and in an editor that takes every key.
        Binding("f1", "help", "Help", id="help", tooltip="Keys and what happens to your answers", priority=True),
        Binding("ctrl+q", "leave", "Quit", id="quit", tooltip="Save and leave", priority=True),
        Binding(
            "ctrl+p", "command_palette", "Palette", id="palette", tooltip="Anything by name", priority=True, show=False
        ),
        Binding("f7", "visit('history')", "History", id="history", tooltip="All sessions", show=False),
        Binding("f8", "visit('bank')", "Bank", id="bank", tooltip="Browse and search the questions", show=False),
        Binding("f9", "visit('settings')", "Settings", id="settings", tooltip="See and change settings", show=False),
        Binding("f10", "visit('doctor')", "Doctor", id="doctor", tooltip="What works here", show=False),
    ]

    COMMANDS = App.COMMANDS | {_question_provider}

    def __init__(self, services: Services, conductor: Conductor | None = None) -> None:
        super().__init__(services)
        self._first = conductor

    def get_default_screen(self) -> Screen[Any]:
        """The interview, when there is one to begin with: an empty screen below it would be made and drawn first."""
        self.apply_looks()
        if self._first is None:
            return super().get_default_screen()
        screen = InterviewScreen(self._first)
        screen._push_result_callback(screen, None)  # as `switch_screen` does; without one it could not be replaced
        return screen

    def on_mount(self) -> None:
        """Show the first screen; the encoder's process starts only after it has been drawn."""
        if self._first is None:
            self.show_home()
        self.call_later(self.set_timer, 0.05, self.start_encoder)

    def start_encoder(self) -> None:
        """Start the worker process and listen to it."""
        engine = self.services.engine()
        engine.on_status(self._hear_encoder)
        self._hear_encoder(engine.status())

    def _hear_encoder(self, status: EncoderStatus) -> None:
        """Called from the engine's reading thread; posting a message is safe from there."""
        self.post_message(EncoderChanged(status))

    def on_encoder_changed(self, message: EncoderChanged) -> None:
        """Keep the encoder's state, which screens watch; what failed is more than a line of theirs holds."""
        if message.status.state == "failed" and self.encoder_status.state != "failed":
            what = f"The encoder failed: {message.status.detail}"
            toast(self, f"{what}\nAnswers are saved and can be graded later.", severity="error", seconds=12)
        self.encoder_status = message.status
        engine = self.services.engine()
        while engine.notices:
            toast(self, engine.notices.pop(0))

    # Ways to other screens

    @property
    def interview(self) -> InterviewScreen | None:
        """The interview that is under way."""
        found = (screen for screen in self.screen_stack if isinstance(screen, InterviewScreen))
        return next((screen for screen in found if screen.under_way), None)

    def show_home(self) -> None:
        """Show the home screen anew, so that it lists the latest sessions."""
        from interviewer.tui.screens.home import HomeScreen

        self._show_alone(HomeScreen())

    def _show_alone(self, screen: Screen[Any]) -> None:
        """Show a screen in place of all others."""
        below = 1 if self._first is None else 0  # the empty screen that never shows
        while len(self.screen_stack) > below + 1:
            self.pop_screen()
        if len(self.screen_stack) > below:
            self.switch_screen(screen)
        else:
            self.push_screen(screen)

    def action_visit(self, name: str) -> None:
        """Go to one of the places, or back to it where it is open; not in the middle of an interview."""
        from interviewer.tui.navigation import make_place

        if self.interview is not None:
            return
        if any(screen.name == name for screen in self.screen_stack):
            while self.screen.name != name:
                self.pop_screen()
        else:
            self.push_screen(make_place(name))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The other places stay shut while an interview is under way."""
        return action != "visit" or self.interview is None

    def jump_to_question(self, question_id: str) -> None:
        """Show a question in the bank; not in the middle of an interview."""
        from interviewer.tui.screens.bank import BankScreen

        self.action_visit("bank")
        if isinstance(self.screen, BankScreen):
            self.screen.go_to(question_id)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The command palette's entries."""
        from interviewer.tui.palette import list_commands

        return list_commands(self, screen)

    def begin(self, config: SessionConfig, question_ids: Sequence[str] = ()) -> None:
        """Open a new interview, unless one is under way."""

        def make() -> Conductor:
            sessions = self.services.sessions
            return sessions.create_from(question_ids, config) if question_ids else sessions.create(config)

        self._open(make)

    def take_up(self, session_id: str) -> None:
        """Open a stored session where it stopped, unless an interview is under way. Of one that another window has open
        all ways to go on are said, and it is taken over when that is wanted."""
        from interviewer.tui.screens.confirm import ConfirmScreen

        sessions = self.services.sessions
        try:
            self._open(lambda: sessions.resume(session_id))
        except ElsewhereError as error:
            question = (
                f"{error.what}\nTake it over here? The other window then cannot go on with it.\n\n"
                f"Cancel leaves it there. You can then start another interview here, or watch this one from a shell: "
                f"`mockdl start --replay {session_id}`"
            )
            screen = ConfirmScreen(question, "Take over ({confirm-yes})")
            self.push_screen(
                screen, lambda yes: self._open(lambda: sessions.resume(session_id, take_over=True)) if yes else None
            )

    def _open(self, make: Callable[[], Conductor]) -> None:
        if self.interview is None:
            try:
                self._show_alone(InterviewScreen(make()))
            except ElsewhereError:
                raise
            except MockdlError as error:
                explain(self, error)

    def show_report(self, conductor: Conductor, *, fresh: bool) -> None:
        """Show a session's report in place of its interview."""
        from interviewer.tui.screens.report import ReportScreen

        self.switch_screen(ReportScreen(conductor, fresh=fresh))

    def show_stored(self, session_id: str) -> None:
        """Show the report of a past session above the screen it was chosen on."""
        from interviewer.tui.screens.stored_report import StoredReport

        try:
            self.push_screen(StoredReport(self.services.sessions.open(session_id), fresh=False))
        except MockdlError as error:
            explain(self, error)

    def action_leave(self) -> None:
        """Leave; an interview that is under way asks once and is saved."""
        from interviewer.tui.screens.confirm import LeaveScreen

        interview = self.interview
        if interview is None:
            self.exit(0)
        elif not isinstance(self.screen, LeaveScreen):
            self.push_screen(LeaveScreen(), lambda leaves: interview.leave() if leaves else None)

    def keep_all(self) -> str | None:
        """Save an interview that is under way."""
        interview = self.interview
        return interview.keep_all() if interview is not None else None

    def action_help_quit(self) -> None:
        """Ctrl+C copies and does not leave; say what does."""
        toast(self, name_keys(self, "{quit} saves and leaves."))

    # Help

    def keys_everywhere(self) -> list[tuple[str, str]]:
        """The keys of the places only where one may go there."""
        return [row for row in _ROWS if row is not _PLACES or self.interview is None]

    def about(self) -> str:
        """What happens to the answers, with what is sent where."""
        try:
            notice = self.services.model.notice()
        except MockdlError as error:  # a judge that is wanted and not configured gets nothing either
            notice = str(error)
        return _ABOUT.replace("{where}", "\n  ".join(textwrap.wrap(notice or _HERE, 74)))
