"""The one way outside text gets onto the screen.

Textual reads plain strings as markup: `x[0]` would be eaten and `[/b]` would end the
program. Every question, answer, file text and exception message passes `show` (for
widgets) or `toast` (for notifications) and appears as typed; `fit` sets it in columns.
"""

from __future__ import annotations

from typing import Any, Literal

from rich.cells import cell_len, set_cell_size
from textual.app import App
from textual.content import Content

from interviewer.core.text import clean, clean_line
from interviewer.errors import MockdlError


def show(text: str, style: str = "") -> Content:
    """Outside text for a widget, without markup."""
    return Content.styled(clean(text), style) if style else Content(clean(text))


def show_line(text: str, style: str = "") -> Content:
    """Like `show`, on one line."""
    return Content.styled(clean_line(text), style) if style else Content(clean_line(text))


def fit(text: str, width: int) -> str:
    """`text` on one line, cut (with an ellipsis) or padded to exactly `width` cells; a wide character takes two."""
    line = clean_line(text)
    if width > 1 and cell_len(line) > width:
        return set_cell_size(set_cell_size(line, width - 1).rstrip() + "…", width)
    return set_cell_size(line, max(width, 0))


def fit_right(text: str, width: int) -> str:
    """Like `fit`, padded on the left."""
    line = clean_line(text)
    return " " * (width - cell_len(line)) + line if cell_len(line) < width else fit(line, width)


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
