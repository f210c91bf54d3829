"""Report lines with a little colour. Shape and words carry the meaning; colour only helps the eye."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content

from interviewer.tui.safe_text import show

_STYLES = {"●": "$text-success", "◐": "$text-warning", "○": "$text-muted", "✗": "$text-error", "?": "$text-warning"}
_HEADINGS = ("Key points:", "Misconceptions:", "A strong answer:", "References:", "Worked solution:", "Strongest:")


def paint(lines: Iterable[str]) -> Content:
    """Join report lines into one text; verdicts are coloured, headings are bold."""
    painted: list[Content] = []
    for line in lines:
        mark = line.strip()[:1]
        if line.startswith(("Score:", "Study next:", *_HEADINGS)):
            painted.append(show(line, "bold"))
        elif mark in _STYLES and line.startswith("  ") and line[2:3] == mark:
            painted.append(show(line, _STYLES[mark]))
        else:
            painted.append(show(line))
    return Content("\n").join(painted)
