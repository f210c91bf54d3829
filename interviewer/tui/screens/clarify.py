"""The line in which the candidate asks what the question means."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from interviewer.tui.key_captions import name_keys
from interviewer.tui.widgets.line_input import LineInput

_MOST = 500
"""Characters of a question."""


class ClarifyScreen(ModalScreen[str | None]):
    """What is unclear? None when nothing was asked."""

    CSS_PATH = "clarify.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "call_off", "Back", id="clarify-back", tooltip="Ask nothing"),
        Binding("ctrl+s", "ask", "Ask", id="submit", tooltip="Ask this", show=False, priority=True),
    ]

    def compose(self) -> ComposeResult:
        """One line to type in."""
        with Vertical(id="clarify-box"):
            yield Static("What is unclear about the question? It costs nothing.", markup=False)
            yield LineInput(id="clarify-line", max_length=_MOST, placeholder="What do you mean by ...?")
            keys = name_keys(self, "Enter asks, {clarify-back} goes back. Your answer stays as it is.")
            yield Static(keys, classes="muted", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Hand the question back."""
        self.dismiss(event.value.strip() or None)

    def action_ask(self) -> None:
        """The same by the key that submits everywhere."""
        self.dismiss(self.query_one(LineInput).value.strip() or None)

    def action_call_off(self) -> None:
        """Ask nothing."""
        self.dismiss(None)
