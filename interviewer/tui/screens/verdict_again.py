"""The verdict on one question as the report opens it: as after the question itself, with ways to the others."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from interviewer.core.interview.authored import missed_points
from interviewer.sessions.conductor import Conductor
from interviewer.tui.screens.question_verdict import ResultScreen
from interviewer.tui.session.speaker import StreamingSpeaker


class VerdictScreen(ResultScreen, inherit_bindings=False):
    """One question of a session that is over, or any stored one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter", "go_on", "Report", id="continue", tooltip="Back to the report", priority=True),
        Binding("right,n", "step(1)", "Next", id="verdict-next", tooltip="The next question"),
        Binding("left,p", "step(-1)", "Previous", id="verdict-previous", tooltip="The question before"),
        Binding("e", "explain", "Explain", id="explain", tooltip="Explain what was missed, one point after the other"),
        Binding("m", "sources", "Model answer", id="sources", tooltip="Show the model answer and references, or hide"),
        Binding("c", "contest", "Contest", id="contest", tooltip="Mark words that you think earned a point"),
        Binding("ctrl+c,super+c", "screen.copy_text", "Copy", id="copy-text", show=False),
        Binding("question_mark", "app.help", "Help", id="help-letter", show=False),
    ]

    def __init__(self, conductor: Conductor, number: int, speaker: StreamingSpeaker) -> None:
        """`number` counts from 1."""
        super().__init__(conductor.summary().questions[number - 1], number, conductor, speaker)

    def action_step(self, by: int) -> None:
        """Go to another question."""
        questions = self._conductor.summary().questions
        at = self._number - 1 + by
        if not 0 <= at < len(questions):
            return
        self._speaker.hush()
        self._number, self._question = at + 1, questions[at]
        self._missed = missed_points(self._conductor.state, self._question.item)
        self._explained, self._with_sources = -1, False
        self.query_one("#explanation").display = False
        self.query_one("#page").scroll_home(animate=False)
        self._show_verdict()
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey out the way past the first and the last question, too."""
        if action == "step":
            at = self._number + int(str(parameters[0]))
            return True if 1 <= at <= len(self._conductor.summary().questions) else None
        return super().check_action(action, parameters)
