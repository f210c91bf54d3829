"""Make the pictures in the README from the running program: an interview, a verdict, a report.

    python docs/make_screenshots.py

It holds a practice session of two questions with the real bank, encoder and grader, in a home of its own.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from interviewer.sessions.conductor import Conductor
    from interviewer.tui.app import MockdlApp

HERE = Path(__file__).resolve().parent
SIZE = (100, 32)
ASKED = ("kv-cache-sizing", "dropout")
FIRST = """\
Per token we keep K and V for every layer and every kv head: 2 * 32 * 8 * 128 * 2 bytes, so 128 KiB.
The number of query heads does not matter. For 8,192 tokens that is 1 GiB per sequence, times 16 = 16 GiB."""
DRAFT = "Fewer kv heads: with 4 instead of 8 it is half as large. x[0] and [/b] stay as typed. And"
OTHERS = (
    "Fewer key-value heads: with grouped-query attention and 4 instead of 8 the cache is half as large.",
    "Store it in fp8 or int4 in place of bf16, which takes a half or a quarter.",
)
SECOND = """\
randomly zeroes units during training, off at test time. kept ones are scaled by 1/(1-p) in training.
stops co-adaptation of units"""


class Sitting:
    """A practice session as a person would go through it."""

    def __init__(self, app: MockdlApp, conductor: Conductor) -> None:
        self.app = app
        self.conductor = conductor

    async def hold(self) -> None:
        """Take the three pictures on the way."""
        from textual.widgets import TextArea

        from interviewer.core.interview.session import Phase

        async with self.app.run_test(size=SIZE) as self.pilot:
            while self.app.encoder_status.state != "ready":
                await self.pilot.pause(0.2)
            await self.answer(FIRST, sure="4")
            self.app.screen.query_one(TextArea).insert(DRAFT)
            await self.pilot.pause(0.5)
            self.picture("interview")
            self.app.screen.query_one(TextArea).clear()
            for text in OTHERS:
                if self.conductor.state.phase is Phase.ANSWERING:
                    await self.answer(text)
            await self.pilot.pause(0.5)
            self.picture("verdict")
            await self.pilot.press("enter")
            await self.pilot.pause(0.5)
            await self.answer(SECOND, sure="3")
            while self.conductor.state.phase is not Phase.FINISHED:
                await self.pilot.press("f3" if self.conductor.state.phase is Phase.ANSWERING else "enter")
                await self.pilot.pause(0.5)
            await self.pilot.pause(1)
            self.picture("report")

    async def answer(self, text: str, sure: str = "") -> None:
        """Type, submit, say how sure one is, and wait for what comes next."""
        from textual.widgets import TextArea

        from interviewer.core.interview.session import Phase

        self.app.screen.query_one(TextArea).insert(text)
        await self.pilot.press("ctrl+s")
        await self.pilot.pause(0.5)
        if sure:
            await self.pilot.press(sure)
        while self.conductor.state.phase is Phase.GRADING:
            await self.pilot.pause(0.1)
        await self.pilot.pause(0.3)

    def picture(self, name: str) -> None:
        """Write what is on the screen, without toasts."""
        self.app.clear_notifications()
        (HERE / f"{name}.svg").write_text(self.app.export_screenshot(title="mockdl"), encoding="utf-8")


async def main() -> None:
    from interviewer.core.bank.kinds import Level
    from interviewer.core.interview.session import Mode, SessionConfig
    from interviewer.services import build_services
    from interviewer.tui.app import MockdlApp

    services = build_services()
    config = SessionConfig(level=Level.SENIOR, mode=Mode.PRACTICE, count=len(ASKED), seed=1)
    conductor = services.sessions.create_from(ASKED, config)
    await Sitting(MockdlApp(services, conductor), conductor).hold()
    services.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        os.environ["MOCKDL_HOME"] = home
        os.environ["MOCKDL_REDUCED_MOTION"] = "true"
        asyncio.run(main())
