"""Help, and the question that is asked once before leaving."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from interviewer.tui.key_captions import name_keys
from interviewer.tui.safe_text import show, show_line

__all__ = ["HelpScreen", "LeaveScreen"]


class HelpScreen(ModalScreen[None]):
    """Where one is, the keys of that place, and what happens to the answers."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q,question_mark", "dismiss", "Close", id="close-help", tooltip="Back to the screen"),
    ]

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        """One box of text."""
        with VerticalScroll(id="help-box"):
            yield Static(show(self._text))
            yield Static(name_keys(self, "{close-help} closes."), markup=False, classes="muted")


class LeaveScreen(ModalScreen[bool]):
    """Leave now? The answer is True for yes."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Leave", id="leave-yes", tooltip="Save and leave"),
        Binding("escape,n", "answer(False)", "Stay", id="leave-no", tooltip="Go on with the interview"),
        Binding("left,right", "other", show=False, id="confirm-other", tooltip="To the other button"),
    ]

    def compose(self) -> ComposeResult:
        """A sentence and two buttons."""
        with Vertical(id="leave-box"):
            yield Static("Leave the interview?\nIt is saved; `mockdl start --resume` takes it up again.", markup=False)
            with Horizontal(id="leave-buttons"):
                yield Button(show_line(name_keys(self, "Leave ({leave-yes})")), id="leave", variant="primary")
                yield Button(show_line(name_keys(self, "Stay ({leave-no})")), id="stay")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer with the button that was pressed."""
        self.dismiss(event.button.id == "leave")

    def action_answer(self, leaves: bool) -> None:
        """Answer by key."""
        self.dismiss(leaves)

    def action_other(self) -> None:
        """Go to the other button."""
        self.focus_next()
