"""Lets through what may be said, before anybody sees it.

Nothing is handed on while it streams: a lone closing tag may still tell that all of it was thought aloud, and only the
whole can show that nothing of what is asked was lost. Then a reaction, a clarification and an explanation pass sentence
by sentence, each checked together with all that stands before it; once one is turned down, what passed stays and
nothing follows. A question and a hint pass as a whole or not at all.
"""

from __future__ import annotations

import re

from interviewer.core.english import sentence_ends
from interviewer.core.interview.authored import Speech
from interviewer.core.interview.leaks import given_away, judgement_in, lost_from, numbers_in
from interviewer.core.interview.utterance import Act
from interviewer.core.text import clean, count_words
from interviewer.llm.final_text import final_text
from interviewer.llm.scaffolding import scaffolding_in

_WHOLE = (Act.ASK, Act.HINT)
_MOST_WORDS = {Act.REACTION: 60, Act.CLARIFICATION: 100, Act.EXPLANATION: 220}
_NAME_BEFORE = re.compile(r"\s*(?:\*\*)?(?:interviewer|assistant)(?:\*\*)?\s*:\s*(?:\*\*)?\s*", re.IGNORECASE)
_QUOTES = {'"': '"', "“": "”", "'": "'"}


class Gate:
    """Stands between a model and the screen, for one speech."""

    def __init__(self, speech: Speech) -> None:
        self._speech = speech
        self._heard = ""
        self.passed = ""
        """All that may be shown; "" until the stream has ended."""
        self.problem = ""
        """Why nothing more is let through; "" while it is open."""

    def add(self, piece: str) -> None:
        """Take a piece of the stream."""
        self._heard += piece

    def finish(self) -> bool:
        """The stream has ended; whether there is something to be shown."""
        return self._let(self._said())

    def _said(self) -> str:
        text = _NAME_BEFORE.sub("", final_text(clean(self._heard)), count=1).strip()
        if len(text) > 1 and _QUOTES.get(text[0]) == text[-1] and text.count(text[0]) < 3:
            text = text[1:-1].strip()
        return text

    def _let(self, text: str) -> bool:
        """Let `text` through as far as it is in order, sentence by sentence."""
        grew = False
        ends = [len(text)] if self._speech.act in _WHOLE else [*sentence_ends(text), len(text)]
        for end in ends:
            part = text[:end].rstrip()
            if self.problem or len(part) <= len(self.passed):
                continue
            self.problem = self._fault(part)
            if not self.problem:
                self.passed, grew = part, True
        return grew

    def _fault(self, text: str) -> str:
        """Why this must not be said, "" when it may."""
        speech, act = self._speech, self._speech.act
        assert speech.item is not None
        if "=====candidate" in text or re.search(r"https?:|www\.", text):
            return "it holds what no interviewer says"
        spoken = (*self._asked(), *self._own(), *(self._grounds() if act is Act.EXPLANATION else ()))
        prompts = ("voice", f"voice_{act}")
        if fault := scaffolding_in(text, prompts, spoken, code=act in _WHOLE):
            return fault
        if count_words(text) > _MOST_WORDS.get(act, 10_000):
            return "it is too long"
        if act is Act.EXPLANATION:
            new = sorted(numbers_in(text) - numbers_in(" ".join(self._grounds())))
            return f"it names the number {new[0]}, which no source has" if new else ""
        known = (*self._asked(), *self._own())
        if point := given_away(text, speech.item, known):
            return f"it gives away {point}"
        if word := judgement_in(text, self._asked()):
            return f"it passes judgement ({word})"
        return self._fault_of_act(text)

    def _fault_of_act(self, text: str) -> str:
        speech = self._speech
        if speech.act is Act.ASK:
            return lost_from(speech.turn.prompt if speech.turn else "", text)
        if speech.act is Act.HINT:
            return lost_from(speech.words.text, text)
        if speech.act is Act.REACTION:
            return "it asks something" if "?" in text else ""
        new = sorted(numbers_in(text) - numbers_in(" ".join((*self._asked(), speech.words.asked))))
        return f"it adds the number {new[0]}" if new else ""

    def _asked(self) -> tuple[str, ...]:
        """What was said to the candidate already: the question, its other wordings, the hints that were bought."""
        speech = self._speech
        assert speech.item is not None
        assert speech.turn is not None
        question = speech.item.question
        bought = tuple(hint.text for hint in question.hints[: speech.turn.hints])
        spoken = (speech.words.text,) if speech.act is Act.HINT else ()
        return (speech.turn.prompt, *question.prompts, *bought, *spoken)

    def _own(self) -> tuple[str, ...]:
        """The candidate's words that may be said back. Not what they ask: the answer, put as a question, would be
        confirmed."""
        return (self._speech.answer,) if self._speech.act in (Act.REACTION, Act.ASK) else ()

    def _grounds(self) -> tuple[str, ...]:
        """What an explanation may be made of."""
        speech = self._speech
        assert speech.item is not None
        question = speech.item.question
        statement = speech.point.statement if speech.point else ""
        return (statement, question.prompt, question.model_answer, question.worked_solution or "", speech.answer)
