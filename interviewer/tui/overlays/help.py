"""What help says here and now: the widget with the focus, the keys of this screen, then what holds everywhere."""

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

__all__ = ["HelpScreen", "describe_here", "show_help"]

_BY_ID = {
    "editor": "Your answer. Enter starts a new line; ctrl+z takes back, ctrl+y brings again.",
    "open-points": "Points without full credit. Enter goes on to the words; each can be contested once.",
    "marked-answer": "Your answer. {contest-mark} begins to mark and ends it, shift with the arrow keys marks too.",
    "page": "Arrow keys, Page up and down, Home and End scroll.",
    "transcript": "What was said so far. Up, down, Page up and Page down scroll, Tab goes on.",
    "find-topic": "Type a part of a topic's name or of what it covers; Enter ticks the first, down goes to the list.",
    "topics": "Enter or {topics-tick} ticks a topic. None ticked means all.",
    "count": "How many questions, 1 to 50.",
    "minutes": "Answering time for the whole interview; empty for no limit.",
    "judge": "Whether a language model judges too. {settings} configures one; until then nothing can be sent.",
    "sessions": "Past sessions, newest first. Enter opens one.",
    "query": "Type what the question is about. Words find at once, meaning when the index is ready.",
    "questions": "Enter goes to the preview, {bank-choose} chooses questions, {start} starts with what is chosen.",
    "text": "Words that a session's name, topics, questions, level or mode must hold. Enter goes to the list.",
    "line": "Enter keeps what you typed.",
    "list": "Enter changes the setting under the cursor.",
}
_BY_KIND: tuple[tuple[type[Any], str], ...] = (
    (TextArea, "Text of several lines. ctrl+z takes back what you typed."),
    (Input, "One line of text. ctrl+u clears it."),
    (Select, "Enter opens the choices, arrow keys move, Enter takes one, Esc leaves it."),
    (OptionList, "Arrow keys move, Home and End jump, Enter takes the line under the cursor."),
    (Button, "Enter presses it."),
)
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
    if focused is not None:
        told = _BY_ID.get(focused.id or "") or next((text for kind, text in _BY_KIND if isinstance(focused, kind)), "")
        if told:
            lines += ["Where you are", f"  {name_keys(focused, told)}", ""]
    rows = _keys_of(screen)
    if rows:
        width = max(len(keys) for keys, _ in rows)
        lines += ["Keys here", *(f"  {keys:<{width}}  {text}" for keys, text in rows), ""]
    return "\n".join(lines)


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
