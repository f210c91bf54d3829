"""Whether what somebody sent is no answer but "I don't know", "pass" or a question back, in whatever words people use
for it.

Only the whole text counts: "not sure, but I think the variance grows" is an answer.
"""

from __future__ import annotations

from interviewer.core.english_not_known import AROUND, NO_ASIDE, UNKNOWN, any_of, pieces, read_pieces
from interviewer.core.interview import asking_back
from interviewer.core.interview.session import DontKnow, Outcome, Skipped

__all__ = ["asks_back", "pass_on", "read_passing", "says_nothing"]

_MAY_WE = any_of(
    """
        (?:can|could|may|might|shall|should|would|will|do|must) (?:i|we|you)(?: (?:have to|need to|please|maybe|just))*
        (?:is|would) it (?:be )?(?:ok(?:ay)?|fine|possible|all ?right) (?:if (?:i|we)|to)|let's|let us|let me
        i(?:'d| would) (?:rather|like to|prefer to|love to)|i (?:want to|wanna|need to|have to|'ll have to|must)
        i(?:'ll| will) have to|i am going to|i'm (?:going to|gonna)|we
        """
)
"""How one asks to do something, or says that one will."""
_NEXT = "(?: to (?:the )?(?:next|another|following) (?:one|question|topic)| to something else)?"
_SKIP = any_of(
    rf"""
        (?:skip|skipping|pass|passing)(?: (?:on|over|past))?|(?:move|moving) on{_NEXT}
        {_MAY_WE} (?:please )?(?:go|carry) on{_NEXT}|(?:{_MAY_WE} )?(?:go|get|jump) to the next (?:one|question|topic)
        (?:the )?next (?:question|topic)|next(?: one)?|(?:a|the) different (?:one|question)
        """
)
_PASSING = pieces(unknown=UNKNOWN, passed=_SKIP, around=f"(?:{_MAY_WE}|{AROUND})")

_MORE = "(?: (?:else|more|further|other|particular))*"
_TO_ADD = "(?: to (?:add|say))?"
_POINTS = "(?: (?:comments?|points?|thoughts?|remarks?|additions?))?"
_I_HAVE = f"(?: (?:that )?i (?:have|had|wanted|want|know|knew|got|can think of|can say|could say){_TO_ADD})?"
_NOTHING = any_of(
    rf"""
        (?:nothing|none) (?:that )?(?:i can think of|comes to mind|springs to mind)
        (?:have )?(?:nothing|none|no){_MORE}{_POINTS}{_TO_ADD}|nope|nah|not really|not (?:this time|now)
        (?:do not|don't) (?:really )?(?:think so|have any(?:thing)?{_MORE}{_POINTS}{_TO_ADD})
        not that i (?:know of|can think of)
        (?:i'm|i am|we're|we are)(?: all)? (?:good|fine|done|set|okay|happy|finished)|all (?:good|done|set|fine)
        good|fine|done|finished
        (?:that|this)(?:'s| is| was| would be|'ll be| will be) (?:all|it|everything|about it){_I_HAVE}
        (?:i )?(?:have |'ve )?(?:said|covered|told|mentioned)(?: you)? (?:it all|everything|all){_I_HAVE}
        """
)
"""What people say who have nothing to add."""
_ADDING = pieces(
    nothing=_NOTHING,
    thanks="thanks|thank you",
    around=rf"(?:to (?:add|say)|from (?:me|my (?:side|end))|for (?:your|the) (?:time|interview|questions?)|{AROUND})",
)


def asks_back(text: str) -> bool:
    """Whether all the text is one question or request to the interviewer, and not one to go on ("can I skip?")."""
    return read_passing(text) is None and asking_back.asks_back(text)


def says_nothing(text: str) -> bool:
    """Whether that is all the text says when one is asked for anything to add; so does no text at all."""
    return not text.strip() or bool((read_pieces(text, _ADDING) or set()) & {"nothing", "thanks"})


def read_passing(text: str) -> Outcome | None:
    """`Outcome.DONT_KNOW` or `Outcome.SKIPPED` when that is all the text says; None for anything that may be an answer.

    Who says both does not know.

    Args:
        text: as it was typed.
    """
    if text.strip() and not text.strip(" \t\n?.!"):
        return Outcome.DONT_KNOW if "?" in text else None
    said = read_pieces(NO_ASIDE.sub(" ", text), _PASSING) or set()
    if "unknown" in said:
        return Outcome.DONT_KNOW
    return Outcome.SKIPPED if "passed" in said else None


def pass_on(outcome: Outcome, at: float, draft: str) -> Skipped | DontKnow:
    """The event of going on without an answer.

    Args:
        outcome: `SKIPPED` or `DONT_KNOW`.
        at: Unix time in seconds.
        draft: what stood where the answer is typed; it is kept, and not graded.
    """
    event = Skipped if outcome is Outcome.SKIPPED else DontKnow
    return event(at=at, draft=draft)
