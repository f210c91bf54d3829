"""Words of a follow-up that point at something nobody need have said.

A probe or a challenge stands beside the question's prompt and behind an answer that nobody knows when it is written. So
it may point at what the prompt names ("this layer") and at what it names itself, and at nothing else. Looked for are
pointing words that no noun of the follow-up's own can stand for; an "it" behind a noun is left to a reader.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from interviewer.core.english import STOP_WORDS, content_words
from interviewer.core.patterns import late_pattern

_ASKS = r"(?:how|what|why|where|when|which|who|whose)\b"
_BE = r"(?:is|was)(?:n['’]t)?"
_HELPS = r"(?:does|did|can|could|will|would|has|had|should|might|must)(?:n['’]t)?"
_AT_ONCE = late_pattern(
    r"\bsuch (?!as\b)\w+|\b(?:that way|this way|like this|like that|these two|those two)\b|\bthis(?: on)?(?=\?)"
    r"|^[^.?!]*?\b(?:these(?= (?:is|are|do|have|can|in|of|for|from|on|at)\b|[?.,])|all of (?:this|that)\b|all this\b)"
    r"|^[^,.?!]*\bif that (?:is|was|were)\b"
    r"|^(?:and|now take|they|them|its|their|(?:\w+ )?(?:one|two|some|all|both) of (?:them|these|those))\b"
    r"|^(?:it|(?:if|when|once|while|suppose|imagine) it) (?!is\b|was\b|were\b|takes\b|turn)\w+"
    r"|^(?:if|when|once|while|suppose|imagine) they\b|^(?:ask|try|take|put|define|draw|give) (?:it|them|both)\b"
    r"|^(?:without|besides|beyond|apart from|instead of) (?:it|them|this|that|these|those)\b(?! of\b)"
    rf"|^{_ASKS} (?:kind|sort|type) of \w+ (?:is|are) (?:it|they|this|that)\b"
    rf"|^{_ASKS}[^,;:.?!]*? (?:{_BE}|{_HELPS}) that(?=[?,]| (?:in|for|do|take|cost|mean|change|tell|say)\b)"
    r"|\byou(?:['’]ve| have)? (?:just |already )?(?:named|mentioned|described|listed|said|gave|proposed|suggested)\b",
    re.IGNORECASE,
)
"""What points out of a text whatever its prompt names: "such layers", "repeat this?", "without it" at the start."""
_PREPOSITIONS = "in|at|to|of|with|from|for|by|on|over|without|after|under|behind|about|into|through|against"
_SINGULAR = (
    "number|figure|factor|part|ratio|penalty|scheme|remedy|stage|sequence|token|kernel|layer|network|method|"
    "technique|idea|trick|effect|problem|score|state|log|file|field|rate|moment|setting|value|activation|protection"
)
"""Nouns before which "that" points, as they would need an article otherwise."""
_WITH_NOUN = late_pattern(
    r"^[^.?!]*?\b(?P<said>(?:this|these|those) (?P<noun>\w+))\b(?! (?:where|which|that|who|of)\b)"
    rf"|^[^,;:.?!]*?\b(?P<said_that>(?:(?:{_PREPOSITIONS}|{_HELPS}|{_BE}) that (?P<noun_that>\w+)"
    rf"|(?<!s )that (?P<singular>{_SINGULAR})))\b(?! (?:where|which|that|who|of)\b)",
    re.IGNORECASE,
)
"""A pointing word of the first sentence or, of "that", of its first clause, and the noun that may go with it."""
_IT = late_pattern(
    rf"^{_ASKS}(?: else| exactly| \w+ly| (?:much|many|long|often|far)(?: \w+){{0,2}})? "
    rf"(?:(?P<be>{_BE}|are|were)|{_HELPS}|do) (?:it|they)\b(?P<rest>[^.?!]*)",
    re.IGNORECASE,
)
"""A pronoun before any noun: "Why isn't it simply half?"."""
_LEADS_ON = late_pattern(r"\b(?:that|to|about|if|whether|when|worth)\b", re.IGNORECASE)
_STANDS_FOR_NOTHING = late_pattern(
    r"^ (?:be|take|cost|mean|help|make|say|look|seem|need|hurt|pay|matter)\b", re.IGNORECASE
)
_NO_NOUNS = frozenset(
    "year week month day days night morning afternoon evening time numbers near inside outside among left".split()  # noqa: SIM905
)
"""What may follow "this", "these" or "those" and points at nothing said: "these days", "those near the end"."""


def dangling(text: str, prompts: Sequence[str]) -> str | None:
    """The first words of a follow-up that point out of it and of the question; None without any.

    Args:
        text: a probe or a challenge.
        prompts: all wordings of the question, of which the candidate sees one; only what all of them name is known.
    """
    if found := _AT_ONCE.search(text):
        return found[0]
    if (found := _WITH_NOUN.search(text)) and _unknown(found, prompts):
        return found["said"] or found["said_that"]
    if (found := _IT.search(text)) and not _is_empty(found):
        return text[: found.start("rest")]
    return None


def _unknown(found: re.Match[str], prompts: Sequence[str]) -> bool:
    """Whether neither the prompts nor the words before name the noun that is pointed at."""
    noun = (found["noun"] or found["noun_that"] or found["singular"]).lower()
    verb = noun.endswith("ed") or (found["noun_that"] and noun.endswith("s") and not noun.endswith("ss"))
    if verb or noun in STOP_WORDS or noun in _NO_NOUNS:
        return False
    group = "said" if found["said"] else "said_that"
    known = frozenset.intersection(*(content_words(prompt) for prompt in prompts))
    return not content_words(noun) <= known | content_words(found.string[: found.start(group)])


def _is_empty(found: re.Match[str]) -> bool:
    """Whether an "it" stands for nothing: "Why is it wrong to wait?", "Why does it pay to wait?"."""
    leads_on = _LEADS_ON.search(found["rest"]) is not None
    return leads_on and (found["be"] is not None or _STANDS_FOR_NOTHING.search(found["rest"]) is not None)
