"""Small dialogs: yes or no, leave or stay, and one line of text."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static
from textual.widgets.button import ButtonVariant

from interviewer.tui.key_captions import name_keys
from interviewer.tui.safe_text import show, show_line
from interviewer.tui.widgets.line_input import ValueInput


class ConfirmScreen(ModalScreen[bool]):
    """A question whose answer is True for yes."""

    CSS_PATH = "confirm.tcss"
    AUTO_FOCUS = "#no"
    """A stray Enter must change nothing."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes", id="confirm-yes", tooltip="Do it"),
        Binding("escape,n", "answer(False)", "No", id="confirm-no", tooltip="Change nothing"),
        Binding("left,right", "other", show=False, id="confirm-other", tooltip="To the other button"),
    ]
    BUTTONS = ("yes", "no")
    """Their ids."""
    NO = "Cancel ({confirm-no})"
    VARIANT: ClassVar[ButtonVariant] = "error"

    def __init__(self, question: str, yes: str) -> None:
        """`yes` is the caption of the button that does it."""
        super().__init__()
        self._question = question
        self._yes = yes

    def compose(self) -> ComposeResult:
        """The question and two buttons."""
        with Vertical(id="ask-box"):
            yield Static(show(self._question))
            with Horizontal(id="ask-buttons"):
                yield Button(show_line(name_keys(self, self._yes)), id=self.BUTTONS[0], variant=self.VARIANT)
                yield Button(show_line(name_keys(self, self.NO)), id=self.BUTTONS[1])

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer with the button that was pressed."""
        self.dismiss(event.button.id == self.BUTTONS[0])

    def action_answer(self, yes: bool) -> None:
        """Answer by key."""
        self.dismiss(yes)

    def action_other(self) -> None:
        """Go to the other button."""
        self.focus_next()


class LeaveScreen(ConfirmScreen):
    """Leave the interview now?"""

    AUTO_FOCUS = "#leave"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Leave", id="leave-yes", tooltip="Save and leave"),
        Binding("escape,n", "answer(False)", "Stay", id="leave-no", tooltip="Go on with the interview"),
    ]
    BUTTONS = ("leave", "stay")
    NO = "Stay ({leave-no})"
    VARIANT = "primary"

    def __init__(self) -> None:
        question = "Leave the interview?\nIt is saved; `mockdl start --resume` takes it up again."
        super().__init__(question, "Leave ({leave-yes})")


class LineScreen(ModalScreen[str | None]):
    """One line of text; None when it was called off."""

    CSS_PATH = "confirm.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "call_off", "Cancel", id="line-cancel", tooltip="Leave it as it was"),
        Binding("ctrl+s", "keep", "Keep", id="submit", tooltip="Take this", show=False, priority=True),
    ]

    def __init__(self, question: str, value: str, most: int) -> None:
        super().__init__()
        self._question = question
        self._value = value
        self._most = most

    def compose(self) -> ComposeResult:
        """The question and a line to type in."""
        with Vertical(id="ask-box"):
            yield Static(show(self._question))
            yield ValueInput(self._value, id="line", max_length=self._most)
            keys = name_keys(self, "Enter takes it, {line-cancel} goes back.")
            yield Static(keys, classes="muted", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Hand the line back."""
        self.dismiss(event.value)

    def action_keep(self) -> None:
        """The same by the key that submits everywhere."""
        self.dismiss(self.query_one(ValueInput).value)

    def action_call_off(self) -> None:
        """Change nothing."""
        self.dismiss(None)
