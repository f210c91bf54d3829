"""The editor for answers: it keeps what was typed or pasted, and shows nothing that could repaint a terminal."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widgets import TextArea
from textual.widgets.text_area import Edit, EditResult

from interviewer.core.text import plain_newlines
from interviewer.tui.widgets.keys_in_order import KeysInOrder

_HALF = re.compile("[\ud800-\udfff]")
_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


class AnswerArea(KeysInOrder, TextArea, inherit_bindings=False):
    """A text area whose control characters and direction marks are kept and not shown."""

    HELP = "Your answer. Enter starts a new line; ctrl+z takes back, ctrl+y brings again."
    # Without F6 and F7, which select a line and everything there: here they belong to the interview and the app.
    BINDINGS: ClassVar[list[BindingType]] = [
        each for each in TextArea.BINDINGS if isinstance(each, Binding) and each.key not in ("f6", "f7")
    ]

    def edit(self, edit: Edit) -> EditResult:
        """Take text in, with plain line ends; half a character, which no file can hold, becomes a replacement."""
        return super().edit(replace(edit, text=_whole(edit.text)))

    def load_text(self, text: str) -> None:
        """Show another text."""
        super().load_text(_whole(text))

    def get_line(self, line_index: int) -> Text:
        """The line as it is shown: as long as the line as typed, so that cursor and selection stay true."""
        shown = "".join(_shown(char) for char in self.document.get_line(line_index))
        return Text(shown, end="", no_wrap=True)


def _shown(char: str) -> str:
    if char in _BIDI:
        return "\u200b"
    category = unicodedata.category(char)
    if category == "Cs":
        return "\ufffd"
    return "\u200b" if category == "Cc" and char != "\t" else char


def _whole(text: str) -> str:
    return _HALF.sub("\ufffd", plain_newlines(text))
