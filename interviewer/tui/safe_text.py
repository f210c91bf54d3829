"""The one way outside text gets onto the screen.

Textual reads plain strings as markup: `x[0]` would be eaten and `[/b]` would end the
program. Every question, answer, file text and exception message passes `show` (for
widgets) or `toast` (for notifications) and appears as typed.
"""

from __future__ import annotations

from typing import Any, Literal

from textual.app import App
from textual.content import Content

from interviewer.core.text import clean, clean_line
from interviewer.errors import MockdlError

__all__ = ["explain", "show", "show_line", "toast"]


def show(text: str, style: str = "") -> Content:
    """Outside text for a widget, without markup."""
    return Content.styled(clean(text), style) if style else Content(clean(text))


def show_line(text: str, style: str = "") -> Content:
    """Like `show`, on one line."""
    return Content.styled(clean_line(text), style) if style else Content(clean_line(text))


def toast(
    app: App[Any],
    text: str,
    *,
    severity: Literal["information", "warning", "error"] = "information",
    seconds: float = 6,
) -> None:
    """A notification with outside text."""
    app.notify(clean(text), severity=severity, timeout=seconds, markup=False)


def explain(app: App[Any], error: Exception) -> None:
    """A notification for an error: what happened, what was kept, what to do."""
    text = str(error) if isinstance(error, MockdlError) else f"{type(error).__name__}: {error}"
    toast(app, text, severity="error", seconds=12)
