"""What the candidate did in place of an answer, as people say it."""

from __future__ import annotations

from interviewer.core.interview.passing import read_passing
from interviewer.core.interview.session import Outcome, Turn
from interviewer.core.text import count_words

__all__ = ["describe_reply", "describe_words"]

_INSTEAD = {
    Outcome.SKIPPED: "skipped",
    Outcome.DONT_KNOW: 'said "I don\'t know"',
    Outcome.NOT_REACHED: "not reached",
}


def describe_reply(turn: Turn) -> str:
    """The answer to a turn, or what was said or done in its place. Its text is the candidate's, never markup."""
    if turn.outcome is None:
        return "(not answered yet)"
    if turn.outcome is Outcome.ANSWERED:
        return turn.answer
    if not turn.draft:
        return f"({_INSTEAD[turn.outcome]})"
    if read_passing(turn.draft) is turn.outcome:
        return turn.draft
    return f"({_INSTEAD[turn.outcome]}, with {describe_words(turn.draft)} typed and not sent)\n{turn.draft}"


def describe_words(text: str) -> str:
    """How many words, e.g. "15 words"."""
    words = count_words(text)
    return f"{words} word{'s' * (words != 1)}"
