"""Due reviews on the home screen, told as stories."""

from __future__ import annotations

import pytest
from textual.widgets import Button, Input, Select

from interviewer.core.bank.kinds import Level
from interviewer.core.interview.session import Mode
from interviewer.services import Services
from interviewer.tui.screens.home import HomeScreen
from interviewer.tui.screens.interview import InterviewScreen
from interviewer.tui.widgets.due_row import DueRow
from tests.tui.conftest import Story, tell
from tests.tui.past import hold_session


def asked_in(services: Services, session_id: str) -> list[str]:
    return [each.question_id for each in services.journal.session(session_id).plan]


def is_at_rest(story: Story) -> bool:
    """Whether the reviews were worked out."""
    rows = story.app.screen.query(DueRow)
    return bool(rows) and rows.first().agenda is not None and not story.app.workers


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_what_is_due_is_said_and_the_key_practises_it(services: Services, size: tuple[int, int]) -> None:
    due = hold_session(services, days_ago=8, verdict="missing")
    (question,) = asked_in(services, due)
    async with tell(services, None, size) as story:
        await story.until(lambda: f"Due for review: 1 question ({question})" in story.visible())
        await story.until(lambda: "^r Review" in story.visible().splitlines()[-1])
        await story.pilot.press("ctrl+r")
        await story.until(lambda: isinstance(story.app.screen, InterviewScreen))
    made = services.journal.session("last")
    assert made.config.mode is Mode.PRACTICE
    assert asked_in(services, "last") == [question]


async def test_the_button_takes_count_level_and_minutes_from_the_form(services: Services) -> None:
    worst = hold_session(services, days_ago=20, verdict="missing", level=Level.SENIOR)
    hold_session(services, days_ago=3, verdict="missing", level=Level.SENIOR)
    async with tell(services, None) as story:
        await story.until(lambda: isinstance(story.app.screen, HomeScreen))
        story.app.screen.query_one("#level", Select).value = Level.SENIOR
        await story.until(lambda: "Due for review: 2 questions" in story.visible())
        story.app.screen.query_one("#count", Input).value = "1"
        story.app.screen.query_one("#minutes", Input).value = "12"
        story.app.screen.query_one("#review", Button).focus()
        await story.pilot.press("enter")
        await story.until(lambda: isinstance(story.app.screen, InterviewScreen))
    config = services.journal.session("last").config
    assert asked_in(services, "last") == asked_in(services, worst)
    assert (config.level, config.minutes, config.count) == (Level.SENIOR, 12, 1)


async def test_what_is_due_follows_the_level_of_the_form(services: Services) -> None:
    (question,) = asked_in(services, hold_session(services, days_ago=8, level=Level.SENIOR, topics=("inference",)))
    points = services.bank[question].rubric.key_points
    assert not any(each.is_core(Level.JUNIOR) for each in points), "this story needs another question"
    async with tell(services, None) as story:
        await story.until(lambda: isinstance(story.app.screen, HomeScreen))
        level = story.app.screen.query_one("#level", Select)
        level.value = Level.SENIOR
        await story.until(lambda: question in story.visible())
        level.value = Level.JUNIOR
        await story.until(lambda: "Due for review" not in story.visible())


async def test_a_number_that_makes_no_sense_starts_no_review(services: Services) -> None:
    hold_session(services, days_ago=8, verdict="missing")
    async with tell(services, None) as story:
        await story.until(lambda: "Due for review" in story.visible())
        story.app.screen.query_one("#count", Input).value = "99"
        await story.pilot.press("ctrl+r")
        await story.until(lambda: "1 to 50" in story.toasts())
        assert isinstance(story.app.screen, HomeScreen)


@pytest.mark.parametrize("past", ["none", "today", "demonstration"])
async def test_with_nothing_due_reviews_are_not_spoken_of(services: Services, past: str) -> None:
    services.model.demo = past == "demonstration"
    if past != "none":
        hold_session(services, days_ago=0 if past == "today" else 9, verdict="missing")
    services.model.demo = False
    async with tell(services, None) as story:
        await story.until(lambda: is_at_rest(story))
        assert "Review" not in story.visible()
        await story.pilot.press("ctrl+r")
        await story.pilot.pause()
        assert isinstance(story.app.screen, HomeScreen)


async def test_two_presses_start_one_review(services: Services) -> None:
    hold_session(services, days_ago=8, verdict="missing")
    async with tell(services, None) as story:
        await story.until(lambda: "Due for review" in story.visible())
        await story.pilot.press("ctrl+r", "ctrl+r")
        await story.until(lambda: isinstance(story.app.screen, InterviewScreen))
        await story.pilot.pause()
    assert len(services.journal.sessions()) == 2


async def test_home_reads_the_clock_of_the_program(services: Services) -> None:
    hold_session(services, days_ago=0, verdict="covered")
    real = services.sessions.clock
    services.sessions.clock = lambda: real() + 40 * 86_400
    async with tell(services, None) as story:
        await story.until(lambda: "Due for review: 1 question" in story.visible())
        assert "Streak" not in story.visible()


async def test_the_button_names_the_key_that_is_in_force(services: Services) -> None:
    services.apply_settings(services.settings.model_copy(update={"keys": {"review": "ctrl+e"}}))
    hold_session(services, days_ago=8, verdict="missing")
    async with tell(services, None) as story:
        await story.until(lambda: "Review (^e)" in story.visible())
        await story.pilot.press("ctrl+e")
        await story.until(lambda: isinstance(story.app.screen, InterviewScreen))
