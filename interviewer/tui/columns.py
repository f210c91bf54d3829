"""Outside text in columns of a fixed number of cells; a wide character takes two."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size

from interviewer.core.text import clean_line

__all__ = ["fit", "fit_right"]


def fit(text: str, width: int) -> str:
    """`text` on one line, cut (with an ellipsis) or padded to exactly `width` cells."""
    line = clean_line(text)
    if width > 1 and cell_len(line) > width:
        return set_cell_size(set_cell_size(line, width - 1).rstrip() + "…", width)
    return set_cell_size(line, max(width, 0))


def fit_right(text: str, width: int) -> str:
    """Like `fit`, padded on the left."""
    line = clean_line(text)
    return " " * (width - cell_len(line)) + line if cell_len(line) < width else fit(line, width)
