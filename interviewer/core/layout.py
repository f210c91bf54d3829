"""An answer as it was laid out to an answer as it would be said: the same words in plain sentences.

Bullets, tables, markup, hidden characters and lines wrapped by an editor are not what is graded. Whoever reads
spans reads the plain text; whoever shows them needs the text as typed, so every character keeps its place in it.
"""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from interviewer.core.english import STOP_WORDS, sentences

HIDDEN = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f"
"""Characters that show nothing, for a class of a pattern."""

_HIDDEN = re.compile(f"[{HIDDEN}]")
_PARTED = re.compile(r"(?<=\w)\u200b(?=\w)")
_BLOCK = re.compile(
    r"</?(?:p|br|li|ul|ol|div|h[1-6]|tr|table|thead|tbody|blockquote|pre|section|article|dl|dt|dd)\b[^<>]*/?>", re.I
)
_CELL = re.compile(r"</?t[dh]\b[^<>]*>", re.I)
_INLINE = re.compile(
    r"</?(?:b|i|u|em|strong|code|span|a|small|sub|sup|tt|kbd|var|mark|font|html|body|s|del|ins)\b[^<>]*>", re.I
)
_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-fA-F]{1,5}|[a-zA-Z]{2,8});")
_FENCE = re.compile(r"^[ \t]*(?:`{3,}|~{3,})[^\n`]*$", re.M)
_RULE = re.compile(r"^[ \t]*(?:\|?[ \t]*:?-{3,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)*\|?|[=*_]{3,})[ \t]*$", re.M)
_HEADING = re.compile(r"^[ \t]*#{1,6}[ \t]+", re.M)
_QUOTED = re.compile(r"^[ \t]*(?:>[ \t]?)+", re.M)
_TICKED = re.compile(r"^([ \t]*(?:[-*+][ \t]+)?)\[[ xX]\][ \t]+", re.M)
_EMPHASIS = re.compile(r"\*\*|__(?=\S)|(?<=\S)__|`+|(?<![\w*])[*_](?=[^\W_])|(?<=[\w.!?])[*_](?=[\s.,;:!?)]|$)")
_BAR = re.compile(r"(?P<inside>\([^()\n]*\))|[ \t]*\|[ \t]*")
_TABLE_ROW = re.compile(r"^[ \t]*\|?[^|\n]+\|[^\n]*$", re.M)
_ARROW = re.compile(r"[ \t]*(?:[-=~]{1,3}>|[\u2192\u21d2\u21e8\u27a1\u27f6\u279c\u279d\u2794]\ufe0f?)[ \t]*")
_IN_PLACE_OF_STOPS = (re.compile(r"[ \t]*;(?=\s)[ \t]*"), re.compile(r"[ \t]+/[ \t]+"), _ARROW)
"""What some put between sentences, where no full stop stands inside the text."""
_PARTS, _PART = 3, 4
"""How many parts it must make, and how many words the shortest has at least: they are no entries of a list."""
_BEGINS = re.compile(
    r"(?<=[a-z0-9)%])[ \t]+(?=(?:The|Its?|This|That|These|Those|They|There|So|If|When|While|In|At|During|For|With"
    r"|Without|We|You|But|And|Then|Also|Because|Since|Instead|Here|To|As|On|By|After|Before|Each|Every|Both|First|One|An?)\s+[a-z])"
)
"""Before a capital letter that no name begins with: there a sentence begins, where full stops were left out."""
_LEAST_UNSTOPPED = 12
"""Words that a text without any full stop inside has at least, to be read so."""
_MARK = re.compile(
    "^[ \\t]*(?:[\u2022\u25cf\u25aa\u25e6\u2023\u2043\u00b7\u2013\u2014\u2605\u2713\u2714]|[-*+](?=[ \\t]))[ \\t]*",
    re.M,
)
_SPACE = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\t\r\f\v]")
_GLUED = re.compile(
    r"(?<![^\s(\"'])(?P<before>[A-Za-z0-9)'\u2019-]{2,})[.!?](?=(?P<after>[A-Z]?[a-z]+|I)\b)|(?<=[a-z)]{2})[,;](?=[A-Za-z]{2})"
)
_MODULES = frozenset("torch nn np numpy tf keras pd jax flax optim sklearn plt model self".split())  # noqa: SIM905
"""What stands before a dot that ends no sentence."""
_WIDEST = ("\uff01", "\uff5e")
_WRAP = "\x00"
_WRAPPED = re.compile(f"(?:(?<=[a-z])-)?{_WRAP}[ \\t]*")
_LEAST_WIDTH = 24
"""Lines are taken as wrapped by an editor only where the longest of them is no shorter."""


