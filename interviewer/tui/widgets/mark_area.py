"""An answer in which words can be marked, with shift and the arrow keys or, where a terminal eats shift, with space."""

from __future__ import annotations

import re
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets.text_area import Location

from interviewer.core.grade.grade import Span
from interviewer.tui.widgets.answer_area import AnswerArea

_WORD = re.compile(r"\w+(?:['’-]\w+)*")


class MarkArea(AnswerArea):
    """Read-only; the words as typed, line ends included."""

    HELP = "Your answer. {contest-mark} begins to mark and ends it, shift with the arrow keys marks too."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "Mark", id="contest-mark", tooltip="Begin to mark here, or end"),
    ]

    def __init__(self, *, id: str) -> None:
        self.marking = False
        """Whether every movement of the cursor marks."""
        self._answer = ""
        super().__init__("", id=id, read_only=True, soft_wrap=True, tab_behavior="focus", show_cursor=True)

    def show_answer(self, answer: str) -> None:
        """Show another answer, with nothing marked."""
        self._answer = answer
        self.marking = False
        self.load_text(answer)
        self.move_cursor((0, 0))

    def action_mark(self) -> None:
        """Begin to mark at the cursor; once more, and the mark stays as it is."""
        self.marking = not self.marking
        if self.marking:
            super().move_cursor(self.cursor_location)

    def mark_whole(self) -> None:
        """Mark all of it."""
        self.marking = False
        self.select_all()

    def move_cursor(
        self, location: Location, select: bool = False, center: bool = False, record_width: bool = True
    ) -> None:
        """Move; mark on the way while marking."""
        super().move_cursor(location, select or self.marking, center, record_width)

    # Without a mark under way these would only go to the end of what is marked.

    def action_cursor_left(self, select: bool = False) -> None:
        """One character back."""
        super().action_cursor_left(select or self.marking)

    def action_cursor_right(self, select: bool = False) -> None:
        """One character on."""
        super().action_cursor_right(select or self.marking)

    def action_cursor_word_left(self, select: bool = False) -> None:
        """One word back."""
        super().action_cursor_word_left(select or self.marking)

    def action_cursor_word_right(self, select: bool = False) -> None:
        """One word on."""
        super().action_cursor_word_right(select or self.marking)

    @property
    def marked(self) -> Span:
        """What is marked, in the answer as typed; a word that is marked in part counts whole."""
        start, end = sorted(self._offset(place) for place in self.selection)
        if start == end:
            return Span(start=start, end=end)
        cut = [word.span() for word in _WORD.finditer(self._answer) if word.start() < end and start < word.end()]
        return Span(start=min([start, *(first for first, _ in cut)]), end=max([end, *(last for _, last in cut)]))

    def _offset(self, place: Location) -> int:
        """The place in the answer as typed, whose line ends may be of another kind than the document's."""
        row, column = place
        lines = self._answer.splitlines(keepends=True)
        return sum(len(line) for line in lines[:row]) + column
