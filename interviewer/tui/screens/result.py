"""The verdict on one question: what earned credit, in whose words, and what was missing."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Footer, Static

from interviewer.core.summary import QuestionSummary
from interviewer.report.terminal import render_question
from interviewer.tui.widgets.reading import paint
from interviewer.tui.widgets.too_small import TooSmall

__all__ = ["ResultScreen"]


class ResultScreen(Screen[None]):
    """Shown after each question of a practice session."""

    CSS_PATH = "reading.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,escape,ctrl+s", "dismiss", "Go on", id="continue", tooltip="Next question", priority=True),
    ]

    def __init__(self, question: QuestionSummary, number: int) -> None:
        super().__init__()
        self._question = question
        self._number = number

    def compose(self) -> ComposeResult:
        """One scrolling page."""
        with VerticalScroll(id="page"):
            yield Static("", id="text", markup=False)
        yield Footer(compact=True, show_command_palette=False)
        yield TooSmall()

    def on_mount(self) -> None:
        """Let the arrow keys scroll at once."""
        self.query_one("#page").focus()

    def on_resize(self) -> None:
        """Set the text anew to the width."""
        width = max(40, min(100, self.size.width - 6))
        self.query_one("#text", Static).update(paint(render_question(self._question, width, number=self._number)))
