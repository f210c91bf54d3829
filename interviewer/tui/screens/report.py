"""The report of a session, and where it was saved."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Footer, Static

from interviewer.conduct import Conductor
from interviewer.core.interview import GradeTurn
from interviewer.errors import MockdlError
from interviewer.report.terminal import render_terminal
from interviewer.tui.messages import GradeReady
from interviewer.tui.runner import SessionRunner
from interviewer.tui.text import explain, show_line
from interviewer.tui.widgets.reading import paint
from interviewer.tui.widgets.too_small import TooSmall

if TYPE_CHECKING:
    from interviewer.tui.app import MockdlApp

__all__ = ["ReportScreen"]


class ReportScreen(Screen[None]):
    """Scores, verdicts and what to study next."""

    CSS_PATH = "reading.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("h,escape", "home", "Home", id="home", tooltip="Back to the home screen"),
        Binding("question_mark", "app.help", "Help", id="help-letter", show=False),
    ]

    def __init__(self, conductor: Conductor, *, fresh: bool) -> None:
        super().__init__()
        self._conductor = conductor
        self._fresh = fresh
        self._waiting: set[int] = set()

    def compose(self) -> ComposeResult:
        """A line about files and grading above one scrolling page."""
        yield Static("", id="note", markup=False)
        with VerticalScroll(id="page"):
            yield Static("", id="text", markup=False)
        yield Footer(compact=True, show_command_palette=False)
        yield TooSmall()

    def on_mount(self) -> None:
        """Grade what has no grade yet, then save."""
        self.query_one("#page").focus()
        runner = SessionRunner(cast("MockdlApp", self.app), self._conductor, self)
        missing = [turn for turn in self._conductor.ungraded_turns() if turn.result is None]
        self._waiting = {turn.id for turn in missing}
        for turn in missing:
            runner.grade(GradeTurn(turn.id))
        self._show_note(f"Grading {len(missing)} more answers; the report will follow." if missing else "")
        if not missing:
            self._save()

    def on_grade_ready(self, message: GradeReady) -> None:
        """Show the report anew with each grade that arrives."""
        self._waiting.discard(message.turn_id)
        self._show_text()
        if not self._waiting:
            self._save()

    def on_resize(self) -> None:
        """Set the text anew to the width."""
        self._show_text()

    def _show_text(self) -> None:
        width = max(40, min(100, self.size.width - 6))
        lines = render_terminal(self._conductor.summary(), width).splitlines()
        self.query_one("#text", Static).update(paint(lines))

    def _show_note(self, text: str) -> None:
        self.query_one("#note", Static).update(show_line(text))

    def _save(self) -> None:
        if not self._fresh:
            self._show_note(f"Session {self._conductor.row.id}")
            return
        self.run_worker(self._save_report(), name="save report", group="saving", exit_on_error=False)

    async def _save_report(self) -> None:
        services = cast("MockdlApp", self.app).services
        try:
            path = await asyncio.to_thread(services.save_report, self._conductor.summary())
        except MockdlError as error:
            explain(self.app, error)
            return
        self._show_note(f"Saved to {path}")

    def action_home(self) -> None:
        """Back to the home screen."""
        cast("MockdlApp", self.app).show_home()
