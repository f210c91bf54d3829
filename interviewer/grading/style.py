"""How a thing was said: in the question's words, as a list, with a hedge, at what length.

None of these earns or costs anything alone; with the other signals they tell a mention from a
statement ("infrastructure, versioning and monitoring matter") and an echo from an answer.
"""

from __future__ import annotations

import math
import re

from interviewer.core.english import content_stems, stop_share

MANNERS = ("asked_share", "function_share", "hedged", "listed", "brevity")
"""Names of what `describe_manner` returns, in order:

asked_share: share of the content words that are the question's; function_share: of function words;
hedged: 1 when the speaker says not to be sure; listed: commas, as a share of five; brevity: logarithm
of the content words of the claim for each one of the text, at most 1.5 either way.
"""
_HEDGE = re.compile(
    r"\b(?:i think|i guess|i believe|not sure|don't remember|do not remember|i forget|i forgot|no idea|somehow|"
    r"some kind of|something (?:like|with|about)|something to do|sort of|kind of|i'd have to|i would have to|vaguely|"
    r"i've heard|i heard|i read|maybe|perhaps|roughly|not entirely|can't recall|don't know)\b",
    re.IGNORECASE,
)
_MOST_COMMAS = 5


def describe_manner(text: str, sentence: str, claim: str, asked: set[str]) -> tuple[float, ...]:
    """Describe a span.

    Args:
        text: the span.
        sentence: the sentence it lies in, where a hedge may stand.
        claim: what it is held against.
        asked: stems of the question.
    """
    stems, wanted = content_stems(text), content_stems(claim)
    share = sum(each in asked for each in stems) / len(stems) if stems else 0.0
    brevity = math.log((1 + len(wanted)) / (1 + len(stems)))
    return (
        share,
        stop_share(text),
        float(_HEDGE.search(sentence) is not None),
        min(1.0, text.count(",") / _MOST_COMMAS),
        max(-1.5, min(1.5, brevity)),
    )
