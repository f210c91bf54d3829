"""All sessions: find one, open it, compare two, see trends, rename, grade or delete."""

from __future__ import annotations

import asyncio
import threading
from typing import ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import Screen
from textual.widgets import Input, OptionList, Select, Static

from interviewer.core.bank.kinds import Level
from interviewer.core.progress.record import Record
from interviewer.core.progress.trends import Wanted, filter_records
from interviewer.errors import MockdlError
from interviewer.sessions.archive import MOST_NAME
from interviewer.sessions.pending_grades import grade_owed
from interviewer.tui.base import AppBase
from interviewer.tui.deferred_work import work_on
from interviewer.tui.key_captions import name_keys
from interviewer.tui.safe_text import explain, show_line, toast
from interviewer.tui.screens.confirm import ConfirmScreen, LineScreen
from interviewer.tui.widgets.key_footer import KeyFooter
from interviewer.tui.widgets.line_input import LineInput
from interviewer.tui.widgets.record_view import describe_record
from interviewer.tui.widgets.session_list import SessionList, describe_title
from interviewer.tui.widgets.too_small import TooSmall
from interviewer.wording.verdicts import local_time

_ON_RECORD = {"open", "mark", "rename", "delete", "resume", "grade"}
"""Actions that need a session under the cursor."""
_SHOWS_EVERY = 0.15
"""Seconds between two looks at how many sessions were read."""


class _Words(LineInput):
    HELP = "Words that a session's name, topics, questions, level or mode must hold. Enter goes to the list."


