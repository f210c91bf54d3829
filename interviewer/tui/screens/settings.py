"""All settings: what is in force, where it comes from, and a line to change it."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.suggester import SuggestFromList
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from interviewer.core.bank.kinds import Level
from interviewer.core.interview.session import AskConfidence, Mode
from interviewer.core.text import shorten_path
from interviewer.errors import MockdlError
from interviewer.services.preferences import Preference, clear_preference, list_preferences, save_preference
from interviewer.settings.schema import DEVICES, JudgeMode
from interviewer.tui.base import AppBase
from interviewer.tui.deferred_work import work_on
from interviewer.tui.key_captions import name_keys
from interviewer.tui.safe_text import explain, fit, show, show_line
from interviewer.tui.widgets.key_footer import KeyFooter
from interviewer.tui.widgets.line_input import ValueInput
from interviewer.tui.widgets.too_small import TooSmall

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_CHOICES: dict[str, Sequence[str]] = {
    "level": list(Level),
    "mode": list(Mode),
    "judge": list(JudgeMode),
    "ask_confidence": list(AskConfidence),
    "device": DEVICES,
    "reduced_motion": ["true", "false"],
}


class _List(OptionList):
    HELP = "Enter changes the setting under the cursor."


class SettingsScreen(Screen[None]):
    """A list, the meaning of the setting under the cursor, and the line being typed."""

    app = getters.app(AppBase)
    CSS_PATH = "settings.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="back", tooltip="Leave the line as it was; back home"),
        Binding("e", "edit", "Change", id="settings-edit", tooltip="Type a new value (Enter does the same)"),
        Binding("u", "clear", "Default", id="settings-clear", tooltip="Take it out of the file; the default holds"),
        Binding("f10", "app.visit('doctor')", "Doctor", id="doctor", tooltip="What works here"),
        Binding("question_mark", "app.help", "Help", id="help-letter", show=False),
    ]

    preferences = getters.query_one("#list", OptionList)
    line = getters.query_one("#line", Input)

    def __init__(self) -> None:
        super().__init__(name="settings")
        self._listed: list[Preference] = []
        self._editing: Preference | None = None

    def compose(self) -> ComposeResult:
        """List, meaning, line, what came of it."""
        yield Static("Settings", id="title", markup=False)
        yield _List(id="list", compact=True)
        yield Static("", id="meaning", markup=False)
        yield ValueInput(id="line", compact=True)
        yield Static("", id="outcome", markup=False)
        yield KeyFooter()
        yield TooSmall()

    def on_mount(self) -> None:
        """List them."""
        self.line.display = False
        self.preferences.focus()
        self._show_title()
        self._reload()

    def on_resize(self) -> None:
        """Set the lines anew to the width."""
        self._show_title()
        self._show_list()

    def _show_title(self) -> None:
        file = self.app.services.places.settings_file
        self.query_one("#title", Static).update(
            show_line(f"Settings · {shorten_path(str(file), self.size.width - 14)}")
        )

    def _reload(self) -> None:
        try:
            self._listed = list_preferences(self.app.services)
        except MockdlError as error:
            explain(self.app, error)
        self._show_list()

    def _show_list(self) -> None:
        options, width = self.preferences, max(20, self.size.width - 43)
        place = options.highlighted or 0
        options.set_options([Option(_line(each, width), id=each.name) for each in self._listed])
        if self._listed:
            options.highlighted = min(place, len(self._listed) - 1)

    @property
    def current(self) -> Preference | None:
        """The setting under the cursor."""
        place = self.preferences.highlighted
        return self._listed[place] if place is not None and place < len(self._listed) else None

    @on(OptionList.OptionHighlighted)
    def _show_meaning(self) -> None:
        if self.current is not None:
            self.query_one("#meaning", Static).update(show(self.current.meaning))
            self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey out what makes no sense now."""
        if action in ("edit", "clear"):
            if not self.is_mounted or self._editing is not None or self.current is None:
                return None
            return True if action == "edit" or self.current.origin == "file" else None
        return True

    @on(OptionList.OptionSelected)
    def action_edit(self) -> None:
        """Open the line with the present value."""
        if self.current is None or self._editing is not None:
            return
        self._editing = each = self.current
        choices = [str(choice) for choice in _CHOICES.get(each.name, ())]
        choices = sorted(self.app.available_themes) if each.name == "theme" else choices
        self.line.suggester = SuggestFromList(choices, case_sensitive=False) if choices else None
        self.line.password = each.secret
        self.line.value = each.text
        self.line.placeholder = " · ".join(choices) if choices else f"a new value for {each.name}"
        self.line.display = True
        self.line.focus()
        among = f" One of: {', '.join(choices)}." if choices and len(choices) < 8 else ""
        self._say(name_keys(self, "Enter writes it to the file, {back} leaves it as it was.") + among)
        self.refresh_bindings()

    @on(Input.Submitted, "#line")
    def _submit(self, event: Input.Submitted) -> None:
        if self._editing is not None:
            name = self._editing.name
            known = self.app.available_themes if name == "theme" else ()
            self._change(partial(save_preference, self.app.services, name, event.value, known))

    def action_clear(self) -> None:
        """Go back to the default."""
        if self.current is not None:
            self._change(partial(clear_preference, self.app.services, self.current.name))

    def _change(self, change: Callable[[], str]) -> None:
        self._say("Writing…")
        work = work_on(self._do_change, change)
        self.run_worker(work, name="write settings", group="settings", exclusive=True, exit_on_error=False)

    async def _do_change(self, change: Callable[[], str]) -> None:
        try:
            said = await asyncio.to_thread(change)
        except MockdlError as error:
            self._say(f"✗ {error}", bad=True)
            return
        except Exception:
            self._say("✗ That failed.", bad=True)
            raise  # the app says what it was
        self._close_line()
        self._say(f"● {said}")
        self._reload()
        self.app.apply_looks()

    def _close_line(self) -> None:
        self._editing = None
        self.line.value = ""
        self.line.display = False
        self.preferences.focus()
        self.refresh_bindings()

    def _say(self, text: str, *, bad: bool = False) -> None:
        self.query_one("#outcome", Static).update(show(" ".join(text.split()), "$text-error" if bad else ""))

    def action_back(self) -> None:
        """Close the line, or leave."""
        if self._editing is not None:
            self._close_line()
            self._say("Left as it was.")
        elif self.is_current:
            self.app.pop_screen()


def _line(each: Preference, width: int) -> Content:
    return show(f"{fit(each.name, 22)} {fit(each.shown, width)} {each.origin}")
