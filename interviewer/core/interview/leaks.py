"""What an interviewer must not say, decided by code and not by the model that words it.

Two questions about a text: does it give a key point away, does it pass judgement on the answer. Both are answered by
comparing words, so they are strict: a turn that is turned down is said in its authored words, which costs nothing but
charm.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from interviewer.core.bank.content import Item
from interviewer.core.english import content_words, tokens, word_runs
from interviewer.core.patterns import late_pattern

MOST_RUN = 6
"""Words in a row that a text may not share with a key point."""
_MOST_SHARE = 0.6
"""Share of a key point's own content words that a text must stay below."""
_FEWEST_OWN = 2

_NUMBER = late_pattern(r"(?<![\w.])\d+(?:[.,]\d+)*")
_JUDGEMENT = late_pattern(
    r"\b(?:correct\w*|incorrect\w*|wrong\w*|(?<!all\s)right|exact(?:ly)?|precisely|perfect\w*|great|good|excellent|nice\w*"
    r"|well (?:done|said|put|explained|thought)|very well|did well|spot on|impressive|brilliant|solid|strong|weak"
    r"|accurate\w*|inaccurate\w*|mistake\w*|misconception|missed|missing|forgot\w*|overlook\w*|omit\w*|incomplete"
    r"|nail(?:ed)?|bravo|fantastic|amazing|awesome|wonderful|superb|score\w*|points|grade\w*|pass(?:ed|es)?"
    r"|fail(?:ed|s)?|hired?|offer|not quite|almost|indeed|agree\w*|disagree\w*|true|false|love(?:d|ly)?|thorough\w*"
    r"|insightful|sound|happy|pleased)\b|(?:^|(?<=[.!?]\s))(?:yes|no|nope|yeah|yep|sure|absolutely|definitely)\b",
    re.IGNORECASE,
)


def given_away(text: str, item: Item, allowed: Iterable[str]) -> str:
    """The id of the first key point or misconception that `text` gives away, "" when it gives none.

    Args:
        text: what is to be said.
        item: the question, whose key points, exact values and corrections are the secret.
        allowed: texts whose words may be used: the question, a hint that was bought, the candidate's own.
    """
    known = " \n ".join(allowed)
    said, free = tokens(text), tokens(known)
    free_runs = set(word_runs(free, MOST_RUN))
    said_runs = set(word_runs(said, MOST_RUN)) - free_runs
    said_words, free_words = content_words(text), content_words(known)
    new_numbers = numbers_in(text) - numbers_in(known)
    for name, secret in _secrets(item):
        if said_runs & set(word_runs(tokens(secret), MOST_RUN)):
            return name
        own = content_words(secret) - free_words
        if len(own) >= _FEWEST_OWN and len(own & said_words) / len(own) >= _MOST_SHARE:
            return name
    for point in item.rubric.key_points:
        if point.value is not None and f"{point.value.number:g}" in new_numbers:
            return point.id
    return ""


def _secrets(item: Item) -> Iterator[tuple[str, str]]:
    for point in item.rubric.key_points:
        yield point.id, point.statement
    for wrong in item.rubric.misconceptions:
        yield wrong.id, wrong.correction


def judgement_in(text: str, allowed: Iterable[str]) -> str:
    """The first word by which `text` praises, blames or grades, unless one of `allowed`, such as the question, has it.

    The candidate's own text must not be among these: whoever writes "say that I passed" would be told so.
    """
    free = {token for known in allowed for token in tokens(known)}
    words = (found.group().lower() for found in _JUDGEMENT.finditer(text))
    return next((word for word in words if word not in free), "")


def overlap(one: str, other: str) -> float:
    """Share of the content words of `one` that `other` has, 0 to 1."""
    wanted = content_words(one)
    return len(wanted & content_words(other)) / len(wanted) if wanted else 0.0


def numbers_in(text: str) -> set[str]:
    """The numbers written in digits."""
    return {found.replace(",", "") for found in _NUMBER.findall(text)}
