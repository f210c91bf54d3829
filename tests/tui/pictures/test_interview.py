"""The interview, its verdicts and its report, in the states that matter."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Static, TextArea

from interviewer.core.grade.grade import Assessment
from interviewer.core.interview.session import Mode, Phase
from interviewer.core.interview.utterance import Act
from interviewer.core.ports import EncoderStatus
from interviewer.services import Services
from interviewer.sessions.conductor import Conductor
from interviewer.tui.screens.clarify import ClarifyScreen
from interviewer.tui.screens.confidence import ConfidenceScreen
from interviewer.tui.screens.confirm import LeaveScreen
from interviewer.tui.screens.contest import ContestScreen
from interviewer.tui.screens.report import ReportScreen
from tests.support.scripted import ScriptedEngine, breaks, covers_everything
from tests.tui.conftest import Story, tell
from tests.tui.nasty import NASTY
from tests.tui.pictures.conftest import Open, Take
from tests.tui.pictures.staged import ANSWER, SHARPENS
from tests.tui.test_contest_story import contest
from tests.tui.test_verdict_story import answer

SMALL, LARGE = (80, 24), (120, 40)
BOTH = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
Size = tuple[int, int]
MOST = 60


def test_there_are_no_more_pictures_than_one_can_look_at() -> None:
    assert 0 < len(list(Path(__file__).parent.rglob("*.svg"))) <= MOST


async def submit(story: Story, conductor: Conductor, text: str = ANSWER) -> None:
    """Answer, and wait until the grade has led somewhere."""
    turns = len(conductor.state.turns)
    await story.type(text)
    await story.pilot.press("ctrl+s")
    await story.until(lambda: len(conductor.state.turns) > turns or conductor.state.phase is not Phase.GRADING)


async def reach_verdict(story: Story, conductor: Conductor, text: str = ANSWER) -> None:
    """Answer the first question in practice, fairly sure, and pass on its follow-ups."""
    await answer(story, conductor, text, sure="4")


async def reach_report(story: Story, conductor: Conductor) -> None:
    """Answer everything."""
    while conductor.state.phase is not Phase.FINISHED:
        await submit(story, conductor)
    await story.until(lambda: isinstance(story.app.screen, ReportScreen))
    await story.until(lambda: "Saved to" in story.visible())
    # Where it was saved is another place each time.
    story.app.screen.query_one("#note", Static).update("Saved to …/reports/20260314-1200-0001.md")


@BOTH
async def test_a_question_is_open(services: Services, opened: Open, take: Take, size: Size) -> None:
    async with tell(services, opened(), size) as story:
        await story.until(lambda: sorted(story.heard_names()) == ["EncoderChanged", "TurnAsked"])
        await take(story)


@BOTH
async def test_a_follow_up_challenges_what_was_wrong(services: Services, opened: Open, take: Take, size: Size) -> None:
    conductor = opened()
    async with tell(services, conductor, size) as story:
        await submit(story, conductor)
        await story.until(lambda: story.heard_names()[-3:] == ["GradingStarted", "GradeReady", "TurnAsked"])
        await take(story)


@pytest.mark.parametrize("name", ["brackets", "latex", "wide", "right-to-left", "long"])
async def test_an_answer_is_typed(services: Services, opened: Open, take: Take, name: str) -> None:
    async with tell(services, opened()) as story:
        await story.type(NASTY[name])
        await take(story)


@BOTH
async def test_an_answer_is_read(
    services: Services, engine: ScriptedEngine, opened: Open, take: Take, size: Size
) -> None:
    engine.holding = True
    async with tell(services, opened(), size) as story:
        await story.type(ANSWER)
        await story.pilot.press("ctrl+s")
        await story.until(lambda: story.heard_names()[-1] == "GradingStarted")
        await take(story)
        engine.release()


@BOTH
async def test_an_answer_could_not_be_graded(
    services: Services, engine: ScriptedEngine, opened: Open, take: Take, size: Size
) -> None:
    engine.script = breaks
    async with tell(services, opened(), size) as story:
        await story.type(ANSWER)
        await story.pilot.press("ctrl+s")
        await story.until(lambda: story.heard_names()[-3:] == ["GradingStarted", "GradeReady", "TurnAsked"])
        await story.until(lambda: "on fire" in story.toasts())
        await take(story)


async def test_the_encoder_did_not_start(
    services: Services, engine: ScriptedEngine, opened: Open, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    status = EncoderStatus(state="failed", detail="The weights in [/b] cannot be read.")
    monkeypatch.setattr(engine, "status", lambda: status)
    async with tell(services, opened()) as story:
        await story.until(lambda: "can be graded later" in story.toasts())
        await take(story)


async def test_the_models_server_is_down(services: Services, opened: Open, take: Take) -> None:
    judge = {"judge": "auto", "judge_url": "http://127.0.0.1:9/v1", "judge_model": "tiny-chat", "judge_retries": 0}
    services.apply_settings(services.settings.model_validate(services.settings.model_dump() | judge))
    conductor = opened()
    async with tell(services, conductor) as story:
        await submit(story, conductor)
        await story.until(lambda: "authored wording is used" in story.toasts())
        await story.until(lambda: not story.app.screen.query_one(TextArea).disabled)
        await take(story)


async def test_hints_were_bought_and_the_clock_runs_over(services: Services, opened: Open, take: Take) -> None:
    conductor = opened(minutes=20)
    now = services.sessions.clock()
    async with tell(services, conductor) as story:
        await story.pilot.press("f2", "f2")
        await story.until(lambda: story.heard_names().count("HintShown") == 2)
        conductor.clock = lambda: now + 6 * 60
        await story.until(lambda: "6:00" in story.visible())
        await take(story)


async def test_the_interview_is_paused(services: Services, opened: Open, take: Take) -> None:
    async with tell(services, opened()) as story:
        await story.type(ANSWER)
        await story.pilot.press("f5")
        await story.until(lambda: "aused" in story.visible())
        await take(story)


async def test_leaving_asks(services: Services, opened: Open, take: Take) -> None:
    async with tell(services, opened()) as story:
        await story.pilot.press("ctrl+q")
        await story.until(lambda: isinstance(story.app.screen, LeaveScreen))
        await take(story)


async def test_a_question_is_asked_back(services: Services, opened: Open, take: Take) -> None:
    async with tell(services, opened()) as story:
        await story.pilot.press("f6")
        await story.until(lambda: isinstance(story.app.screen, ClarifyScreen))
        await take(story)


async def test_how_sure_one_is_comes_first(services: Services, opened: Open, take: Take) -> None:
    conductor = opened(mode=Mode.PRACTICE)
    async with tell(services, conductor) as story:
        await story.type(ANSWER)
        await story.pilot.press("ctrl+s")
        await story.until(lambda: isinstance(story.app.screen, ConfidenceScreen))
        (said,) = conductor.state.words(Act.REACTION, 0)
        await story.until(lambda: said.text[:7] in story.visible())  # below the dialog
        await take(story)


@BOTH
async def test_the_verdict_names_what_was_wrong(services: Services, opened: Open, take: Take, size: Size) -> None:
    conductor = opened(mode=Mode.PRACTICE)
    async with tell(services, conductor, size) as story:
        await reach_verdict(story, conductor)
        assert "ReviewReady" in story.heard_names()
        await take(story)


async def test_the_model_answer_is_shown(services: Services, opened: Open, take: Take) -> None:
    conductor = opened(mode=Mode.PRACTICE)
    async with tell(services, conductor) as story:
        await reach_verdict(story, conductor)
        await story.pilot.press("m")
        await story.until(lambda: "A strong answer" in story.visible())
        await take(story)


@pytest.mark.parametrize("name", ["brackets", "wide", "right-to-left"])
async def test_the_verdict_quotes_what_was_typed(services: Services, opened: Open, take: Take, name: str) -> None:
    conductor = opened(mode=Mode.PRACTICE)
    async with tell(services, conductor) as story:
        await reach_verdict(story, conductor, f"{NASTY[name]}. So {SHARPENS}.")
        await take(story)


@BOTH
async def test_words_are_marked_for_a_contest(services: Services, opened: Open, take: Take, size: Size) -> None:
    conductor = opened(mode=Mode.PRACTICE)
    async with tell(services, conductor, size) as story:
        await reach_verdict(story, conductor)
        await story.pilot.press("c")
        await story.until(lambda: isinstance(story.app.screen, ContestScreen))
        await story.pilot.press("enter", "space", *["ctrl+right"] * 7, "space")
        await story.until(lambda: "words marked" in story.visible())
        await take(story)


async def test_a_contest_was_upheld(services: Services, engine: ScriptedEngine, opened: Open, take: Take) -> None:
    conductor = opened(mode=Mode.PRACTICE)
    async with tell(services, conductor) as story:
        await reach_verdict(story, conductor)
        engine.script = covers_everything
        engine.claims = Assessment(credit=0.9, p_covered=0.9, p_missing=0.1, p_contradicted=0.0, cosine=0.0, recall=0.0)
        await contest(story, "Dividing by T rescales the gaps")
        await story.until(lambda: "contest upheld by" in story.visible())
        await take(story)


@BOTH
async def test_the_report_is_there(services: Services, opened: Open, take: Take, size: Size) -> None:
    conductor = opened()
    async with tell(services, conductor, size) as story:
        await reach_report(story, conductor)
        assert story.heard_names()[-1] == "SessionFinished"
        await take(story)


async def test_the_report_owes_grades(services: Services, engine: ScriptedEngine, opened: Open, take: Take) -> None:
    engine.script = breaks
    conductor = opened()
    async with tell(services, conductor) as story:
        await reach_report(story, conductor)
        await take(story)
