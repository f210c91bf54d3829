"""The bank in the interface, told as stories."""

from __future__ import annotations

from concurrent.futures import Future

import pytest
from textual.widgets import Input, Select, Static

from interviewer.core.bank.kinds import Level
from interviewer.core.ports import EncoderStatus, SearchHit
from interviewer.errors import EncoderError
from interviewer.services import Services
from interviewer.tui.messages import EncoderChanged
from interviewer.tui.screens.bank import BankScreen
from interviewer.tui.screens.home import HomeScreen
from interviewer.tui.screens.interview import InterviewScreen
from tests.support.scripted import ScriptedEngine
from tests.tui.conftest import Story, tell
from tests.tui.nasty import NASTY

SIZES = [(80, 24), (120, 40)]


async def open_bank(story: Story) -> BankScreen:
    await story.pilot.press("f8")
    await story.until(lambda: isinstance(story.app.screen, BankScreen))
    screen = story.app.screen
    assert isinstance(screen, BankScreen)
    await story.until(lambda: screen.is_mounted and bool(screen.questions.items))
    return screen


def title(story: Story) -> str:
    return str(story.app.screen.query_one("#title", Static).content)


def answer(story: Story) -> str:
    return str(story.app.screen.query_one("#answer", Static).content)


@pytest.mark.parametrize("size", SIZES)
async def test_a_question_is_previewed_without_its_answer_until_a_key_is_pressed(
    services: Services, size: tuple[int, int]
) -> None:
    async with tell(services, None, size) as story:
        screen = await open_bank(story)
        item = screen.questions.current
        assert item is not None
        assert item.question.title in story.visible()
        assert f"{len(item.rubric.key_points)} key points" in str(screen.query_one("#question", Static).content)
        assert "m shows" in answer(story)
        await story.pilot.press("m")
        await story.until(lambda: "A strong answer" in answer(story))
        await story.pilot.press("down")
        await story.until(lambda: "m shows" in answer(story))
        await story.pilot.press("escape")
        await story.until(lambda: isinstance(story.app.screen, HomeScreen))


async def test_topic_and_level_narrow_the_list(services: Services) -> None:
    async with tell(services, None) as story:
        screen = await open_bank(story)
        screen.query_one("#topic", Select).value = "vision"
        await story.until(lambda: {each.question.topic for each in screen.questions.items} == {"vision"})
        screen.query_one("#level", Select).value = "staff"
        await story.until(lambda: "No question fits" in story.visible())


async def test_search_uses_words_until_the_index_is_ready_and_says_so(
    services: Services, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def search(query: str, most: int = 10) -> Future[list[SearchHit]]:
        asked.append(query)
        future: Future[list[SearchHit]] = Future()
        future.set_result([SearchHit(question_id="batch-normalisation-mechanism", point_id=None, score=0.9)])
        return future

    some = next(iter(services.bank.items))
    monkeypatch.setattr(engine, "search", search)
    monkeypatch.setattr(engine, "status", lambda: EncoderStatus(state="starting"))
    async with tell(services, None) as story:
        screen = await open_bank(story)
        await story.until(lambda: story.app.encoder_status.state == "starting")
        screen._items = {**screen._items, "batch-normalisation-mechanism": screen._items[some]}
        await story.pilot.press("slash", *"kv cache")
        await story.until(lambda: "by words only, the index is still loading" in title(story))
        assert asked == []
        story.app.post_message(EncoderChanged(EncoderStatus(state="ready")))
        await story.until(lambda: "by words and meaning" in title(story))
        assert asked == ["kv cache"]


async def test_typing_fast_searches_once(
    services: Services, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = engine.search

    def search(query: str, most: int = 10) -> Future[list[SearchHit]]:
        asked.append(query)
        return real(query, most)

    monkeypatch.setattr(engine, "search", search)
    async with tell(services, None) as story:
        screen = await open_bank(story)
        await story.until(lambda: story.app.encoder_status.state == "ready")
        field = screen.query_one("#query", Input)
        for length in range(1, 9):
            field.value = "gradient"[:length]
        await story.until(lambda: "by words and meaning" in title(story))
        assert asked == ["gradient"]


async def test_a_search_can_be_stopped_and_a_failed_one_says_why(
    services: Services, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    never: Future[list[SearchHit]] = Future()
    monkeypatch.setattr(engine, "search", lambda query, most=10: never)
    async with tell(services, None) as story:
        screen = await open_bank(story)
        await story.until(lambda: story.app.encoder_status.state == "ready")
        screen.query_one("#query", Input).value = "loss"
        await story.until(lambda: "Esc stops" in title(story))
        await story.pilot.press("escape")
        await story.until(lambda: "Esc stops" not in title(story))
        assert isinstance(story.app.screen, BankScreen)
        failed: Future[list[SearchHit]] = Future()
        failed.set_exception(EncoderError("The index [/b] is broken."))
        monkeypatch.setattr(engine, "search", lambda query, most=10: failed)
        screen.query_one("#query", Input).value = "losses"
        await story.until(lambda: "by words only: The index [/b] is broken." in title(story))


async def test_an_interview_starts_from_the_chosen_questions_in_their_order(services: Services) -> None:
    async with tell(services, None) as story:
        screen = await open_bank(story)
        ids = [each.question.id for each in screen.questions.items]
        await story.pilot.press("down", "down", "space", "up", "space")
        await story.until(lambda: "the 2 chosen questions" in story.visible())
        await story.pilot.press("ctrl+s", "ctrl+s")
        await story.until(lambda: isinstance(story.app.screen, InterviewScreen))
        assert sum(isinstance(each, InterviewScreen) for each in story.app.screen_stack) == 1
    rows = services.journal.sessions()
    assert len(rows) == 1
    assert [each.question_id for each in rows[0].plan] == [ids[2], ids[1]]
    assert rows[0].config.level in list(Level)


async def test_the_bank_stays_shut_while_an_interview_is_under_way(services: Services) -> None:
    async with tell(services, None) as story:
        await story.pilot.press("ctrl+s")
        await story.until(lambda: isinstance(story.app.screen, InterviewScreen))
        await story.pilot.press("f7", "f8", "f9", "f10")
        await story.pilot.pause()
        assert isinstance(story.app.screen, InterviewScreen)


async def test_whatever_is_searched_for_is_text(services: Services) -> None:
    async with tell(services, None) as story:
        screen = await open_bank(story)
        for text in NASTY.values():
            screen.query_one("#query", Input).value = text
            await story.until(lambda: "by words" in title(story))
            assert "\x1b" not in story.visible()
            screen.query_one("#query", Input).value = ""
            await story.until(lambda: "by words" not in title(story))
