"""Thirty ways to lay out one answer: the words stay, so the grade should."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable

from interviewer.core.english import sentences

__all__ = ["LAYOUTS"]


def _parts(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


def _lined(mark: Callable[[int], str]) -> Callable[[str], str]:
    return lambda text: "\n".join(f"{mark(number)}{part}" for number, part in enumerate(_parts(text), 1))


def _joined(by: str) -> Callable[[str], str]:
    return lambda text: by.join(part.rstrip(".") for part in _parts(text))


def _tagged(before: str, each: str, after: str) -> Callable[[str], str]:
    return lambda text: before + "".join(each.format(part) for part in _parts(text)) + after


def _hidden(text: str) -> str:
    """A zero-width space inside every fourth long word."""
    words = text.split(" ")
    for at in range(0, len(words), 4):
        if len(words[at]) > 5:
            words[at] = f"{words[at][:3]}\u200b{words[at][3:]}"
    return " ".join(words)


LAYOUTS: dict[str, Callable[[str], str]] = {
    "lower case": str.lower,
    "upper case": str.upper,
    "no full stops": lambda text: re.sub(r"[.](?=\s|$)", "", text),
    "no punctuation, lower case": lambda text: re.sub(r"[.,;:!?](?=\s|$)", "", text).lower(),
    "dictated": lambda text: f"so {re.sub(r'[.](?= )', ' and', re.sub(r'[,;:!?]', '', text)).lower()}",
    "bullets": _lined(lambda _: "- "),
    "star bullets": _lined(lambda _: "* "),
    "round bullets": _lined(lambda _: "• "),
    "numbers": _lined(lambda n: f"{n}. "),
    "numbers in brackets": _lined(lambda n: f"({n}) "),
    "letters": _lined(lambda n: f"{chr(96 + min(n, 26))}) "),
    "lines": _lined(lambda _: ""),
    "empty lines": lambda text: "\n\n".join(_parts(text)),
    "check boxes": _lined(lambda _: "- [x] "),
    "quoted mail": _lined(lambda _: "> "),
    "semicolons": _joined("; "),
    "slashes": _joined(" / "),
    "arrows": _joined(" -> "),
    "long arrows": _joined(" → "),
    "paragraph tags": _tagged("", "<p>{}</p>", ""),
    "list tags": _tagged("<ul>", "<li>{}</li>", "</ul>"),
    "breaks": lambda text: "<br/>".join(_parts(text)),
    "bold tags": lambda text: re.sub(r"\b(\w{7,})\b", r"<b>\1</b>", text, count=4),
    "bold stars": lambda text: re.sub(r"\b(\w{7,})\b", r"**\1**", text, count=4),
    "zero-width characters": _hidden,
    "no space after stops": lambda text: re.sub(r"([.,;])\s+(?=\S)", r"\1", text),
    "wrapped at 40": lambda text: textwrap.fill(text, 40),
    "wrapped at 72, indented": lambda text: textwrap.fill(text, 72, initial_indent="  ", subsequent_indent="  "),
    "table": lambda text: "| point |\n|---|\n" + "\n".join(f"| {part} |" for part in _parts(text)),
    "code fence": lambda text: f"```\n{text}\n```",
    "no-break spaces": lambda text: text.replace(" ", "\u00a0"),
    "heading": lambda text: f"## Answer\n\n{text}",
}
"""Name -> an answer of plain sentences laid out so."""
