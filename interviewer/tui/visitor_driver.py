"""The driver of the app that `mockdl serve` runs for a browser: textual-serve's, and it ends with its server."""

from __future__ import annotations

from textual import messages
from textual.drivers.web_driver import WebDriver


class VisitorDriver(WebDriver):
    """Speaks with the server over pipes; an input that ends means that nobody can see or use the app any more."""

    def run_input_thread(self) -> None:
        """Read until the input ends, then leave as on Ctrl-Q. It may be the app itself that has ended it."""
        super().run_input_thread()
        if not self.exit_event.is_set():
            self._app.post_message(messages.ExitApp())
