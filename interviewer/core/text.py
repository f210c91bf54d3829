"""The one place where outside text is made safe to show.

Candidate answers, pack files, model replies and exception messages all pass `clean`
before they reach a terminal: escape sequences could repaint it, and bidirectional
controls could make a sentence read as another one.
"""

from __future__ import annotations

import re
import unicodedata

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_BIDI = dict.fromkeys(map(ord, "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))


def clean(text: str) -> str:
    """Return `text` without terminal escapes, control characters and bidi overrides.

    New lines and tabs stay (tabs as four spaces); brackets, LaTeX and every printable
    character stay as typed. Lone surrogates become U+FFFD, so the result always encodes.
    """
    text = _ESCAPES.sub("", plain_newlines(text).replace("\t", "    "))
    text = text.translate(_BIDI)
    return "".join(_printable(char) for char in text)


def plain_newlines(text: str) -> str:
    """The text with every line ending in a plain new line, whatever the system it was copied from."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _printable(char: str) -> str:
    if char == "\n":
        return char
    category = unicodedata.category(char)
    if category == "Cs":
        return "\ufffd"
    return "" if category == "Cc" else char


def clean_line(text: str) -> str:
    """Like `clean`, on one line: runs of white space become one space."""
    return " ".join(clean(text).split())


def shorten(text: str, most: int) -> str:
    """`clean_line` cut at a word to at most `most` characters, ending in an ellipsis if cut."""
    line = clean_line(text)
    if len(line) <= most:
        return line
    head = line[: max(most - 1, 0)]
    cut = head.rfind(" ")
    return (head[:cut] if cut > most // 2 else head).rstrip(" ,;:") + "…"


def shorten_path(path: str, most: int) -> str:
    """A path on one line, its beginning cut away at a folder so that at most `most` characters are left."""
    line = clean_line(path)
    if len(line) <= most:
        return line
    tail = line[len(line) - max(most - 1, 0) :]
    cut = max(tail.find("/"), tail.find("\\"))
    return "…" + (tail[cut:] if 0 <= cut < most // 2 else tail)


def visible(text: str) -> str:
    """As a reader sees it: no hidden characters, one form for each letter (NFKC), runs of white space as one space."""
    shown = (char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf")
    return " ".join("".join(shown).split())


def count_words(text: str) -> int:
    """Number of white-space separated words."""
    return len(text.split())
