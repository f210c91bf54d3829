"""Going on without an answer, in line mode: who sits at a terminal is asked once, a pipe is taken at its word."""

from __future__ import annotations

from interviewer.core.interview.passing import pass_on, read_passing, says_nothing
from interviewer.core.interview.session import AnswerSubmitted, DontKnow, Ended, Outcome, Phase, Skipped, TurnKind
from interviewer.plain.console import Console
from interviewer.sessions.conductor import Conductor
from interviewer.wording.replies import describe_words

_READS_AS = {Outcome.DONT_KNOW: '"I don\'t know"', Outcome.SKIPPED: "skipping this question"}
COMMANDS = {"/idk": Outcome.DONT_KNOW, "/skip": Outcome.SKIPPED}
END = "/end"


class PassOn:
    """What `/idk`, `/skip`, `/end` and an answer such as "idk" lead to."""

    def __init__(self, conductor: Conductor, console: Console) -> None:
        self._conductor = conductor
        self._console = console
        self._asked: tuple[Outcome | str, str] | None = None
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
        if not sure and self._asks(outcome, typed, question):
            return None
        return pass_on(outcome, self._conductor.clock(), typed)

    def chosen(self, command: str, typed: str) -> Skipped | DontKnow | None:
        """The event of a command; None when it must be given once more, since other words were typed."""
        outcome = COMMANDS[command]
        sure = not typed.strip() or read_passing(typed) is outcome
        if not sure and self._asks(outcome, typed, _leave(typed, f"{command} once more goes on")):
            return None
        return pass_on(outcome, self._conductor.clock(), typed)

    def ended(self, typed: str) -> Ended | None:
        """The event of `/end`; None when it must be given once more, since words were typed that were not sent.

        Args:
            typed: all that was typed since the last question; after its answer, when nothing is open, it was sent.
        """
        draft = typed if self._conductor.state.phase is Phase.ANSWERING else ""
        if draft.strip() and self._asks(END, draft, _leave(draft, f"{END} once more ends the interview")):
            return None
        return Ended(at=self._conductor.clock(), draft=draft)

    def _asks(self, what: Outcome | str, typed: str, question: str) -> bool:
        """Whether this was asked just now and must be said once more."""
        if not self._console.interactive or self._asked == (what, typed):
            return False
        self._asked = (what, typed)
        self._console.narrate(question)
        return True


def _leave(typed: str, what: str) -> str:
    return f"You have {describe_words(typed)} typed. {what}; they stay in the record and are not graded."
