"""The application: which screen is shown, the encoder's state, and failures of workers.

It knows no rule of the interview and draws nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.events import DescendantFocus
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from interviewer.core.bank.content import Level
from interviewer.core.interview.session import Mode, SessionConfig
from interviewer.core.ports import EncoderStatus
from interviewer.errors import MockdlError
from interviewer.services import Services
from interviewer.sessions.conductor import Conductor
from interviewer.tui.messages import EncoderChanged
from interviewer.tui.safe_text import explain, toast
from interviewer.tui.screens.interview import InterviewScreen
from interviewer.tui.themes import apply_looks, steady_cursor

if TYPE_CHECKING:
    from textual.command import Provider

    from interviewer.sessions.archive import Archive

__all__ = ["MockdlApp"]


def _question_provider() -> type[Provider]:
    """Imported when the palette is first opened."""
    from interviewer.tui.palette import QuestionProvider

    return QuestionProvider


class MockdlApp(App[int]):
    """Home, or straight into an interview."""

    TITLE = "mockdl"
    CSS_PATH = "app.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (50, "-narrow"), (100, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (14, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority, so that they work above dialogs too, and in an editor that takes every key.
        Binding("f1", "help", "Help", id="help", tooltip="Keys and what happens to your answers", priority=True),
        Binding("ctrl+q", "leave", "Quit", id="quit", tooltip="Save and leave", priority=True),
        Binding("ctrl+g", "jump", "Jump", id="jump", tooltip="Jump to a field by letter", priority=True, show=False),
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
        super().__init__()
        self.services = services
        self.encoder_status = EncoderStatus(state="stopped")
        self._first = conductor

    def on_mount(self) -> None:
        """Show the first screen; the encoder's process starts only after it has been drawn."""
        apply_looks(self)
        if self._first is not None:
            self.push_screen(InterviewScreen(self._first))
        else:
            self.show_home()
        self.set_timer(0.05, self.start_encoder)

    def start_encoder(self) -> None:
        """Start the worker process and listen to it."""
        engine = self.services.engine()
        engine.on_status(self._hear_encoder)
        self._hear_encoder(engine.status())

    def _hear_encoder(self, status: EncoderStatus) -> None:
        """Called from the engine's reading thread; posting a message is safe from there."""
        self.post_message(EncoderChanged(status))

    def on_encoder_changed(self, message: EncoderChanged) -> None:
        """Keep the encoder's state and hand it to the screen that shows it; what failed is more than a line holds."""
        if message.status.state == "failed" and self.encoder_status.state != "failed":
            what = f"The encoder failed: {message.status.detail}"
            toast(self, f"{what}\nAnswers are saved and can be graded later.", severity="error", seconds=12)
        self.encoder_status = message.status
        for screen in self.screen_stack:
            if hasattr(screen, "encoder_status"):
                cast("Any", screen).encoder_status = message.status
        engine = self.services.engine()
        while engine.notices:
            toast(self, engine.notices.pop(0))

    @property
    def archive(self) -> Archive:
        """Past sessions."""
        return self.services.archive

    @property
    def interview(self) -> InterviewScreen | None:
        """The interview that is under way."""
        found = (screen for screen in self.screen_stack if isinstance(screen, InterviewScreen))
        return next((screen for screen in found if screen.under_way), None)

    def show_home(self) -> None:
        """Show the home screen anew, so that it lists the latest sessions."""
        from interviewer.tui.screens.home import HomeScreen

        self.show_alone(HomeScreen())

    def show_alone(self, screen: Screen[Any]) -> None:
        """Show a screen in place of all others."""
        while len(self.screen_stack) > 2:
            self.pop_screen()
        if len(self.screen_stack) == 2:
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
        return not (action == "visit" and self.interview is not None)

    @cached_property
    def question_titles(self) -> dict[str, str]:
        """Titles of all questions by id."""
        bank = self.services.bank
        return {head.id: bank[head.id].question.title for head in bank.heads}

    def jump_to_question(self, question_id: str) -> None:
        """Show a question in the bank."""
        from interviewer.tui.screens.bank import BankScreen

        if self.interview is not None:
            return
        found = next((screen for screen in self.screen_stack if isinstance(screen, BankScreen)), None)
        if found is None:
            self.push_screen(BankScreen(question_id))
        else:
            self.action_visit("bank")
            found.go_to(question_id)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The command palette's entries."""
        from interviewer.tui.palette import list_commands

        return list_commands(self, screen)

    def begin(self, config: SessionConfig) -> None:
        """Plan and open a new interview."""
        self._open(lambda: self.services.sessions.create(config))

    def begin_from(
        self, question_ids: Sequence[str], level: Level, *, mode: Mode | None = None, minutes: float | None = None
    ) -> None:
        """Open an interview of just these questions, in the mode of the settings if none is given."""
        mode = mode or self.services.settings.mode
        config = SessionConfig(level=level, mode=mode, count=len(question_ids), minutes=minutes)
        self._open(lambda: self.services.sessions.create_from(question_ids, config))

    def take_up(self, session_id: str) -> None:
        """Open a stored session where it stopped."""
        self._open(lambda: self.services.sessions.resume(session_id))

    def _open(self, make: Callable[[], Conductor]) -> None:
        if self.interview is None:
            try:
                self.show_alone(InterviewScreen(make()))
            except MockdlError as error:
                explain(self, error)

    def show_report(self, conductor: Conductor, *, fresh: bool) -> None:
        """Show a session's report; a fresh one is also saved."""
        from interviewer.tui.screens.report import ReportScreen

        self.switch_screen(ReportScreen(conductor, fresh=fresh))

    def show_stored(self, session_id: str) -> None:
        """Show the report of a past session above the screen it was chosen on."""
        from interviewer.tui.screens.stored_report import StoredReport

        try:
            self.push_screen(StoredReport(self.services.sessions.open(session_id), fresh=False))
        except MockdlError as error:
            explain(self, error)

    def action_help(self) -> None:
        """Show help once, however often the key is pressed."""
        from interviewer.tui.help import describe_program, show_help

        try:
            notice = self.services.model.notice()
        except MockdlError as error:  # a judge that is wanted and not configured gets nothing either
            notice = str(error)
        show_help(self, describe_program(notice))

    def action_jump(self) -> None:
        """Show a letter over each field, or take the letters away."""
        from interviewer.tui.screens.jump import jump

        jump(self)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """A cursor that has just been shown blinks only where the settings let it."""
        steady_cursor(self, event.widget)

    def action_leave(self) -> None:
        """Leave; an interview that is under way asks once and is saved."""
        from interviewer.tui.screens.dialogs import LeaveScreen

        interview = self.interview
        if interview is None:
            self.exit(0)
        elif not isinstance(self.screen, LeaveScreen):
            self.push_screen(LeaveScreen(), lambda leaves: interview.leave() if leaves else None)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say what became of any background work that failed; the session goes on."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            error = event.worker.error
            what = f"Something failed in the background ({event.worker.name}): {type(error).__name__}: {error}"
            toast(self, f"{what}\nEverything you submitted is saved.", severity="error", seconds=12)
