"""Report lines with a little colour. Shape and words carry the meaning; colour only helps the eye."""

from __future__ import annotations

import re
from collections.abc import Iterable

from textual.content import Content

from interviewer.tui.safe_text import show

_STYLES = {"●": "$text-success", "◐": "$text-warning", "○": "$text-muted", "✗": "$text-error", "?": "$text-warning"}
_HEADING = re.compile(r"Score:|Key points:|Misconceptions:|A strong answer:|References:|Worked solution:|\d+\. ")
_MARKED = re.compile(r" {2,4}(?:\d+\.? )?([●◐○✗?]) ")


def paint(lines: Iterable[str]) -> Content:
    """Join report lines into one text; verdicts are coloured, headings are bold."""
    painted: list[Content] = []
    for line in lines:
        marked = _MARKED.match(line)
        style = "bold" if _HEADING.match(line) else _STYLES[marked[1]] if marked else ""
        painted.append(show(line, style))
    return Content("\n").join(painted)
