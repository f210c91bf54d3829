"""The report of a past session, opened from a list: Esc goes back to that list."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from interviewer.tui.screens.report import ReportScreen


class StoredReport(ReportScreen):
    """A report with a way back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="back", tooltip="Back to where you came from"),
    ]

    def action_back(self) -> None:
        """Close; the list below reads its sessions anew."""
        if self.is_current:
            self.app.pop_screen()
