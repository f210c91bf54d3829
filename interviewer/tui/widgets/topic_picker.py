"""Topics to tick, with a line that narrows them down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from interviewer.core.bank.kinds import TOPICS
from interviewer.core.text import clean_line
from interviewer.tui.safe_text import show_line
from interviewer.tui.widgets.line_input import LineInput


def fitting_topics(topics: Sequence[str], text: str) -> list[str]:
    """The topics whose name or description holds every word of `text`."""
    words = clean_line(text).lower().split()
    return [topic for topic in topics if all(word in f"{topic} {TOPICS.get(topic, '')}".lower() for word in words)]


class _FindTopic(LineInput):
    HELP = "Type a part of a topic's name or of what it covers; Enter ticks the first, down goes to the list."


class _Ticks(OptionList):
    """Enter and space both tick."""

    HELP = "Enter or {topics-tick} ticks a topic. None ticked means all."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "select", "Tick", id="topics-tick", show=False, tooltip="Tick a topic, or untick it")
    ]


class TopicPicker(Vertical):
    """A searchable list of which several can be ticked; none ticked means all."""

    DEFAULT_CSS = """
    TopicPicker #find-topic { width: 100%; }
    TopicPicker #topics { height: 1fr; scrollbar-gutter: stable; }
    """

    def __init__(self, topics: Sequence[str], *, id: str) -> None:
        super().__init__(id=id)
        self._topics = list(topics)
        self._shown = list(topics)
        self._ticked: set[str] = set()

    @property
    def selected(self) -> tuple[str, ...]:
        """The ticked topics in the bank's order, whether they are in sight or not."""
        return tuple(topic for topic in self._topics if topic in self._ticked)

    def compose(self) -> ComposeResult:
        """The line and the list."""
        yield _FindTopic(placeholder="type to find a topic", id="find-topic", compact=True)
        yield _Ticks(id="topics", compact=True)

    def on_mount(self) -> None:
        """List all."""
        self._list()

    @on(Input.Changed, "#find-topic")
    def _narrow(self, event: Input.Changed) -> None:
        event.stop()
        self._shown = fitting_topics(self._topics, event.value)
        self._list()

    @on(Input.Submitted, "#find-topic")
    def _tick_first(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip() and self._shown:
            self._tick(0)

    @on(OptionList.OptionSelected, "#topics")
    def _tick_this(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if self._shown:
            self._tick(event.option_index)

    def _tick(self, place: int) -> None:
        self._ticked ^= {self._shown[place]}
        self._list()

    def _list(self) -> None:
        ticks = self.query_one("#topics", OptionList)
        place = ticks.highlighted or 0
        ticks.set_options([Option(self._line(topic)) for topic in self._shown] or [Option("no such topic")])
        ticks.highlighted = min(place, max(0, len(self._shown) - 1))
        chosen = len(self._ticked)
        self.border_title = f"Topics: {chosen} chosen" if chosen else "Topics: all"

    def _line(self, topic: str) -> Content:
        return show_line(f"[{'x' if topic in self._ticked else ' '}] {topic}")
