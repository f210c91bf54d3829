"""The commands of line mode: lines of their own that begin with a slash. Any other line is part of the answer."""

from __future__ import annotations

import textwrap
from typing import NamedTuple

COMMANDS = {
    "/ask": "ask what the question means, e.g. /ask what do you mean by memory? (costs nothing)",
    "/hint": "show the next hint (each has a price)",
    "/sure": "say how sure you are of the answer you are writing, 1 to 5, e.g. /sure 4 (changes no score)",
    "/idk": 'say "I don\'t know" and go on (counts as zero)',
    "/skip": "pass on this question (counts as zero in an interview, left out in practice)",
    "/explain": "explain a point that was missed in the question before (practice), e.g. /explain 2",
    "/contest": 'have words of yours read again for a point of the verdict, e.g. /contest 2 "these words of mine"; '
    "/contest 2 all takes the whole reply",
    "/said": "mark a point of the verdict as said, e.g. /said 2; once more takes it back (practice; changes no score)",
    "/pause": "stop the clock until you press Enter",
    "/quit": "save and leave; `mockdl start --resume` takes it up again",
    "/end": "end the interview now and see the report",
    "/help": "show this list",
}
SUBMIT = "."
"""The line that ends an answer."""
_WITH_WORDS = ("/ask", "/contest", "/explain", "/said", "/sure")
"""Commands with something behind them."""
_WITH_ONE = ("/said", "/sure")
"""Those with one word at most."""


class Command(NamedTuple):
    """A line that is no part of an answer."""

    name: str
    """One of `COMMANDS`, or `SUBMIT`."""
    words: str = ""
    """What stands behind it."""


def parse_command(line: str) -> Command | None:
    """Read a line as a command; None when it belongs to the answer."""
    name, _, words = line.strip().partition(" ")
    name, words = name.lower(), words.strip()
    if name != SUBMIT and name not in COMMANDS:
        return None
    # "/sure thing, it is ..." goes on with an answer, as does any other command with words that it does not take.
    if words and (name not in _WITH_WORDS or (name in _WITH_ONE and len(words.split()) > 1)):
        return None
    return Command(name, words)


def help_lines(width: int) -> list[str]:
    """What there is to type, with what it does, in lines of at most `width` columns, 40 or more."""
    lines: list[str] = []
    for name, text in {SUBMIT: "in a line of its own, ends your answer and sends it", **COMMANDS}.items():
        first = f"  {name:<8} "
        after = " " * len(first)
        lines += textwrap.wrap(text, width, initial_indent=first, subsequent_indent=after, break_on_hyphens=False)
    return lines
