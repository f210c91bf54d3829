"""A session that another window has open, as the interface tells of it."""

from __future__ import annotations

import pytest
from textual.widgets import Static

from interviewer.core.bank.kinds import Level
from interviewer.core.interview.session import SessionConfig, Skipped
from interviewer.services import Services, build_services
from interviewer.tui.screens.confirm import ConfirmScreen
from interviewer.tui.screens.home import HomeScreen
from interviewer.tui.screens.interview import InterviewScreen
from tests.support.scripted import ScriptedEngine
from tests.tui.conftest import tell


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_all_ways_to_go_on_are_said_and_two_of_them_are_there(services: Services, size: tuple[int, int]) -> None:
    other = build_services(engine=ScriptedEngine())
    conductor = other.sessions.create(SessionConfig(level=Level.MID, count=2, seed=3))
    conductor.open()
    conductor.send(Skipped(at=conductor.clock()))  # one in which nothing was said is not offered
    async with tell(services, None, size) as story:
        await story.until(lambda: not story.app.screen.query_one("#resume").disabled)
        await story.pilot.press("f5")
        await story.until(lambda: isinstance(story.app.screen, ConfirmScreen))
        said = " ".join(str(story.app.screen.query_one("#ask-box Static", Static).content).split())
        assert f"Session {conductor.row.id} is open in another window." in said
        assert "Take it over here?" in said
        assert "start another interview here" in said
        assert f"`mockdl start --replay {conductor.row.id}`" in said
        assert story.app.screen.query_one("#yes").region.bottom < size[1] - 2, "all of it is on screen"
        await story.pilot.press("escape")
        await story.until(lambda: isinstance(story.app.screen, HomeScreen))
        assert not conductor.is_elsewhere, "it was left where it is"
        await story.pilot.press("ctrl+s")
        await story.until(lambda: isinstance(story.app.screen, InterviewScreen))
        interview = story.app.interview
        assert interview is not None
        assert interview.conductor.row.id != conductor.row.id
    other.close()
