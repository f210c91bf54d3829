"""The interface with a scripted engine, driven by Textual's pilot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any, Generic, TypeVar

import pytest
from textual.app import App
from textual.message import Message
from textual.pilot import Pilot
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from interviewer.core.bank.kinds import Level
from interviewer.core.interview.session import SessionConfig
from interviewer.services import Services, build_services
from interviewer.sessions.conductor import Conductor
from interviewer.tui.app import MockdlApp
from tests.support.scripted import ScriptedEngine


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine()


@pytest.fixture
def services(engine: ScriptedEngine) -> Iterator[Services]:
    built = build_services(engine=engine)
    yield built
    built.close()


@pytest.fixture
def begin(services: Services) -> Callable[..., Conductor]:
    """Start a session with these changes to the configuration."""

    def start(**changes: object) -> Conductor:
        config = {"level": Level.SENIOR, "count": 2, "seed": 3, **changes}
        return services.sessions.create(SessionConfig.model_validate(config))

    return start


AnyApp = TypeVar("AnyApp", bound=App[Any])
AnyScreen = TypeVar("AnyScreen", bound=Screen[Any])


class AppStory(Generic[AnyApp]):
    """A running app with helpers that read as what a person does."""

    def __init__(self, app: AnyApp, pilot: Pilot[Any], heard: list[Message]) -> None:
        self.app = app
        self.pilot = pilot
        self.heard = heard
        self.workers_may_fail = False
        """Set by a story in which something fails in the background."""

    async def until(self, holds: Callable[..., bool]) -> None:
        """Wait until something holds, asked without arguments; one pause is not enough: messages cause messages."""
        for _ in range(400):
            if holds():
                return
            await self.pilot.pause(0.01)
        raise AssertionError(f"It never came true after {self.heard_names()}, {self.toasts()!r}:\n{self.visible()}")

    async def type(self, text: str) -> None:
        """Put text into the editor as a paste would."""
        from textual.widgets import TextArea

        self.app.screen.query_one(TextArea).insert(text)
        await self.pilot.pause()

    def visible(self) -> str:
        """All text on the screen, as a reader would see it."""
        return "\n".join(
            "".join(segment.text for segment in line) for line in self.app.screen._compositor.render_strips()
        )

    def toasts(self) -> str:
        """All notifications so far."""
        return "\n".join(note.message for note in self.app._notifications)

    def heard_names(self) -> list[str]:
        """Names of our own messages, in order; a message that bubbles is heard once."""
        ours = {id(each): each for each in self.heard if type(each).__module__ == "interviewer.tui.messages"}
        return [type(each).__name__ for each in ours.values()]


Story = AppStory[MockdlApp]


def screen_of(story: AppStory[Any], kind: type[AnyScreen]) -> AnyScreen:
    """The screen that is shown, which is of this kind."""
    found: object = story.app.screen
    assert isinstance(found, kind)
    return found


@asynccontextmanager
async def tell(
    services: Services, conductor: Conductor | None, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Story]:
    """Run the app; any worker that raised fails the story."""
    heard: list[Message] = []
    app = MockdlApp(services, conductor)
    async with app.run_test(size=size, notifications=True, message_hook=heard.append) as pilot:
        await pilot.pause()
        story = Story(app, pilot, heard)
        yield story
        await pilot.pause()
    await asyncio.sleep(0)
    failed = [
        each.worker for each in heard if isinstance(each, Worker.StateChanged) and each.state is WorkerState.ERROR
    ]
    assert story.workers_may_fail or not failed, [(each.name, each.error) for each in failed]
