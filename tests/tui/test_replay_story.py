"""A stored session played again, told as stories."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import pytest
from textual.widgets import TextArea

from interviewer.core.interview import authored
from interviewer.core.interview.effects import GradeTurn
from interviewer.core.interview.replay_frames import build_frames
from interviewer.core.interview.session import (
    AnswerSubmitted,
    Continued,
    DontKnow,
    Ended,
    HintRequested,
    Mode,
    Paused,
    Phase,
    Resumed,
)
from interviewer.errors import StorageError, UsageError
from interviewer.plain import Console, retell
from interviewer.services import Services
from interviewer.sessions.conductor import Conductor
from interviewer.tui.overlays.help import HelpScreen
from interviewer.tui.overlays.jump import JumpScreen
from interviewer.tui.replay_app import SPEEDS, ReplayApp
from interviewer.tui.screens.replay_screens import ReplayInterview, ReplayReport, ReplayVerdict
from tests.support.scripted import ScriptedEngine, breaks
from tests.tui.conftest import AppStory

Begin = Callable[..., Conductor]
SIZES = [(80, 24), (120, 40)]
ANSWER = "x[0] + w[i] = [1, 2]\nclosing [/b] tag \x1b[31mred"
"""Markup and an escape sequence, over two lines."""


@pytest.fixture
def engine() -> ScriptedEngine:
    """Grades nothing well, so that follow-ups are asked."""
    return ScriptedEngine()


@pytest.fixture
def taped(begin: Begin, engine: ScriptedEngine) -> Conductor:
    """A practice session: greeting, hint, answer, verdict, a pause, "I don't know", the end."""
    conductor = begin(mode=Mode.PRACTICE)
    conductor.open()
    conductor.keep(authored.greet(conductor.state).words)
    conductor.send(HintRequested(at=conductor.clock()))
    answer(conductor, ANSWER)
    while conductor.state.phase is Phase.ANSWERING:
        conductor.send(DontKnow(at=conductor.clock()))
    conductor.send(Continued(at=conductor.clock()))
    conductor.send(Paused(at=conductor.clock()))
    conductor.send(Resumed(at=conductor.clock()))
    conductor.send(Ended(at=conductor.clock()))
    engine.asked.clear()
    return conductor


def answer(conductor: Conductor, text: str) -> None:
    turn = conductor.turn.id
    conductor.send(AnswerSubmitted(at=conductor.clock(), text=text))
    conductor.send_grade(conductor.grade(GradeTurn(turn)).result())


def dump(services: Services) -> list[str]:
    return list(services.journal._connection.iterdump())


class ReplayStory(AppStory[ReplayApp]):
    async def step(self, key: str = "space") -> None:
        """Press a key and wait until what it leads to stands still."""
        await self.pilot.press(key)
        await self.until(lambda: not self.app.is_typing)
        await self.pilot.pause()

    async def step_to(self, caption: str) -> None:
        """Go on until this has happened."""
        for _ in self.app.recording.frames:
            if caption in self.app.recording.frame.caption:
                break
            await self.step()
        assert caption in self.app.recording.frame.caption
        await self.until(lambda: f"Replay {self.app.place + 1} of" in self.visible())


@asynccontextmanager
async def play(
    services: Services, conductor: Conductor, size: tuple[int, int] = (80, 24), *, motion: bool = False
) -> AsyncIterator[ReplayStory]:
    app = ReplayApp(services, services.sessions.replay(conductor.row.id))
    services.apply_settings(services.settings.model_copy(update={"reduced_motion": not motion}))
    async with app.run_test(size=size, notifications=True) as pilot:
        story = ReplayStory(app, pilot, [])
        await story.until(lambda: "Replay 1 of" in story.visible())
        yield story
    await asyncio.sleep(0)


@pytest.fixture(autouse=True)
def writable_again(services: Services) -> Iterator[None]:
    yield
    services.journal._connection.execute("PRAGMA query_only=OFF")


@pytest.mark.parametrize("size", SIZES)
async def test_a_session_plays_from_its_first_question_to_its_report(
    services: Services, taped: Conductor, size: tuple[int, int]
) -> None:
    async with play(services, taped, size) as story:
        first = taped.state.turns[0]
        await story.until(lambda: first.prompt.split()[0] in story.visible())
        assert isinstance(story.app.screen, ReplayInterview)
        await story.step_to("the answer is typed")
        assert "closing [/b] tag" in story.app.screen.query_one(TextArea).text
        await story.until(lambda: "x[0] + w[i] = [1, 2]" in story.visible())
        await story.step_to("the answer is submitted")
        assert story.app.screen.query_one(TextArea).text == ""
        await story.until(lambda: "x[0] + w[i] = [1, 2]" in story.visible())
        for _ in range(len(story.app.recording.frames)):
            await story.step()
        await story.until(lambda: isinstance(story.app.screen, ReplayReport))
        await story.until(lambda: "Score:" in story.visible() and "the end" in story.visible())


async def test_nothing_is_written_graded_or_asked(services: Services, engine: ScriptedEngine, taped: Conductor) -> None:
    before, reports = dump(services), list(services.places.reports.glob("*"))
    async with play(services, taped) as story:
        for key in ("ctrl+s", "f2", "f3", "f4", "f5", "f6", "f7", "f10"):
            await story.step(key)
        assert story.app.place == 0
        for _ in story.app.recording.frames:
            await story.step()
        await story.step("h")
        assert isinstance(story.app.screen, ReplayReport)
    assert dump(services) == before
    assert engine.asked == []
    assert list(services.places.reports.glob("*")) == reports


async def test_the_journal_itself_refuses_while_a_tape_plays(services: Services, taped: Conductor) -> None:
    async with play(services, taped):
        with pytest.raises(StorageError):
            services.journal.rename_session(taped.row.id, "another name")


async def test_an_ungraded_answer_stays_ungraded(services: Services, engine: ScriptedEngine, begin: Begin) -> None:
    engine.script = breaks
    conductor = begin()
    conductor.open()
    answer(conductor, "an answer")
    conductor.send(Ended(at=conductor.clock()))
    engine.asked.clear()
    async with play(services, conductor) as story:
        await story.step_to("not graded")
        assert "on fire" in story.visible()
        await story.step_to("ended early")
        await story.until(lambda: "Score:" in story.visible())
    assert engine.asked == []


@pytest.mark.parametrize("size", SIZES)
async def test_the_verdict_of_practice_is_shown_and_taken_away(
    services: Services, taped: Conductor, size: tuple[int, int]
) -> None:
    async with play(services, taped, size) as story:
        while story.app.recording.state.phase is not Phase.REVIEWING:
            await story.step()
        await story.until(lambda: isinstance(story.app.screen, ReplayVerdict))
        await story.until(lambda: "missing" in story.visible() and "Replay" in story.visible())
        await story.step("enter")
        assert isinstance(story.app.screen, ReplayVerdict), "only the tape goes on"
        await story.step()
        await story.until(lambda: isinstance(story.app.screen, ReplayInterview))
        await story.until(lambda: "Question 2 of 2" in story.visible())


async def test_stepping_back_shows_what_was_there(services: Services, taped: Conductor) -> None:
    async with play(services, taped) as story:
        await story.step_to("a hint is bought")
        await story.until(lambda: "Hint (costs" in story.visible())
        await story.step("left")
        await story.until(lambda: "Hint (costs" not in story.visible())
        for _ in range(len(story.app.recording.frames)):
            await story.step("right")
        await story.until(lambda: isinstance(story.app.screen, ReplayReport))
        await story.step("left")
        await story.until(lambda: isinstance(story.app.screen, ReplayInterview))
        assert sum(isinstance(screen, ReplayReport) for screen in story.app.screen_stack) == 0


async def test_a_pause_of_then_hides_the_question_and_shows_it_again(services: Services, taped: Conductor) -> None:
    async with play(services, taped) as story:
        await story.step_to("paused")
        assert story.app.screen.has_class("-paused")
        await story.step_to("taken up again")
        assert not story.app.screen.has_class("-paused")


async def test_it_plays_by_itself_and_stops_at_the_end(services: Services, taped: Conductor) -> None:
    async with play(services, taped) as story:
        for _ in SPEEDS:
            await story.pilot.press("plus")
        assert story.app.speed == SPEEDS[-1]
        await story.pilot.press("p")
        assert story.app.playing
        last = len(story.app.recording.frames) - 1
        for _ in range(20):
            if story.app.place == last:
                break
            await story.until(lambda at=story.app.place: story.app.place > at)
        await story.until(lambda: story.app.place == last and not story.app.playing)
        await story.until(lambda: "the end" in story.visible())


async def test_pause_holds_the_tape_where_it_is(services: Services, taped: Conductor) -> None:
    async with play(services, taped) as story:
        await story.pilot.press("p", "p")
        assert not story.app.playing
        assert story.app._next is None, "nothing is waiting to go on"
        for _ in SPEEDS:
            await story.pilot.press("minus")
        assert story.app.speed == SPEEDS[0]


async def test_an_answer_is_typed_stroke_by_stroke_and_a_key_completes_it(services: Services, taped: Conductor) -> None:
    async with play(services, taped, motion=True) as story:
        for _ in SPEEDS:
            await story.pilot.press("minus")
        while not story.app.recording.frame.typed:
            await story.pilot.press("space")
        place, editor = story.app.place, story.app.screen.query_one(TextArea)
        await story.until(lambda: 0 < len(editor.text) < len(ANSWER))
        await story.pilot.press("space")
        assert story.app.place == place
        assert "closing [/b] tag" in editor.text
        await story.pilot.press("space")
        assert story.app.place == place + 1


async def test_reduced_motion_shows_the_answer_at_once(services: Services, taped: Conductor) -> None:
    async with play(services, taped) as story:
        while not story.app.recording.frame.typed:
            await story.pilot.press("space")
        assert not story.app.is_typing


async def test_typing_into_the_editor_changes_nothing(services: Services, taped: Conductor) -> None:
    async with play(services, taped) as story:
        await story.step_to("the answer is typed")
        editor = story.app.screen.query_one(TextArea)
        text = editor.text
        await story.pilot.click(TextArea)
        await story.pilot.press("a", "b", "backspace", "enter")
        assert editor.text == text


@pytest.mark.parametrize("key", ["q", "escape", "ctrl+q"])
async def test_leaving_asks_nothing(services: Services, taped: Conductor, key: str) -> None:
    async with play(services, taped) as story:
        await story.pilot.press(key)
        await story.until(lambda: not story.app.is_running)
    assert story.app.return_code == 0


async def test_an_unfinished_session_ends_with_its_draft(services: Services, begin: Begin) -> None:
    conductor = begin()
    conductor.open()
    conductor.save_draft("left in the middle [of it")
    async with play(services, conductor) as story:
        await story.step_to("the draft that was kept")
        await story.until(lambda: "left in the middle [of it" in story.visible())


async def test_the_clock_shows_the_time_of_then(services: Services, begin: Begin) -> None:
    conductor = begin(minutes=5)
    began = conductor.clock()
    conductor.clock = lambda: began
    conductor.open()
    conductor.clock = lambda: began + 130
    answer(conductor, "an answer")
    async with play(services, conductor) as story:
        await story.until(lambda: "5:00 left" in story.visible())
        await story.step_to("the answer is typed")
        await story.until(lambda: "2:50 left" in story.visible())


async def test_a_session_in_which_nothing_happened_is_refused(services: Services, begin: Begin) -> None:
    with pytest.raises(UsageError, match="Nothing has happened"):
        services.sessions.replay(begin().row.id)


def test_what_changed_nothing_leaves_no_frame(services: Services, taped: Conductor) -> None:
    events = services.journal.events(taped.row.id)
    empty = AnswerSubmitted(at=taped.clock(), text=" ")
    start = services.sessions.replay(taped.row.id).frames
    begun = type(taped.state)(config=taped.row.config, plan=taped.row.plan)
    assert len(build_frames(begun, [*events, empty], taped.items)) == len(start)
    assert start[-1].state == taped.state


def test_line_mode_prints_the_conversation(services: Services, taped: Conductor) -> None:
    before, out = dump(services), io.StringIO()
    retell(services.sessions.read(services.journal.session(taped.row.id)), Console(out=out, err=io.StringIO()))
    told = out.getvalue()
    assert "x[0] + w[i] = [1, 2]\n  closing [/b] tag" in told
    assert "\x1b" not in told
    assert told.index("Question 1 of 2") < told.index("Hint (costs") < told.index("closing [/b] tag")
    assert told.index("closing [/b] tag") < told.index('(said "I don\'t know")') < told.index("Question 2 of 2")
    assert dump(services) == before


async def test_help_and_letters_stop_the_tape_and_have_its_keys_for_themselves(
    services: Services, taped: Conductor
) -> None:
    async with play(services, taped) as story:
        screen = story.app.screen
        for opens, kind, closes in (("f1", HelpScreen, "q"), ("question_mark", HelpScreen, "escape")):
            await story.pilot.press("p", opens)
            await story.until(lambda kind=kind: isinstance(story.app.screen, kind))
            assert not story.app.playing
            assert "The next step  (replay-next)" in story.visible()
            assert "ctrl+p" not in story.visible()
            await story.pilot.press("space", closes)
            await story.until(lambda: story.app.screen is screen)
            assert story.app.place == 0
        await story.pilot.press("ctrl+g", "p")
        await story.until(lambda: isinstance(story.app.screen, JumpScreen))
        assert not story.app.playing
        await story.pilot.press("a")
        await story.until(lambda: story.app.screen is screen)
        assert screen.focused is screen.query_one("#transcript")
        assert story.app.is_running


async def test_what_fails_in_the_background_of_a_replay_is_said(services: Services, taped: Conductor) -> None:
    async def tear() -> None:
        raise RuntimeError("the [/b] tape is torn")

    async with play(services, taped) as story:
        story.app.run_worker(tear(), name="tape", exit_on_error=False)
        await story.until(lambda: "the [/b] tape is torn" in story.toasts())
