"""The verdict on one question as practice shows it: to be explained, contested, and left for the next one."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from interviewer.core.interview.open_points import doubtful_points, open_to_contest
from interviewer.core.interview.session import Mode
from interviewer.core.interview.summary import QuestionSummary
from interviewer.core.interview.utterance import Act
from interviewer.sessions.conductor import Conductor
from interviewer.sessions.contests import may_contest
from interviewer.tui import messages
from interviewer.tui.key_captions import name_keys
from interviewer.tui.screens.verdict_page import VerdictPage
from interviewer.tui.session.speaker import StreamingSpeaker


class ResultScreen(VerdictPage):
    """Shown after each question of a practice session."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,escape,ctrl+s", "go_on", "Go on", id="continue", tooltip="Next question", priority=True),
        Binding("e", "explain", "Explain", id="explain", tooltip="Explain what was missed, one point after the other"),
        Binding("m", "sources", "Model answer", id="sources", tooltip="Show the model answer and references, or hide"),
        Binding("c", "contest", "Contest", id="contest", tooltip="Mark words that you think earned a point"),
        Binding("question_mark", "app.help", "Help", id="help-letter", show=False),
    ]

    CLOSED = "{sources} shows the model answer and the references."
    NEXT = ", {explain} for the next"

    def __init__(self, question: QuestionSummary, number: int, conductor: Conductor, speaker: StreamingSpeaker) -> None:
        super().__init__(question, number, conductor)
        self._speaker = speaker
        self._conductor = conductor

    def on_screen_resume(self) -> None:
        """Show what a contest may have changed meanwhile."""
        found = {each.item.question.id: each for each in self._conductor.summary().questions}
        self._question = found.get(self._question.item.question.id, self._question)
        self._show_verdict()
        self.refresh_bindings()

    def action_sources(self) -> None:
        """Show the model answer and the references, or hide them again."""
        self._with_sources = not self._with_sources
        self._show_verdict()
        if self._with_sources:
            page, sources = self.query_one("#page"), self.query_one("#sources")
            self.call_after_refresh(page.scroll_to_widget, sources, top=True, animate=False)

    def action_contest(self) -> None:
        """Choose a point and mark the words that earned it."""
        from interviewer.tui.screens.contest import ContestScreen

        if self._can_contest() and self.is_current:
            self.app.push_screen(ContestScreen(self._question.item.question.id, self._conductor))

    def _can_contest(self) -> bool:
        question, practice = self._question, self._conductor.state.config.mode is Mode.PRACTICE
        if practice and doubtful_points(question.score, question.turns):
            return True  # to mark a point as said, whoever rules
        return may_contest(self._conductor) and bool(open_to_contest(question.score, question.turns))

    def action_go_on(self) -> None:
        """End an explanation that is under way, or go to the next question."""
        if not self._speaker.hush():
            self.dismiss()

    def action_explain(self) -> None:
        """Explain the next of the points that were missed."""
        if self._speaker.is_waiting or not self._missed:
            return
        self._explained = (self._explained + 1) % len(self._missed)
        panel = self.query_one("#explanation")
        panel.display = True
        panel.focus()  # so that the arrow keys scroll what is being read
        panel.scroll_home(animate=False)
        self._show_explanation(name_keys(self, "The interviewer is looking for words. {continue} ends the waiting."))
        self._speaker.explain(self._question.item.question.id, self._missed[self._explained], self)

    def on_words_came(self, message: messages.WordsCame) -> None:
        """Show what has been explained so far."""
        self._show_explanation(message.text)

    def on_words_spoken(self, message: messages.WordsSpoken) -> None:
        """Show the explanation as it was stored."""
        wanted = self._missed[self._explained].id
        said = self._conductor.state.words(Act.EXPLANATION, message.turn_id)
        found = [each.text for each in said if each.about == wanted]
        if found:
            self._show_explanation(found[-1])

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey out what makes no sense: everything was said."""
        if action == "contest":
            return True if self._can_contest() else None
        return None if action == "explain" and not self._missed else True
