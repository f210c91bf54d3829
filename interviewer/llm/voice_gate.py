"""Lets through what may be said of a clarification or an explanation, before anybody sees it.

Nothing is handed on while it streams: a lone closing tag may still tell that all of it was thought aloud. Then it goes
sentence by sentence, each checked together with all that stands before it; once one is turned down, what passed stays
and nothing follows. Last the offline grader reads what passed, as it would read an answer: a clarification may make no
key point, and an explanation must make the one that it explains and contradict none.
"""

from __future__ import annotations

import re

from interviewer.core.bank.kinds import VerdictName
from interviewer.core.english import sentence_ends
from interviewer.core.grade.grade import Grade, GradeResult
from interviewer.core.interview.authored import Speech
from interviewer.core.interview.leaks import given_away, judgement_in, numbers_in
from interviewer.core.interview.utterance import Act
from interviewer.core.text import clean, count_words
from interviewer.llm.final_text import final_text
from interviewer.llm.scaffolding import scaffolding_in

_MOST_WORDS = {Act.CLARIFICATION: 100, Act.EXPLANATION: 220}
_NAME_BEFORE = re.compile(r"\s*(?:\*\*)?(?:interviewer|assistant)(?:\*\*)?\s*:\s*(?:\*\*)?\s*", re.IGNORECASE)
_QUOTES = {'"': '"', "“": "”", "'": "'"}
_MADE = (VerdictName.COVERED, VerdictName.PARTIAL)


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
        raise NotImplementedError


class Free(Gate):
    """Lets through a clarification or an explanation in a model's own words."""

    def finish(self) -> bool:
        """The stream has ended; whether there is something to be shown."""
        text = self._said()
        for end in (*sentence_ends(text), len(text)):
            part = text[:end].rstrip()
            if not self.problem and len(part) > len(self.passed):
                self.problem = self._fault(part)
                self.passed = self.passed if self.problem else part
        return bool(self.passed)

    def read(self, result: GradeResult) -> bool:
        """The offline grader has read what passed; whether there is still something to be shown."""
        if problem := self._fault_read(result):
            self.passed, self.problem = "", problem
        return bool(self.passed)

    def _said(self) -> str:
        text = _NAME_BEFORE.sub("", final_text(clean(self._heard)), count=1).strip()
        if len(text) > 1 and _QUOTES.get(text[0]) == text[-1] and text.count(text[0]) < 3:
            text = text[1:-1].strip()
        return text

    def _fault(self, text: str) -> str:
        """Why this must not be said, "" when it may."""
        speech, act = self._speech, self._speech.act
        assert speech.item is not None
        if "=====candidate" in text or re.search(r"https?:|www\.", text):
            return "it holds what no interviewer says"
        explains = act is Act.EXPLANATION
        if fault := scaffolding_in(text, ("voice", f"voice_{act}"), self._grounds() if explains else self._asked()):
            return fault
        if count_words(text) > _MOST_WORDS[act]:
            return "it is too long"
        if explains:
            new = sorted(numbers_in(text) - numbers_in(" ".join(self._grounds())))
            return f"it names the number {new[0]}, which no source has" if new else ""
        if point := given_away(text, speech.item, self._asked()):
            return f"it gives away {point}"
        if word := judgement_in(text, self._asked()):
            return f"it passes judgement ({word})"
        new = sorted(numbers_in(text) - numbers_in(" ".join((*self._asked(), speech.words.asked))))
        return f"it adds the number {new[0]}" if new else ""

    def _fault_read(self, result: GradeResult) -> str:
        if isinstance(result, Grade) and "copied" in result.flags:
            return ""  # the words of the rubric or the model answer
        if not isinstance(result, Grade) or not result.passport.calibrated:
            return "it could not be checked"
        if self._speech.act is Act.CLARIFICATION:
            made = next((each for each in result.verdicts if each.verdict is VerdictName.COVERED), None)
            return f"it gives away {made.point_id}" if made is not None else ""
        wrong = next((each for each in result.verdicts if each.verdict is VerdictName.CONTRADICTED), None)
        if wrong is not None or result.misconceptions:
            return f"it speaks against {wrong.point_id if wrong else result.misconceptions[0].misconception_id}"
        point = self._speech.point
        own = result.verdict(point.id) if point is not None else None
        return "" if own is None or own.verdict in _MADE else "it does not explain the point"

    def _asked(self) -> tuple[str, ...]:
        """What was said to the candidate already: the question, its other wordings, the hints that were bought. Not
        what they ask: the answer, put as a question, would be confirmed."""
        speech = self._speech
        assert speech.item is not None
        assert speech.turn is not None
        question = speech.item.question
        bought = tuple(hint.text for hint in question.hints[: speech.turn.hints])
        return (speech.turn.prompt, *question.prompts, *bought)

    def _grounds(self) -> tuple[str, ...]:
        """What an explanation may be made of."""
        speech = self._speech
        assert speech.item is not None
        question = speech.item.question
        statement = speech.point.statement if speech.point else ""
        worked = question.worked_solution or ""
        return (*self._asked(), statement, question.model_answer, worked, speech.answer)
