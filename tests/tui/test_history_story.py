"""Past sessions in the interface, told as stories."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from contextlib import closing

import pytest
from textual.widgets import Input, Select, Static

from interviewer.errors import StorageError
from interviewer.report.saving import save_report
from interviewer.services import Services
from interviewer.tui.overlays.help import describe_here
from interviewer.tui.screens.compare import CompareScreen
from interviewer.tui.screens.confirm import ConfirmScreen, LineScreen
from interviewer.tui.screens.history import HistoryScreen
from interviewer.tui.screens.home import HomeScreen
from interviewer.tui.screens.interview import InterviewScreen
from interviewer.tui.screens.stored_report import StoredReport
from interviewer.tui.screens.trend import TrendScreen
from tests.support.scripted import ScriptedEngine, covers_everything
from tests.tui.conftest import Story, tell
from tests.tui.nasty import NASTY
from tests.tui.past import hold_session

SIZES = [(80, 24), (120, 40)]


async def open_history(story: Story) -> HistoryScreen:
    await story.pilot.press("f7")
    await story.until(lambda: isinstance(story.app.screen, HistoryScreen))
    screen = story.app.screen
    assert isinstance(screen, HistoryScreen)
    await story.until(lambda: "so far" not in title(story) and screen.is_mounted)
    await story.until(lambda: screen._reading is None)
    await story.pilot.pause()
    return screen


def title(story: Story) -> str:
    return str(story.app.screen.query_one("#title", Static).content)


@pytest.mark.parametrize("size", SIZES)
async def test_all_sessions_are_listed_and_one_is_opened_and_closed(services: Services, size: tuple[int, int]) -> None:
    hold_session(services, days_ago=2)
    hold_session(services, days_ago=1, verdict="missing", name="the [x] one")
    async with tell(services, None, size) as story:
        await open_history(story)
        assert "2 sessions" in title(story)
        assert "the [x] one" in story.visible()
        assert "100" in story.visible()
        assert "not there yet" in story.visible()
        await story.pilot.press("enter")
        await story.until(lambda: isinstance(story.app.screen, StoredReport))
        await story.pilot.press("escape")
        await story.until(lambda: isinstance(story.app.screen, HistoryScreen))
        await story.pilot.press("escape")
        await story.until(lambda: isinstance(story.app.screen, HomeScreen))


async def test_a_session_that_cannot_be_read_is_counted(services: Services) -> None:
    hold_session(services, days_ago=2)
    hold_session(services, days_ago=1)
    hurt = services.journal.sessions()[0].id
    with closing(sqlite3.connect(services.places.journal)) as other:
        other.execute("UPDATE sessions SET config = '[[' WHERE id = ?", (hurt,))
        other.commit()
    async with tell(services, None) as story:
        await open_history(story)
        assert "1 session · 1 damaged, `mockdl history` names them" in title(story)


async def test_without_a_session_the_history_says_how_to_begin(services: Services) -> None:
    async with tell(services, None) as story:
        await open_history(story)
        await story.until(lambda: "No session yet" in story.visible())
        await story.pilot.press("d", "n", "c", "r", "g", "space", "enter")
        assert isinstance(story.app.screen, HistoryScreen)


async def test_words_and_choices_narrow_the_list(services: Services) -> None:
    hold_session(services, days_ago=3, topics=("vision",))
    hold_session(services, days_ago=2, topics=("data",), judged=True)
    hold_session(services, days_ago=1, topics=("vision",), finished=False)
    async with tell(services, None, (120, 40)) as story:
        screen = await open_history(story)
        await story.pilot.press("slash", *"vision")
        await story.until(lambda: "2 of 3" in title(story))
        screen.query_one("#state", Select).value = "unfinished"
        await story.until(lambda: "1 of 3" in title(story))
        screen.query_one("#grading", Select).value = "judged"
        await story.until(lambda: "No session fits" in story.visible())
        screen.query_one("#text", Input).value = ""
        screen.query_one("#state", Select).value = ""
        await story.until(lambda: "1 of 3" in title(story))


async def test_two_sessions_side_by_side_say_when_they_cannot_be_compared(services: Services) -> None:
    hold_session(services, days_ago=2, topics=("vision",), verdict="missing")
    hold_session(services, days_ago=1, topics=("vision",), judged=True)
    async with tell(services, None) as story:
        screen = await open_history(story)
        await story.pilot.press("c")
        assert story.app.screen is screen
        await story.pilot.press("space", "down", "space", "c")
        await story.until(lambda: isinstance(story.app.screen, CompareScreen))
        assert "Not the same grader" in story.visible()
        assert "vision (judged)" in story.visible()
        await story.pilot.press("escape")
        await story.until(lambda: story.app.screen is screen)


async def test_the_trend_keeps_judged_grades_apart(services: Services) -> None:
    hold_session(services, days_ago=3, topics=("vision",), verdict="missing")
    hold_session(services, days_ago=2, topics=("vision",), verdict="covered")
    hold_session(services, days_ago=1, topics=("vision",), judged=True)
    async with tell(services, None) as story:
        await open_history(story)
        await story.pilot.press("t", "down")
        await story.until(lambda: isinstance(story.app.screen, TrendScreen))
        await story.until(lambda: "Trend · vision" in title(story))
        words = str(story.app.screen.query_one("#words", Static).content)
        assert "m mid, offline, 2 sessions: 0 → 100" in words
        assert "M mid, judged, 1 session: 100" in words
        assert "compare each with itself only" in words
        helped = describe_here(story.app.screen, story.app.screen.focused)
        assert "Enter takes the line under the cursor" in helped
        assert "ticks" not in helped


async def test_deleting_asks_once_and_is_real(services: Services) -> None:
    secret = "a sentence that must not survive"
    kept = hold_session(services, days_ago=2)
    gone = hold_session(services, days_ago=1, answer=secret)
    save_report(services.sessions.summary(gone), services.places.reports)
    async with tell(services, None) as story:
        screen = await open_history(story)
        await story.pilot.press("d", "d", "d")
        await story.until(lambda: isinstance(story.app.screen, ConfirmScreen))
        assert sum(isinstance(each, ConfirmScreen) for each in story.app.screen_stack) == 1
        await story.pilot.press("enter")
        await story.until(lambda: story.app.screen is screen)
        assert len(services.journal.sessions()) == 2, "Enter on the dialog must change nothing"
        await story.pilot.press("d")
        await story.until(lambda: isinstance(story.app.screen, ConfirmScreen))
        await story.pilot.press("y")
        await story.until(lambda: "was deleted" in story.toasts())
        await story.until(lambda: "1 session" in title(story))
    assert [row.id for row in services.journal.sessions()] == [kept]
    for file in services.places.data.rglob("*"):
        if file.is_file():
            assert secret.encode() not in file.read_bytes(), file


async def test_an_unfinished_session_is_taken_up_and_a_finished_one_is_not(services: Services) -> None:
    hold_session(services, days_ago=2, finished=False)
    hold_session(services, days_ago=1)
    async with tell(services, None) as story:
        screen = await open_history(story)
        await story.pilot.press("r")
        assert story.app.screen is screen
        await story.pilot.press("down", "r")
        await story.until(lambda: isinstance(story.app.screen, InterviewScreen))


async def test_a_session_gets_a_name_that_is_shown(services: Services) -> None:
    hold_session(services)
    async with tell(services, None) as story:
        screen = await open_history(story)
        await story.pilot.press("n")
        await story.until(lambda: isinstance(story.app.screen, LineScreen))
        await story.pilot.press(*"mine", "enter")
        await story.until(lambda: story.app.screen is screen)
        await story.until(lambda: "mine" in story.visible())
        await story.pilot.press("n")
        await story.until(lambda: isinstance(story.app.screen, LineScreen))
        await story.pilot.press("x", "escape")
        await story.until(lambda: story.app.screen is screen)
    assert services.journal.session("last").name == "mine"


async def test_answers_that_owe_a_grade_are_graded_from_here(services: Services, engine: ScriptedEngine) -> None:
    engine.script = covers_everything
    hold_session(services, ungraded=True)
    async with tell(services, None) as story:
        await open_history(story)
        assert "g grades" in story.visible()
        await story.pilot.press("g", "g")
        await story.until(lambda: "1 of 1 answers were graded" in story.toasts())
        await story.until(lambda: "100" in story.visible())
        assert len(engine.asked) == 1


async def test_a_long_reading_can_be_stopped(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    for day in range(3):
        hold_session(services, days_ago=day)
    gate = threading.Event()
    async with tell(services, None) as story:
        await story.until(lambda: "100" in story.visible())
        real = services.archive._record
        services.archive._known.clear()
        monkeypatch.setattr(services.archive, "_record", lambda row: gate.wait(5) and real(row))
        await story.pilot.press("f7")
        await story.until(lambda: "Esc stops" in title(story))
        await story.pilot.press("escape")
        gate.set()
        await story.until(lambda: "Stopped" in title(story))
        assert isinstance(story.app.screen, HistoryScreen)


async def test_a_journal_that_fails_is_said(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    hold_session(services)

    def fails() -> None:
        raise StorageError("The journal [/b] is away.", todo="Look for it.")

    async with tell(services, None) as story:
        monkeypatch.setattr(services.journal, "sessions", fails)
        await story.pilot.press("f7")
        await story.until(lambda: "[/b] is away" in story.toasts())
        await story.until(lambda: "could not be read" in title(story))


async def test_whatever_is_typed_into_filter_or_name_is_text(services: Services) -> None:
    session = hold_session(services)
    async with tell(services, None) as story:
        screen = await open_history(story)
        for text in NASTY.values():
            screen.query_one("#text", Input).value = text
            await story.pilot.pause()
            screen.query_one("#text", Input).value = ""
            services.journal.rename_session(session, "")
            await story.pilot.press("n")
            await story.until(lambda: isinstance(story.app.screen, LineScreen))
            story.app.screen.query_one(Input).value = text
            await story.pilot.press("enter")
            await story.until(lambda: story.app.screen is screen)
            await story.until(lambda: services.journal.session(session).name != "")
            await asyncio.sleep(0.02)
            assert "\x1b" not in story.visible()
