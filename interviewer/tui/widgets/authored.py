"""Authored texts: formulas in Unicode, and Markdown where a text makes use of it.

Most questions are plain paragraphs, and those are drawn as such: the Markdown widget is imported only for a text that
has code, lists or tables. What a candidate or a model wrote never comes here.
"""

from __future__ import annotations

import re

from textual.widget import Widget
from textual.widgets import Static

from interviewer.core.text import clean
from interviewer.tui.text import show

__all__ = ["is_markdown", "make_authored", "reflow"]

_MARKDOWN = re.compile(r"```|`[^`\n]+`|\*\*\S|^\s*(?:[-*+]|\d+[.)]) +\S|^\s*\|.*\|\s*$", re.MULTILINE)


def is_markdown(text: str) -> bool:
    """Whether an authored text has code, emphasis, a list or a table."""
    return _MARKDOWN.search(text) is not None


def reflow(text: str) -> str:
    """Authored text is wrapped in its file; here its paragraphs are set to the width of the screen."""
    if is_markdown(text):
        return text.strip("\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.strip().split("\n\n"))


def make_authored(speaker: str, text: str, classes: str) -> Widget:
    """A widget with an authored text and who says it."""
    if "$" in text or "\\" in text:
        from interviewer.core.formula import read_formulas

        text = read_formulas(text)
    if not is_markdown(text):
        from textual.content import Content

        return Static(Content.assemble(show(f"{speaker}\n", "bold"), show(reflow(text))), classes=classes)
    from markdown_it import MarkdownIt
    from textual.widgets import Markdown

    # Without HTML, so that List<int> and the like appear as they were written.
    return Markdown(
        f"**{speaker}**\n\n{clean(text)}",
        classes=classes,
        open_links=False,
        parser_factory=lambda: MarkdownIt("commonmark", {"html": False}).enable("table"),
    )
