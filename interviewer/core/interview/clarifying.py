"""What is replied to a question about the question, in authored words; nothing that was not in the question.

Who asks to hear it again hears it again. Other lines come once in a session; who asks for the same so often that none
is left is told so: "As before: ...".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from interviewer.core.bank.content import Item
from interviewer.core.english import content_stems
from interviewer.core.interview.session import State, Turn, TurnKind
from interviewer.core.interview.utterance import Act
from interviewer.core.patterns import late_pattern

__all__ = ["AS_BEFORE", "asks_again", "clarification"]

AS_BEFORE = "As before: "
_IT = (
    r"(?:it|that|this|yourself|(?:the|your|that|this) (?:whole |entire |full |last |first )?(?:question|task|part|one)"
    r"|what you (?:just )?(?:said|asked))"
)
_ONCE_MORE = r"(?:again|once more|one more time|a second time|another time)"
_POLITE = (
    r"(?:(?:please|pls|sorry|excuse me|ok(?:ay)?|hi|hey|um+|can|could|would|will|you|u|just|kindly|mind|for me|thanks)"
    r"[\s,.]+)*"
)
_AGAIN = late_pattern(
    rf"^\W*{_POLITE}(?:repeat(?:ing)?|pardon(?: me)?|{_ONCE_MORE})"
    rf"(?:[\s,]+(?:please|pls|thanks|for me|{_ONCE_MORE}))*\W*$"
    rf"|(?<!\bi )\brepeat(?:ing)? (?:{_IT}|please)\b|(?<!\bi )\b(?:re-?read|re-?state) {_IT}"
    rf"|\b(?:say|read|ask|tell|give|show|put|state|write|post|see|hear|have) (?:me |to me |us )?{_IT}"
    rf"(?: out| to me)? {_ONCE_MORE}\b"
    r"|\bwhat(?:'s|s| is| was| were) (?:the|your|that) question(?: again| please)*\W*$"
    r"|\bwhat (?:did|do) you (?:just )?(?:ask|say|want to know)(?: me)?(?: again)?\W*$"
    r"|\bwhat was (?:that|it)(?: again)?\W*$|\bonce more\b|\bagain,? please\b|\bcome again\b|\bone more time\b"
    r"|\b(?:didn't|did not|didnt) (?:quite )?(?:catch|hear) (?:that|it|you|the question|your question)\b"
    r"|\b(?:forgot|forgotten|missed|lost) (?:the|your) question\b",
    re.IGNORECASE,
)
"""How one asks to hear the same words."""
_OTHERWISE = late_pattern(
    r"\b(?:other|different|simpler|plainer) words\b|\bdifferently\b|\banother way\b", re.IGNORECASE
)
_CHOICE = late_pattern(r"\bor\b|\b(?:should|shall|may|can) i\b|\bassume\b", re.IGNORECASE)
"""How one asks which of two things is meant; other words for the question would not say it."""
_CHOOSE = (
    "Where the question leaves that open, say which you take and go on from there.",
    "That is yours to settle: name the one you take, and go on.",
    "I leave that to you. Say what you take it to be.",
)
_DIFFERENTLY = ("Let me put it differently.", "In other words:", "Put another way:", "Let me try it once more.")
_ASKED = (
    "What I ask is this:",
    "My question is this:",
    "What I would like to know:",
    "This is what I would like to hear about:",
)
_NO_OTHER_WORDS = (
    "I have no other words for it that would not give it away. I can repeat the question, and there may be a hint.",
    "More words from me would answer it for you. Ask me to repeat it if that helps.",
    "Beyond that I must leave it to you. A hint may be there for it.",
)
_ASSUME = (
    "Where it leaves something open, state what you assume and go on from there.",
    "If anything is left open, say what you assume.",
    "What it does not fix you may: assume it, and tell me so.",
)


def asks_again(asked: str) -> bool:
    """Whether somebody asks to hear the same words once more, and not other ones."""
    return _AGAIN.search(asked.replace("’", "'")) is not None and _OTHERWISE.search(asked) is None


def clarification(state: State, turn: Turn, item: Item, asked: str) -> str:
    """The reply to what the candidate asks about the question of an open turn."""
    prompt = turn.prompt.strip()
    if asks_again(asked):
        return prompt
    said = [each.text for each in state.said]
    given = " ".join(each.text for each in state.words(Act.CLARIFICATION, turn.id))
    if (meaning := next(_meanings(asked, item, given), None)) is not None:
        return f"{AS_BEFORE}{meaning}" if any(meaning in each for each in said) else meaning
    if _CHOICE.search(asked) and not any(each in given for each in _CHOOSE):
        return _unsaid(_CHOOSE, said) or f"{AS_BEFORE}{_CHOOSE[0][0].lower()}{_CHOOSE[0][1:]}"
    if turn.kind is TurnKind.QUESTION:
        wordings, leads = [each.strip() for each in item.question.prompts if each != turn.prompt], _DIFFERENTLY
    else:
        wordings, leads = [prompt], _ASKED
    wording = next((each for each in wordings if each not in given), None)
    if wording is None:
        text = _unsaid(_NO_OTHER_WORDS, said) or f"{AS_BEFORE}{prompt}"
    else:
        text = f"{_unsaid(leads, said)} {wording}".strip()
    assume = "" if any(each in given for each in _ASSUME) else _unsaid(_ASSUME, said)
    return f"{text}\n\n{assume}".strip()


def _unsaid(pool: Sequence[str], said: Sequence[str]) -> str:
    """The first of the pool that was not said in this session yet; "" when all were."""
    return next((each for each in pool if not any(each in text for text in said)), "")


def _meanings(asked: str, item: Item, given: str) -> Iterator[str]:
    """What the terms mean that a question about the question names, those that this turn has explained left out."""
    words = set(content_stems(asked))
    for each in item.question.glossary:
        stems = content_stems(each.term)
        if stems and words.issuperset(stems) and each.text.strip() not in given:
            yield each.text.strip()
