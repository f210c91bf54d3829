"""The verdict on a question, told as stories."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from interviewer.core.bank.content import Item
from interviewer.core.bank.kinds import Level
from interviewer.core.grade.grade import GradeRequest, GradeResult, HeldMisconception, Span
from interviewer.core.interview.session import Mode, Phase
from interviewer.core.text import clean
from interviewer.services import Services
from interviewer.sessions.conductor import Conductor
from interviewer.tui.screens.confidence import ConfidenceScreen
from interviewer.tui.screens.question_verdict import ResultScreen
from interviewer.tui.screens.report import ReportScreen
from interviewer.tui.screens.verdict_again import VerdictScreen
from tests.support.builders import make_grade, make_verdict
from tests.support.scripted import ScriptedEngine
from tests.tui.conftest import Story, tell
from tests.tui.nasty import NASTY, shown

Begin = Callable[..., Conductor]
SIZES = [(80, 24), (120, 40)]


def earns_two(request: GradeRequest, item: Item | None) -> GradeResult:
    """The first point asked for is covered by the first five characters, the second contradicted by the next five."""
    assert item is not None
    ids = list(request.point_ids or [point.id for point in item.rubric.key_points])
    verdicts = [make_verdict(each, "missing") for each in ids]
    verdicts[0] = make_verdict(ids[0], "covered")
    if len(ids) > 1:
        wrong = make_verdict(ids[1], "contradicted")
        verdicts[1] = wrong.model_copy(update={"evidence": Span(start=5, end=10)})
    held = HeldMisconception(
        misconception_id=item.rubric.misconceptions[0].id, probability=0.97, evidence=Span(start=5, end=10)
    )
    return make_grade({}).model_copy(
        update={"verdicts": tuple(verdicts), "misconceptions": (held,) if len(ids) > 1 else ()}
    )


async def answer(
    story: Story, conductor: Conductor, text: str = "rightwrong and more", *, sure: str = "escape"
) -> None:
    """Answer the question, say by a key how sure one is, and give up on the follow-ups, until the verdict is there."""
    await story.type(text)
    await story.pilot.press("ctrl+s")
    await story.until(lambda: isinstance(story.app.screen, ConfidenceScreen | ResultScreen))
    if isinstance(story.app.screen, ConfidenceScreen):
        await story.pilot.press(sure)
    for _ in range(3):
        await story.until(lambda: conductor.state.phase in (Phase.ANSWERING, Phase.REVIEWING))
        if conductor.state.phase is Phase.ANSWERING:
            before = len(conductor.state.turns)
            await story.pilot.press("f4")
            await story.until(
                lambda n=before: len(conductor.state.turns) > n or conductor.state.phase is Phase.REVIEWING
            )
    await story.until(lambda: isinstance(story.app.screen, ResultScreen))
    await story.pilot.pause()


def page(story: Story) -> str:
    """All of the verdict, also what must be scrolled to."""
    from textual.widgets import Static

    return "\n".join(str(story.app.screen.query_one(each, Static).content) for each in ("#text", "#sources"))


@pytest.mark.parametrize("size", SIZES)
async def test_the_verdict_numbers_the_evidence_and_says_what_was_wrong(
    services: Services, engine: ScriptedEngine, begin: Begin, size: tuple[int, int]
) -> None:
    engine.script = earns_two
    conductor = begin(mode=Mode.PRACTICE, level=Level.JUNIOR)
    async with tell(services, conductor, size) as story:
        await answer(story, conductor)
        assert "● 1 covered" in story.visible()
        text = " ".join(page(story).split())
        rubric = conductor.items[conductor.state.turns[0].question_id].rubric
        assert re.search(r"right \[\d+\] wrong \[\d+\] ✗ and more", text)
        assert " ".join(rubric.misconceptions[0].correction.split()) in text
        assert "Said wrongly" in text
        assert "contradicted" in text
        assert "A strong answer" not in text


async def test_what_the_next_level_would_have_added_is_named(
    services: Services, engine: ScriptedEngine, begin: Begin
) -> None:
    engine.script = earns_two
    conductor = begin(mode=Mode.PRACTICE, level=Level.MID)
    async with tell(services, conductor) as story:
        await answer(story, conductor)
        item = conductor.items[conductor.state.turns[0].question_id]
        beyond = [
            point
            for point in item.rubric.key_points
            if not point.is_core(Level.MID)
            and (point.expected_at is Level.SENIOR if point.depth else point.is_core(Level.SENIOR))
        ]
        assert ("A senior candidate would have added" in page(story)) is bool(beyond)
        text = " ".join(page(story).split())
        assert all(f"+ {' '.join(point.statement.split())}" in text for point in beyond[1:])


async def test_the_model_answer_is_one_key_away_and_goes_again(services: Services, begin: Begin) -> None:
    conductor = begin(mode=Mode.PRACTICE)
    async with tell(services, conductor) as story:
        await answer(story, conductor)
        await story.pilot.press("m")
        await story.until(lambda: "A strong answer" in page(story))
        await story.until(lambda: "A strong answer" in story.visible())
        await story.pilot.press("m")
        await story.until(lambda: "A strong answer" not in page(story))


async def test_every_answer_appears_as_typed(services: Services, begin: Begin) -> None:
    texts = [NASTY[name] for name in NASTY if name not in ("html", "sql", "one long word", "crlf")]
    conductor = begin(mode=Mode.PRACTICE, count=len(texts))
    async with tell(services, conductor, (120, 40)) as story:
        for number, text in enumerate(texts, 1):
            await answer(story, conductor, text)
            assert shown(text) in clean(page(story))
            assert "\x1b" not in page(story)
            await story.pilot.press("enter")
            await story.until(lambda n=number: conductor.state.position == n or conductor.state.phase is Phase.FINISHED)


async def test_how_sure_one_is_comes_before_the_verdict_and_stands_in_it(
    services: Services, engine: ScriptedEngine, begin: Begin
) -> None:
    engine.script = earns_two
    conductor = begin(mode=Mode.PRACTICE)
    async with tell(services, conductor) as story:
        await story.type("rightwrong and more")
        await story.pilot.press("ctrl+s", "ctrl+s")
        await story.until(lambda: isinstance(story.app.screen, ConfidenceScreen))
        await story.pilot.pause(0.1)
        assert conductor.state.turns[0].result is None, "no verdict before it is said"
        await story.pilot.press("4")
        await story.until(lambda: conductor.state.turns[0].result is not None)
        assert conductor.state.turns[0].confidence == 4
    again = services.sessions.resume()
    assert again.state.turns[0].confidence == 4
    assert again.summary().calibration.ratings[0].confidence == 4


async def test_an_interview_does_not_ask_how_sure_one_is(services: Services, begin: Begin) -> None:
    conductor = begin()
    async with tell(services, conductor) as story:
        await story.type("an answer")
        await story.pilot.press("ctrl+s")
        await story.until(lambda: conductor.state.turns[0].result is not None)
        assert not isinstance(story.app.screen, ConfidenceScreen)


async def test_leaving_while_asked_how_sure_one_is_loses_nothing(services: Services, begin: Begin) -> None:
    conductor = begin(mode=Mode.PRACTICE)
    async with tell(services, conductor) as story:
        await story.type("an answer")
        await story.pilot.press("ctrl+s")
        await story.until(lambda: isinstance(story.app.screen, ConfidenceScreen))
        await story.pilot.press("ctrl+q", "y")
        await story.until(lambda: conductor.state.phase is Phase.PAUSED)
    assert services.sessions.resume().state.turns[0].answer == "an answer"


async def finish(story: Story, conductor: Conductor) -> None:
    while conductor.state.phase is not Phase.FINISHED:
        before = len(conductor.state.turns)
        await story.type("rightwrong and more")
        await story.pilot.press("ctrl+s")
        await story.until(lambda n=before: len(conductor.state.turns) > n or conductor.state.phase is Phase.FINISHED)
        await story.pilot.pause()
    await story.until(lambda: isinstance(story.app.screen, ReportScreen))
    await story.pilot.pause()


@pytest.mark.parametrize("size", SIZES)
async def test_the_report_shows_scale_topics_and_every_verdict(
    services: Services, engine: ScriptedEngine, begin: Begin, size: tuple[int, int]
) -> None:
    engine.script = earns_two
    conductor = begin()
    async with tell(services, conductor, size) as story:
        await finish(story, conductor)
        assert "Score:" in story.visible()
        assert f"[{conductor.summary().band}]" in story.visible()
        assert "█" in story.visible()
        assert not story.app._notifications, "what to study next lies where they would stand"
        await story.pilot.press("v")
        await story.until(lambda: isinstance(story.app.screen, VerdictScreen))
        await story.until(lambda: "1. " in story.visible())
        await story.pilot.press("right")
        await story.until(lambda: page(story).startswith("2. "))
        await story.pilot.press("right", "left")
        await story.until(lambda: page(story).startswith("1. "))
        await story.pilot.press("escape")
        await story.until(lambda: isinstance(story.app.screen, ReportScreen))
        await story.pilot.press("2")
        await story.until(lambda: isinstance(story.app.screen, VerdictScreen) and page(story).startswith("2. "))


async def test_the_report_is_exported_where_one_wants_it(
    services: Services, begin: Begin, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pathlib import Path

    from textual.widgets import Input

    folder = Path(str(tmp_path))
    monkeypatch.chdir(folder)
    conductor = begin(count=1)
    async with tell(services, conductor) as story:
        await finish(story, conductor)
        for name, holds in (("mine.json", '"schema"'), ("mine.txt", "Score:"), ("mine.md", "# Interview")):
            await story.pilot.press("x")
            await story.until(lambda: bool(story.app.screen.query(Input)))
            story.app.screen.query_one(Input).value = name
            await story.pilot.press("enter")
            await story.until(lambda n=name: (folder / n).exists() and (folder / n).stat().st_size > 0)
            assert holds in (folder / name).read_text(encoding="utf-8")
        for name, why in (("mine.md", "is there already"), ("mine.pdf", "must end in")):
            await story.pilot.press("x")
            await story.until(lambda: bool(story.app.screen.query(Input)))
            story.app.screen.query_one(Input).value = name
            await story.pilot.press("enter")
            await story.until(lambda w=why: w in story.toasts())
