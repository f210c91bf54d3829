"""Who said what so far, newest at the bottom."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from interviewer.core.content import Item
from interviewer.core.session import Turn
from interviewer.tui.text import show

__all__ = ["Transcript"]


class Transcript(VerticalScroll):
    """Questions, hints and answers of the question on screen."""

    can_focus = True

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._first: list[Static] | None = []
        self.shown: tuple[Turn, ...] = ()
        """The turns on screen."""

    def compose(self) -> ComposeResult:
        """What was added before mounting, so that the first paint already shows the question."""
        first, self._first = self._first or [], None
        yield from first

    def begin_question(self) -> None:
        """Clear for a new question."""
        self.shown = ()
        if self._first is None:
            self.remove_children()

    def add_turn(self, turn: Turn, item: Item) -> None:
        """Show a turn: what was asked, the hints it used, and the answer when there is one."""
        self.shown = (*self.shown, turn)
        self._add("Interviewer", turn.prompt, "asked")
        for number in range(turn.hints):
            self.add_hint(item, number)
        if turn.outcome is not None:
            self.add_answer(turn.answer or f"({turn.outcome})")

    def add_question(self, prompt: str) -> None:
        """Show what the interviewer asks."""
        self._add("Interviewer", prompt, "asked")

    def add_hint(self, item: Item, number: int) -> None:
        """Show a hint with its price."""
        hint = item.question.hints[number]
        self._add(f"Hint (costs {hint.price:g} points)", hint.text, "hinted")

    def add_answer(self, text: str) -> None:
        """Show what the candidate said."""
        self._add("You", text, "answered")

    def add_note(self, text: str) -> None:
        """Show a remark of the program."""
        self._add("mockdl", text, "noted")

    def _add(self, speaker: str, text: str, kind: str) -> None:
        said = text.strip("\n") if kind == "answered" else _reflow(text)
        content = Content.assemble(show(f"{speaker}\n", "bold"), show(said))
        said_by = Static(content, classes=f"said -{kind}")
        if self._first is not None:
            self._first.append(said_by)
            return
        self.mount(said_by)
        self.scroll_end(animate=False)


def _reflow(text: str) -> str:
    """Authored text is wrapped in its file; here its paragraphs are set to the width of the screen."""
    if "```" in text:
        return text.strip("\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.strip().split("\n\n"))
