"""The one place where outside text is made safe to show.

Candidate answers, pack files, model replies and exception messages all pass `clean`
before they reach a terminal: escape sequences could repaint it, and bidirectional
controls could make a sentence read as another one.
"""

from __future__ import annotations

import re
import unicodedata

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_UNSEEN = {
    *map(ord, "\u034f\u115f\u1160\u17b4\u17b5\u2065\u3164\uffa0"),
    *range(0x180B, 0x1810),
    *range(0xFE00, 0xFE0E),
    *range(0xFFF0, 0xFFF9),
    *range(0xE0000, 0xE1000),
}
"""What shows nothing though it is no format character: fillers, variation selectors but for those that choose emoji or
text, and what is not assigned but to be ignored. With the format characters, all `Default_Ignorable_Code_Point`."""


def clean(text: str) -> str:
    """Return `text` without terminal escapes, control characters, bidi overrides and all that has no width.

    New lines and tabs stay (tabs as four spaces); brackets, LaTeX and every printable
    character stay as typed. Lone surrogates become U+FFFD, so the result always encodes.
    """
    if text.isascii() and text.isprintable():
        return text
    text = _ESCAPES.sub("", plain_newlines(text).replace("\t", "    "))
    return "".join(char if char == "\n" else _shown(char) for char in text)


def escape_hidden(document: str) -> str:
    """A JSON document with all that `clean` would take out written as escapes: the same data, harmless to show."""
    if document.isascii() and "\x7f" not in document:
        return document
    return "".join(char if char == "\n" or _shown(char) == char else _escaped(char) for char in document)


def _escaped(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[place : place + 4]}" for place in range(0, len(units), 4))


def plain_newlines(text: str) -> str:
    """The text with every line ending in a plain new line, whatever the system it was copied from."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _shown(char: str) -> str:
    """What of a character may be shown: itself, nothing, or what stands for it."""
    category = unicodedata.category(char)
    if category in ("Cc", "Cf") or ord(char) in _UNSEEN:
        return ""
    if category == "Cs":
        return "\ufffd"
    return "\n" if category in ("Zl", "Zp") else char


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
