"""The row of the home screen that says what is due for review, with the button that asks it; absent when nothing is."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Button, Static

from interviewer.core.progress.agenda import Agenda
from interviewer.tui.key_captions import name_keys
from interviewer.tui.safe_text import show_line
from interviewer.tui.widgets.today import describe_due

_PADDING = 2


class DueRow(Horizontal):
    """What is due, on one line."""

    DEFAULT_CSS = """
    DueRow {
        display: none;
        height: 1;
        padding: 0 2;
    }
    DueRow Button {
        min-width: 0;
        margin-right: 1;
    }
    DueRow Static {
        width: 1fr;
    }
    """

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.agenda: Agenda | None = None
        """None until it was worked out."""

    def compose(self) -> ComposeResult:
        """The button, then the line."""
        yield Button("Review", id="review", compact=True)
        yield Static("", markup=False)

    def show_agenda(self, agenda: Agenda | None) -> None:
        """Say what is due; hide the row when nothing is."""
        self.agenda = agenda
        self.display = bool(self.question_ids)
        self._draw()

    @property
    def question_ids(self) -> tuple[str, ...]:
        """The questions that are due, the most urgent first."""
        return tuple(each.question_id for each in self.agenda.due) if self.agenda is not None else ()

    def on_resize(self) -> None:
        """Cut the line anew to the width."""
        self._draw()

    def _draw(self) -> None:
        if self.agenda is not None:
            caption = name_keys(self, "Review ({^review})")
            self.query_one(Button).label = show_line(caption)
            # The screen's width: the row itself has none before it is first shown.
            room = self.screen.size.width - 2 * _PADDING - (len(caption) + 2) - 1
            self.query_one(Static).update(show_line(describe_due(self.agenda, room)))