class HistoryScreen(Screen[None]):
    """Past sessions."""

    app = getters.app(AppBase)
    CSS_PATH = "history.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="back", tooltip="To the list; from the list, back home"),
        Binding("r,f5", "resume", "Resume", id="history-resume", tooltip="Go on with an unfinished session"),
        Binding("space", "mark", "Mark", id="history-mark", tooltip="Mark a session to compare; two at most"),
        Binding("c", "compare", "Compare", id="history-compare", tooltip="The two marked sessions side by side"),
        Binding("t", "trend", "Trend", id="history-trend", tooltip="Scores over time, for each topic"),
        Binding("n", "rename", "Name", id="history-rename", tooltip="Give the session a name of your own"),
        Binding("g", "grade", "Grade", id="history-grade", tooltip="Grade the answers that have no grade yet"),
        Binding("d,delete", "delete", "Delete", id="history-delete", tooltip="Delete it for good; asks first"),
        Binding("slash", "filter", "Filter", id="history-filter", tooltip="Type to filter the list", show=False),
        Binding("question_mark", "app.help", "Help", id="help-letter", show=False),
    ]

    sessions = getters.query_one(SessionList)
    words = getters.query_one("#text", Input)

    def __init__(self) -> None:
        super().__init__(name="history")
        self._records: list[Record] = []
        self._reading: threading.Event | None = None
        self._note = ""
        self._grading = False
        self._damaged = 0

    def compose(self) -> ComposeResult:
        """Filters, the list, what is known about the session under the cursor."""
        yield Static("History", id="title", markup=False)
        with Horizontal(id="filters"):
            yield _Words(id="text", compact=True)
            for name, choices in (
                ("level", ["any level", *Level]),
                ("state", ["any state", "finished", "unfinished"]),
                ("grading", ["any grader", "offline", "judged"]),
            ):
                options = [(str(each), "" if each.startswith("any ") else str(each)) for each in choices]
                yield Select(options, value="", allow_blank=False, id=name, compact=True)
        yield SessionList(id="sessions")
        yield Static("", id="detail", markup=False)
        yield KeyFooter()
        yield TooSmall()

    def on_mount(self) -> None:
        """The list is what most people came for."""
        self.sessions.focus()

    def on_screen_resume(self) -> None:
        """Read the sessions anew: one may have been finished, graded or deleted; and a key may have been changed."""
        self.words.placeholder = name_keys(self, "{history-filter} to filter by words")
        self._load()

    # Reading

    def _load(self) -> None:
        self._reading = stop = threading.Event()
        self._say(name_keys(self, "Reading your sessions… ({back} stops)"))
        work = work_on(self._read, stop)
        self.run_worker(work, name="read sessions", group="reading", exclusive=True, exit_on_error=False)

    async def _read(self, stop: threading.Event) -> None:
        found: list[Record] = []
        read_into = self.app.services.archive.read_into
        reading = asyncio.create_task(asyncio.to_thread(read_into, found, lambda: not stop.is_set()))
        try:
            while not (await asyncio.wait([reading], timeout=_SHOWS_EVERY))[0]:
                said = f"Reading your sessions, {len(found)} so far… ({{back}} stops)"
                self._show_read(found[:], name_keys(self, said))
            records, note = await reading, "Stopped; not all sessions are listed." if stop.is_set() else ""
            self._damaged = len(await asyncio.to_thread(self.app.services.archive.damaged))
            self._reading = None
            self._show_read(records, note)
        except MockdlError as error:
            self._reading = None
            explain(self.app, error)
            self._say("The sessions could not be read.")
        finally:
            stop.set()

    def _show_read(self, records: list[Record], note: str) -> None:
        self._records, self._note = records, note
        self._show_list()

    @on(Input.Changed, "#text")
    @on(Select.Changed)
    def _show_list(self) -> None:
        values = {each.id: str(each.value) for each in self.query(Select)}
        wanted = Wanted(self.words.value, **values)  # type: ignore[arg-type]
        self.sessions.show_records(filter_records(self._records, wanted))
        self._show_title()
        self._show_detail()
        self.refresh_bindings()

    @on(OptionList.OptionHighlighted)
    def _show_detail(self) -> None:
        record = self.sessions.current
        if record is not None:
            self.query_one("#detail", Static).update(
                describe_record(record, self.size.width - 4, name_keys(self, "{history-grade}"))
            )
        elif self._records:
            self._tell("No session fits the filter. {history-filter} changes it.")
        else:
            self._tell("" if self._reading else "No session yet. {back} goes home; {start} there starts one.")
        self.refresh_bindings()

    def _tell(self, caption: str) -> None:
        from interviewer.tui.screens.home import HomeScreen

        self.query_one("#detail", Static).update(show_line(name_keys(self, caption, HomeScreen)))

    def _say(self, note: str) -> None:
        self._note = note
        self._show_title()

    def _show_title(self) -> None:
        shown, total = len(self.sessions.records), len(self._records)
        count = f"{shown} of {total}" if shown != total else f"{total}"
        marks = f" · {len(self.sessions.marked)} of 2 marked" if self.sessions.marked else ""
        damaged = f" · {self._damaged} damaged, `mockdl history` names them" if self._damaged else ""
        text = self._note or f"{count} session{'s' * (total != 1)}{marks}{damaged}"
        self.query_one("#title", Static).update(show_line(f"History · {text}"))

    # Acting

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out what the session under the cursor does not allow, so that the footer fits."""
        record = self.sessions.current if self.is_mounted else None
        if action in _ON_RECORD and record is None:
            return None
        if action == "resume":
            return record is not None and not record.finished
        if action == "grade":
            return record is not None and bool(record.owed) and not self._grading
        if action == "compare":
            return self.is_mounted and len(self.sessions.marked) == 2
        return True

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Open the report."""
        record = self.sessions.current
        if record is None or not self.is_current:
            return
        self.app.show_stored(record.id)

    def action_back(self) -> None:
        """Stop what runs, leave the filter for the list, or leave the list."""
        if self._reading is not None or self._grading:
            self._grading = False
            if self._reading is not None:
                self._reading.set()
        elif self.focused is not None and self.focused is not self.sessions:
            self.sessions.focus()
        elif self.is_current:
            self.app.pop_screen()

    def action_filter(self) -> None:
        """Type words to filter by."""
        self.words.focus()

    @on(Input.Submitted, "#text")
    def _to_list(self) -> None:
        self.sessions.focus()

    def action_resume(self) -> None:
        """Go on with the session under the cursor."""
        if self.sessions.current is not None:
            self.app.take_up(self.sessions.current.id)

    def action_mark(self) -> None:
        """Mark for comparing."""
        self.sessions.toggle_mark()
        self._show_title()
        self.refresh_bindings()

    def action_compare(self) -> None:
        """Show the two marked sessions side by side."""
        if self.is_current:
            from interviewer.tui.screens.compare import CompareScreen

            known = {each.id: each for each in self._records}
            pair = sorted((known[each] for each in self.sessions.marked), key=lambda each: each.started_at)
            self.app.push_screen(CompareScreen(*pair))

    def action_trend(self) -> None:
        """Show scores over time."""
        if self.is_current:
            from interviewer.tui.screens.trend import TrendScreen

            self.app.push_screen(TrendScreen(self._records))

    def action_rename(self) -> None:
        """Ask for a name."""
        record = self.sessions.current
        if record is not None and self.is_current:
            ask = LineScreen("What shall this session be called?", record.name, MOST_NAME)
            self.app.push_screen(ask, lambda name: self._change(record, name))

    def _change(self, record: Record, name: str | None) -> None:
        if name is None:
            return
        try:
            self.app.services.archive.rename(record.id, name)
        except MockdlError as error:
            explain(self.app, error)
        self._load()

    def action_delete(self) -> None:
        """Ask before a session goes for good."""
        record = self.sessions.current
        if record is not None and self.is_current:
            what = f"{describe_title(record)}, {local_time(record.started_at)}"
            question = f"Delete this session for good?\n{what}\nIts answers, grades and report cannot be brought back."
            self.app.push_screen(
                ConfirmScreen(question, "Delete ({confirm-yes})"), lambda yes: self._delete(record) if yes else None
            )

    def _delete(self, record: Record) -> None:
        self.run_worker(work_on(self._do_delete, record), name="delete session", group="deleting", exit_on_error=False)

    async def _do_delete(self, record: Record) -> None:
        try:
            left = await asyncio.to_thread(self.app.services.archive.delete, record.id)
        except MockdlError as error:
            explain(self.app, error)
            return
        toast(self.app, f"Session {record.id} was deleted{f'; {left}' if left else ''}.")
        self._load()

    def action_grade(self) -> None:
        """Grade what has no grade yet; the App owns the work, so leaving this screen does not end it."""
        record = self.sessions.current
        if record is not None and not self._grading:
            self._grading = True
            store = self.app.services.sessions
            work = work_on(grade_owed, store, record.id, self._hear_grading, lambda: self._grading)
            self.app.run_worker(work, name="grade session", group="grading", exit_on_error=False)

    def _hear_grading(self, note: str, done: bool) -> None:
        if done:
            self._grading = False
            toast(self.app, note)
        if self in self.app.screen_stack:
            self._say("" if done else note + name_keys(self, " ({back} stops)"))
            if done:
                self._load()
