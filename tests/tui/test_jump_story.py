"""Jump mode: a letter over each field, and the focus goes where the letter says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from textual.command import CommandPalette
from textual.widget import Widget
from textual.widgets import Button, Select, Static, TextArea

from interviewer.core.interview.session import Mode
from interviewer.services import Services
from interviewer.sessions.conductor import Conductor
from interviewer.tui.overlays.help import HelpScreen
from interviewer.tui.overlays.jump import JumpScreen, find_targets
from interviewer.tui.screens.bank import BankScreen
from interviewer.tui.screens.compare import CompareScreen
from interviewer.tui.screens.confidence import ConfidenceScreen
from interviewer.tui.screens.confirm import ConfirmScreen, LeaveScreen
from interviewer.tui.screens.contest import ContestScreen
from interviewer.tui.screens.doctor import DoctorScreen
from interviewer.tui.screens.history import HistoryScreen
from interviewer.tui.screens.home import HomeScreen
from interviewer.tui.screens.interview import InterviewScreen
from interviewer.tui.screens.report import ReportScreen
from interviewer.tui.screens.settings import SettingsScreen
from interviewer.tui.screens.trend import TrendScreen
from interviewer.tui.screens.verdict_again import VerdictScreen
from tests.tui.conftest import Story, tell
from tests.tui.past import hold_session

Begin = Callable[..., Conductor]


async def letters(story: Story) -> dict[str, str]:
    """Jump mode's letters, and the ids of what they stand on."""
    below = story.app.screen
    await story.pilot.press("ctrl+g")
    await story.until(lambda: isinstance(story.app.screen, JumpScreen) and story.app.screen.is_mounted)
    await story.until(lambda: bool(story.app.screen.query("#jump-hint")))
    return {target.letter: target.widget.id or "" for target in find_targets(below)}


async def every_letter_leads_to_its_widget(story: Story) -> list[str]:
    """Jump to each widget in turn; returns the letters."""
    below = story.app.screen
    await story.until(lambda: below.focused is not None)
    # What a screen shows last, such as past sessions, comes after its first paint.
    await story.until(lambda: {target.widget for target in find_targets(below)} == set(below.focus_chain))
    # What is learnt from past sessions, and of reviews due, moves what stands below it.
    await story.until(lambda: all(each.is_finished for each in story.app.workers if each.node is below))
    targets, before = find_targets(below), None
    while targets != before:
        await story.pilot.pause(0.1)
        before, targets = targets, find_targets(below)
    for letter, widget, place in targets:
        await letters(story)
        label = story.app.screen.query_one(f"#jump-{letter}")
        assert label.region.offset == place, "the label stands on its widget"
        assert widget.region.contains_point(place)
        assert story.visible().splitlines()[place.y][place.x : place.x + 3] == f" {letter} "
        await story.pilot.press(letter)
        await story.until(lambda: story.app.screen is below)
        await story.until(lambda wanted=widget: below.focused is wanted)
    return [target.letter for target in targets]


async def go(story: Story, *keys: str, to: type) -> None:
    for key in keys:
        await story.pilot.press(key)
        await story.pilot.pause()
    await story.until(lambda: isinstance(story.app.screen, to) and story.app.screen.is_mounted)
    await story.until(lambda: story.app.screen.focused is not None)
    await story.pilot.pause()


async def to_home(story: Story) -> None:
    await go(story, to=HomeScreen)
    await story.app.workers.wait_for_complete()  # scores and reviews move what stands below them
    await story.pilot.pause()


async def to_compare(story: Story) -> None:
    await go(story, "f7", to=HistoryScreen)
    await story.until(lambda: "2 sessions" in story.visible())
    await go(story, "space", "down", "space", "c", to=CompareScreen)


async def to_trend(story: Story) -> None:
    await go(story, "f7", to=HistoryScreen)
    await story.until(lambda: "2 sessions" in story.visible())
    await go(story, "t", to=TrendScreen)


async def to_report(story: Story) -> None:
    await go(story, "f7", to=HistoryScreen)
    await story.until(lambda: "2 sessions" in story.visible())
    await go(story, "enter", to=ReportScreen)


async def to_verdict(story: Story) -> None:
    await to_report(story)
    await go(story, "v", to=VerdictScreen)


async def to_contest(story: Story) -> None:
    await to_verdict(story)
    await go(story, "c", to=ContestScreen)


