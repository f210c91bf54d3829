"""What help says here and now: the widget with the focus, the keys of this screen, then what holds everywhere.

A widget's own text is its class's `HELP`, in which keys stand as in any caption: "{submit} sends it".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Input, OptionList, Select, Static, TextArea

from interviewer.settings.key_bindings import ACTIONS
from interviewer.tui.key_captions import name_keys
from interviewer.tui.safe_text import show

if TYPE_CHECKING:
    from textual.app import App
    from textual.screen import Screen
    from textual.widget import Widget

_BY_KIND: tuple[tuple[type[Any], str], ...] = (
    (TextArea, "Text of several lines. ctrl+z takes back what you typed."),
    (Input, "One line of text. ctrl+u clears it."),
    (Select, "Enter opens the choices, arrow keys move, Enter takes one, Esc leaves it."),
    (OptionList, "Arrow keys move, Home and End jump, Enter takes the line under the cursor."),
    (Button, "Enter presses it."),
)
"""For Textual's own widgets, which say nothing of themselves."""
_EVERYWHERE = {"help", "help-letter", "quit", "jump", "palette", "history", "bank", "settings", "doctor"}
"""Keys that the general part of the page names."""


class HelpScreen(ModalScreen[None]):
    """Where one is, the keys of that place, and what happens to the answers."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q,question_mark", "dismiss", "Close", id="close-help", tooltip="Back to the screen"),
    ]

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        """One box of text."""
        with VerticalScroll(id="help-box"):
            yield Static(show(self._text))
            yield Static(name_keys(self, "{close-help} closes."), markup=False, classes="muted")


def show_help(app: App[Any], rows: Sequence[tuple[str, str]], about: str) -> None:
    """Show help above the screen, unless it is there.

    Args:
        app: whose screen it is.
        rows: keys that work everywhere, and what they do.
        about: what is said at the end, of the program itself.
    """
    screen = app.screen
    if isinstance(screen, HelpScreen):
        return
    named = [(name_keys(screen, key), name_keys(screen, text)) for key, text in rows]
    width = max(len(key) for key, _ in named)
    everywhere = [f"  {key:<{width}}  {text}" for key, text in named]
    other = "  Other keys: `keys` in the settings, by the names in brackets."
    lines = [describe_here(screen, screen.focused), "Everywhere", *everywhere, other, "", about]
    app.push_screen(HelpScreen("\n".join(lines)))


def describe_here(screen: Screen[Any], focused: Widget | None) -> str:
    """The first part of the help page."""
    lines = []
    told = _help_of(focused) if focused is not None else ""
    if told:
        lines += ["Where you are", f"  {told}", ""]
    rows = _keys_of(screen)
    if rows:
        width = max(len(keys) for keys, _ in rows)
        lines += ["Keys here", *(f"  {keys:<{width}}  {text}" for keys, text in rows), ""]
    return "\n".join(lines)


def _help_of(focused: Widget) -> str:
    """What a widget says of itself, else what the nearest one around it says; "" when none says anything."""
    for node in focused.ancestors_with_self:
        told = node.HELP or next((text for kind, text in _BY_KIND if isinstance(node, kind)), "")
        if told:
            return name_keys(focused, told)
    return ""


def _keys_of(screen: Screen[Any]) -> list[tuple[str, str]]:
    """Keys and what they do, one row an action; what the widgets do by themselves is left out."""
    found: dict[str, list[str]] = {}
    told: dict[str, str] = {}
    for active in screen.active_bindings.values():
        binding = active.binding
        if binding.id in ACTIONS and binding.id not in _EVERYWHERE and active.enabled:
            found.setdefault(binding.id, []).append(screen.app.get_key_display(binding))
            told[binding.id] = binding.tooltip or binding.description
    return [(", ".join(dict.fromkeys(keys)), f"{told[name]}  ({name})") for name, keys in found.items() if told[name]]
