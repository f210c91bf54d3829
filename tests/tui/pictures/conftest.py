"""How a picture is taken and compared.

`pytest -n0 tests/tui/pictures --snapshot-update` takes them anew; look at each before it is committed. What a
failing test saw is left under `build/pictures`, to be held beside the old picture.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.image import SVGImageSnapshotExtension

from interviewer.core.bank.kinds import Level
from interviewer.core.interview.session import SessionConfig
from interviewer.services import Services
from interviewer.sessions.conductor import Conductor
from tests.support.scripted import ScriptedEngine
from tests.tui.conftest import AppStory
from tests.tui.pictures.staged import finds, stage

SEEN = Path(__file__).resolve().parents[3] / "build" / "pictures"

Take = Callable[[AppStory[Any]], Awaitable[None]]
Open = Callable[..., Conductor]


@pytest.fixture
def services(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: ScriptedEngine) -> Iterator[Services]:
    engine.script = finds
    yield from stage(tmp_path, monkeypatch, engine)


@pytest.fixture
def opened(services: Services) -> Open:
    """Start a session on the question about temperatures."""

    def start(**changes: object) -> Conductor:
        config = SessionConfig.model_validate({"level": Level.MID, "count": 2, "seed": 1, **changes})
        return services.sessions.create_from(["softmax-temperature", "weight-decay"], config)

    return start


@pytest.fixture
def take(snapshot: SnapshotAssertion, request: pytest.FixtureRequest) -> Take:
    """Compare what is on the screen, once it has come to rest, with its picture."""
    pictures = snapshot.use_extension(SVGImageSnapshotExtension)

    async def compare(story: AppStory[Any]) -> None:
        still, now = 0, ""
        while still < 3:  # on a busy machine the footer comes late
            await story.pilot.pause(0.05)
            before, now = now, story.app.export_screenshot(title="mockdl")
            still = still + 1 if before == now else 0
        if pictures != now:
            SEEN.mkdir(parents=True, exist_ok=True)
            name = f"{request.node.name}.svg"
            (SEEN / name).write_text(now, encoding="utf-8")
            pytest.fail(f"The screen has changed; see build/pictures/{name}:\n{story.visible()}", pytrace=False)

    return compare
