"""Whether a reply takes back outright, in plain words, what its writer had said before, and what it still says."""

from __future__ import annotations

import re

from interviewer.core.patterns import late_pattern

__all__ = ["denials", "still_said", "takes_back"]

_FULLY = "(?:(?:absolutely|quite|totally|completely|entirely|clearly|simply|just|so|indeed|of course|obviously) )*"
_WRONG = (
    f"{_FULLY}(?:wrong|mistaken|incorrect|false|untrue|in error|a mistake|an error|nonsense|not (?:true|right|correct))"
)
_SAID = "what i (?:just |first )?(?:said|claimed|wrote)(?: before| earlier| above)?"
_CLAIM = rf"(?:that|it|this|{_SAID}|(?:my|the|that) (?:\w+ )?(?:claim|statement|answer|sentence|point|remark|words))"
_RETRACTION = late_pattern(
    r"\b(?:"
    rf"you(?:'?re| are) {_FULLY}(?:right|correct)\b(?! to\b| that i\b)"
    rf"|i(?:'?m| was| am) {_WRONG}|i stand corrected|i (?:\w+ )?(?:misspoke|misremembered|messed (?:that|it) up)"
    r"|i (?:\w+ )?(?:got|had|put|said|stated|mixed) (?:that|it|them|this|these) "
    r"(?:\w+ )?(?:wrong|wrongly|backwards?|up|(?:the )?(?:wrong|other) way (?:round|around))"
    r"|i (?:\w+ )?made an? (?:\w+ )?(?:mistake|error|slip)"
    rf"|tak(?:e|ing) {_CLAIM} back|(?:take back|withdraw|retract|recant) {_CLAIM}"
    r"|my (?:mistake|bad|error|fault)|(?:scratch|strike|forget|ignore|disregard) (?:that|it|what i (?:just )?said)"
    r"|i (?:have |'ve )?changed? my mind|i correct myself|let me correct (?:that|it|myself)"
    r"|i no longer (?:think|believe|say|hold|claim)|i (?:don't|do not) (?:think|believe) (?:that|so|it) any ?more"
    rf"|(?:that(?:'s| is)|(?:that|it) was) {_WRONG}\b(?! that\b| to\b)"
    rf"|{_SAID} (?:(?:is|was) {_WRONG}|(?:is|was)n't (?:true|right|correct))"
    r")\b"
)
_NOT_OUTRIGHT = late_pattern(
    r"(?:\b(?:if|unless|whether|maybe|perhaps|possibly|might|may|not|never|doubt|refuse|why"
    r"|(?:do|did|wo|ca|would|could|is|was)n't)\b|cannot)[^,.;:!?]*$"
)
"""Words before it in the same clause that turn it, or leave it open."""
_STANDS = late_pattern(
    r"\bi still (?:think|believe|say|hold|maintain|claim|stand)\b|\bi (?:stand by|insist)\b"
    r"|\bi (?:was|am) (?:still )?right\b"
    r"|\b(?:it|that|this|what i said)(?:'s| is)? still (?:true|right|correct|holds|stands)\b"
)
"""Who says so holds on to it."""
_DENIAL = r"\b(?:(?:is|was)(?:n't| not) |not )(?:true|right|correct|so|the case) that\b|\b(?:false|wrong|untrue) that\b"
_DENIED = late_pattern(rf"(?:{_DENIAL})(?P<what>.*?)(?=\b(?:but|rather|instead)\b|[.;!?]|$)")
_TOLD = late_pattern(
    rf"{_RETRACTION.pattern}(?:,? (?:that|about|in|when|to|on|with|there|here|saying|claiming)\b[^,.;:!?]*)?"
    rf"|{_DENIED.pattern}"
    r"|\bi (?:had )?(?:said|claimed|wrote|thought|believed|assumed|was saying)\b.*?(?=\bbut\b|[.;!?]|$)"
)
"""What is spoken of only to take it back, and what is reported of before."""


def takes_back(text: str) -> bool:
    """Whether what was said before is taken back outright ("I was wrong", "scratch that"), and not upheld after all.

    Args:
        text: a reply to somebody who questioned it.
    """
    words = _plain(text)
    return _STANDS.search(words) is None and any(
        words[found.end() :].lstrip()[:1] != "?" and not _NOT_OUTRIGHT.search(words[: found.start()])
        for found in _RETRACTION.finditer(words)
    )


def denials(text: str) -> list[str]:
    """What a text calls untrue ("it is not true that ...")."""
    return [found["what"] for found in _DENIED.finditer(_plain(text))]


def still_said(text: str) -> str:
    """The text with blanks for what it takes back, calls untrue or reports as said before; as long as it was."""
    return _TOLD.sub(lambda found: " " * len(found[0]), _plain(text))


def _plain(text: str) -> str:
    """In lower case, on one line, each character at its place."""
    lowered = text.lower()
    words = lowered if len(lowered) == len(text) else text
    return re.sub(r"\s", " ", words.replace("’", "'"))
