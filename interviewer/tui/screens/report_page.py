"""The report of a session, to be read: one line above one scrolling page."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from interviewer.report.brief_report import render_blocks
from interviewer.report.terminal_report import render_head, render_terminal
from interviewer.sessions.session_view import SessionView
from interviewer.tui.safe_text import show_line
from interviewer.tui.widgets.key_footer import KeyFooter
from interviewer.tui.widgets.page import Page
from interviewer.tui.widgets.report_head import describe_report
from interviewer.tui.widgets.report_lines import paint
from interviewer.tui.widgets.too_small import TooSmall


class ReportPage(Screen[None]):
    """Scores, verdicts and what to study next."""

    CSS_PATH = "reading.tcss"

    def __init__(self, view: SessionView) -> None:
        super().__init__()
        self._view = view
        self._full = False

    def compose(self) -> ComposeResult:
        """A line above one scrolling page."""
        yield Static("", id="note", markup=False)
        with Page(id="page"):
            yield Static("", id="text", markup=False)
        yield KeyFooter()
        yield TooSmall()

    def on_resize(self) -> None:
        """Set the text anew to the width."""
        self._show_text()

    def _show_text(self) -> None:
        width = max(40, min(100, self.size.width - 6))
        summary = self._view.summary()
        if self._full:
            lines = render_terminal(summary, width).splitlines()[len(render_head(summary, width)) :]
        else:
            lines = render_blocks(summary, width)
        self.query_one("#text", Static).update(Content("\n").join([describe_report(summary, width), paint(lines)]))

    def action_sources(self) -> None:
        """Show every answer, every point and the model answers, or the short form again."""
        self._full = not self._full
        self._show_text()

    def _show_note(self, text: str) -> None:
        self.query_one("#note", Static).update(show_line(text))
