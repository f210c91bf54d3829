"""Home: go on with what was left, start an interview, see where you stand."""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import Iterable
from typing import ClassVar, cast

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid, Horizontal, Vertical
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Button, Input, Label, OptionList, Select, Static

from interviewer.core.bank.kinds import Level
from interviewer.core.interview.session import RULES, Mode, SessionConfig
from interviewer.core.progress.record import Record
from interviewer.core.text import shorten
from interviewer.errors import MockdlError
from interviewer.sessions.archive import local_day
from interviewer.settings.last_form import LastForm, load_last_form, save_last_form
from interviewer.settings.schema import JudgeMode
from interviewer.tui.base import AppBase
from interviewer.tui.deferred_work import work_on
from interviewer.tui.key_captions import name_keys
from interviewer.tui.safe_text import explain, show, show_line, toast
from interviewer.tui.screens.interview import InterviewScreen
from interviewer.tui.widgets.due_row import DueRow
from interviewer.tui.widgets.key_footer import KeyFooter
from interviewer.tui.widgets.line_input import LineInput
from interviewer.tui.widgets.session_list import SessionList
from interviewer.tui.widgets.today import describe_today
from interviewer.tui.widgets.too_small import TooSmall
from interviewer.tui.widgets.topic_picker import TopicPicker

_SHOWN = 20
_JUDGES = {JudgeMode.OFF: "off, nothing is sent", JudgeMode.AUTO: "auto", JudgeMode.LLM: "llm"}


class _Count(LineInput):
    HELP = "How many questions, 1 to 50."


class _Minutes(LineInput):
    HELP = "Answering time for the whole interview; empty for no limit."


class _Judge(Select[JudgeMode]):
    HELP = "Whether a language model judges too. {settings} configures one; until then nothing can be sent."


