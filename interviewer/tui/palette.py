"""The command palette: every place and action by name, and every question by title."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import SystemCommand
from textual.command import DiscoveryHit, Hit, Hits, Provider

from interviewer.tui.base import AppBase
from interviewer.tui.key_captions import name_keys
from interviewer.tui.navigation import PLACES
from interviewer.tui.safe_text import show_line
from interviewer.tui.screens.interview import InterviewScreen

if TYPE_CHECKING:
    from textual.screen import Screen

    from interviewer.services import Services

_FIRST = 5
"""Questions that are offered before anything is typed."""


def list_commands(app: AppBase, screen: Screen[Any]) -> Iterable[SystemCommand]:
    """The screen's own commands, then what can be done anywhere."""
    if isinstance(screen, InterviewScreen):
        yield from screen.get_system_commands()
    if app.check_action("visit", ()):
        yield SystemCommand("Home", "Start an interview, or go on with one", app.show_home)
        for name, (what, _) in PLACES.items():
            yield SystemCommand(name.capitalize(), what, partial(app.action_visit, name))
    yield SystemCommand("Jump to a field", name_keys(app, "A letter over each; {jump} does the same"), app.action_jump)
    yield SystemCommand("Help", "Keys of this screen, and how the score is made", app.action_help)
    yield SystemCommand("Theme", "Try other colours; `theme` in the settings keeps them", app.action_change_theme)
    yield SystemCommand("Quit", "Save and leave", app.action_leave)


class QuestionProvider(Provider):
    """Jump to a question of the bank. Silent while an interview is under way."""

    async def startup(self) -> None:
        """Read the titles off the event loop; the first time it takes a tenth of a second."""
        app: object = self.app
        assert isinstance(app, AppBase)
        self._jump = app.jump_to_question
        may_visit = app.check_action("visit", ())
        self._titles = await asyncio.to_thread(_read_titles, app.services) if may_visit else {}

    async def discover(self) -> Hits:
        """A few questions, so that one sees it can be done."""
        for question_id, title in list(self._titles.items())[:_FIRST]:
            yield DiscoveryHit(
                show_line(f"Question: {title}"), partial(self._jump, question_id), text=title, help="Jump to question"
            )

    async def search(self, query: str) -> Hits:
        """Questions whose title or id fits."""
        matcher = self.matcher(query)
        for question_id, title in self._titles.items():
            score = max(matcher.match(f"question {title}"), matcher.match(question_id))
            if score > 0:
                label = show_line(f"Question: {title}")
                yield Hit(score, label, partial(self._jump, question_id), text=title, help=f"Jump to {question_id}")


def _read_titles(services: Services) -> dict[str, str]:
    bank = services.bank
    return {head.id: bank[head.id].question.title for head in bank.heads}
