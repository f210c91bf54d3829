"""The verdict on one question, to be read: what earned credit, in whose words, and what was missing."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from interviewer.core.interview.authored import missed_points
from interviewer.core.interview.summary import QuestionSummary
from interviewer.sessions.session_view import SessionView
from interviewer.tui.key_captions import name_keys
from interviewer.tui.safe_text import show
from interviewer.tui.widgets.key_footer import KeyFooter
from interviewer.tui.widgets.page import Page
from interviewer.tui.widgets.too_small import TooSmall
from interviewer.tui.widgets.verdict_text import describe_sources, describe_verdict


class VerdictPage(Screen[None]):
    """One scrolling page, and below it what is explained."""

    CSS_PATH = [  # noqa: RUF012 - as Textual has it
        "reading.tcss",
        "question_verdict.tcss",
    ]
    CLOSED: ClassVar[str] = ""
    """What stands in place of the model answer and the references."""
    NEXT: ClassVar[str] = ""
    """What an explanation adds when more points were missed."""

    def __init__(self, question: QuestionSummary, number: int, view: SessionView) -> None:
        super().__init__()
        self._question = question
        self._number = number
        self._view = view
        self._missed = missed_points(view.state, question.item)
        self._explained = -1
        self._with_sources = False

    def compose(self) -> ComposeResult:
        """The verdict, what was explained, and the keys."""
        with Page(id="page"):
            yield Static("", id="text", markup=False)
            yield Static("", id="sources", markup=False)
        with VerticalScroll(id="explanation"):
            yield Static("", id="explained", markup=False)
        yield KeyFooter()
        yield TooSmall()

    def on_mount(self) -> None:
        """Let the arrow keys scroll at once."""
        self.query_one("#page").focus()
        self.query_one("#explanation").display = False
        self._show_verdict()

    def on_resize(self) -> None:
        """Set the text anew to the width."""
        self._show_verdict()

    def _show_verdict(self) -> None:
        level, width = self._view.state.config.level, max(40, min(100, self.size.width - 6))
        verdict = describe_verdict(self._question, level, self._number, width)
        closed = show(name_keys(self, self.CLOSED), "$text-muted")
        sources = describe_sources(self._question) if self._with_sources else closed
        self.query_one("#text", Static).update(Content("\n").join([verdict, Content()]))
        self.query_one("#sources", Static).update(sources)

    def _show_explanation(self, text: str) -> None:
        point = self._missed[self._explained]
        place = f"{self._explained + 1} of {len(self._missed)}"
        more = name_keys(self, self.NEXT) if len(self._missed) > 1 else ""
        statement = "" if text.startswith(point.statement) else f": {point.statement}"
        head = show(f"Explained ({place}{more}){statement}\n", "bold")
        self.query_one("#explained", Static).update(Content.assemble(head, show(text)))
