"""Home: go on with what was left, start an interview, look at an old report."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Button, Footer, Input, OptionList, Select, SelectionList, Static
from textual.widgets.option_list import Option
from textual.widgets.selection_list import Selection

from interviewer.core.content import Level
from interviewer.core.session import Mode, SessionConfig
from interviewer.errors import MockdlError
from interviewer.report.wording import local_time
from interviewer.services import SessionRow
from interviewer.tui.text import explain, show_line, toast
from interviewer.tui.widgets.too_small import TooSmall

if TYPE_CHECKING:
    from interviewer.tui.app import MockdlApp

__all__ = ["HomeScreen"]

_FIRST_RUN = """\
Questions are asked one by one; type your answer and press ctrl+s.
Follow-ups aim at what was missing. At the end you get a scored report.
Everything runs on this machine and is saved as you type.
Choose a level and press Start."""
_SHOWN = 20


class HomeScreen(Screen[None]):
    """The first screen when no command said what to do."""

    CSS_PATH = "home.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "start", "Start", id="start", tooltip="Start an interview", priority=True),
        Binding("f6", "resume", "Resume", id="resume", tooltip="Go on with the newest unfinished session"),
        Binding("question_mark", "app.help", "Help", id="help-letter", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[SessionRow] = []

    def compose(self) -> ComposeResult:
        """The form at the left, topics at the right, past sessions below."""
        services = cast("MockdlApp", self.app).services
        settings = services.settings
        try:
            self._rows = services.journal.sessions()
        except MockdlError as error:
            explain(self.app, error)
        yield Static("mockdl: practise deep-learning interviews", id="title", markup=False)
        with Horizontal(id="form"):
            with Vertical(id="choices"):
                with Horizontal(classes="pair"):
                    levels = [(str(level), level) for level in Level]
                    yield Select(levels, value=settings.level, allow_blank=False, id="level", compact=True)
                    modes = [(str(mode), mode) for mode in Mode]
                    yield Select(modes, value=settings.mode, allow_blank=False, id="mode", compact=True)
                with Horizontal(classes="pair"):
                    yield Input(str(settings.count), id="count", type="integer", placeholder="questions", compact=True)
                    minutes = f"{settings.minutes:g}" if settings.minutes else ""
                    yield Input(minutes, id="minutes", type="number", placeholder="no time limit", compact=True)
                with Horizontal(classes="pair"):
                    yield Button("Start", id="start", variant="primary", compact=True)
                    yield Button("Resume", id="resume", disabled=self._unfinished() is None, compact=True)
            yield SelectionList(
                *(Selection(show_line(topic), topic) for topic in self._topics()), id="topics", compact=True
            )
        yield Static(self._caption(), id="caption", markup=False)
        options = [Option(show_line(_describe(row)), id=row.id) for row in self._rows[:_SHOWN]]
        yield OptionList(*options, id="sessions", compact=True)
        yield Footer(compact=True, show_command_palette=False)
        yield TooSmall()

    def on_mount(self) -> None:
        """Name the boxes and put the focus where most people begin."""
        self.query_one("#topics").border_title = "Topics (none chosen: all)"
        self.query_one("#sessions").border_title = "Past sessions"
        self.query_one("#count").border_title = "Questions"
        self.query_one("#minutes").border_title = "Minutes"
        self.query_one("#sessions").display = bool(self._rows)
        self.query_one("#start").focus()

    def _topics(self) -> tuple[str, ...]:
        return cast("MockdlApp", self.app).services.bank.topics

    def _unfinished(self) -> SessionRow | None:
        return next((row for row in self._rows if not row.finished), None)

    def _caption(self) -> str:
        row = self._unfinished()
        if row is not None:
            return f"Unfinished: {_describe(row)}. F6 goes on with it."
        return "" if self._rows else _FIRST_RUN

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Start or resume."""
        if event.button.id == "start":
            self.action_start()
        else:
            self.action_resume()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Open the report of a finished session, go on with another."""
        row = next((each for each in self._rows if each.id == event.option.id), None)
        if row is None:
            return
        app = cast("MockdlApp", self.app)
        if not row.finished:
            app.take_up(row.id)
            return
        try:
            app.show_report(app.services.open_session(row.id), fresh=False)
        except MockdlError as error:
            explain(app, error)

    def action_start(self) -> None:
        """Start an interview with what the form says."""
        count, minutes = self.query_one("#count", Input).value, self.query_one("#minutes", Input).value
        try:
            config = SessionConfig(
                level=cast("Level", self.query_one("#level", Select).value),
                mode=cast("Mode", self.query_one("#mode", Select).value),
                topics=tuple(self.query_one("#topics", SelectionList).selected),
                count=int(count or cast("MockdlApp", self.app).services.settings.count),
                minutes=float(minutes) if minutes.strip() else None,
                seed=secrets.randbelow(2**31),
            )
        except ValueError:
            toast(self.app, "Questions must be 1 to 50, minutes more than 0 (or empty).", severity="warning")
            return
        cast("MockdlApp", self.app).begin(config)

    def action_resume(self) -> None:
        """Go on with the newest unfinished session."""
        row = self._unfinished()
        if row is None:
            toast(self.app, "There is no unfinished session.")
        else:
            cast("MockdlApp", self.app).take_up(row.id)


def _describe(row: SessionRow) -> str:
    state = "finished" if row.finished else "not finished"
    return f"{local_time(row.created_at)}  {row.config.level} {row.config.mode}, {len(row.plan)} questions, {state}"
