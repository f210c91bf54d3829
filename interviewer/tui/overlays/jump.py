"""Jump mode: a letter over everything on screen that can have the focus, and the focus goes where the letter says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, NamedTuple

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.errors import NoWidget
from textual.events import Click, Key, Resize
from textual.geometry import Offset
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Select, Static

from interviewer.tui.key_captions import name_keys
from interviewer.tui.safe_text import toast

_LETTERS = "asdfghjklqwertyuiopzxcvbnm"
"""The home row first."""
_WIDTH = 3
"""Cells of a label: the letter between two blanks."""


class Target(NamedTuple):
    """Where a letter leads."""

    letter: str
    widget: Widget
    place: Offset
    """Of the label, on the screen."""


def jump(app: App[Any]) -> None:
    """Show the letters, or take them away; say so where there is nothing to jump to."""
    if isinstance(app.screen, JumpScreen):
        app.screen.action_leave()
        return
    targets = find_targets(app.screen)
    if targets:
        app.push_screen(JumpScreen(targets), _focus)
    else:
        toast(app, "There is nothing to jump to here.", seconds=3)


def _focus(widget: Widget | None) -> None:
    if widget is not None and widget.is_attached and widget.focusable:
        widget.screen.set_focus(widget)


def find_targets(screen: Screen[Any]) -> list[Target]:
    """What can be jumped to; a widget has the same letter whether the ones before it can be reached or not."""
    if any(each.display for each in screen.query("#too-small")):
        return []
    reachable, taken = set(screen.focus_chain), set[Offset]()
    targets = []
    for letter, widget in zip(_LETTERS, _lettered(screen), strict=False):
        place = _place(screen, widget) if widget in reachable else None
        while place in taken and place is not None:
            place += Offset(_WIDTH, 0)
        if place is not None:
            taken.add(place)
            targets.append(Target(letter, widget, place))
    return targets


def _lettered(screen: Screen[Any]) -> Iterator[Widget]:
    """All that could be jumped to; not the open list of a choice, which goes with the choice."""
    for widget in screen.walk_children(Widget):
        if widget.can_focus and not any(isinstance(each, Select) for each in widget.ancestors):
            yield widget


def _place(screen: Screen[Any], widget: Widget) -> Offset | None:
    """The first cell of the widget that is in sight."""
    try:
        seen = screen.find_widget(widget).visible_region
    except NoWidget:
        return None
    return Offset(min(seen.x, max(0, screen.size.width - _WIDTH)), seen.y) if seen.area else None


class JumpScreen(ModalScreen[Widget | None]):
    """The letters, above the screen they belong to; None when nothing was chosen."""

    CSS_PATH = "jump.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", id="jump-leave", tooltip="Stay where you were"),
    ]

    def __init__(self, targets: Sequence[Target]) -> None:
        super().__init__()
        self._targets = {target.letter: target for target in targets}
        self._begun: tuple[int, int] | None = None
        self._covered = False

    def compose(self) -> ComposeResult:
        """A label over each widget, and what to do."""
        for target in self._targets.values():
            label = Static(f" {target.letter} ", id=f"jump-{target.letter}", classes="jump-letter", markup=False)
            label.styles.offset = target.place
            yield label
        yield Static(name_keys(self, "A letter goes to its place, {jump-leave} leaves."), id="jump-hint", markup=False)

    def on_key(self, event: Key) -> None:
        """Go where the letter leads; other keys do nothing."""
        target = self._targets.get((event.character or "").lower())
        if target is not None:
            event.stop()
            self._end(target.widget)

    def on_click(self, event: Click) -> None:
        """A click on a letter goes there, any other leaves."""
        name = (event.widget.id or "") if event.widget is not None else ""
        target = self._targets.get(name.removeprefix("jump-"))
        self._end(target.widget if target is not None else None)

    def on_resize(self, event: Resize) -> None:
        """The letters would stand in the wrong places."""
        if self._begun not in (None, event.size):
            self._end()
        self._begun = event.size

    def on_screen_suspend(self) -> None:
        """Something was put above: the letters have had their time."""
        self._covered = True

    def on_screen_resume(self) -> None:
        """Leave when what was above is gone; what is below may have changed."""
        if self._covered:
            self._end()

    def action_leave(self) -> None:
        """Change nothing."""
        self._end()

    def _end(self, widget: Widget | None = None) -> None:
        if self.is_current:
            self.dismiss(widget)
