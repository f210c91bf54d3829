"""Authored texts: formulas in Unicode, and Markdown where a text makes use of it.

Most questions are plain paragraphs, and those are drawn as such: the Markdown widget is imported only for a text that
has code, lists or tables. What a candidate or a model wrote never comes here.
"""

from __future__ import annotations

from textual.widget import Widget
from textual.widgets import Static

from interviewer.core.text import clean
from interviewer.tui.safe_text import show
from interviewer.wording.prose import is_markdown, reflow


def make_authored(speaker: str, text: str, classes: str) -> Widget:
    """A widget with an authored text and who says it; "" where that was said just before."""
    if not is_markdown(text):
        from textual.content import Content

        name = f"{speaker}\n" if speaker else ""
        return Static(Content.assemble(show(name, "bold"), show(reflow(text))), classes=classes)
    from markdown_it import MarkdownIt
    from textual.widgets import Markdown

    from interviewer.wording.formulas import read_formulas

    said = clean(read_formulas(text))
    # Without HTML, so that List<int> and the like appear as they were written.
    return Markdown(
        f"**{speaker}**\n\n{said}" if speaker else said,
        classes=classes,
        open_links=False,
        parser_factory=lambda: MarkdownIt("commonmark", {"html": False}).enable("table"),
    )
