"""The interviewer in the interface: authored words at once, a model's as they come, and never a wait without end."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pytest_httpserver import HTTPServer
from textual.widgets import Input, TextArea

from interviewer.core.bank.content import Item
from interviewer.core.bank.kinds import Level
from interviewer.core.grade.grade import Grade, GradeRequest, GradeResult
from interviewer.core.interview.session import Mode, Outcome, Phase, SessionConfig
from interviewer.core.interview.utterance import Act
from interviewer.services import Services, build_services
from interviewer.sessions.conductor import Conductor
from interviewer.tui.screens.clarify import ClarifyScreen
from interviewer.tui.screens.interview import InterviewScreen
from interviewer.tui.screens.question_verdict import ResultScreen
from tests.support.chat_server import ChatStage
from tests.support.interviewer_model import LEAD_IN, Interviewer, configure
from tests.support.scripted import ScriptedEngine, covers_everything, covers_nothing
from tests.tui.conftest import Story, tell

Begin = Callable[..., Conductor]
BeginWithModel = Callable[..., tuple[Services, Conductor]]
LARGE = (120, 40)


@pytest.fixture
def model() -> Iterator[Interviewer]:
    with HTTPServer(host="127.0.0.1", port=0, threaded=True) as http:
        yield Interviewer(ChatStage(http))


def read_words(request: GradeRequest, item: Item | None) -> GradeResult:
    """Every point in the model's explanation, none in anything else."""
    found = (covers_everything if "what it means" in request.answer else covers_nothing)(request, item)
    assert isinstance(found, Grade)
    return found.model_copy(update={"passport": found.passport.model_copy(update={"calibrated": True})})


@pytest.fixture
def with_model(model: Interviewer, monkeypatch: pytest.MonkeyPatch, engine: ScriptedEngine) -> Iterator[BeginWithModel]:
    """Start a session whose interviewer has a model."""
    made: list[Services] = []

    def start(*, patience: str = "15", **changes: object) -> tuple[Services, Conductor]:
        configure(monkeypatch, model.stage, INTERVIEWER_PATIENCE=patience)
        engine.script = read_words
        made.append(build_services(engine=engine))
        config = {"level": Level.SENIOR, "count": 2, "seed": 3, **changes}
        conductor = made[-1].sessions.create(SessionConfig.model_validate(config))
        return made[-1], conductor

    yield start
    for services in made:
        services.close()


async def submit(story: Story, text: str = "an answer of some length") -> None:
    await story.type(text)
    await story.pilot.press("ctrl+s")


async def test_without_a_model_greeting_and_lead_are_there_at_once(services: Services, begin: Begin) -> None:
    conductor = begin()
    greeting = "2 questions"
    async with tell(services, conductor, LARGE) as story:
        assert greeting in " ".join(story.visible().split())
        await submit(story)
        await story.until(lambda: len(conductor.state.turns) == 2)
        lead = conductor.state.words(Act.ASK, 1)[0].text.split("\n\n")[0]
        await story.until(lambda: lead in story.visible())
        assert conductor.state.words(Act.REACTION, 0)[0].text in story.visible()
        assert conductor.state.words(Act.REACTION, 0)[0].voicing is None


async def test_a_question_back_is_answered_and_is_no_answer(services: Services, begin: Begin) -> None:
    conductor = begin()
    async with tell(services, conductor, LARGE) as story:
        await story.type("half an answer")
        await story.pilot.press("f6", "f6")
        await story.until(lambda: isinstance(story.app.screen, ClarifyScreen))
        assert sum(isinstance(screen, ClarifyScreen) for screen in story.app.screen_stack) == 1
        story.app.screen.query_one(Input).value = "what is [/b] x[0]?"
        await story.pilot.press("enter")
        await story.until(lambda: "what is [/b] x[0]?" in story.visible())
        assert "Let me put it differently." in story.visible()
        assert conductor.state.turns[0].outcome is None
        assert story.app.screen.query_one(TextArea).text == "half an answer"
    again = services.sessions.resume()
    async with tell(services, again, LARGE) as story:
        assert "what is [/b] x[0]?" in story.visible()


def item_hint(conductor: Conductor) -> str:
    """The beginning of the first hint, which no model words."""
    hint = conductor.items[conductor.turn.question_id].question.hints[0].text
    return " ".join(hint.split()[:6])


async def test_the_models_words_appear_and_the_authored_question_is_graded(
    model: Interviewer, with_model: BeginWithModel
) -> None:
    services, conductor = with_model()
    async with tell(services, conductor, LARGE) as story:
        assert LEAD_IN not in story.visible()  # the first question waits for nobody
        await submit(story)
        await story.until(lambda: LEAD_IN in story.visible())
        await story.until(lambda: "I have noted" in story.visible())
        turn = conductor.turn
        assert not turn.prompt.startswith(LEAD_IN)
        assert conductor.state.words(Act.ASK, 1)[0].text.startswith(LEAD_IN)
        await story.pilot.press("f2")
        await story.until(lambda: item_hint(conductor) in " ".join(story.visible().split()))
        await story.pilot.press("f6")
        await story.until(lambda: isinstance(story.app.screen, ClarifyScreen))
        story.app.screen.query_one(Input).value = "How wide?"
        await story.pilot.press("enter")
        await story.until(lambda: "widest sense. You may choose." in story.visible())
    ledger = conductor.summary().ledger
    assert [line.calls for line in ledger.lines if line.part == "interviewer"] == [3]


