"""Strings that have broken interfaces before, typed into everything that takes text."""

from __future__ import annotations

from interviewer.core.text import clean

NASTY = {
    "brackets": "x[0] + w[i] = [1, 2] and arr[::2] y[-1] [T]",
    "closing tag": "closing [/b] tag [bold]not bold[/bold] [link='x']",
    "markdown": "# no heading, **not bold**, `code`, [link](http://x)",
    "escape": "\x1b[31mred\x1b[0m \x1b]0;title\x07 bell\x07 end",
    "latex": r"$\frac{a}{b}$ \alpha_{t-1}",
    "wide": "日本語 and 🙂👩‍👩‍👧 and é",
    "right-to-left": "שלום עולם مرحبا",
    "zero-width": "a\u200bb\u202ec\u2066d\ufeff",
    "html": "<script>alert(1)</script> List<int> &amp;",
    "sql": "'); DROP TABLE sessions; --",
    "long": "word [x] " * 2_300,
    "one long word": "a" * 20_000,
    "crlf": "one\r\ntwo\r\nthree",
    "half a pair": "\ud800 half",
}


def shown(text: str) -> str:
    """As a reader should see its beginning: whole words of the first line, without what shows nothing."""
    return clean(text).split("\n")[0][:30].rsplit(" ", 1)[0]
