"""English, read once for everyone: words, stems, stop words, sentences, clauses, negation.

Whoever grades, guards, quotes or speaks must agree on what a word and a sentence is: a guard that sees
one sentence where the grader sees two closes the wrong one. Offsets always refer to the text as typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from interviewer.core.patterns import late_pattern

TOKEN = late_pattern(r"[^\W_]+(?:['’][^\W_]+)?")

STOP_WORDS = frozenset(
    """
    a about above after again all also although am an and any are aren aren't as at be because been before being
    below between both but by can can't cannot could couldn't did didn't do does doesn doesn't doing don don't done down
    during each either else even ever every few for from further get gets give given gives go goes got had hadn't has
    hasn't have haven't having he her here him his how i i'd i'll i'm i've if in instead into is isn isn't it it's
    its itself just keep kind least less let like made make makes many may me might more most much must my
    neither no nor not now of off often on once one ones only onto or other others our out over own per rather s same
    say says see shall she should shouldn't since so some something still such t take takes than that that's the their
    them then there there's these they they're thing things this those though through thus to together too two under
    until up upon us use used uses using usually very via was wasn't way we we'd we'll we're we've well were
    weren't what when where whereas whether which while who whole whom whose why will with within without won't would
    wouldn't yes yet you you'd you'll you're you've your yours
    """.split()  # noqa: SIM905 - a list this long reads better as text
)
"""Words that carry grammar and no subject."""

_SUFFIXES = tuple(
    sorted(
        """
        isations izations isation ization isers izers ising izing iser izer ised ized ises izes
        ations ation ational ating ative atives ators ator ated ates ate
        ements ement ments ment fulness iveness ness ingly ively ities ity ible able ally ives ive
        ings ing ions ion ies ers ors ed es er or ly al y s e
        """.split(),  # noqa: SIM905
        key=len,
        reverse=True,
    )
)
_SOFT_NEGATION = late_pattern(
    r"\b(?:not|no|never|none|nothing|nobody|neither|nor|without|cannot|hardly|rarely|false|wrong|untrue|isn't|aren't|"
    r"wasn't|weren't|don't|doesn't|didn't|can't|couldn't|won't|wouldn't|shouldn't|hasn't|haven't|fails? to|"
    r"instead of|rather than|avoids?|prevents?|lacks?)\b"
)
_NEGATION = late_pattern(
    r"\b(?:not|no|never|none|nothing|neither|nor|cannot|isn't|aren't|wasn't|weren't|don't|doesn't|didn't|can't|"
    r"couldn't|won't|wouldn't|shouldn't|hasn't|haven't|without)\b"
)


def tokens(text: str) -> list[str]:
    """Lower-case words and numbers of `text`, in order."""
    return TOKEN.findall(text.lower().replace("’", "'"))


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A crude stem of a lower-case word: the longest known suffix cut off, at least four letters left."""
    if word.endswith(("ise", "ize")) and len(word) > 7:  # not "precise", which belongs to "precision"
        return word[:-3]
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 4:
            return word[: -len(suffix)]
    return word


def content_stems(text: str) -> list[str]:
    """Stems of the words that carry meaning, in order."""
    return [stem(word) for word in tokens(text) if word not in STOP_WORDS]


@lru_cache(maxsize=4096)
def content_words(text: str) -> frozenset[str]:
    """The same as a set, without single letters."""
    return frozenset(
        stem(word) for word in tokens(text) if word not in STOP_WORDS and (len(word) > 1 or word.isdigit())
    )


def stop_share(text: str) -> float:
    """Share of stop words among all words, 0 to 1; 0.5 is ordinary English."""
    words = tokens(text)
    return sum(word in STOP_WORDS for word in words) / len(words) if words else 0.0


def word_runs(words: Sequence[str], size: int) -> Iterator[tuple[str, ...]]:
    """All runs of so many words, in order; none of a shorter text."""
    return (tuple(words[at : at + size]) for at in range(len(words) - size + 1))


def is_negated(text: str, *, soft: bool = False) -> bool:
    """Whether the clause holds an odd number of negations; `soft` counts "avoid", "without" and the like."""
    pattern = _SOFT_NEGATION if soft else _NEGATION
    return len(pattern.findall(text.lower().replace("’", "'"))) % 2 == 1


_TAKEN_BACK = late_pattern(
    r"(?:no,? wait|wait,? no|hold on|scratch that|sorry\b|oops|correction\b|strike that|no, (?:it|that|i)\b|i mean\b)",
    re.IGNORECASE,
)
_REACH = 40
"""Characters behind a stretch within which words that take it back are looked for."""


def is_taken_back(text: str, end: int | None = None) -> bool:
    """Whether words are taken back ("no wait"): by some of them, or by those that soon follow what ends at `end`."""
    after = text if end is None else text[end : end + _REACH].split("\n", maxsplit=1)[0]
    return _TAKEN_BACK.search(after) is not None


# Sentences

_END = late_pattern(r"(?:[.!?]+|…)(?P<closers>[\"'”’)\]]*)(?=\s|$)|\n")
_NEVER_LAST = frozenset(
    "i.e e.g ie eg cf vs viz al approx resp w.r.t wrt s.t fig figs eq eqs sec dr mr mrs ms prof no nr pp".split()  # noqa: SIM905
)
"""Abbreviations after which a sentence goes on, without their last full stop."""
_OPENING = "([\"'“"
"""Besides white space, what a word stands behind."""
_DOTTED = late_pattern(r"(?:[^\W\d_]\.)+[^\W\d_]")
"""i.i.d, a.k.a: such an abbreviation may end a sentence or not."""
_ENUMERATOR = late_pattern(r"[ \t]*(?:\d{1,2}|[a-z])$")
"""What stands before the full stop of a list's number."""
_MARK = late_pattern(r"\(?(?:\d{1,2}|[a-z])[.)]\s+")
_NEXT_WORD = late_pattern(r"\s*[\"'“(\[]*([^\W_]+)")

