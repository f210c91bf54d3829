"""What a screen may ask of the app that shows it, and what the interface and a replay have in common.

Every screen imports this, so it imports no screen: which screen a verb leads to is known to the apps alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import constants
from textual.app import App
from textual.binding import Binding, BindingType
from textual.events import DescendantFocus
from textual.reactive import var
from textual.widget import Widget
from textual.widgets import Input, TextArea
from textual.worker import Worker, WorkerState

from interviewer.core.interview.session import SessionConfig
from interviewer.core.ports import EncoderStatus
from interviewer.errors import nearest_names
from interviewer.services import Services
from interviewer.sessions.conductor import Conductor
from interviewer.tui.ending import end_when_told
from interviewer.tui.safe_text import toast
from interviewer.tui.themes import THEMES

_INTERRUPTED = 130
"""Exit code."""


class AppBase(App[int]):
    """Looks, help and letters, and the ways to other screens; a replay has none of these ways."""

    # For a file that a screen brings, all rules are parsed anew; the first question does not wait for that.
    CSS_PATH = ["app.tcss", "screens/conversation.tcss"]  # noqa: RUF012
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (42, "-slim"), (60, "-narrow"), (100, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (14, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority, so that it works above dialogs too, and in an editor that takes every key.
        Binding("ctrl+g", "jump", "Jump", id="jump", tooltip="Jump to a field by letter", priority=True, show=False),
    ]

    encoder_status: var[EncoderStatus] = var(EncoderStatus(state="stopped"), init=False)
    """What the encoder is doing; a screen that shows it watches it."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.services = services
        self.has_drawn = False
        """Whether a screen was seen; the first is seen without its line of keys."""

    def on_mount(self) -> None:
        """Have a signal end the program as its own key does; in a browser the server does that."""
        if not (self.is_headless or self.is_web):
            end_when_told(self.keep_all, lambda said: self.exit(return_code=_INTERRUPTED, message=said))

    # Ways to other screens

    def show_home(self) -> None:
        """Show the home screen in place of all others."""
        raise NotImplementedError

    def begin(self, config: SessionConfig, question_ids: Sequence[str] = ()) -> None:
        """Open a new interview of just these questions, or plan one when none are given."""
        raise NotImplementedError

    def take_up(self, session_id: str) -> None:
        """Open a stored session where it stopped."""
        raise NotImplementedError

    def show_report(self, conductor: Conductor, *, fresh: bool) -> None:
        """Show a session's report in place of this screen; a fresh one is also saved."""
        raise NotImplementedError

    def show_stored(self, session_id: str) -> None:
        """Show the report of a past session above this screen."""
        raise NotImplementedError

    def jump_to_question(self, question_id: str) -> None:
        """Show a question in the bank."""
        raise NotImplementedError

    def action_visit(self, name: str) -> None:
        """Go to one of the places of `navigation`, or back to it; `check_action("visit", ())` tells whether one may."""
        raise NotImplementedError

    def action_leave(self) -> None:
        """Leave the program; what is under way is saved."""
        raise NotImplementedError

    def keep_all(self) -> str | None:
        """Save what is under way, before a signal ends the program; returns what is to be said of it."""
        return None

    # Help and letters

    def about(self) -> str:
        """The end of the help page: what is said of the program itself."""
        raise NotImplementedError

    def keys_everywhere(self) -> Sequence[tuple[str, str]]:
        """Keys that work on every screen now, and what they do; captions for `name_keys`."""
        raise NotImplementedError

    def action_help(self) -> None:
        """Show help once, however often the key is pressed."""
        from interviewer.tui.overlays.help import show_help

        show_help(self, self.keys_everywhere(), self.about())

    def action_jump(self) -> None:
        """Show a letter over each field, or take the letters away."""
        from interviewer.tui.overlays.jump import jump

        jump(self)

    # Looks

    def apply_looks(self) -> None:
        """Put theme, motion and keys of the settings in force."""
        settings = self.services.settings
        for theme in THEMES:
            if theme.name not in self.available_themes:
                self.register_theme(theme)
        if settings.theme in self.available_themes:
            self.theme = settings.theme
        else:
            near = nearest_names(settings.theme, self.available_themes, most=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            toast(self, f"There is no theme {settings.theme!r}.{hint}", severity="warning")
        self.animation_level = "none" if settings.reduced_motion else constants.TEXTUAL_ANIMATIONS
        for screen in self.screen_stack:
            for widget in screen.query("Input, TextArea"):
                self._steady_cursor(widget)
        self.set_keymap(settings.keys)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """A cursor that has just been shown blinks only where the settings let it."""
        self._steady_cursor(event.widget)

    def _steady_cursor(self, widget: Widget) -> None:
        if isinstance(widget, Input | TextArea):
            widget.cursor_blink = not self.services.settings.reduced_motion

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say what became of any background work that failed; the session goes on."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            error = event.worker.error
            what = f"Something failed in the background ({event.worker.name}): {type(error).__name__}: {error}"
            toast(self, f"{what}\nEverything you submitted is saved.", severity="error", seconds=12)
