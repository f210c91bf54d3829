"""What help says here and now: the widget with the focus, the keys of this screen, then the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.widgets import Button, Input, OptionList, Select, TextArea

from interviewer.core.keys import ACTIONS

if TYPE_CHECKING:
    from textual.screen import Screen
    from textual.widget import Widget

__all__ = ["describe_here"]

_BY_ID = {
    "editor": "Your answer. Enter starts a new line; ctrl+z takes back, ctrl+y brings again.",
    "open-points": "Points without full credit. Enter goes on to the words; each can be contested once.",
    "marked-answer": "Your answer. Space begins to mark and ends it, shift with the arrow keys marks too.",
    "page": "Arrow keys, Page up and down, Home and End scroll.",
    "transcript": "What was said so far. Arrow keys scroll, tab goes back to the editor.",
    "find-topic": "Type a part of a topic's name or of what it covers; Enter ticks the first, down goes to the list.",
    "topics": "Space or Enter ticks a topic. None ticked means all.",
    "count": "How many questions, 1 to 50.",
    "minutes": "Answering time for the whole interview; empty for no limit.",
    "judge": "Whether a language model judges too. F9 configures one; until then nothing can be sent.",
    "sessions": "Past sessions, newest first. Enter opens one.",
    "query": "Type what the question is about. Words find at once, meaning when the index is ready.",
    "questions": "Space chooses questions, Enter goes to the preview, ctrl+s starts with what is chosen.",
    "text": "Words that a session's name, topics, questions, level or mode must hold. Enter goes to the list.",
    "line": "Enter keeps what you typed, Esc leaves it as it was.",
    "list": "Enter changes the setting under the cursor.",
}
_BY_KIND: tuple[tuple[type[Any], str], ...] = (
    (TextArea, "Text of several lines. ctrl+z takes back what you typed."),
    (Input, "One line of text. ctrl+u clears it."),
    (Select, "Enter opens the choices, arrow keys move, Enter takes one, Esc leaves it."),
    (OptionList, "Arrow keys move, Home and End jump, Enter takes the line under the cursor."),
    (Button, "Enter presses it."),
)


_EVERYWHERE = {"help", "help-letter", "quit", "doctor"}
"""Keys that the general part of the page names."""


def describe_here(screen: Screen[Any], focused: Widget | None) -> str:
    """The first part of the help page."""
    lines = []
    if focused is not None:
        told = _BY_ID.get(focused.id or "") or next((text for kind, text in _BY_KIND if isinstance(focused, kind)), "")
        if told:
            lines += ["Where you are", f"  {told}", ""]
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
