"""Help, and the question that is asked once before leaving."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from interviewer.tui.text import show

__all__ = ["HelpScreen", "LeaveScreen"]

_HELP = """\
Everywhere
  f1      this help             ctrl+p  places and questions by name
  ctrl+q  save and leave        tab     to the next field
  f7 history  f8 bank  f9 settings  f10 doctor, but not in an interview
  Other keys: `keys` in the settings, by the names in brackets.

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
    """Where one is, the keys of that place, and what happens to the answers."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q,question_mark", "dismiss", "Close", id="close-help"),
    ]

    def __init__(self, here: str = "") -> None:
        """`here` is what is said about the screen that help was asked on."""
        super().__init__()
        self._here = here

    def compose(self) -> ComposeResult:
        """One box of text."""
        with VerticalScroll(id="help-box"):
            yield Static(show(f"{self._here}{_HELP}"))
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
