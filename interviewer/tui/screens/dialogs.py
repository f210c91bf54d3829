"""Help, and the question that is asked once before leaving."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Static

__all__ = ["HelpScreen", "LeaveScreen"]

_HELP = """\
While answering
  ctrl+s  submit the answer           f2  next hint (has a price)
  f3      say "I don't know"          f4  skip
  f5      pause the clock, go on      esc go on without waiting for a grade
  tab     between editor and transcript

Everywhere
  f1 or ?  this help                  ctrl+p  command palette
  ctrl+q   save and leave (asks once)

What happens to your words
  An answer is on disk before it is graded, a draft a second after you typed.
  `mockdl start --resume` brings both back, also after a crash.
  Grading runs on this machine; nothing is sent anywhere.

How the score is made
  Each key point has a weight; covered counts whole, partly covered half, and
  70% when a follow-up had to ask. Wrong claims and hints cost points.
  The interval says how sure the grader is.
"""


class HelpScreen(ModalScreen[None]):
    """All keys on one page."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q,question_mark", "dismiss", "Close", id="close-help"),
    ]

    def compose(self) -> ComposeResult:
        """One box of text."""
        with VerticalScroll(id="help-box"):
            yield Static(_HELP, markup=False)
            yield Static("Esc closes.", markup=False, classes="muted")


class LeaveScreen(ModalScreen[bool]):
    """Leave now? The answer is True for yes."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Leave", id="leave-yes"),
        Binding("escape,n", "answer(False)", "Stay", id="leave-no"),
    ]

    def compose(self) -> ComposeResult:
        """A sentence and two buttons."""
        with Vertical(id="leave-box"):
            yield Static("Leave the interview?\nIt is saved; `mockdl start --resume` takes it up again.", markup=False)
            with Horizontal(id="leave-buttons"):
                yield Button("Leave (y)", id="leave", variant="primary")
                yield Button("Stay (Esc)", id="stay")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer with the button that was pressed."""
        self.dismiss(event.button.id == "leave")

    def action_answer(self, leaves: bool) -> None:
        """Answer by key."""
        self.dismiss(leaves)