PLACES: dict[str, tuple[Callable[[Story], Awaitable[None]], str]] = {
    "home": (to_home, "asdfhklqw"),
    "history": (lambda story: go(story, "f7", to=HistoryScreen), "asdfg"),
    "compare": (to_compare, "a"),
    "trend": (to_trend, "a"),
    "report": (to_report, "a"),
    "verdict": (to_verdict, "a"),
    "contest": (to_contest, "as"),
    "bank": (lambda story: go(story, "f8", to=BankScreen), "asdfg"),
    "settings": (lambda story: go(story, "f9", to=SettingsScreen), "a"),
    "doctor": (lambda story: go(story, "f10", to=DoctorScreen), "a"),
}


@pytest.mark.parametrize("place", PLACES)
async def test_every_field_of_every_place_is_a_letter_away(services: Services, place: str) -> None:
    hold_session(services, days_ago=1, verdict="missing")
    hold_session(services, days_ago=2, verdict="missing")
    visit, wanted = PLACES[place]
    async with tell(services, None) as story:
        await story.until(lambda: isinstance(story.app.screen, HomeScreen))
        await visit(story)
        found = await every_letter_leads_to_its_widget(story)
        assert set(found) <= set(wanted)


async def test_in_the_interview_the_letters_type_nothing_and_a_pause_has_none(services: Services, begin: Begin) -> None:
    async with tell(services, begin()) as story:
        await story.type("half an answer")
        assert await every_letter_leads_to_its_widget(story) == ["a", "s"]
        await letters(story)
        await story.pilot.press("x", "7", "enter")
        assert isinstance(story.app.screen, JumpScreen), "keys that are no letter here do nothing"
        await story.pilot.press("escape")
        assert story.app.screen.query_one(TextArea).text == "half an answer"
        await story.pilot.press("f5")
        await story.until(lambda: "half an answer" not in story.visible())
        await story.pilot.press("ctrl+g")
        await story.until(lambda: "nothing to jump to" in story.toasts())
        assert isinstance(story.app.screen, InterviewScreen)


async def test_a_button_is_focused_and_not_pressed_and_a_choice_stays_shut(services: Services) -> None:
    async with tell(services, None) as story:
        await story.until(lambda: isinstance(story.app.screen, HomeScreen))
        home = story.app.screen
        ids = {name: letter for letter, name in (await letters(story)).items()}
        await story.pilot.press(ids["level"])
        await story.until(lambda: home.focused is home.query_one("#level"))
        assert not home.query_one("#level", Select).expanded
        await letters(story)
        await story.pilot.press(ids["start"])
        await story.until(lambda: home.focused is home.query_one("#start"))
        assert story.app.screen is home


async def test_letters_stay_the_same_when_another_field_can_be_reached(services: Services) -> None:
    async with tell(services, None) as story:
        await story.until(lambda: isinstance(story.app.screen, HomeScreen))
        before = {target.letter: target.widget for target in find_targets(story.app.screen)}
        assert "".join(before) == "asdfhkl", "the home row"
        story.app.screen.query_one("#resume", Button).disabled = False
        after = {target.letter: target.widget for target in find_targets(story.app.screen)}
        assert after.items() >= before.items()
        assert after["j"].id == "resume"


@pytest.mark.parametrize("key", ["escape", "ctrl+g"])
async def test_leaving_changes_nothing(services: Services, key: str) -> None:
    async with tell(services, None) as story:
        await story.until(lambda: isinstance(story.app.screen, HomeScreen))
        home, focused = story.app.screen, story.app.screen.focused
        await letters(story)
        await story.pilot.press(key)
        await story.until(lambda: story.app.screen is home)
        assert home.focused is focused


async def test_keys_in_quick_succession_open_it_once(services: Services) -> None:
    async with tell(services, None) as story:
        await story.until(lambda: isinstance(story.app.screen, HomeScreen))
        await story.pilot.press("ctrl+g", "ctrl+g", "ctrl+g")
        await story.until(lambda: isinstance(story.app.screen, JumpScreen))
        assert sum(isinstance(each, JumpScreen) for each in story.app.screen_stack) == 1
        await story.pilot.press("d", "d", "5")
        await story.until(lambda: isinstance(story.app.screen, HomeScreen))
        assert story.app.screen.focused is story.app.screen.query_one("#count")


async def test_what_comes_above_the_letters_ends_them(services: Services, begin: Begin) -> None:
    async with tell(services, begin()) as story:
        await letters(story)
        await story.pilot.press("f1")
        await story.until(lambda: isinstance(story.app.screen, HelpScreen))
        await story.pilot.press("escape")
        await story.until(lambda: isinstance(story.app.screen, InterviewScreen))
        await letters(story)
        await story.pilot.press("ctrl+q")
        await story.until(lambda: isinstance(story.app.screen, LeaveScreen))
        await story.pilot.press("n")
        await story.until(lambda: isinstance(story.app.screen, InterviewScreen))
        await letters(story)
        await story.pilot.resize_terminal(100, 30)
        await story.until(lambda: isinstance(story.app.screen, InterviewScreen))