async def test_escape_takes_the_question_as_it_is_written(model: Interviewer, with_model: BeginWithModel) -> None:
    model.pause = 8.0
    services, conductor = with_model()
    async with tell(services, conductor, LARGE) as story:
        await submit(story)
        await story.until(lambda: len(conductor.state.turns) == 2)
        await story.until(lambda: "looking for words" in story.visible())
        prompt = conductor.turn.prompt.split()[:4]
        assert " ".join(prompt) not in " ".join(story.visible().split())
        await story.pilot.press("ctrl+s", "f3", "f4")  # there is nothing to answer yet
        assert conductor.turn.outcome is None
        waited_until = conductor.clock()
        await story.pilot.press("escape")
        await story.until(lambda: " ".join(prompt) in " ".join(story.visible().split()))
        await story.until(lambda: not story.app.screen.query_one(TextArea).disabled)
        voicing = conductor.state.words(Act.ASK, 1)[0].voicing
        assert voicing is not None
        assert voicing.call.outcome == "cancelled"
        assert story.toasts() == ""
        assert conductor.state.running_since is not None
        assert conductor.state.running_since >= waited_until


async def test_a_slow_model_is_given_up_on_and_that_is_said_once(
    model: Interviewer, with_model: BeginWithModel
) -> None:
    model.pause = 3.0
    services, conductor = with_model(patience="0.3")
    async with tell(services, conductor, LARGE) as story:
        for turn in range(3):
            await story.until(lambda turn=turn: conductor.turn.id == turn)
            await story.until(lambda: not story.app.screen.query_one(TextArea).disabled)
            await submit(story)
        await story.until(lambda: conductor.turn.id == 3)
        assert story.toasts().count("authored wording is used") == 1
        assert conductor.state.words(Act.ASK, 3)[0].voicing is None  # it is no longer waited for


async def test_a_server_that_goes_away_in_the_middle_costs_nothing_but_its_words(
    model: Interviewer, with_model: BeginWithModel
) -> None:
    services, conductor = with_model()
    async with tell(services, conductor, LARGE) as story:
        await submit(story)
        await story.until(lambda: LEAD_IN in story.visible())
        model.stage.http.stop()
        toasts = ""
        for turn in range(1, 8):
            if conductor.state.phase is Phase.FINISHED:
                break
            await story.until(lambda: not story.app.screen.query_one(TextArea).disabled)
            await submit(story)
            await story.until(lambda turn=turn: conductor.turn.id > turn or conductor.state.phase is Phase.FINISHED)
            await story.pilot.pause(0.1)
            toasts += story.toasts()
            if not isinstance(story.app.screen, InterviewScreen):
                break
        assert conductor.state.phase is Phase.FINISHED
        assert "did not answer; authored wording is used" in toasts
    assert all(turn.outcome is Outcome.ANSWERED for turn in conductor.state.turns)


async def test_a_missed_point_is_explained_on_request(model: Interviewer, with_model: BeginWithModel) -> None:
    services, conductor = with_model(mode=Mode.PRACTICE)
    async with tell(services, conductor, LARGE) as story:
        await story.pilot.press("f3")
        await story.until(lambda: isinstance(story.app.screen, ResultScreen))
        await story.pilot.press("e")
        await story.until(lambda: "It follows from there." in story.visible())
        await story.pilot.press("e")
        await story.until(lambda: "Explained (2 of" in story.visible())
        await story.until(lambda: len(conductor.state.words(Act.EXPLANATION, 0)) == 2)
        await story.pilot.press("enter")
        await story.until(lambda: conductor.state.position == 1)
        await story.until(lambda: isinstance(story.app.screen, InterviewScreen))


async def test_an_authored_explanation_needs_no_model(services: Services, begin: Begin) -> None:
    conductor = begin(mode=Mode.PRACTICE)
    async with tell(services, conductor) as story:
        await story.pilot.press("f3")
        await story.until(lambda: isinstance(story.app.screen, ResultScreen))
        await story.pilot.press("e")
        await story.until(lambda: "Explained (1 of" in story.visible())
        said = conductor.state.words(Act.EXPLANATION, 0)[0]
        await story.until(lambda: " ".join(said.text.split()[:4]) in story.visible().split("Explained (1 of")[-1])
        await story.pilot.press("escape")
        await story.until(lambda: conductor.state.position == 1)


async def test_a_fact_that_comes_at_the_end_stands_above_the_next_question(
    services: Services, engine: ScriptedEngine
) -> None:
    engine.script = covers_everything
    config = SessionConfig(level=Level.SENIOR, count=2)
    conductor = services.sessions.create_from(["distributed-training", "dropout"], config)
    async with tell(services, conductor, (100, 50)) as story:
        await story.type("an answer")
        await story.pilot.press("ctrl+s")
        await story.until(lambda: conductor.turn.question_id == "dropout" and conductor.turn.outcome is None)
        fact = conductor.state.words(Act.REVEAL, 0)[0].text
        await story.until(lambda: " ".join(fact.split())[:60] in " ".join(story.visible().split()))
        shown = " ".join(story.visible().split())
        assert shown.index("Before we leave") < shown.index("last question")