_BULLET = late_pattern(r"\s*(?:[-*•+]|\d+[.)])\s")
_FULL_LINE = 55
"""A line this long was ended by wrapping, a shorter one on purpose, unless a word like "the" ends it."""
_GOES_ON = tuple(",;:-(\"'")
"""Besides letters and digits, what a line that was wrapped ends with; `in` needs a tuple, for "" ends none."""


def sentences(text: str) -> list[tuple[int, int]]:
    """The sentences of `text` as (start, end), with white space and list marks at their ends left out.

    A line end is the end of a sentence, unless the line was only wrapped. A full stop is not, where it belongs
    to an abbreviation, an initial, a number or the mark of a list.
    """
    cuts = [0, *sentence_ends(text), len(text)]
    found = [_strip_mark(text, *strip_span(text, start, end)) for start, end in pairwise(cuts)]
    return [(start, end) for start, end in found if end > start]


def sentences_touched(text: str, start: int, end: int) -> tuple[int, int] | None:
    """From the first to the last sentence that a stretch of `text` touches; None when it touches none."""
    touched = [each for each in sentences(text) if each[0] < end and start < each[1]]
    return (touched[0][0], touched[-1][1]) if touched else None


def _strip_mark(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave out the number of a list, which only stands where a line begins."""
    line = text[text.rfind("\n", 0, start) + 1 : start]
    mark = _MARK.match(text, start, end) if not line.strip(" \t-*•") else None
    return (mark.end() if mark else start, end)


def sentence_ends(text: str) -> list[int]:
    """Where sentences end, behind their closing marks. The end of the text is none unless it has such a mark."""
    joined = join_wrapped(text)
    return [match.end() for match in _END.finditer(joined) if match.group() == "\n" or _is_end(joined, match)]


def _is_end(text: str, match: re.Match[str]) -> bool:
    """Whether this mark, which white space follows, ends a sentence."""
    line = text.rfind("\n", 0, match.start()) + 1
    following = _NEXT_WORD.match(text, match.end())
    after = following.group(1) if following and "\n" not in text[match.end() : following.start(1)] else ""
    goes_on = after[:1].islower()
    if goes_on and (match.group("closers") or match.group().startswith(("..", "…"))):
        return False
    if not match.group().startswith(".") or match.group().startswith(".."):
        return True
    if after and _ENUMERATOR.match(text, line, match.start()):
        return False
    word = _word_before(text, match.start())
    if word.lower() in _NEVER_LAST and word != "ms":  # milliseconds
        return not after or (word.lower() == "no" and not after[0].isdigit())
    if _DOTTED.fullmatch(word):
        return not after or (after[:1].isupper() and len(after) > 1)
    if len(word) == 1 and word.isupper():  # "J. Smith", but also "take the matrix A. Then"
        return not after[:1].isupper() or after.lower() in STOP_WORDS
    return not (word.lower() == "etc" and goes_on)


def _word_before(text: str, end: int) -> str:
    """The word that ends here, "" for none; found from its end, for a line may hold thousands of them."""
    start = end
    while start and not (text[start - 1].isspace() or text[start - 1] in _OPENING):
        start -= 1
    return text[start:end]


def join_wrapped(text: str) -> str:
    """Blank out line ends inside a paragraph, so that a wrapped sentence stays one; same length."""
    lines = text.split("\n")
    joined = lines[0]
    for before, line in pairwise(lines):
        goes_on = before.rstrip()[-1:].isalnum() or before.rstrip()[-1:] in _GOES_ON
        unfinished = before.split()[-1:] and before.split()[-1].lower() in STOP_WORDS
        wrapped = (len(before) >= _FULL_LINE or unfinished) and goes_on and line.strip() and not _BULLET.match(line)
        joined += (" " if wrapped else "\n") + line
    return joined


def strip_span(text: str, start: int, end: int) -> tuple[int, int]:
    """Move the ends of a stretch inwards past white space and leading punctuation."""
    while start < end and (text[start].isspace() or text[start] in ",;:-–—•*"):
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


# Clauses

_CLAUSE = late_pattern(
    r"\s*(?:;|:|—|–| - |,?\s+\b(?:but|because|whereas|while|although|which means|therefore|rather|instead"
    r"|so (?:that|they|it|the|you|we|each|every|no))\b"
    r"|,\s+(?:and|so|then|or|not)\b|,(?=\s))",
    re.IGNORECASE,
)
_SHORT_CLAUSE = 4
"""Clauses with fewer words stay with their neighbour."""


def clauses(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The clauses of one sentence of `text`, which together are all of it but white space and marks between them."""
    cuts = [start, *(match.start() for match in _CLAUSE.finditer(text, start, end)), end]
    pieces: list[tuple[int, int]] = []
    for left, right in pairwise(cuts):
        previous = text[slice(*pieces[-1])] if pieces else ""
        if pieces and min(len(text[left:right].split()), len(previous.split())) < _SHORT_CLAUSE:
            pieces[-1] = (pieces[-1][0], right)
        else:
            pieces.append((left, right))
    return [strip_span(text, left, right) for left, right in pieces]
