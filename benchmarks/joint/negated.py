"""Sentences with a negation put in or taken out by rule: what a claim without wordings has to be told from."""

from __future__ import annotations

import random
import re

__all__ = ["negated"]

_VERB = re.compile(r"\b(is|are|was|were|can|will|does|do|has|have|should|would|could|must|may|needs?)\b", re.IGNORECASE)
_NEGATED = re.compile(r"\b(not|never|cannot)\b|n't\b", re.IGNORECASE)
_DROPPED = re.compile(r"\b(?:not|never) |(?: not| never)\b|\bcan't\b|\bcannot\b|\bwon't\b|n't\b", re.IGNORECASE)
_INSTEAD = {"can't": "can", "cannot": "can", "won't": "will"}
_SHORT = {"is", "are", "was", "were", "does", "do", "has", "have", "should", "would", "could"}
_THIRD = re.compile(r"\b([a-z]{3,})(es|s)\b")
_PLAIN = {
    "makes",
    "keeps",
    "gives",
    "lets",
    "takes",
    "needs",
    "uses",
    "shares",
    "moves",
    "scales",
    "divides",
    "removes",
    "adds",
    "grows",
    "depends",
    "learns",
    "means",
    "starts",
    "works",
    "stays",
    "allows",
    "reduces",
    "helps",
    "shrinks",
    "turns",
    "measures",
    "sees",
    "reads",
    "computes",
    "updates",
    "trains",
    "stops",
    "costs",
    "shows",
}


def negated(text: str, chance: random.Random) -> str | None:
    """The opposite of what a text says; None where no rule fits.

    Args:
        text: one statement of English.
        chance: decides between "not" and "n't", "never" and "no".
    """
    if _NEGATED.search(text):
        once = len(_NEGATED.findall(text)) == 1 and "not only" not in text and "if not" not in text
        return _DROPPED.sub(lambda found: _INSTEAD.get(found.group().lower(), ""), text, count=1) if once else None
    verb = _VERB.search(text)
    if verb is not None:
        word = verb.group().lower()
        if word in _SHORT and chance.random() < 0.4:
            return f"{text[: verb.end()]}n't{text[verb.end() :]}"
        return f"{text[: verb.end()]} {'never' if chance.random() < 0.15 else 'not'}{text[verb.end() :]}"
    for found in _THIRD.finditer(text):
        if found.group() in _PLAIN:
            base = found.group()[:-1]
            said = chance.choice(("does not", "doesn't", "doesn't", "never"))
            return f"{text[: found.start()]}{said} {found.group() if said == 'never' else base}{text[found.end() :]}"
    return None
