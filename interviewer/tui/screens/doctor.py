"""What works here: the findings of `mockdl doctor`, one after the other as they come."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from interviewer.services.health import Check, check_installed, check_services, wait_for_engine
from interviewer.tui.base import AppBase
from interviewer.tui.deferred_work import work_on
from interviewer.tui.key_captions import name_keys
from interviewer.tui.safe_text import show, show_line
from interviewer.tui.widgets.key_footer import KeyFooter
from interviewer.tui.widgets.too_small import TooSmall

if TYPE_CHECKING:
    from interviewer.services import Services


class DoctorScreen(Screen[None]):
    """Findings with what to do about the bad ones."""

    app = getters.app(AppBase)
    CSS_PATH = "settings.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="back", tooltip="Stop the checks; back"),
        Binding("r", "again", "Again", id="doctor-again", tooltip="Check everything again"),
        Binding("question_mark", "app.help", "Help", id="help-letter", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(name="doctor")
        self._found: list[Check] = []
        self._stopping: threading.Event | None = None

    def compose(self) -> ComposeResult:
        """One scrolling page."""
        yield Static("Doctor", id="title", markup=False)
        with VerticalScroll(id="findings"):
            yield Static("", id="text", markup=False)
        yield KeyFooter()
        yield TooSmall()

    def on_mount(self) -> None:
        """Begin at once."""
        self.action_again()

    def on_unmount(self) -> None:
        """Nobody waits any more."""
        if self._stopping is not None:
            self._stopping.set()

    def action_again(self) -> None:
        """Check everything, unless that is going on."""
        if self._stopping is None:
            self._found, self._stopping = [], threading.Event()
            work = work_on(self._check, self._stopping)
            self.run_worker(work, name="doctor", group="doctor", exit_on_error=False)

    async def _check(self, stop: threading.Event) -> None:
        checks = _all_checks(self.app.services, stop)
        self._say(name_keys(self, "Checking… ({back} stops)"))
        while (found := await asyncio.to_thread(next, checks, None)) is not None and not stop.is_set():
            self._found.append(found)
            self._show()
            self._say(name_keys(self, f"Checked {len(self._found)}… ({{back}} stops)"))
        self._stopping = None
        bad = sum(not each.good for each in self._found)
        verdict = f"{bad} of {len(self._found)} need attention" if bad else f"all {len(self._found)} are fine"
        self._say(name_keys(self, "Stopped; {doctor-again} checks again") if stop.is_set() else verdict)

    def _say(self, text: str) -> None:
        self.query_one("#title", Static).update(show_line(f"Doctor · {text}"))

    def _show(self) -> None:
        width = max(len(each.name) for each in self._found)
        lines: list[Content] = []
        for each in self._found:
            lines.append(show(f"{'ok ' if each.good else 'BAD'} {each.name:<{width}}  {each.found}"))
            if each.todo:
                lines.append(show(f"    {'':<{width}}  → {each.todo}"))
        lines.append(show("`mockdl doctor --probe` also looks for model servers.", "$text-muted"))
        self.query_one("#text", Static).update(Content("\n").join(lines))

    def action_back(self) -> None:
        """Stop the checks, or leave."""
        if self._stopping is not None and not self._stopping.is_set():
            self._stopping.set()
        elif self.is_current:
            self.app.pop_screen()


def _all_checks(services: Services, stop: threading.Event) -> Iterator[Check]:
    yield from check_installed()
    yield from check_services(services, lambda: wait_for_engine(services, lambda: not stop.is_set()))
