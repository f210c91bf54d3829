"""A turn that a model finds only a part of: authored words carry it, and nothing else of the model's can be said.

Of a reaction it is a phrase that stands in the candidate's answer; of a follow-up a few words that lead over to the
question, which is asked as it is written. So nothing leaks, praises or asks for something else, whatever a model says.
"""

from __future__ import annotations

import re
from typing import Any

from interviewer.core.grade.injection import find_injections
from interviewer.core.grade.quotes import find_places
from interviewer.core.interview.authored import Speech
from interviewer.core.interview.leaks import given_away, judgement_in, numbers_in
from interviewer.core.interview.utterance import Act
from interviewer.core.text import clean, clean_line, count_words
from interviewer.llm.final_text import final_text, json_values
from interviewer.llm.json_modes import strict_object
from interviewer.llm.scaffolding import scaffolding_in
from interviewer.llm.voice_gate import Gate

PARTS = {Act.REACTION: "phrase", Act.ASK: "lead_in"}
"""Acts of which a model finds a part, and the field of its reply that holds it."""
_FRAMES = ("I have noted “{}”.", "You spoke of “{}”.", "“{}”, I have that.")
_PHRASE = 2, 10
"""Words of a phrase."""
_LEAD_IN = 12
"""Words of a lead-in at most."""
_SENTENCES = re.compile(r"[.!?]\s+\S")


class Part(Gate):
    """Makes the turn's words of a model's reply.

    Args:
        speech: a reaction or a follow-up.
        led: lead-ins that were said before, to which its own is added.
    """

    def __init__(self, speech: Speech, led: set[str]) -> None:
        super().__init__(speech)
        self._led = led

    def finish(self) -> bool:
        """The reply is whole; whether there is something to be said."""
        given = _field(self._heard, PARTS[self._speech.act])
        if given is None:
            self.problem = "it is not the JSON that was asked for"
        elif self._speech.act is Act.REACTION:
            self._react(clean_line(given))
        elif given.strip():
            self._lead_in(clean_line(given).strip(" :-–—"))
        return bool(self.passed)

    def _react(self, phrase: str) -> None:
        answer = clean(self._speech.answer)
        place = next(find_places(phrase, answer), None)
        if place is None:
            self.problem = "its phrase does not stand in the answer"
            return
        said = clean_line(place.cut(answer))
        least, most = _PHRASE
        if not least <= count_words(said) <= most:
            self.problem = "its phrase has no fit length"
        elif place.overlaps(find_injections(answer)):
            self.problem = "its phrase addresses whoever grades"
        elif word := judgement_in(said, self._asked()):
            self.problem = f"its phrase passes judgement ({word})"
        else:
            turn = self._speech.turn
            assert turn is not None
            self.passed = _FRAMES[turn.id % len(_FRAMES)].format(said.strip("“”\"'.,;:"))

    def _lead_in(self, words: str) -> None:
        self.problem = self._fault(words)
        if not self.problem:
            self._led.add(words.lower())
            end = "" if words[-1] in ".," else "."
            self.passed = f"{words}{end} {self._speech.words.text}"

    def _fault(self, words: str) -> str:
        speech = self._speech
        assert speech.item is not None
        known = (*self._asked(), speech.answer)
        if count_words(words) > _LEAD_IN or _SENTENCES.search(words):
            return "its lead-in is too long"
        if words.lower() in self._led:
            return "its lead-in was said before"
        if "?" in words:
            return "its lead-in asks something"
        if fault := scaffolding_in(words, ("voice", "voice_ask"), known):
            return fault
        if new := sorted(numbers_in(words) - numbers_in(" ".join(self._asked()))):
            return f"it adds the number {new[0]}"
        if point := given_away(words, speech.item, known):
            return f"it gives away {point}"
        word = judgement_in(words, self._asked())
        return f"it passes judgement ({word})" if word else ""

    def _asked(self) -> tuple[str, ...]:
        speech = self._speech
        assert speech.item is not None
        assert speech.turn is not None
        return (speech.turn.prompt, *speech.item.question.prompts)


def part_schema(act: Act) -> dict[str, Any]:
    """JSON Schema of a model's part of a turn."""
    return strict_object({PARTS[act]: {"type": "string", "maxLength": 120}})


def _field(reply: str, name: str) -> str | None:
    """What the last object of a reply has in a field; None when there is no such text."""
    found = [value.get(name) for _, _, value in json_values(final_text(clean(reply))) if isinstance(value, dict)]
    return next((each for each in reversed(found) if isinstance(each, str)), None)
