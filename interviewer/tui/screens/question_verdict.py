"""The verdict on one question: what earned credit, in whose words, and what was missing."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Static

from interviewer.core.interview.authored import missed_points
from interviewer.core.interview.open_points import open_to_contest
from interviewer.core.interview.summary import QuestionSummary
from interviewer.core.interview.utterance import Act
from interviewer.sessions.conductor import Conductor
from interviewer.tui import messages
from interviewer.tui.key_captions import name_keys
from interviewer.tui.safe_text import show
from interviewer.tui.session.speaker import Talk
from interviewer.tui.widgets.too_small import TooSmall
from interviewer.tui.widgets.verdict_text import describe_sources, describe_verdict

__all__ = ["ResultScreen"]


class ResultScreen(Screen[None]):
    """Shown after each question of a practice session."""

    CSS_PATH = [  # noqa: RUF012 - as Textual has it
        "reading.tcss",
        "question_verdict.tcss",
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,escape,ctrl+s", "go_on", "Go on", id="continue", tooltip="Next question", priority=True),
        Binding("e", "explain", "Explain", id="explain", tooltip="Explain what was missed, one point after the other"),
        Binding("m", "sources", "Model answer", id="sources", tooltip="Show the model answer and references, or hide"),
        Binding("c", "contest", "Contest", id="contest", tooltip="Mark words that you think earned a point"),
        Binding("question_mark", "app.help", "Help", id="help-letter", show=False),
    ]

    CLOSED = "{sources} shows the model answer and the references."
    """What stands in their place."""
    NEXT = ", {explain} for the next"
    """What an explanation adds when more points were missed."""

    def __init__(self, question: QuestionSummary, number: int, conductor: Conductor, talk: Talk) -> None:
        super().__init__()
        self._question = question
        self._number = number
        self._talk = talk
        self._missed = missed_points(conductor.state, question.item)
        self._conductor = conductor
        self._explained = -1
        self._with_sources = False

    def compose(self) -> ComposeResult:
        """One scrolling page."""
        with VerticalScroll(id="page"):
            yield Static("", id="text", markup=False)
        with VerticalScroll(id="explanation"):
            yield Static("", id="explained", markup=False)
        yield Footer(compact=True, show_command_palette=False)
        yield TooSmall()

    def on_mount(self) -> None:
        """Let the arrow keys scroll at once."""
        self.query_one("#page").focus()
        self.query_one("#explanation").display = False
        self._show_verdict()

    def on_resize(self) -> None:
        """Set the text anew to the width."""
        self._show_verdict()

    def on_screen_resume(self) -> None:
        """Show what a contest may have changed meanwhile."""
        found = {each.item.question.id: each for each in self._conductor.summary().questions}
        self._question = found.get(self._question.item.question.id, self._question)
        self._show_verdict()
        self.refresh_bindings()

    def _show_verdict(self) -> None:
        level, width = self._conductor.state.config.level, max(40, min(100, self.size.width - 6))
        parts = [describe_verdict(self._question, level, self._number, width), Content()]
        if self._with_sources:
            parts.append(describe_sources(self._question))
        else:
            parts.append(show(name_keys(self, self.CLOSED), "$text-muted"))
        self.query_one("#text", Static).update(Content("\n").join(parts))

    def action_sources(self) -> None:
        """Show the model answer and the references, or hide them again."""
        self._with_sources = not self._with_sources
        self._show_verdict()
        if self._with_sources:
            self.call_after_refresh(self.query_one("#page").scroll_end, animate=False)

    def action_contest(self) -> None:
        """Choose a point and mark the words that earned it."""
        from interviewer.tui.screens.contest import ContestScreen

        if self._can_contest() and self.is_current:
            self.app.push_screen(ContestScreen(self._question.item.question.id, self._conductor))

    def _can_contest(self) -> bool:
        return self._conductor.may_contest() and bool(open_to_contest(self._question.score, self._question.turns))

    def action_go_on(self) -> None:
        """End an explanation that is under way, or go to the next question."""
        if not self._talk.hush():
            self.dismiss()

    def action_explain(self) -> None:
        """Explain the next of the points that were missed."""
        if self._talk.is_waiting or not self._missed:
            return
        self._explained = (self._explained + 1) % len(self._missed)
        panel = self.query_one("#explanation")
        panel.display = True
        panel.focus()  # so that the arrow keys scroll what is being read
        panel.scroll_home(animate=False)
        self._show_explanation(name_keys(self, "The interviewer is looking for words. {continue} ends the waiting."))
        self._talk.explain(self._question.item.question.id, self._missed[self._explained], self)

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

    def _show_explanation(self, text: str) -> None:
        point = self._missed[self._explained]
        place = f"{self._explained + 1} of {len(self._missed)}"
        more = name_keys(self, self.NEXT) if len(self._missed) > 1 else ""
        statement = "" if text.startswith(point.statement) else f": {point.statement}"
        head = show(f"Explained ({place}{more}){statement}\n", "bold")
        self.query_one("#explained", Static).update(Content.assemble(head, show(text)))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey out what makes no sense: everything was said."""
        if action == "contest":
            return True if self._can_contest() else None
        return None if action == "explain" and not self._missed else True
