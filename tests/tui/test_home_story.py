"""Home, help, palette and keys, told as stories."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.command import CommandPalette
from textual.events import Key
from textual.widgets import Input, OptionList, Select, Static

from interviewer.core.bank.kinds import Level
from interviewer.core.interview.session import Mode, SessionConfig
from interviewer.services import Services
from interviewer.sessions.conductor import Conductor
from interviewer.settings.key_bindings import ACTIONS
from interviewer.tui.key_captions import name_keys
from interviewer.tui.overlays.help import HelpScreen, describe_here
from interviewer.tui.screens.bank import BankScreen
from interviewer.tui.screens.history import HistoryScreen
from interviewer.tui.screens.home import HomeScreen
from interviewer.tui.screens.interview import InterviewScreen
from interviewer.tui.screens.stored_report import StoredReport
from interviewer.tui.widgets.topic_picker import TopicPicker
from tests.tui.conftest import Story, tell
from tests.tui.nasty import NASTY
from tests.tui.past import hold_session

SIZES = [(80, 24), (120, 40)]


def caption(story: Story) -> str:
    return str(story.app.screen.query_one("#caption", Static).content)


@pytest.mark.parametrize("size", SIZES)
async def test_the_first_run_explains_itself_in_four_lines(services: Services, size: tuple[int, int]) -> None:
    async with tell(services, None, size) as story:
        await story.until(lambda: "Nothing needs to be set up" in story.visible())
        assert len(caption(story).splitlines()) == 4
        await story.until(lambda: "f1 Help" in story.visible().splitlines()[-1])


async def test_scores_and_streak_are_shown_and_demonstrations_are_not_counted(services: Services) -> None:
    hold_session(services, days_ago=1, verdict="missing")
    hold_session(services, days_ago=0)
    services.model.demo = True
    hold_session(services, days_ago=0, verdict="missing")
    services.model.demo = False
    async with tell(services, None) as story:
        await story.until(lambda: "mid, offline: ▁█ latest" in caption(story))
        assert "Streak: 2 days in a row" in caption(story)
        assert "demo" in story.visible()


async def test_judged_and_offline_scores_are_two_lines(services: Services) -> None:
    hold_session(services, days_ago=1, verdict="missing")
    hold_session(services, days_ago=0, judged=True)
    async with tell(services, None) as story:
        await story.until(lambda: "judged: 100" in caption(story))
        assert "offline: 0" in caption(story)


async def test_topics_are_found_by_typing_and_ticked_without_a_mouse(services: Services) -> None:
    async with tell(services, None) as story:
        await story.until(lambda: isinstance(story.app.screen, HomeScreen))
        picker = story.app.screen.query_one(TopicPicker)
        picker.query_one(Input).focus()
        await story.pilot.press(*"kernels", "enter")
        await story.until(lambda: picker.selected == ("inference",))
        picker.query_one(Input).value = ""
        picker.query_one("#topics").focus()
        await story.pilot.press("home", "space", "down", "enter")
        await story.until(lambda: picker.selected == ("foundations", "optimisation", "inference"))
        assert "[x] foundations" in story.visible()
        await story.pilot.press("ctrl+s")
        await story.until(lambda: isinstance(story.app.screen, InterviewScreen))
    assert services.journal.session("last").config.topics == ("foundations", "optimisation", "inference")


async def test_a_number_that_makes_no_sense_is_said(services: Services) -> None:
    async with tell(services, None) as story:
        await story.until(lambda: isinstance(story.app.screen, HomeScreen))
        story.app.screen.query_one("#count", Input).value = "99"
        await story.pilot.press("ctrl+s")
        await story.until(lambda: "1 to 50" in story.toasts())
        assert isinstance(story.app.screen, HomeScreen)


async def test_a_finished_session_opens_its_report_and_escape_comes_back(services: Services) -> None:
    hold_session(services)
    async with tell(services, None) as story:
        await story.until(lambda: "100" in story.visible())
        story.app.screen.query_one("#sessions").focus()
        await story.pilot.press("enter")
        await story.until(lambda: isinstance(story.app.screen, StoredReport))
        await story.pilot.press("escape")
        await story.until(lambda: isinstance(story.app.screen, HomeScreen))


async def test_help_speaks_of_the_widget_with_the_focus(services: Services) -> None:
    async with tell(services, None, (120, 40)) as story:
        await story.until(lambda: isinstance(story.app.screen, HomeScreen))
        story.app.screen.query_one("#minutes").focus()
        await story.pilot.press("f1")
        await story.until(lambda: isinstance(story.app.screen, HelpScreen))
        assert "empty for no limit" in story.visible()
        assert "Start an interview  (start)" in story.visible()
        await story.pilot.press("escape")
        await story.until(lambda: isinstance(story.app.screen, HomeScreen))
        await story.pilot.press("f7")
        await story.until(lambda: isinstance(story.app.screen, HistoryScreen))
        await story.pilot.press("f1")
        await story.until(lambda: "Scores over time" in story.visible())


OWN_HELP = {
    "find-topic": "Enter ticks the first, down goes to the list.",
    "topics": "Enter or space ticks a topic. None ticked means all.",
    "count": "How many questions, 1 to 50.",
    "level": "Enter opens the choices",
    "judge": "Whether a language model judges too. F9 configures one",
    "sessions": "Past sessions, newest first.",
    "start": "Enter presses it.",
}


async def test_each_field_says_what_it_is_for(services: Services) -> None:
    hold_session(services)
    async with tell(services, None, (120, 40)) as story:
        await story.until(lambda: isinstance(story.app.screen, HomeScreen))
        for name, told in OWN_HELP.items():
            assert told in describe_here(story.app.screen, story.app.screen.query_one(f"#{name}")), name


async def test_what_says_nothing_of_itself_is_explained_by_what_it_is_in(
    services: Services, begin: Callable[..., Conductor]
) -> None:
    async with tell(services, begin()) as story:
        said = story.app.screen.query_one(".said")
        assert "What was said so far." in describe_here(story.app.screen, said)


async def test_help_says_what_is_sent_where(services: Services) -> None:
    judge = {"judge": "auto", "judge_url": "http://127.0.0.1:9/v1", "judge_model": "tiny"}
    async with tell(services, None, (120, 60)) as story:
        await story.pilot.press("f1")
        await story.until(lambda: "nothing is sent anywhere" in story.visible())
        await story.pilot.press("escape")
        services.apply_settings(services.settings.model_validate(services.settings.model_dump() | judge))
        await story.pilot.press("f1")
        await story.until(lambda: "Your answers are sent to 127.0.0.1:9" in story.visible())
        assert "nothing is sent anywhere" not in story.visible()


async def test_the_palette_jumps_to_a_question(services: Services) -> None:
    item = services.bank["kv-cache-sizing"]
    async with tell(services, None, (120, 40)) as story:
        await story.until(lambda: isinstance(story.app.screen, HomeScreen))
        await story.pilot.press("ctrl+p")
        await story.until(lambda: isinstance(story.app.screen, CommandPalette))
        await story.pilot.press(*"kv-cache-siz")
        palette = story.app.screen
        await story.until(lambda: f"Question: {item.question.title}" in story.visible())
        await story.until(lambda: palette.query_one(OptionList).option_count > 0)
        await story.pilot.press("enter")
        if isinstance(story.app.screen, CommandPalette):
            await story.pilot.press("enter")
        await story.until(lambda: isinstance(story.app.screen, BankScreen))
        screen = story.app.screen
        assert isinstance(screen, BankScreen)
        await story.until(lambda: screen.is_mounted and screen.questions.current == item)


async def test_places_are_opened_once_however_often_their_key_is_pressed(services: Services) -> None:
    async with tell(services, None) as story:
        await story.until(lambda: isinstance(story.app.screen, HomeScreen))
        await story.pilot.press("f7", "f7", "f8", "f7")
        await story.until(lambda: isinstance(story.app.screen, HistoryScreen))
        assert sum(isinstance(each, HistoryScreen) for each in story.app.screen_stack) == 1


async def test_keys_can_be_changed_by_name(services: Services) -> None:
    services.apply_settings(services.settings.model_copy(update={"keys": {"history": "ctrl+t"}}))
    async with tell(services, None) as story:
        await story.until(lambda: isinstance(story.app.screen, HomeScreen))
        assert "^t History" in story.visible()
        await story.pilot.press("ctrl+t")
        await story.until(lambda: isinstance(story.app.screen, HistoryScreen))


async def test_a_damaged_journal_is_said_and_home_stays(services: Services) -> None:
    services.places.journal.parent.mkdir(parents=True, exist_ok=True)
    services.places.journal.write_bytes(b"no database " * 500)
    async with tell(services, None) as story:
        await story.until(lambda: "is damaged" in story.toasts())
        said = story.toasts().count("is damaged")
        await story.pilot.press("ctrl+s")
        await story.until(lambda: story.toasts().count("is damaged") > said)
        assert isinstance(story.app.screen, HomeScreen)


@pytest.mark.parametrize("size", SIZES)
async def test_captions_name_the_keys_in_force(services: Services, size: tuple[int, int]) -> None:
    keys = {"start": "ctrl+t", "resume": "f3", "history": "f12", "submit": "f2,ctrl+s", "help": "f11"}
    services.apply_settings(services.settings.model_copy(update={"keys": keys}))
    async with tell(services, None, size) as story:
        await story.until(lambda: "type your answer and press F2." in story.visible())
        assert "Start (^t)" in story.visible()
        assert "Resume (F3)" in story.visible()
        await story.pilot.press("f11")
        await story.until(lambda: isinstance(story.app.screen, HelpScreen))
        await story.until(lambda: re.search("F11 +this help", story.visible()) is not None)
        assert "history, F8 bank" in story.visible()
        assert "F12" in story.visible()


async def test_a_key_that_another_action_was_given_is_not_promised(services: Services) -> None:
    services.apply_settings(services.settings.model_copy(update={"keys": {"start": "f5"}}))
    async with tell(services, None) as story:
        await story.until(lambda: isinstance(story.app.screen, HomeScreen))
        assert name_keys(story.app.screen, "{start}, {^start}, {resume}, {submit}") == "F5, f5, no key, no key"
        assert name_keys(story.app.screen, "{submit}, {help-letter}, {back}", InterviewScreen) == "ctrl+s, ?, no key"


async def test_keys_typed_right_after_the_palettes_are_its_own(services: Services) -> None:
    async with tell(services, None) as story:
        await story.until(lambda: isinstance(story.app.screen, HomeScreen))
        home = story.app.screen
        home.query_one("#count", Input).focus()
        await story.pilot.pause()
        driver = story.app._driver
        assert driver is not None
        for key in ("ctrl+p", "7", "9", "f7"):  # as fast as a terminal hands over what was pasted
            event = Key(key, key if len(key) == 1 else None)
            event.set_sender(story.app)
            driver.send_message(event)
        await story.until(lambda: isinstance(story.app.screen, CommandPalette))
        palette = story.app.screen
        await story.until(lambda: bool(palette.query(Input)) and palette.query_one(Input).value == "79")
        assert home.query_one("#count", Input).value == "6"
        assert len(story.app.screen_stack) == 3
        await story.until(lambda: all(worker.is_finished for worker in story.app.workers))


def test_every_binding_has_a_name_that_can_be_remapped() -> None:
    found = set()
    for path in (Path(__file__).resolve().parents[2] / "interviewer" / "tui").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Binding":
                names = [ast.literal_eval(each.value) for each in node.keywords if each.arg == "id"]
                assert names, f"{path.name}:{node.lineno} has a binding without an id"
                told = any(each.arg == "tooltip" for each in node.keywords)
                assert told or names[0] in ("help-letter", "copy-text"), f"{names[0]} has no tooltip"
                found |= set(names)
    assert found - {"copy-text"} == set(ACTIONS), "interviewer/settings/key_bindings.py lists the ids of all bindings"


@pytest.mark.parametrize("name", ["high-contrast", "high-contrast-light", "textual-light"])
async def test_themes_can_be_chosen(services: Services, name: str) -> None:
    services.apply_settings(services.settings.model_copy(update={"theme": name}))
    async with tell(services, None) as story:
        await story.until(lambda: isinstance(story.app.screen, HomeScreen))
        assert story.app.theme == name


async def test_an_unknown_theme_is_said_with_the_nearest_one(services: Services) -> None:
    services.apply_settings(services.settings.model_copy(update={"theme": "high-contrst"}))
    async with tell(services, None) as story:
        await story.until(lambda: "Did you mean 'high-contrast'" in story.toasts())


async def test_whatever_is_typed_into_the_form_is_text(services: Services) -> None:
    async with tell(services, None) as story:
        await story.until(lambda: isinstance(story.app.screen, HomeScreen))
        for text in NASTY.values():
            for field in story.app.screen.query(Input):
                field.value = text
                await story.pilot.pause()
            await story.pilot.press("ctrl+s")
            await story.pilot.pause()
            assert isinstance(story.app.screen, HomeScreen)
            assert "\x1b" not in story.visible()


async def test_level_mode_and_count_of_last_time_stand_there_again(services: Services) -> None:
    async with tell(services, None) as story:
        await story.until(lambda: isinstance(story.app.screen, HomeScreen))
        story.app.screen.query_one("#level", Select).value = Level.STAFF
        story.app.screen.query_one("#mode", Select).value = Mode.PRACTICE
        story.app.screen.query_one("#count", Input).value = "2"
        await story.pilot.press("ctrl+s")
        await story.until(lambda: isinstance(story.app.screen, InterviewScreen))
    async with tell(services, None) as story:
        await story.until(lambda: isinstance(story.app.screen, HomeScreen))
        assert story.app.screen.query_one("#level", Select).value is Level.STAFF
        assert story.app.screen.query_one("#mode", Select).value is Mode.PRACTICE
        assert story.app.screen.query_one("#count", Input).value == "2"
    assert services.settings.level is Level.MID, "settings stay as they were written"


@pytest.mark.parametrize("text", ["", "{", '{"level": "expert", "mode": "practice", "count": 2}', "\x00"])
async def test_a_damaged_memory_is_no_memory(services: Services, text: str) -> None:
    services.places.last_form.parent.mkdir(parents=True, exist_ok=True)
    services.places.last_form.write_text(text)
    async with tell(services, None) as story:
        await story.until(lambda: isinstance(story.app.screen, HomeScreen))
        assert story.app.screen.query_one("#level", Select).value is services.settings.level


async def test_a_session_that_was_opened_and_closed_is_no_past_session(services: Services) -> None:
    untouched = services.sessions.create(SessionConfig(level=Level.MID, count=1, seed=1))
    untouched.open()
    assert services.archive.sketches() == []
    drafted = services.sessions.create(SessionConfig(level=Level.MID, count=1, seed=2))
    drafted.open()
    drafted.save_draft("half a thought")
    assert [each.id for each in services.archive.sketches()] == [drafted.row.id]
    services.sessions.create(SessionConfig(level=Level.MID, count=1, seed=3)).open()
    assert services.sessions.resume().row.id == drafted.row.id
