"""A text longer than the screen."""

from __future__ import annotations

from textual.containers import VerticalScroll


class Page(VerticalScroll):
    """What is read from top to bottom."""

    HELP = "Arrow keys, Page up and down, Home and End scroll."
