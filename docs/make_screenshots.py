"""Make `docs/interview.svg`, the picture in the README, from the running program.

    python docs/make_screenshot.py

It uses the real bank, encoder and grader in a home of its own.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ANSWER = """\
Per token we keep K and V for every layer and every kv head: 2 * 32 * 8 * 128 * 2 bytes,
so 128 KiB. The 32 query heads don't matter. For 8,192 tokens that is 1 GiB, times 16 = 16 GiB."""
DRAFT = "I'd store it in fp8, that halves it. x[0] and [/b] stay as typed. And"


async def main() -> None:
    from textual.widgets import TextArea

    from interviewer.core.content import Level
    from interviewer.core.session import Phase, SessionConfig
    from interviewer.services import build_services
    from interviewer.tui.app import MockdlApp

    services = build_services()
    config = SessionConfig(level=Level.SENIOR, topics=("transformers-llms",), count=1, seed=1)
    for seed in range(200):
        conductor = services.start_session(config.model_copy(update={"seed": seed}))
        if conductor.row.plan[0].question_id == "kv-cache-sizing":
            break
    app = MockdlApp(services, conductor)
    async with app.run_test(size=(100, 32)) as pilot:
        while app.encoder_status.state != "ready":
            await pilot.pause(0.2)
        app.screen.query_one(TextArea).insert(ANSWER)
        await pilot.press("ctrl+s")
        while conductor.turn.id == 0 or conductor.state.phase is not Phase.ANSWERING:
            await pilot.pause(0.1)
        await pilot.pause(0.3)
        app.screen.query_one(TextArea).insert(DRAFT)
        await pilot.pause(0.3)
        app.save_screenshot(str(HERE / "interview.svg"))
    services.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        os.environ["MOCKDL_HOME"] = home
        asyncio.run(main())