class HomeScreen(Screen[None]):
    """The first screen when no command said what to do."""

    app = getters.app(AppBase)
    CSS_PATH = "home.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "start", "Start", id="start", tooltip="Start an interview", priority=True),
        Binding("f5", "resume", "Resume", id="resume", tooltip="Go on with the newest unfinished session"),
        Binding("ctrl+r", "review", "Review", id="review", tooltip="Practise the questions that are due for review"),
        Binding("f7", "app.visit('history')", "History", id="history", tooltip="All sessions"),
        Binding("f8", "app.visit('bank')", "Bank", id="bank", tooltip="Browse and search the questions"),
        Binding("f9", "app.visit('settings')", "Settings", id="settings", tooltip="See and change settings"),
        Binding("question_mark", "app.help", "Help", id="help-letter", show=False),
    ]

    sessions = getters.query_one(SessionList)
    due = getters.query_one(DueRow)

    def __init__(self) -> None:
        super().__init__()
        self._records: list[Record] = []

    def compose(self) -> ComposeResult:
        """The form at the left, topics at the right, where you stand, past sessions."""
        try:
            self._records = self.app.services.archive.sketches()
        except MockdlError as error:
            explain(self.app, error)
        yield Static("mockdl: practise deep-learning interviews", id="title", markup=False)
        with Horizontal(id="form"):
            with Vertical(id="choices"):
                with Grid(id="fields"):
                    yield from self._fields()
                with Horizontal(id="buttons"):
                    yield Button("Start", id="start", variant="primary", compact=True)
                    yield Button("Resume", id="resume", compact=True)
            yield TopicPicker(self.app.services.bank.topics, id="picker")
        yield DueRow(id="due")
        yield Static("", id="caption", markup=False)
        yield SessionList(id="sessions")
        yield KeyFooter()
        yield TooSmall()

    def _fields(self) -> Iterable[Widget]:
        settings = self.app.services.settings
        levels, modes = [(str(each), each) for each in Level], [(str(each), each) for each in Mode]
        judges = [(text, mode) for mode, text in _JUDGES.items() if settings.judge_url or mode is settings.judge]
        begun = LastForm(level=settings.level, mode=settings.mode, count=settings.count)
        last = load_last_form(self.app.services.places.last_form) or begun
        count, minutes = str(last.count), f"{settings.minutes:g}" if settings.minutes else ""
        yield Label("Level")
        yield Select(levels, value=last.level, allow_blank=False, id="level", compact=True)
        yield Label("Mode")
        yield Select(modes, value=last.mode, allow_blank=False, id="mode", compact=True)
        yield Label("Questions")
        yield _Count(count, id="count", type="integer", placeholder=count, max_length=2, compact=True)
        yield Label("Minutes")
        yield _Minutes(minutes, id="minutes", type="number", placeholder="no time limit", max_length=6, compact=True)
        yield Label("Judge")
        off = len(judges) == 1
        yield _Judge(judges, value=settings.judge, allow_blank=False, id="judge", disabled=off, compact=True)

    def on_mount(self) -> None:
        """Put the focus where most people begin."""
        self.query_one("#start").focus()

    def on_screen_resume(self) -> None:
        """Show what is known at once, and the scores when the sessions were read."""
        self._name_keys()
        self._show_records()
        self.run_worker(work_on(self._read), name="read sessions", group="reading", exclusive=True, exit_on_error=False)

    def _name_keys(self) -> None:
        """Captions with the keys in force; they may have been changed in the settings."""
        self.query_one("#start", Button).label = show_line(name_keys(self, "Start ({^start})"))
        self.query_one("#resume", Button).label = show_line(name_keys(self, "Resume ({resume})"))
        self.due.show_agenda(self.due.agenda)
        self.sessions.border_title = show_line(name_keys(self, "Past sessions ({history}: all)")).markup

    async def _read(self) -> None:
        archive = self.app.services.archive
        left = threading.Event()
        try:
            self._records = await asyncio.to_thread(archive.read_into, [], lambda: not left.is_set())
        except MockdlError as error:
            explain(self.app, error)
            return
        finally:
            left.set()
        self._show_records()
        self._plan_review()

    @on(Select.Changed, "#level")
    def _plan_review(self) -> None:
        """Work out anew what is due: it depends on the level that is asked."""
        self.run_worker(work_on(self._find_due), name="reviews", group="reviews", exclusive=True, exit_on_error=False)

    async def _find_due(self) -> None:
        level = cast("Level", self.query_one("#level", Select).value)
        # What a demonstration asks is graded by a script and would leave everything due.
        records = [] if self.app.services.model.demo else self._records
        agenda = await asyncio.to_thread(self.app.services.archive.agenda, records, level)
        self.due.show_agenda(agenda)
        self.refresh_bindings()

    def _show_records(self) -> None:
        today = local_day(self.app.services.sessions.clock())
        told = describe_today(
            self._records, today, name_keys(self, "{resume}"), name_keys(self, "{submit}", InterviewScreen)
        )
        lines = [shorten(line, max(40, self.size.width - 4)) for line in told]
        self.query_one("#caption", Static).update(show("\n".join(lines)))
        self.sessions.show_records(self._records[:_SHOWN])
        self.sessions.display = bool(self._records)
        self.query_one("#resume").disabled = self._unfinished() is None
        self.refresh_bindings()

    def on_resize(self) -> None:
        """Cut the lines anew to the width."""
        self._show_records()

    def _unfinished(self) -> Record | None:
        demo = self.app.services.model.demo
        return next((each for each in self._records if not each.finished and each.demo is demo), None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey out what there is nothing for; reviews are not spoken of before one is due."""
        if action == "review":
            return self.is_mounted and bool(self.due.question_ids)
        return None if action == "resume" and self._unfinished() is None else True

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Start, resume or review."""
        if event.button.id == "start":
            self.action_start()
        elif event.button.id == "review":
            self.action_review()
        else:
            self.action_resume()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Open the report of a finished session, go on with another."""
        record = self.sessions.current
        if record is None or not self.is_current:
            return
        if record.finished:
            self.app.show_stored(record.id)
        else:
            self.app.take_up(record.id)

    def action_start(self) -> None:
        """Start an interview with what the form says."""
        config = self._read_form()
        if config is not None:
            form = LastForm(level=config.level, mode=config.mode, count=config.count)
            save_last_form(self.app.services.places.last_form, form)
            self.app.begin(config)

    def action_review(self) -> None:
        """Practise what is due, the most urgent first, as many questions as the form says."""
        ids = self.due.question_ids
        form = self._read_form() if ids else None
        if form is not None:
            ids = ids[: form.count]
            config = SessionConfig(level=form.level, mode=Mode.PRACTICE, count=len(ids), minutes=form.minutes)
            self.app.begin(config, ids)

    def _read_form(self) -> SessionConfig | None:
        """What the form says, with its judge put in force; None when it makes no sense, which is said."""
        if not self.is_current:
            return None
        services = self.app.services
        count, minutes = self.query_one("#count", Input).value, self.query_one("#minutes", Input).value
        try:
            config = SessionConfig(
                level=cast("Level", self.query_one("#level", Select).value),
                mode=cast("Mode", self.query_one("#mode", Select).value),
                topics=self.query_one(TopicPicker).selected,
                count=int(count or services.settings.count),
                minutes=float(minutes) if minutes.strip() else None,
                seed=secrets.randbelow(2**31),
                edition=RULES,
            )
        except ValueError:
            toast(self.app, "Questions must be 1 to 50, minutes more than 0 (or empty).", severity="warning")
            return None
        judge = cast("JudgeMode", self.query_one("#judge", Select).value)
        services.apply_settings(services.settings.model_copy(update={"judge": judge}))
        return config

    def action_resume(self) -> None:
        """Go on with the newest unfinished session."""
        row = self._unfinished()
        if row is not None and self.is_current:
            self.app.take_up(row.id)
