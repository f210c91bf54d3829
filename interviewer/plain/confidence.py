"""How sure are you? Asked in a terminal once the answer is on disk, and said with /sure anywhere.

Lines that come through a pipe are answers that were written before, so none of them is ever taken for a reply to
this question.
"""

from __future__ import annotations

from interviewer.core.interview.calibration import CONFIDENCE
from interviewer.core.interview.session import AskConfidence, Rated, Turn, TurnKind
from interviewer.core.text import shorten
from interviewer.errors import StorageError
from interviewer.plain.console import Console
from interviewer.sessions.conductor import Conductor

_PROMPT = f"How sure are you, 1 ({CONFIDENCE[1]}) to 5 ({CONFIDENCE[5]})? (Enter skips) "


class Confidence:
    """What the candidate of one session says about how sure they are."""

    def __init__(self, conductor: Conductor, console: Console, asks: AskConfidence) -> None:
        self._conductor = conductor
        self._console = console
        self._asks = asks
        self._said: dict[int, int] = {}
        """With /sure, by turn; an answer that is not sent yet has no place for it in the journal."""

    def note(self, words: str) -> None:
        """Remember what was said with /sure about the answer being written; it can be said anew until that is sent."""
        turn, value = self._conductor.turn, _read(words)
        if turn.outcome is not None or turn.kind is not TurnKind.QUESTION:
            self._console.narrate("/sure is about the answer to a question, and is said before you send it.")
        elif value is None:
            self._console.narrate(f"{_refusal(words)} E.g. /sure 4")
        else:
            self._said[turn.id] = value
            self._console.narrate(f"Noted, {value} of 5: {CONFIDENCE[value]}. It is kept with your answer.")

    def keep(self, turn: Turn, *, ask: bool) -> None:
        """Keep how sure they are of an answer that is on disk and being read.

        Args:
            turn: whose answer; nothing is kept for a follow-up's.
            ask: whether it was sent just now, so that asking about it makes sense.
        """
        if turn.kind is not TurnKind.QUESTION or turn.confidence is not None:
            return
        value = self._said.get(turn.id)
        if value is None and ask and self._console.interactive and self._conductor.asks_confidence(self._asks):
            value = self._ask()
        if value is None:
            return
        try:
            self._conductor.send(Rated(at=self._conductor.clock(), turn_id=turn.id, confidence=value))
        except StorageError as error:  # the answer is on disk, and the interview goes on without this
            self._console.narrate(str(error))

    def _ask(self) -> int | None:
        """Ask, and once more after a wrong reply; None when it was skipped, also by the end of input."""
        self._console.say("", "Your answer is saved and being read.")
        for again in (True, False):
            line = self._console.read_line(_PROMPT)
            if line is None:
                self._console.say("")
            if line is None or not line.strip():
                return None
            value = _read(line)
            if value is not None:
                return value
            self._console.narrate(f"{_refusal(line)} {'Once more, please.' if again else 'Skipped.'}")
        return None


def _read(text: str) -> int | None:
    """A number from 1 to 5, also behind /sure; None for anything else."""
    said = text.strip().lower().removeprefix("/sure").strip()
    return next((value for value in CONFIDENCE if said == str(value)), None)


def _refusal(text: str) -> str:
    return f'"{shorten(text, 40)}" is no number from 1 to 5.' if text.strip() else "Say it as a number from 1 to 5."