class Layout(NamedTuple):
    """A text without its layout, and where each of its characters stood."""

    text: str
    at: tuple[int, ...]
    """Place of each character in the text as typed; one more for the end."""

    def typed(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the text as typed that holds this stretch of the plain one."""
        return (self.at[start], self.at[end - 1] + 1) if end > start else (self.at[start], self.at[start])

    def plain(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the plain text that a stretch of the text as typed has become."""
        return bisect_left(self.at, start, hi=len(self.text)), bisect_left(self.at, end, hi=len(self.text))


def plain_layout(typed: str) -> Layout:
    """Take the layout off a text.

    Markup, hidden characters and marks of lists go; table cells, arrows and line ends become commas and line
    ends; lines that an editor wrapped are joined; a stop without a space after it gets one. Plain prose stays
    as it is.
    """
    layout = Layout(typed, tuple(range(len(typed) + 1)))
    parted = len(_PARTED.findall(typed)) > typed.count(" ")  # by zero-width spaces in place of ordinary ones
    layout = _replace(layout, _PARTED, lambda _: " ") if parted else layout
    for pattern, by in _BEFORE_ROWS:
        layout = _replace(layout, pattern, by)
    layout = _edited(layout, list(_row_edits(layout.text)))
    layout = _replace(layout, _MARK, lambda _: "- ")
    layout = _stopped(_join_wrapped(layout))  # lines are as long as they were typed as yet
    for pattern, by in _AFTER_ROWS:
        layout = _replace(layout, pattern, by)
    return layout


def _stopped(layout: Layout) -> Layout:
    """With full stops for what stands in their place, in a text that has none but at its end."""
    text = layout.text.rstrip()
    if len(sentences(text)) > 1 or len(text.split()) < _LEAST_UNSTOPPED:
        return layout
    for pattern in _IN_PLACE_OF_STOPS:
        parts = [len(part.split()) for part in pattern.split(text)]
        if len(parts) >= _PARTS and min(parts) >= _PART:
            layout = _replace(layout, pattern, lambda _: ". ")
    return _replace(layout, _BEGINS, lambda _: ". ")


class _Edit(NamedTuple):
    start: int
    end: int
    put: str


def _replace(layout: Layout, pattern: re.Pattern[str], by: Callable[[re.Match[str]], str]) -> Layout:
    edits = (_Edit(*match.span(), by(match)) for match in pattern.finditer(layout.text))
    return _edited(layout, [edit for edit in edits if edit.put != layout.text[edit.start : edit.end]])


def _edited(layout: Layout, edits: Sequence[_Edit]) -> Layout:
    """The layout with stretches replaced, which are in order and lie apart."""
    pieces: list[str] = []
    places: list[int] = []
    last = 0
    for edit in edits:
        pieces += [layout.text[last : edit.start], edit.put]
        places += [*layout.at[last : edit.start], *_spread(layout, edit)]
        last = edit.end
    return Layout("".join((*pieces, layout.text[last:])), (*places, *layout.at[last:])) if edits else layout


def _spread(layout: Layout, edit: _Edit) -> Iterator[int]:
    """Places of the characters put in the place of others: those of the others, as far as they go."""
    last = max(edit.start, edit.end - 1)
    return (layout.at[min(edit.start + i, last)] for i in range(len(edit.put)))


def _unescaped(match: re.Match[str]) -> str:
    told = html.unescape(match.group())
    return told if len(told) == 1 else match.group()


def _row_edits(text: str) -> Iterator[_Edit]:
    """A table's row becomes a list of its cells; a bar in brackets is a conditional probability."""
    for row in _TABLE_ROW.finditer(text):
        line = row.group()
        bars = [bar for bar in _BAR.finditer(line) if not bar["inside"]]
        if not line.lstrip().startswith("|") and not any(bar.group() != bar.group().strip() for bar in bars):
            continue
        for bar in bars:
            at_edge = not line[: bar.start()].strip() or not line[bar.end() :].strip()
            yield _Edit(row.start() + bar.start(), row.start() + bar.end(), "" if at_edge else ", ")


def _spaced(match: re.Match[str]) -> str:
    before, after = match.group("before"), match.group("after")
    if after is not None and after.lower() not in STOP_WORDS and (after[:1].islower() or before.lower() in _MODULES):
        return match.group()  # torch.nn, example.com
    return f"{match.group()} "


def _narrow(match: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", match.group())


_Step = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]
_BEFORE_ROWS: tuple[_Step, ...] = (
    (_HIDDEN, lambda _: ""),
    (re.compile(r"\r\n?"), lambda _: "\n"),
    (_SPACE, lambda _: " "),
    (re.compile(f"[{_WIDEST[0]}-{_WIDEST[1]}\ufb00-\ufb06]"), _narrow),
    (_BLOCK, lambda _: "\n"),
    (_CELL, lambda _: " | "),
    (_INLINE, lambda _: ""),
    (_ENTITY, _unescaped),
    (_FENCE, lambda _: ""),
    (_RULE, lambda _: ""),
    (_HEADING, lambda _: ""),
    (_QUOTED, lambda _: ""),
    (_TICKED, lambda match: match.group(1)),
)
_AFTER_ROWS: tuple[_Step, ...] = (
    (_ARROW, lambda _: ", "),
    (_EMPHASIS, lambda _: ""),
    (_GLUED, _spaced),
)


def _join_wrapped(layout: Layout) -> Layout:
    """Put a space for each line end that an editor made: where the next line's first word had no room left."""
    text, ends = list(layout.text), []
    start = 0
    for paragraph in layout.text.split("\n\n"):
        ends += _wrapped_ends(paragraph, start)
        start += len(paragraph) + 2
    for end in ends:
        text[end] = _WRAP
    return _replace(layout._replace(text="".join(text)), _WRAPPED, _unwrapped) if ends else layout


def _unwrapped(match: re.Match[str]) -> str:
    return "-" if match.group().startswith("-") else " "


def _wrapped_ends(paragraph: str, start: int) -> list[int]:
    """Places of the line ends of one paragraph that an editor made; none unless nearly all of them look so."""
    lines = paragraph.strip("\n").split("\n")
    start += len(paragraph) - len(paragraph.lstrip("\n"))
    width = max(len(line) for line in lines)
    if len(lines) < 3 or width < _LEAST_WIDTH or any(line.lstrip().startswith("- ") for line in lines[1:]):
        return []
    found, at, full = [], start, 0
    for line, following in pairwise(lines):
        at += len(line)
        first = following.split()[:1]
        room = width - len(line.rstrip())
        if first and len(first[0]) + 1 > room:
            full += 1
            found.append(at)
        at += 1
    return found if full >= 0.8 * (len(lines) - 1) else []
