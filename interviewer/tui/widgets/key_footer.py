"""The line of keys, filled right after the first paint, and made anew only when other keys work."""

from __future__ import annotations

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Footer

from interviewer.tui.base import AppBase


class KeyFooter(Footer):
    """Textual's own begins empty and is filled twice, and both times the screen is not painted until it is.

    Then it makes all its widgets anew whenever focus or state changes, which takes a third of what an interface does;
    four times of five the keys are the same.
    """

    app = getters.app(AppBase)

    def __init__(self) -> None:
        super().__init__(compact=True, show_command_palette=False)
        self._shown: list[tuple[Binding, bool, str]] = []

    def compose(self) -> ComposeResult:
        """The keys that work now; none before the first screen is seen, which they would delay by a twentieth."""
        if not self.app.has_drawn:
            self.call_after_refresh(self._fill)
            return
        self._bindings_ready = True
        self._shown = self._keys()
        yield from super().compose()

    async def _fill(self) -> None:
        self.app.has_drawn = True
        await self.recompose()

    async def recompose(self) -> None:
        """Show other keys, if there are any."""
        if self.is_attached and self._keys() != self._shown:
            await super().recompose()

    def _keys(self) -> list[tuple[Binding, bool, str]]:
        active = self.screen.active_bindings.values()
        return [(binding, enabled, tooltip) for _, binding, enabled, tooltip in active if binding.show]
