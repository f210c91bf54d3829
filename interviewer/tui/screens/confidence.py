"""How sure are you? Asked while the answer is read, so that it is said before the verdict is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Key, Paste
from textual.screen import ModalScreen
from textual.widgets import Static

from interviewer.core.interview.calibration import CONFIDENCE
from interviewer.tui.key_captions import name_keys


class ConfidenceScreen(ModalScreen[int | None]):
    """1 to 5; None when it was skipped, or when somebody types the next answer instead, which `type_on` takes."""

    CSS_PATH = "confidence.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter", "skip", "Skip", id="confidence-skip", tooltip="Say nothing"),
    ]

    def __init__(self, type_on: Callable[[str], object]) -> None:
        super().__init__()
        self._type_on = type_on
        self._gave_way = False

    def compose(self) -> ComposeResult:
        """The question and its five answers."""
        with Vertical(id="confidence-box"):
            yield Static("Your answer is saved and being read. How sure are you of it?", markup=False)
            yield Static("\n".join(f"  {value}  {word}" for value, word in CONFIDENCE.items()), markup=False)
            keys = name_keys(self, "1 to 5 answers, {confidence-skip} skips. It changes no score.")
            yield Static(keys, classes="muted", markup=False)

    def on_key(self, event: Key) -> None:
        """A number answers; with any other character somebody types on, and numbers behind it are part of that."""
        value = next((each for each in CONFIDENCE if event.character == str(each)), None)
        if value is not None and not self._gave_way:
            event.stop()
            self._gave_way = True
            self.dismiss(value)
        elif event.is_printable or (self._gave_way and event.key == "enter"):
            event.stop()
            event.prevent_default()
            self._give_way(event.character if event.is_printable and event.character else "\n")

    def on_paste(self, event: Paste) -> None:
        """What is pasted is no number."""
        event.stop()
        self._give_way(event.text)

    def _give_way(self, typed: str) -> None:
        self._type_on(typed)
        if not self._gave_way:
            self._gave_way = True
            self.dismiss(None)

    def action_skip(self) -> None:
        """Say nothing."""
        self.dismiss(None)
