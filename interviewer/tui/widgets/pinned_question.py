"""The question above the editor, while it is not to be seen in what was said."""

from __future__ import annotations

from textual.events import Click, Resize
from textual.widgets import Static

from interviewer.core.text import shorten
from interviewer.tui.safe_text import show, show_line
from interviewer.wording.prose import reflow, rejoin

_LINES = 3


class PinnedQuestion(Static):
    """One to three lines, and all of it when it is opened."""

    def __init__(self) -> None:
        super().__init__("", id="pinned", markup=False)
        self._text = ""
        self._open = False

    def show_question(self, prompt: str) -> None:
        """Keep another question; it is closed at first."""
        text = rejoin(prompt) if prompt.startswith("You said") else reflow(prompt)
        if text != self._text:
            self._text, self._open = text, False
            self._draw()

    def toggle(self) -> None:
        """Show all of it, or its beginning."""
        self._open = not self._open
        self._draw()

    def on_click(self, event: Click) -> None:
        """The same by mouse."""
        event.stop()
        self.toggle()

    def on_resize(self, event: Resize) -> None:
        """Cut it anew to the room there is."""
        self._draw()

    def _draw(self) -> None:
        room = _LINES * max(20, self.size.width - 2) - 10  # wrapped lines are not full
        line = " ".join(self._text.split())
        self.set_class(self._open, "-open")
        self.update(show(self._text) if self._open else show_line(shorten(line, room)))
