"""The questions: browse by topic and level, search by words and meaning, preview, start from here."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, VerticalScroll
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Input, OptionList, Select, Static

from interviewer.core.bank.content import Item
from interviewer.core.bank.kinds import Level
from interviewer.core.interview.session import SessionConfig
from interviewer.core.ports import EncoderStatus
from interviewer.tui.bank_search import Found, find_questions
from interviewer.tui.base import AppBase
from interviewer.tui.deferred_work import work_on
from interviewer.tui.key_captions import name_keys
from interviewer.tui.safe_text import show, show_line
from interviewer.tui.widgets.key_footer import KeyFooter
from interviewer.tui.widgets.line_input import LineInput
from interviewer.tui.widgets.question_list import QuestionList
from interviewer.tui.widgets.question_view import describe_answer, describe_question
from interviewer.tui.widgets.too_small import TooSmall

_PAUSE = 0.25
"""Seconds without a key after which a search begins."""
_CLOSED = "{bank-answer} shows the model answer and the key points."


class _Query(LineInput):
    HELP = "Type what the question is about. Words find at once, meaning when the index is ready."


class BankScreen(Screen[None]):
    """All questions."""

    app = getters.app(AppBase)
    CSS_PATH = "bank.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="back", tooltip="Stop the search; to the list; back home"),
        Binding("ctrl+s", "start", "Start", id="start", tooltip="An interview of the chosen questions", priority=True),
        Binding("space", "choose", "Choose", id="bank-choose", tooltip="Choose a question, or leave it out again"),
        Binding("m", "answer", "Answer", id="bank-answer", tooltip="Show or hide the model answer and key points"),
        Binding("slash", "search", "Search", id="bank-search", tooltip="Type what the question is about"),
        Binding("question_mark", "app.help", "Help", id="help-letter", show=False),
    ]
    questions = getters.query_one(QuestionList)
    search_line = getters.query_one("#query", Input)
    preview = getters.query_one("#preview", VerticalScroll)

    def __init__(self) -> None:
        super().__init__(name="bank")
        self._wanted = ""
        self._items: dict[str, Item] = {}
        self._found: Found | None = None
        self._open = False
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """Search line and filters, the list, the preview, what would be started."""
        topics = self.app.services.bank.topics
        yield Static("Bank · reading the questions…", id="title", markup=False)
        with Horizontal(id="filters"):
            yield _Query(id="query", compact=True)
            choices = [("all topics", ""), *((topic, topic) for topic in topics)]
            yield Select(choices, value="", allow_blank=False, id="topic", compact=True)
            levels = [("any level", ""), *((str(level), str(level)) for level in Level)]
            yield Select(levels, value="", allow_blank=False, id="level", compact=True)
        with Container(id="both"):
            yield QuestionList(id="questions")
            with VerticalScroll(id="preview"):
                yield Static("", id="question", markup=False)
                yield Static("", id="answer", markup=False)
        yield Static("", id="plan", markup=False)
        yield KeyFooter()
        yield TooSmall()

    def on_mount(self) -> None:
        """Questions are parsed off the event loop, all at once."""
        self.questions.focus()
        self.watch(self.app, "encoder_status", self._hear_encoder, init=False)
        self.run_worker(work_on(self._read), name="read questions", group="reading", exit_on_error=False)

    def on_screen_resume(self) -> None:
        """Name the keys in force; they may have been changed in the settings."""
        self.search_line.placeholder = name_keys(self, "{bank-search} to search by words or meaning")
        if self._items:
            self._show_question()

    async def _read(self) -> None:
        bank = self.app.services.bank
        order = {topic: number for number, topic in enumerate(bank.topics)}
        items = await asyncio.to_thread(lambda: [bank[head.id] for head in bank.heads])
        items.sort(key=lambda each: (order[each.question.topic], each.question.level.rank, each.question.title))
        self._items = {each.question.id: each for each in items}
        self._show_list()
        if self._wanted:
            self.go_to(self._wanted)

    def go_to(self, question_id: str) -> None:
        """Show this question, whatever the filters were; once the questions have been read."""
        self._wanted = question_id
        if not self._items:
            return
        self.search_line.value = ""
        for select in self.query(Select):
            select.value = ""
        self._found = None
        self._show_list()
        self.questions.go_to(question_id)
        self.questions.focus()

    # Searching

    @on(Input.Changed, "#query")
    def _wait_for_more(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(_PAUSE, self._search)

    def _hear_encoder(self, before: EncoderStatus, now: EncoderStatus) -> None:
        """Search again by meaning once the index is ready."""
        if before.state != now.state and self.is_mounted:
            self._search()

    def _search(self) -> None:
        query = self.search_line.value.strip()
        if query:
            work = work_on(self._find, query)
            self.run_worker(work, name="search", group="search", exclusive=True, exit_on_error=False)
            return
        self.workers.cancel_group(self, "search")
        self._found = None
        self._show_list(top=True)

    async def _find(self, query: str) -> None:
        engine = self.app.services.engine()
        async with aclosing(find_questions(self._items, query, engine, self.app.encoder_status)) as search:
            async for found in search:
                self._found = found
                self._show_list(top=True)

    def _stop_search(self) -> None:
        self.workers.cancel_group(self, "search")
        if self._found is not None:
            self._found = Found(self._found.ids, "by words")
        self._show_title()

    # Showing

    @on(Select.Changed)
    def _filter(self) -> None:
        self._show_list()

    def _show_list(self, *, top: bool = False) -> None:
        if not self._items:
            return
        wanted = {each.id: str(each.value) for each in self.query(Select)}
        found = self._items if self._found is None else self._found.ids
        items = [self._items[each] for each in found]
        fitting = [
            each
            for each in items
            if wanted["topic"] in ("", each.question.topic) and wanted["level"] in ("", each.question.level)
        ]
        self.questions.show_items(fitting, top=top)
        self._show_title()
        self._show_question()

    def _show_title(self) -> None:
        shown, total = len(self.questions.items), len(self._items)
        how = f" {self._found.how}" if self._found else ""
        if self._found is not None and self._found.more:
            how += name_keys(self, " ({back} stops)")
        text = f"{total} questions" if shown == total and not how else f"{shown} of {total} questions{how}"
        self.query_one("#title", Static).update(show_line(f"Bank · {text}"))

    @on(OptionList.OptionHighlighted)
    def _turn_page(self) -> None:
        self._open = False
        self.preview.scroll_home(animate=False)
        self._show_question()

    def _show_question(self) -> None:
        item, answer = self.questions.current, self.query_one("#answer", Static)
        text = (
            describe_question(item)
            if item
            else show(name_keys(self, "No question fits. {bank-search} changes the search."))
        )
        self.query_one("#question", Static).update(text)
        closed = name_keys(self, _CLOSED) if item else ""
        answer.update(describe_answer(item) if item and self._open else show(closed, "$text-muted"))
        self._show_plan()
        self.refresh_bindings()

    def _show_plan(self) -> None:
        ids = self._to_ask()
        if not ids:
            self.query_one("#plan", Static).update("")
            return
        mode = self.app.services.settings.mode
        many = f"the {len(ids)} chosen questions" if len(self.questions.chosen) > 1 else "this question"
        if len(self.questions.chosen) == 1:
            many = "the chosen question"
        text = name_keys(self, f"{{start}} starts with {many}: {self._level(ids)} level, {mode} mode")
        self.query_one("#plan", Static).update(show_line(text))

    def _to_ask(self) -> tuple[str, ...]:
        current = self.questions.current
        return self.questions.chosen or ((current.question.id,) if current is not None else ())

    def _level(self, ids: tuple[str, ...]) -> Level:
        return max((self._items[each].question.level for each in ids), key=lambda level: level.rank)

    # Acting

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey out what needs a question."""
        if action in ("choose", "answer", "start") and not (self.is_mounted and self._to_ask()):
            return None
        return True

    def action_back(self) -> None:
        """Stop the search, go to the list, or leave."""
        if self._found is not None and self._found.more:
            self._stop_search()
        elif self.focused is not self.questions:
            self.questions.focus()
        elif self.is_current:
            self.app.pop_screen()

    def action_search(self) -> None:
        """Type what the question is about."""
        self.search_line.focus()

    @on(Input.Submitted, "#query")
    def _to_list(self) -> None:
        self.questions.focus()

    @on(OptionList.OptionSelected)
    def _to_preview(self) -> None:
        self.preview.focus()

    def action_choose(self) -> None:
        """Choose the question under the cursor."""
        self.questions.toggle()
        self._show_plan()
        self.refresh_bindings()

    def action_answer(self) -> None:
        """Show or hide the model answer."""
        self._open = not self._open
        self._show_question()
        place = "#answer" if self._open else "#question"
        self.call_after_refresh(self.preview.scroll_to_widget, self.query_one(place), top=True, animate=False)

    def action_start(self) -> None:
        """Start an interview of the chosen questions, or of the one under the cursor."""
        ids = self._to_ask()
        if ids and self.is_current:
            mode = self.app.services.settings.mode
            self.app.begin(SessionConfig(level=self._level(ids), mode=mode, count=len(ids)), ids)
