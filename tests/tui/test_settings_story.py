"""Settings and doctor in the interface, told as stories."""

from __future__ import annotations

import pytest
from textual.command import CommandPalette
from textual.widgets import Input, OptionList, Static, TextArea

from interviewer.core.bank.kinds import Level
from interviewer.core.ports import EncoderStatus
from interviewer.services import Services
from interviewer.services.preferences import list_preferences
from interviewer.settings.file import load_settings, write_setting
from interviewer.settings.schema import JudgeMode
from interviewer.tui.screens.doctor import DoctorScreen
from interviewer.tui.screens.home import HomeScreen
from interviewer.tui.screens.settings import SettingsScreen
from tests.support.scripted import ScriptedEngine
from tests.tui.conftest import Story, tell
from tests.tui.nasty import NASTY

SIZES = [(80, 24), (120, 40)]


async def open_settings(story: Story, name: str = "") -> SettingsScreen:
    await story.pilot.press("f9")
    await story.until(lambda: isinstance(story.app.screen, SettingsScreen))
    screen = story.app.screen
    assert isinstance(screen, SettingsScreen)
    await story.until(lambda: screen.current is not None)
    if name:
        names = [each.name for each in screen._listed]
        screen.query_one("#list", OptionList).highlighted = names.index(name)
        await story.pilot.pause()
    return screen


async def give(story: Story, value: str) -> None:
    """Open the line of the chosen setting, and give it a value."""
    await story.pilot.press("enter")
    story.app.screen.query_one("#line", Input).value = value
    await story.pilot.press("enter")


def outcome(story: Story) -> str:
    return str(story.app.screen.query_one("#outcome", Static).content)


@pytest.mark.parametrize("size", SIZES)
async def test_a_setting_is_changed_in_the_file_and_holds_at_once(services: Services, size: tuple[int, int]) -> None:
    async with tell(services, None, size) as story:
        screen = await open_settings(story)
        await story.pilot.press("enter")
        await story.until(lambda: screen.query_one("#line").display)
        screen.query_one("#line", Input).value = "staff"
        await story.pilot.press("enter")
        await story.until(lambda: "Written to" in outcome(story))
        assert {services.settings.level, load_settings(services.places.settings_file).level} == {Level.STAFF}
        await story.until(lambda: screen._listed[0].origin == "file")
        await story.pilot.press("u")
        await story.until(lambda: "the default holds" in outcome(story))
        assert services.settings.level is Level.MID


async def test_a_bad_value_is_explained_in_place_and_changes_nothing(services: Services) -> None:
    async with tell(services, None) as story:
        screen = await open_settings(story, "judge")
        await give(story, "atuo")
        await story.until(lambda: "did you mean 'auto'" in outcome(story))
        assert screen.query_one("#line", Input).value == "atuo"
        await story.pilot.press("escape")
        await story.until(lambda: "Left as it was" in outcome(story))
        assert not services.places.settings_file.exists()
        await story.pilot.press("escape")
        await story.until(lambda: isinstance(story.app.screen, HomeScreen))


async def test_secrets_are_never_shown(services: Services) -> None:
    write_setting(services.places.settings_file, "judge_headers", '{Authorization = "Bearer sesame"}')
    services.apply_settings(load_settings(services.places.settings_file))
    async with tell(services, None) as story:
        screen = await open_settings(story, "judge_headers")
        await story.until(lambda: "Authorization: ***" in story.visible())
        await story.pilot.press("enter")
        await story.until(lambda: screen.query_one("#line").display)
        assert screen.query_one("#line", Input).value == ""
        assert screen.query_one("#line", Input).password
        assert "sesame" not in story.visible()


