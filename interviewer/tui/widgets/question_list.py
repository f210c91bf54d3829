"""Questions as a list, one line each, with the ones to be asked marked."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from interviewer.core.bank.content import Item
from interviewer.tui.safe_text import fit, show


class QuestionList(OptionList):
    """Questions to choose from; Enter goes to the preview."""

    HELP = "Enter goes to the preview, {bank-choose} chooses questions, {start} starts with what is chosen."

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, compact=True)
        self.items: list[Item] = []
        self.chosen: tuple[str, ...] = ()
        """Ids of the questions to ask, in the order they were chosen; kept while the list is filtered."""

    @property
    def current(self) -> Item | None:
        """The question under the cursor."""
        return self.items[self.highlighted] if self.highlighted is not None and self.items else None

    def show_items(self, items: Sequence[Item], *, top: bool = False) -> None:
        """List these; with the cursor at the top, or on the same question as before where it is still there."""
        current = self.current
        self.items = list(items)
        ids = [each.question.id for each in self.items]
        self.set_options([Option(self._line(each), id=each.question.id) for each in self.items])
        if ids:
            kept = current is not None and current.question.id in ids and not top
            self.highlighted = ids.index(current.question.id) if kept and current is not None else 0

    def go_to(self, question_id: str) -> bool:
        """Put the cursor on a question; False when it is not listed."""
        ids = [each.question.id for each in self.items]
        if question_id not in ids:
            return False
        self.highlighted = ids.index(question_id)
        return True

    def toggle(self) -> None:
        """Choose the question under the cursor, or leave it out again."""
        item = self.current
        if item is not None:
            mine = item.question.id
            self.chosen = (
                tuple(each for each in self.chosen if each != mine) if mine in self.chosen else (*self.chosen, mine)
            )
            self.show_items(self.items)

    def on_resize(self) -> None:
        """Set the lines anew to the width."""
        self.show_items(self.items)

    def _line(self, item: Item) -> Content:
        question = item.question
        mark = "+ " if question.id in self.chosen else "  "
        width = max(12, self.scrollable_content_region.width - 2 - 2 - 7)
        topic = 20 if width > 60 else 0
        tail = f" {fit(question.topic, topic)}" if topic else ""
        return show(f"{mark}{fit(question.level, 7)}{fit(question.title, width - topic - bool(topic))}{tail}")
