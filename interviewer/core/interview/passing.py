"""Whether what somebody sent is no answer but "I don't know", "pass" or a question back, in whatever words people use
for it.

Only the whole text counts: "not sure, but I think the variance grows" is an answer.
"""

from __future__ import annotations

import re

from interviewer.core.english import tokens
from interviewer.core.interview.asking_back import asks_back
from interviewer.core.interview.session import DontKnow, Outcome, Skipped

__all__ = ["asks_back", "pass_on", "read_passing", "says_nothing"]

_AROUND = re.compile(
    r"^(?:i'm|i am|i've|i have|i'll|let's|i)\b|\b(?:at all|right now|to be honest|tbh|i'm afraid|i am afraid|sorry|"
    r"honestly|really|actually|unfortunately|just|please|um+|uh+m?|hm+|well|ok(?:ay)?|oh|here|yet|anymore|though|"
    r"yeah|(?:about |on |for )?(?:the answer|the question|this one|that one|this|that|it))\b"
)
"""What people put around it."""
_CONTRACTED = re.compile(r"\b(do|ca|have|could|would)nt\b")
"""Contractions as they are typed in a hurry."""
_NOT_KNOWN = frozenset(
    """
    idk,dunno,don't know,do not know,no idea,no clue,haven't a clue,haven't got a clue,not sure,can't remember,
    cannot remember,don't remember,do not remember,forgot,can't say,cannot say,can't answer,cannot answer,
    never heard of,haven't heard of,beats me,couldn't say,couldn't tell you,wouldn't know
    """.replace("\n    ", "").split(",")
)
_PASSED = frozenset(("skip", "pass", "next question", "the next question"))

_NOTHING = frozenset(
    """
    no,nope,nothing,nothing else,none,thanks,thank you,that's all,thats all,that's it,that's everything,all good,
    done,i'm done,i think that's all
    """.replace("\n    ", "").split(",")
)
"""What people say who have nothing to add."""


def says_nothing(text: str) -> bool:
    """Whether that is all the text says when one is asked for anything to add."""
    words = " ".join(tokens(text))
    return words in _NOTHING or re.sub(r"^(?:no|nope) ", "", words) in _NOTHING


def read_passing(text: str) -> Outcome | None:
    """`Outcome.DONT_KNOW` or `Outcome.SKIPPED` when that is all the text says; None for anything that may be an answer.

    Args:
        text: as it was typed.
    """
    if text.strip() and not text.strip(" \t\n?.!"):
        return Outcome.DONT_KNOW if "?" in text else None
    words = " ".join(tokens(text))
    while (rest := " ".join(_AROUND.sub(" ", words).split())) != words:
        words = rest
    words = _CONTRACTED.sub(r"\1n't", words)
    if words in _NOT_KNOWN:
        return Outcome.DONT_KNOW
    return Outcome.SKIPPED if words in _PASSED else None


def pass_on(outcome: Outcome, at: float, draft: str) -> Skipped | DontKnow:
    """The event of going on without an answer.

    Args:
        outcome: `SKIPPED` or `DONT_KNOW`.
        at: Unix time in seconds.
        draft: what stood where the answer is typed; it is kept, and not graded.
    """
    event = Skipped if outcome is Outcome.SKIPPED else DontKnow
    return event(at=at, draft=draft)
