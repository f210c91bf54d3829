"""Words of an answer: tokens, content words, stems and negation.

Small and rule-based on purpose: it runs on every span of every answer and must not need
a second model.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

__all__ = ["FUNCTION_WORDS", "content_stems", "function_share", "is_negated", "is_shuffled", "stem", "tokens"]

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")

FUNCTION_WORDS = frozenset(
    """
    a about above after again all also although am an and any are aren't as at be because been before being
    below between both but by can can't cannot could couldn't did didn't do does doesn't doing don't done down
    during each either else even ever every few for from further get gets give given go goes got had hadn't has
    hasn't have haven't having he her here him his how i i'd i'll i'm i've if in instead into is isn't it it's
    its itself just keep kind least less let like made make makes many may me might more most much must my
    neither no nor not now of off often on once one only onto or other others our out over own per rather s same
    say see shall she should shouldn't since so some something still such t take than that that's the their them
    then there there's these they they're thing things this those though through thus to together too two under
    until up upon us use used uses using usually very via was wasn't way we we'd we'll we're we've well were
    weren't what when where whereas whether which while who whole whose why will with within without won't would
    wouldn't yes yet you you'd you'll you're you've your
    """.split()  # noqa: SIM905 - a list this long reads better as text
)

_NEGATION = re.compile(
    r"\b(?:not|no|never|none|nothing|nobody|neither|nor|without|cannot|hardly|rarely|false|wrong|untrue|isn't|aren't|"
    r"wasn't|weren't|don't|doesn't|didn't|can't|couldn't|won't|wouldn't|shouldn't|hasn't|haven't|fails? to|"
    r"instead of|rather than|avoids?|prevents?|lacks?)\b"
)
_HARD_NEGATION = re.compile(
    r"\b(?:not|no|never|none|nothing|neither|nor|cannot|isn't|aren't|wasn't|weren't|don't|doesn't|didn't|can't|"
    r"couldn't|won't|wouldn't|shouldn't|hasn't|haven't|without)\b"
)
_SUFFIXES = (
    "isations", "izations", "isation", "ization", "ational", "fulness", "iveness", "ements", "ations",
    "ingly", "ation", "ement", "ments", "ities", "ising", "izing", "ness", "ment", "ions", "able", "ible",
    "ally", "ised", "ized", "ises", "izes", "ings", "ing", "ion", "ies", "ity", "ers", "ors", "ed", "es", "er",
    "or", "ly", "al", "s", "e",
)  # fmt: skip


def tokens(text: str) -> list[str]:
    """Lower-case words and numbers of `text`."""
    return _TOKEN.findall(text.lower().replace("’", "'"))


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A crude stem: the longest known suffix cut off, at least four letters left."""
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 4:
            return word[: -len(suffix)]
    return word


def content_stems(text: str) -> list[str]:
    """Stems of the words that carry meaning, in order."""
    return [stem(word) for word in tokens(text) if word not in FUNCTION_WORDS]


def function_share(text: str) -> float:
    """Share of function words among all words, 0 to 1; 0.5 is ordinary English."""
    words = tokens(text)
    return sum(word in FUNCTION_WORDS for word in words) / len(words) if words else 0.0


def is_shuffled(words: Sequence[str]) -> bool:
    """Whether words stand in no English order.

    An article or preposition is hardly ever followed by a verb like "is", a conjunction or
    another preposition; in a shuffled text that happens all the time. And a text of some
    length without any of the commonest little words is a list.
    """
    openers = [(word, after) for word, after in pairwise(words) if word in _OPENERS]
    broken = [pair for pair in openers if pair[1] in _NEVER_AFTER]
    # Different ones: "the IS" is an abbreviation to somebody. Five of 15,721 answers graded by people are hit.
    # Two of them in a sentence that has few openers: none in 9,000 real sentences.
    kinds = len(set(broken))
    if broken and (
        (kinds >= 3 and len(broken) >= 0.08 * len(openers)) or (kinds >= 2 and len(broken) >= 0.3 * len(openers))
    ):
        return True
    plain = [word for word in words if len(word) > 1 and word.isalpha()]
    return len(plain) >= 25 and sum(word in _COMMONEST for word in plain) / len(plain) < 0.03


# Not "a", which may be a label as in "bulb a is on"; not "each" and "every", which may stand alone.
_OPENERS = frozenset(
    """the an its their of from with into by in on for at""".split()  # noqa: SIM905
)
_NEVER_AFTER = frozenset(
    """is are was were be of to and or by for from with as at than because so while but if into on in it's not can
    will would has have does do isn't""".split()  # noqa: SIM905
)
_COMMONEST = frozenset(
    """the a an of to is are in it and for on by as be i you we""".split()  # noqa: SIM905
)


def is_negated(text: str, *, soft: bool = False) -> bool:
    """Whether the clause holds an odd number of negations; `soft` counts "avoid", "without" and the like."""
    pattern = _NEGATION if soft else _HARD_NEGATION
    return len(pattern.findall(text.lower().replace("’", "'"))) % 2 == 1
