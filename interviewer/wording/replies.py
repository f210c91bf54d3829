"""What was asked and what the candidate said, or did in place of an answer, as people call it."""

from __future__ import annotations

from interviewer.core.interview.passing import read_passing, says_nothing
from interviewer.core.interview.session import Outcome, Turn, TurnKind
from interviewer.core.text import count_words

__all__ = ["describe_answered", "describe_asked", "describe_reply", "describe_words"]

_INSTEAD = {
    Outcome.SKIPPED: "skipped",
    Outcome.DONT_KNOW: 'said "I don\'t know"',
    Outcome.NOT_REACHED: "left unanswered",
}
_ASKED = {
    TurnKind.QUESTION: "Interviewer",
    TurnKind.CHALLENGE: "Follow-up on what you said",
    TurnKind.PROBE: "Follow-up",
    TurnKind.DEEPER: "Follow-up, one level deeper",
    TurnKind.LAST_WORDS: "To close",
}
_ANSWERED = {
    TurnKind.QUESTION: "answer",
    TurnKind.CHALLENGE: "answer to the follow-up on what you said",
    TurnKind.PROBE: "answer to the follow-up",
    TurnKind.DEEPER: "answer to the follow-up one level deeper",
    TurnKind.LAST_WORDS: "last words",
}


def describe_asked(kind: TurnKind) -> str:
    """What stands above or before what the interviewer asked."""
    return _ASKED[kind]


def describe_answered(kind: TurnKind) -> str:
    """Which of the candidate's answers to a question, behind "your"."""
    return _ANSWERED[kind]


def describe_reply(turn: Turn) -> str:
    """The answer to a turn, or what was said or done in its place. Its text is the candidate's, never markup."""
    if turn.outcome is None:
        return "(not answered yet)"
    if turn.outcome is Outcome.ANSWERED:
        return turn.answer
    if not turn.draft:
        return f"({_INSTEAD[turn.outcome]})"
    ended = turn.outcome is Outcome.NOT_REACHED
    declined = turn.kind is TurnKind.LAST_WORDS and says_nothing(turn.draft) and not ended
    if declined or read_passing(turn.draft) is turn.outcome:  # it was sent, and that is what it says
        return turn.draft
    instead = "ended" if ended else _INSTEAD[turn.outcome]
    return f"({instead}, with {describe_words(turn.draft)} typed and not sent)\n{turn.draft}"


def describe_words(text: str) -> str:
    """How many words, e.g. "15 words"."""
    words = count_words(text)
    return f"{words} word{'s' * (words != 1)}"
