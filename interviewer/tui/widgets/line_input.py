"""A line of text to type into: whatever is pasted, no control character of it reaches the terminal."""

from __future__ import annotations

from textual.widgets import Input

from interviewer.core.text import clean
from interviewer.tui.widgets.keys_in_order import KeysInOrder


class LineInput(KeysInOrder, Input):
    """Like `Input`, for outside text."""

    def validate_value(self, value: str) -> str:
        """Without escape sequences and direction marks; a new line becomes a space."""
        return clean(value).replace("\n", " ")


class ValueInput(LineInput):
    """For a value that is kept."""

    HELP = "Enter keeps what you typed."
