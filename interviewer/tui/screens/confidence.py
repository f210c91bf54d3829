"""How sure are you? Asked while the answer is read, so that it is said before the verdict is known."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Static

from interviewer.core.interview.calibration import CONFIDENCE
from interviewer.tui.key_captions import name_keys


class ConfidenceScreen(ModalScreen[int | None]):
    """1 to 5; None when it was skipped."""

    CSS_PATH = "confidence.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter", "skip", "Skip", id="confidence-skip", tooltip="Say nothing"),
    ]

    def compose(self) -> ComposeResult:
        """The question and its five answers."""
        with Vertical(id="confidence-box"):
            yield Static("Your answer is saved and being read. How sure are you of it?", markup=False)
            yield Static("\n".join(f"  {value}  {word}" for value, word in CONFIDENCE.items()), markup=False)
            keys = name_keys(self, "1 to 5 answers, {confidence-skip} skips. It changes no score.")
            yield Static(keys, classes="muted", markup=False)

    def on_key(self, event: Key) -> None:
        """A number answers."""
        value = next((each for each in CONFIDENCE if event.character == str(each)), None)
        if value is not None:
            event.stop()
            self.dismiss(value)

    def action_skip(self) -> None:
        """Say nothing."""
        self.dismiss(None)
