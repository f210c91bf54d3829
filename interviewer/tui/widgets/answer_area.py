"""The editor for answers: it keeps what was typed or pasted, and shows nothing that could repaint a terminal."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Key
from textual.widgets import TextArea
from textual.widgets.text_area import Edit, EditResult

from interviewer.core.text import plain_newlines

_HALF = re.compile("[\ud800-\udfff]")
_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


class AnswerArea(TextArea, inherit_bindings=False):
    """A text area whose control characters and direction marks are kept and not shown."""

    HELP = "Your answer. Enter starts a new line; ctrl+z takes back, ctrl+y brings again."
    # Without F6 and F7, which select a line and everything there: here they belong to the interview and the app.
    BINDINGS: ClassVar[list[BindingType]] = [
        each for each in TextArea.BINDINGS if isinstance(each, Binding) and each.key not in ("f6", "f7")
    ]

    async def _on_key(self, event: Key) -> None:
        """Take keys in the order in which they were typed, also where they come faster than they are handled.

        Textual looks for a binding only once the key has come up through all that the editor lies in, and by then text
        that was typed after a Backspace may stand before it.
        """
        for binding in self._bindings.key_to_bindings.get(event.key, ()):
            if not binding.priority and await self.app.run_action(binding.action, self):
                event.stop()
                event.prevent_default()
                return
        await super()._on_key(event)

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