def test_where_a_value_comes_from_is_told(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    write_setting(services.places.settings_file, "count", "9")
    monkeypatch.setenv("MOCKDL_DEVICE", "cpu")
    services.apply_settings(load_settings(services.places.settings_file).model_copy(update={"judge": JudgeMode.AUTO}))
    origins = {each.name: each.origin for each in list_preferences(services)}
    assert (origins["count"], origins["device"], origins["judge"]) == ("file", "environment", "flag")
    assert origins["level"] == "default"


async def test_keys_take_effect_at_once_and_a_wrong_name_gets_the_nearest(services: Services) -> None:
    async with tell(services, None) as story:
        screen = await open_settings(story, "keys")
        await give(story, '{histroy = "ctrl+t"}')
        await story.until(lambda: "did you mean 'history'" in outcome(story))
        screen.query_one("#line", Input).value = '{history = "ctrl+t"}'
        await story.pilot.press("enter")
        await story.until(lambda: "Written to" in outcome(story))
        await story.pilot.press("escape")
        await story.until(lambda: "^t History" in story.visible())


@pytest.mark.parametrize("size", SIZES)
async def test_doctor_shows_what_the_command_shows(services: Services, size: tuple[int, int]) -> None:
    async with tell(services, None, size) as story:
        await story.pilot.press("f10", "f10")
        await story.until(lambda: isinstance(story.app.screen, DoctorScreen))
        assert sum(isinstance(each, DoctorScreen) for each in story.app.screen_stack) == 1
        title = story.app.screen.query_one("#title", Static)
        await story.until(lambda: "fine" in str(title.content) or "attention" in str(title.content))
        text = str(story.app.screen.query_one("#text", Static).content)
        assert "ok  question bank" in text
        assert "BAD search index" in text, "the scripted engine finds nothing"


async def test_doctor_can_be_stopped_while_it_waits(
    services: Services, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "status", lambda: EncoderStatus(state="starting"))
    async with tell(services, None) as story:
        await story.pilot.press("f10")
        await story.until(lambda: isinstance(story.app.screen, DoctorScreen))
        await story.until(lambda: "ok  judge" in str(story.app.screen.query_one("#text", Static).content))
        await story.pilot.press("escape")
        await story.until(lambda: "Stopped" in str(story.app.screen.query_one("#title", Static).content))
        await story.pilot.press("escape")
        await story.until(lambda: isinstance(story.app.screen, HomeScreen))


async def test_whatever_is_typed_as_a_value_is_text(services: Services) -> None:
    async with tell(services, None) as story:
        screen = await open_settings(story, "theme")
        for text in NASTY.values():
            screen.query_one("#outcome", Static).update("")
            await give(story, text)
            await story.until(lambda: outcome(story)[:1] in ("●", "✗"))
            assert "\x1b" not in story.visible()
            if screen.query_one("#line").display:
                await story.pilot.press("escape")


async def test_a_theme_that_is_not_there_is_refused_with_the_nearest_one(services: Services) -> None:
    async with tell(services, None) as story:
        await open_settings(story, "theme")
        await give(story, "textual-drak")
        await story.until(lambda: "Did you mean 'textual-dark'" in outcome(story))
        assert not services.places.settings_file.exists()


async def test_cursors_stand_still_as_soon_as_motion_is_reduced_and_blink_again_after(services: Services) -> None:
    async with tell(services, None) as story:
        await story.until(lambda: isinstance(story.app.screen, HomeScreen))
        story.app.screen.query_one("#count", Input).focus()
        await story.until(lambda: story.app.screen.query_one("#count", Input).cursor_blink)
        for value, blinks in (("true", False), ("false", True)):
            screen = await open_settings(story, "reduced_motion")
            await give(story, value)
            await story.until(lambda: "Written to" in outcome(story))
            assert screen.query_one("#line", Input).cursor_blink is blinks
            assert story.app.animation_level == ("full" if blinks else "none")
            await story.pilot.press("escape")
            await story.until(lambda: isinstance(story.app.screen, HomeScreen))
            assert {each.cursor_blink for each in story.app.screen.query(Input)} == {blinks}
            await story.pilot.press("ctrl+p")
            await story.until(
                lambda: isinstance(story.app.screen, CommandPalette) and bool(story.app.screen.query(Input))
            )
            line = story.app.screen.query_one(Input)
            await story.until(lambda line=line, blinks=blinks: line.has_focus and line.cursor_blink is blinks)
            assert line._cursor_visible
            await story.pilot.press("escape")
            await story.until(lambda: isinstance(story.app.screen, HomeScreen))
        services.apply_settings(services.settings.model_copy(update={"reduced_motion": True}))
        await story.pilot.press("ctrl+s")
        await story.until(lambda: bool(story.app.screen.query(TextArea)))
        await story.until(lambda: not story.app.screen.query_one(TextArea).cursor_blink)


async def test_a_key_changed_in_the_settings_is_in_the_captions_at_once(services: Services) -> None:
    async with tell(services, None) as story:
        await story.until(lambda: "Start (^s)" in story.visible())
        await open_settings(story, "keys")
        await give(story, '{start = "f12"}')
        await story.until(lambda: "Written to" in outcome(story))
        await story.pilot.press("escape")
        await story.until(lambda: "Start (f12)" in story.visible())
