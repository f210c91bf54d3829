"""What is shown instead of a screen that does not fit."""

from __future__ import annotations

from textual.widgets import Static


class TooSmall(Static):
    """Covers the screen while the terminal is too small; nothing behind it is lost."""

    def __init__(self) -> None:
        super().__init__(
            "This terminal is too small (42 x 14 is the least).\nNothing is lost: make it larger.",
            id="too-small",
            markup=False,
        )