async def test_the_palette_knows_it_by_name(services: Services) -> None:
    async with tell(services, None) as story:
        await story.until(lambda: isinstance(story.app.screen, HomeScreen))
        await story.pilot.press("ctrl+p")
        await story.until(lambda: isinstance(story.app.screen, CommandPalette))
        await story.pilot.press(*"jump to a")
        await story.until(lambda: "A letter over each" in story.visible())
        await story.pilot.press("enter")
        await story.until(lambda: isinstance(story.app.screen, JumpScreen))
        await story.pilot.press("d")
        await story.until(lambda: isinstance(story.app.screen, HomeScreen))
        assert story.app.screen.focused is story.app.screen.query_one("#count")


async def test_dialogs_have_letters_of_their_own_or_say_that_there_are_none(services: Services, begin: Begin) -> None:
    async with tell(services, begin(mode=Mode.PRACTICE)) as story:
        await story.pilot.press("ctrl+q")
        await story.until(lambda: isinstance(story.app.screen, LeaveScreen))
        assert set((await letters(story)).values()) == {"leave", "stay"}, "nothing of the screen behind"
        await story.pilot.press("s", "enter")
        await story.until(lambda: isinstance(story.app.screen, InterviewScreen))
        await story.type("an answer")
        await story.pilot.press("ctrl+s")
        await story.until(lambda: isinstance(story.app.screen, ConfidenceScreen))
        await story.pilot.press("ctrl+g")
        await story.until(lambda: "nothing to jump to" in story.toasts())
        assert isinstance(story.app.screen, ConfidenceScreen)


async def test_a_terminal_that_is_too_small_has_no_letters(services: Services) -> None:
    async with tell(services, None) as story:
        await story.until(lambda: isinstance(story.app.screen, HomeScreen))
        await story.pilot.resize_terminal(40, 10)
        await story.until(lambda: "too small" in story.visible())
        await story.pilot.press("ctrl+g")
        await story.until(lambda: "nothing to jump to" in story.toasts())
        assert isinstance(story.app.screen, HomeScreen)


def contrast(label: Widget) -> float:
    """Of a label's letter against its ground, by the Web Content Accessibility Guidelines (1 to 21)."""
    both = label.background_colors[1], label.colors[3]
    low, high = sorted(_luminance(each.normalized) for each in both)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: tuple[float, float, float]) -> float:
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


async def test_the_letters_can_be_read_in_every_theme(services: Services) -> None:
    async with tell(services, None) as story:
        await story.until(lambda: isinstance(story.app.screen, HomeScreen))
        await letters(story)
        label = story.app.screen.query_one("#jump-a", Static)
        for name, theme in story.app.available_themes.items():
            if theme.ansi:  # the terminal's own colours, swapped
                continue
            story.app.theme = name
            await story.pilot.pause()
            assert contrast(label) >= 4.5, name
        story.app.theme = "ansi-dark"
        await story.pilot.pause()
        assert "reverse" in str(label.visual_style.rich_style)


async def test_the_letters_can_be_read_without_colour(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with tell(services, None) as story:
        await story.until(lambda: isinstance(story.app.screen, HomeScreen))
        place = next(target.place for target in find_targets(story.app.screen) if target.letter == "a")
        await letters(story)
        strip = story.app.screen._compositor.render_strips()[place.y].crop(place.x, place.x + 3)
        shown = next(segment for segment in strip if "a" in segment.text)
        assert shown.style is not None
        assert shown.style.reverse or shown.style.color != shown.style.bgcolor


async def test_a_dialog_of_a_place_is_jumped_in_too(services: Services) -> None:
    hold_session(services, days_ago=1)
    async with tell(services, None) as story:
        await story.until(lambda: isinstance(story.app.screen, HomeScreen))
        await go(story, "f7", to=HistoryScreen)
        await story.until(lambda: "1 session" in story.visible())
        await go(story, "d", to=ConfirmScreen)
        ids = {name: letter for letter, name in (await letters(story)).items()}
        await story.pilot.press(ids["yes"])
        await story.until(lambda: isinstance(story.app.screen, ConfirmScreen))
        assert story.app.screen.focused is story.app.screen.query_one("#yes")
        await story.pilot.press("escape")
        await story.until(lambda: isinstance(story.app.screen, HistoryScreen))
