"""The application: which screen is shown, the encoder's state, and failures of workers.

It knows no rule of the interview and draws nothing itself.
"""

from __future__ import annotations

from typing import ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.worker import Worker, WorkerState

from interviewer.conduct import Conductor
from interviewer.core.ports import EncoderStatus
from interviewer.core.session import SessionConfig
from interviewer.errors import MockdlError
from interviewer.services import Services
from interviewer.tui.messages import EncoderChanged
from interviewer.tui.screens.interview import InterviewScreen
from interviewer.tui.text import explain, toast

__all__ = ["MockdlApp"]


class MockdlApp(App[int]):
    """Home, or straight into an interview."""

    TITLE = "mockdl"
    CSS_PATH = "app.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (50, "-narrow"), (100, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (14, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help", id="help", tooltip="Keys and what happens to your answers"),
        Binding("ctrl+q", "leave", "Quit", id="quit", tooltip="Save and leave", priority=True),
    ]

    def __init__(self, services: Services, conductor: Conductor | None = None) -> None:
        super().__init__()
        self.services = services
        self.encoder_status = EncoderStatus(state="stopped")
        self._first = conductor

    def on_mount(self) -> None:
        """Show the first screen; the encoder's process starts only after it has been drawn."""
        self.theme = (
            self.services.settings.theme if self.services.settings.theme in self.available_themes else self.theme
        )
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
        """Keep the encoder's state and hand it to the screen that shows it."""
        self.encoder_status = message.status
        for screen in self.screen_stack:
            if isinstance(screen, InterviewScreen):
                screen.encoder_status = message.status
        engine = self.services.engine()
        while engine.notices:
            toast(self, engine.notices.pop(0))

    def show_home(self) -> None:
        """Show the home screen anew, so that it lists the latest sessions."""
        from interviewer.tui.screens.home import HomeScreen

        if len(self.screen_stack) > 1:
            self.switch_screen(HomeScreen())
        else:
            self.push_screen(HomeScreen())

    def begin(self, config: SessionConfig) -> None:
        """Plan and open a new interview."""
        try:
            conductor = self.services.start_session(config)
        except MockdlError as error:
            explain(self, error)
            return
        self.switch_screen(InterviewScreen(conductor))

    def take_up(self, session_id: str) -> None:
        """Open a stored session where it stopped."""
        try:
            conductor = self.services.resume_session(session_id)
        except MockdlError as error:
            explain(self, error)
            return
        self.switch_screen(InterviewScreen(conductor))

    def show_report(self, conductor: Conductor, *, fresh: bool) -> None:
        """Show a session's report; a fresh one is also saved."""
        from interviewer.tui.screens.report import ReportScreen

        self.switch_screen(ReportScreen(conductor, fresh=fresh))

    def action_help(self) -> None:
        """Show help once, however often the key is pressed."""
        from interviewer.tui.screens.dialogs import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen())

    def action_leave(self) -> None:
        """Leave; an interview that is under way asks once and is saved."""
        from interviewer.tui.screens.dialogs import LeaveScreen

        interview = next((s for s in self.screen_stack if isinstance(s, InterviewScreen)), None)
        if interview is None or not interview.under_way:
            self.exit(0)
        elif not isinstance(self.screen, LeaveScreen):
            self.push_screen(LeaveScreen(), lambda leaves: interview.leave() if leaves else None)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say what became of any background work that failed; the session goes on."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            error = event.worker.error
            what = f"Something failed in the background ({event.worker.name}): {type(error).__name__}: {error}"
            toast(self, f"{what}\nEverything you submitted is saved.", severity="error", seconds=12)
