"""Going on without an answer. What had been typed is asked about once, and kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.widgets import TextArea

from interviewer.core.interview.passing import pass_on, read_passing, says_nothing
from interviewer.core.interview.session import Ended, Event, Outcome, Phase, TurnKind
from interviewer.core.text import clean_line
from interviewer.sessions.conductor import Conductor
from interviewer.wording.replies import describe_words

_TAKE = {
    Outcome.DONT_KNOW: 'Take "{typed}" as "I don\'t know" and go on?\nIt is better to say so than to guess.',
    Outcome.SKIPPED: 'Take "{typed}" as skipping this question?',
}
_LEAVE = {
    Outcome.DONT_KNOW: 'Say "I don\'t know", with {words} typed?\nThey stay in the record and are not graded.',
    Outcome.SKIPPED: "Skip, with {words} typed?\nThey stay in the record and are not graded.",
}
_END = "End the interview, with {words} typed?\nThey stay in the record and are not graded."
_YES = {Outcome.DONT_KNOW: "I don't know ({confirm-yes})", Outcome.SKIPPED: "Skip ({confirm-yes})"}


class PassOn:
    """What F3, F4, ending and an answer such as "idk" lead to."""

    def __init__(self, app: App[Any], conductor: Conductor, editor: TextArea, send: Callable[[Event], bool]) -> None:
        self._app = app
        self._conductor = conductor
        self._editor = editor
        self._send = send

    def takes(self, typed: str) -> bool:
        """Whether what is to be submitted is no answer; it is asked about then."""
        if self._conductor.turn.kind is TurnKind.LAST_WORDS and says_nothing(typed):
            self._go(Outcome.SKIPPED)
            return True
        outcome = read_passing(typed)
        if outcome is not None:
            self._confirm(outcome, _TAKE[outcome].format(typed=clean_line(typed.strip())))
        return outcome is not None

    def choose(self, outcome: Outcome) -> None:
        """Go on without an answer; asked about when something was typed that says another thing."""
        typed = self._editor.text
        if not typed.strip() or read_passing(typed) is outcome:
            self._go(outcome)
        else:
            self._confirm(outcome, _LEAVE[outcome].format(words=describe_words(typed)))

    def end(self) -> None:
        """End the interview; asked about when something was typed."""
        if not self._editor.text.strip() or self._conductor.state.phase is Phase.FINISHED:
            self._end()
            return
        from interviewer.tui.screens.confirm import ConfirmScreen

        screen = ConfirmScreen(_END.format(words=describe_words(self._editor.text)), "End ({confirm-yes})")
        self._app.push_screen(screen, lambda yes: self._end() if yes else None)

    def _end(self) -> None:
        self._send(Ended(at=self._conductor.clock(), draft=self._editor.text))

    def _confirm(self, outcome: Outcome, question: str) -> None:
        from interviewer.tui.screens.confirm import ConfirmScreen

        turn = self._conductor.turn
        screen = ConfirmScreen(question, _YES[outcome])
        self._app.push_screen(screen, lambda yes: self._go(outcome) if yes and self._conductor.turn is turn else None)

    def _go(self, outcome: Outcome) -> None:
        self._send(pass_on(outcome, self._conductor.clock(), self._editor.text))
