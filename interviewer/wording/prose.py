"""Authored texts where there is no Markdown widget: paragraphs to be set to a width, code and lists as they stand.

`reflow` is for the bank's words alone. What a candidate or a model wrote goes through `rejoin`, which reads nothing
into it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_MARKDOWN = re.compile(r"```|`[^`\n]+`|\*\*\S|^\s*(?:[-*+]|\d+[.)]) +\S|^\s*\|.*\|\s*$", re.MULTILINE)
_LISTED = re.compile(r"^\s*(?:[-*+]|\d+[.)]) +\S|^\s*\|.*\|\s*$", re.MULTILINE)
_FENCED = re.compile(r"^[ \t]*```[^\n]*\n(.*?)(?:^[ \t]*```[ \t]*$|\Z)", re.DOTALL | re.MULTILINE)


class Block(NamedTuple):
    """A paragraph, or lines that must stay lines."""

    text: str
    """Without a new line at either end; of a paragraph, on one line."""
    kept: bool
    """Whether its line breaks mean something: code, lists, tables."""


def is_markdown(text: str) -> bool:
    """Whether an authored text has code, emphasis, a list or a table."""
    return _MARKDOWN.search(text) is not None


def read_blocks(text: str) -> list[Block]:
    """Cut an authored text into blocks, with its formulas in Unicode and without the fences of its code."""
    return list(_blocks(text))


def _blocks(text: str) -> Iterator[Block]:
    if "$" in text or "\\" in text:
        from interviewer.wording.formulas import read_formulas

        text = read_formulas(text)
    for at, part in enumerate(_FENCED.split(text)):
        if at % 2:
            code = "\n".join(f"    {line}".rstrip() for line in part.strip("\n").split("\n"))
            yield Block(code, kept=True)
            continue
        for paragraph in re.split(r"\n[ \t]*\n", part):
            if _LISTED.search(paragraph):
                yield Block(paragraph.strip("\n"), kept=True)
            elif words := paragraph.split():
                yield Block(" ".join(words), kept=False)


def reflow(text: str) -> str:
    """The blocks as one text: an authored text is wrapped in its file, a screen sets its paragraphs anew."""
    return "\n\n".join(block.text for block in read_blocks(text))


def rejoin(text: str) -> str:
    """Anybody's paragraphs, set anew; a text with lists or code stays as it is."""
    if is_markdown(text):
        return text.strip("\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.strip().split("\n\n"))
