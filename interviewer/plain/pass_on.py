"""Going on without an answer, in line mode: who sits at a terminal is asked once, a pipe is taken at its word."""

from __future__ import annotations

from interviewer.core.interview.passing import pass_on, read_passing, says_nothing
from interviewer.core.interview.session import AnswerSubmitted, DontKnow, Outcome, Skipped, TurnKind
from interviewer.plain.console import Console
from interviewer.sessions.conductor import Conductor
from interviewer.wording.replies import describe_words

_READS_AS = {Outcome.DONT_KNOW: '"I don\'t know"', Outcome.SKIPPED: "skipping this question"}
COMMANDS = {"/idk": Outcome.DONT_KNOW, "/skip": Outcome.SKIPPED}


class PassOn:
    """What `/idk`, `/skip` and an answer such as "idk" lead to."""

    def __init__(self, conductor: Conductor, console: Console) -> None:
        self._conductor = conductor
        self._console = console
        self._asked: tuple[Outcome, str] | None = None
        """What was asked about last, and what was typed then."""

    def submitted(self, typed: str, *, sure: bool = False) -> AnswerSubmitted | Skipped | DontKnow | None:
        """The event that a text makes that is sent; None when it must be confirmed by a second dot.

        Args:
            typed: all that was typed.
            sure: nobody can be asked, since the input has ended.
        """
        if self._conductor.turn.kind is TurnKind.LAST_WORDS and says_nothing(typed):
            return pass_on(Outcome.SKIPPED, self._conductor.clock(), typed)
        outcome = read_passing(typed)
        if outcome is None:
            return AnswerSubmitted(at=self._conductor.clock(), text=typed)
        question = f"That reads as {_READS_AS[outcome]}. A second dot takes it so; what you type now is added to it."
        return self._event(outcome, typed, question, sure=sure)

    def chosen(self, command: str, typed: str) -> Skipped | DontKnow | None:
        """The event of a command; None when it must be given once more, since other words were typed."""
        outcome = COMMANDS[command]
        sure = not typed.strip() or read_passing(typed) is outcome
        question = (
            f"You have {describe_words(typed)} typed. {command} once more goes on; they stay in the record and are not "
            "graded."
        )
        return self._event(outcome, typed, question, sure=sure)

    def _event(self, outcome: Outcome, typed: str, question: str, *, sure: bool) -> Skipped | DontKnow | None:
        if sure or not self._console.interactive or self._asked == (outcome, typed):
            return pass_on(outcome, self._conductor.clock(), typed)
        self._asked = (outcome, typed)
        self._console.narrate(question)
        return None
