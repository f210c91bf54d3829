"""Going on without an answer in the interface, and what is typed while one is read: nothing is dropped."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from textual import events
from textual.command import CommandList, CommandPalette
from textual.widgets import TextArea

from interviewer.core.interview.session import Ended, Mode, Outcome, Phase, TurnKind
from interviewer.core.interview.utterance import Act
from interviewer.services import Services
from interviewer.sessions.conductor import Conductor
from interviewer.tui.screens.confidence import ConfidenceScreen
from interviewer.tui.screens.confirm import ConfirmScreen
from interviewer.tui.screens.interview import InterviewScreen
from interviewer.tui.screens.report import ReportScreen
from interviewer.tui.widgets.pinned_question import PinnedQuestion
from tests.support.scripted import ScriptedEngine
from tests.tui.conftest import Story, screen_of, tell

Begin = Callable[..., Conductor]


def editor_text(story: Story) -> str:
    return story.app.screen.query_one(TextArea).text


async def test_idk_is_confirmed_by_one_key(services: Services, begin: Begin) -> None:
    conductor = begin()
    async with tell(services, conductor) as story:
        await story.type("[b]idk")
        await story.pilot.press("ctrl+s")
        await story.until(lambda: conductor.state.turns[0].outcome is Outcome.ANSWERED)  # "[b]idk" is an answer
    conductor = begin()
    async with tell(services, conductor) as story:
        await story.type("idk")
        await story.pilot.press("ctrl+s")
        await story.until(lambda: isinstance(story.app.screen, ConfirmScreen))
        assert 'Take "idk" as "I don\'t know"' in story.visible()
        await story.pilot.press("y")
        await story.until(lambda: conductor.state.position == 1)
        assert (conductor.state.turns[0].outcome, conductor.state.turns[0].draft) == (Outcome.DONT_KNOW, "idk")
        await story.until(lambda: editor_text(story) == "")


async def test_saying_no_leaves_it_in_the_box(services: Services, begin: Begin) -> None:
    conductor = begin()
    async with tell(services, conductor) as story:
        await story.type("not sure")
        await story.pilot.press("ctrl+s")
        await story.until(lambda: isinstance(story.app.screen, ConfirmScreen))
        await story.pilot.press("escape")
        await story.until(lambda: isinstance(story.app.screen, InterviewScreen))
        assert editor_text(story) == "not sure"
        assert conductor.state.phase is Phase.ANSWERING


@pytest.mark.parametrize(("key", "outcome"), [("f3", Outcome.DONT_KNOW), ("f4", Outcome.SKIPPED)])
async def test_words_in_the_box_are_asked_about_and_kept(
    services: Services, begin: Begin, key: str, outcome: Outcome
) -> None:
    conductor = begin()
    async with tell(services, conductor) as story:
        await story.type("three typed words")
        await story.pilot.press(key)
        await story.until(lambda: isinstance(story.app.screen, ConfirmScreen))
        assert "3 words typed" in story.visible()
        await story.pilot.press("escape")
        await story.until(lambda: isinstance(story.app.screen, InterviewScreen))
        assert editor_text(story) == "three typed words"
        await story.pilot.press(key, "y")
        await story.until(lambda: conductor.state.position == 1)
        assert conductor.state.turns[0].outcome is outcome
        assert conductor.state.turns[0].draft == "three typed words"
        await story.until(lambda: editor_text(story) == "")


async def type_ahead(story: Story, conductor: Conductor) -> None:
    """Send an answer, and type on while it is read."""
    await story.type("the answer")
    await story.pilot.press("ctrl+s")
    await story.until(lambda: conductor.state.phase is Phase.GRADING and editor_text(story) == "")
    await story.type("and the next one")


async def choose_end(story: Story) -> None:
    """From the palette."""
    await story.pilot.press("ctrl+p")
    await story.until(lambda: isinstance(story.app.screen, CommandPalette))
    await story.pilot.press(*"end the")
    await story.until(lambda: "Stop here and see the report" in story.visible())
    await story.until(lambda: story.app.screen.query_one(CommandList).highlighted is not None)
    await story.pilot.press("enter")


async def test_ending_asks_about_words_in_the_box_and_keeps_them(services: Services, begin: Begin) -> None:
    conductor = begin()
    async with tell(services, conductor) as story:
        await story.type("three typed words")
        await choose_end(story)
        await story.until(lambda: isinstance(story.app.screen, ConfirmScreen))
        assert "End the interview, with 3 words typed?" in story.visible()
        await story.pilot.press("escape")
        await story.until(lambda: isinstance(story.app.screen, InterviewScreen))
        assert editor_text(story) == "three typed words"
        assert conductor.state.phase is Phase.ANSWERING
        await choose_end(story)
        await story.until(lambda: isinstance(story.app.screen, ConfirmScreen))
        await story.pilot.press("y")
        await story.until(lambda: isinstance(story.app.screen, ReportScreen))
    assert conductor.turn.outcome is Outcome.NOT_REACHED
    assert services.sessions.open(conductor.row.id).turn.draft == "three typed words"


async def test_words_typed_while_an_answer_is_read_are_in_the_record_of_the_end(
    services: Services, engine: ScriptedEngine, begin: Begin
) -> None:
    engine.holding = True
    conductor = begin()
    async with tell(services, conductor) as story:
        await type_ahead(story, conductor)
        await choose_end(story)
        await story.until(lambda: isinstance(story.app.screen, ConfirmScreen))
        await story.pilot.press("y")
        await story.until(lambda: isinstance(story.app.screen, ReportScreen))
        engine.release()
    (ended,) = (each for each in services.journal.events(conductor.row.id) if isinstance(each, Ended))
    assert ended.draft == "and the next one"
    assert conductor.state.turns[0].answer == "the answer"


async def test_an_empty_box_ends_at_once(services: Services, begin: Begin) -> None:
    conductor = begin()
    async with tell(services, conductor) as story:
        await choose_end(story)
        await story.until(lambda: isinstance(story.app.screen, ReportScreen))
    assert conductor.turn.draft == ""


async def test_an_empty_box_is_passed_on_at_once(services: Services, begin: Begin) -> None:
    conductor = begin()
    async with tell(services, conductor) as story:
        await story.pilot.press("f4")
        await story.until(lambda: conductor.state.position == 1)
        assert conductor.state.turns[0].outcome is Outcome.SKIPPED


async def test_what_is_typed_while_an_answer_is_read_goes_into_the_next_box(
    services: Services, engine: ScriptedEngine, begin: Begin
) -> None:
    engine.holding = True
    conductor = begin()
    async with tell(services, conductor) as story:
        await type_ahead(story, conductor)
        await story.pilot.press("ctrl+s")  # there is nothing to answer yet
        engine.release()
        await story.until(lambda: conductor.state.phase is Phase.ANSWERING)
        await story.pilot.pause()
        assert editor_text(story) == "and the next one"
        assert conductor.draft() is not None
        assert conductor.state.turns[0].answer == "the answer"


async def test_what_was_typed_ahead_survives_leaving(services: Services, engine: ScriptedEngine, begin: Begin) -> None:
    engine.holding = True
    conductor = begin()
    async with tell(services, conductor) as story:
        await story.type("the answer")
        await story.pilot.press("ctrl+s")
        await story.until(lambda: conductor.state.phase is Phase.GRADING)
        await story.type("typed ahead")
        await story.pilot.press("ctrl+q", "y")
        await story.until(lambda: conductor.state.phase is Phase.PAUSED)
    engine.holding = False
    engine.release()
    again = services.sessions.resume()
    async with tell(services, again) as story:
        await story.until(lambda: again.state.phase is Phase.ANSWERING and len(again.state.turns) == 2)
        await story.until(lambda: editor_text(story) == "typed ahead")


async def test_the_last_words_are_asked_for_and_end_the_interview(services: Services, begin: Begin) -> None:
    conductor = begin(count=1, edition=2)
    async with tell(services, conductor) as story:
        await story.type("an answer")
        await story.pilot.press("ctrl+s")
        for _ in range(2):
            turns = len(conductor.state.turns)
            await story.until(
                lambda n=turns: len(conductor.state.turns) > n or conductor.state.phase is Phase.ANSWERING
            )
            await story.until(lambda: conductor.state.phase is Phase.ANSWERING)
            await story.pilot.press("f4")
            await story.pilot.pause()
        await story.until(lambda: conductor.turn.kind is TurnKind.LAST_WORDS)
        await story.until(lambda: "anything you would like to add" in " ".join(story.visible().split()))
        assert "last words" in story.visible().splitlines()[0]
        assert "an answer" not in story.visible(), "it is about all questions"
        await story.type("one more thing")
        await story.pilot.press("ctrl+s")
        await story.until(lambda: isinstance(story.app.screen, ReportScreen))
    assert conductor.state.turns[-1].answer == "one more thing"


async def test_no_is_enough_to_end_it(services: Services, begin: Begin) -> None:
    conductor = begin(count=1, edition=2)
    async with tell(services, conductor) as story:
        await story.pilot.press("f4")
        await story.until(lambda: conductor.state.phase is Phase.FINISHED)  # nothing was answered: nothing is asked
    conductor = begin(count=1, edition=2)
    async with tell(services, conductor) as story:
        await story.type("an answer")
        await story.pilot.press("ctrl+s")
        for _ in range(3):
            await story.until(lambda: conductor.state.phase is Phase.ANSWERING)
            if conductor.turn.kind is TurnKind.LAST_WORDS:
                break
            await story.pilot.press("f4")
            await story.pilot.pause()
        await story.until(lambda: conductor.turn.kind is TurnKind.LAST_WORDS)
        await story.type("no, thanks")
        await story.pilot.press("ctrl+s")
        await story.until(lambda: isinstance(story.app.screen, ReportScreen))


async def test_a_question_back_in_the_box_is_asked_and_is_the_answer_only_the_second_time(
    services: Services, begin: Begin
) -> None:
    conductor = begin()
    async with tell(services, conductor) as story:
        await story.type("what do you mean\nby stage?")
        await story.pilot.press("ctrl+s")
        await story.until(lambda: bool(conductor.state.words(Act.CLARIFICATION, 0)))
        assert conductor.state.words(Act.CLARIFICATION, 0)[0].asked == "what do you mean by stage?"
        assert editor_text(story) == ""
        await story.until(lambda: "The same words once more are taken as your answer." in story.visible())
        assert (conductor.turn.id, conductor.turn.outcome, conductor.turn.hints) == (0, None, 0)
        draft = conductor.draft()
        assert draft is None or not draft.text
        await story.type("what do you mean by stage?")
        assert "once more" not in story.visible()
        await story.pilot.press("ctrl+s")
        await story.until(lambda: conductor.state.turns[0].outcome is Outcome.ANSWERED)
    assert len(conductor.state.words(Act.CLARIFICATION, 0)) == 1


@asynccontextmanager
async def asked_how_sure(services: Services, engine: ScriptedEngine, conductor: Conductor) -> AsyncIterator[Story]:
    """The dialog that asks how sure one is, while the answer is held back from its grade."""
    engine.holding = True
    async with tell(services, conductor) as story:
        await story.type("the answer")
        await story.pilot.press("ctrl+s")
        await story.until(lambda: isinstance(story.app.screen, ConfidenceScreen))
        yield story


async def test_text_typed_into_the_confidence_dialog_goes_into_the_next_box(
    services: Services, engine: ScriptedEngine, begin: Begin
) -> None:
    conductor = begin(mode=Mode.PRACTICE)
    async with asked_how_sure(services, engine, conductor) as story:
        await story.pilot.press(*"next 3", "space", *"it4", "enter", *"5")
        await story.until(lambda: isinstance(story.app.screen, InterviewScreen))
        assert editor_text(story) == "next 3 it4\n5"
        assert conductor.state.turns[0].confidence is None
        engine.release()
        await story.until(lambda: conductor.turn.id == 1 and conductor.state.phase is Phase.ANSWERING)
        await story.pilot.pause()
        assert editor_text(story) == "next 3 it4\n5"


async def test_a_paste_into_the_confidence_dialog_is_no_answer_to_it(
    services: Services, engine: ScriptedEngine, begin: Begin
) -> None:
    conductor = begin(mode=Mode.PRACTICE)
    async with asked_how_sure(services, engine, conductor) as story:
        story.app.post_message(events.Paste("5 layers"))
        await story.until(lambda: isinstance(story.app.screen, InterviewScreen))
        await story.until(lambda: editor_text(story) == "5 layers")
        assert conductor.state.turns[0].confidence is None
        engine.release()


async def test_last_words_have_no_questions_clock_and_no_hint(services: Services, begin: Begin) -> None:
    conductor = begin(count=1, edition=2)
    async with tell(services, conductor) as story:
        assert "Hint" in story.visible().splitlines()[-1]
        await story.type("an answer")
        await story.pilot.press("ctrl+s")
        for _ in range(3):
            await story.until(lambda: conductor.state.phase is Phase.ANSWERING)
            if conductor.turn.kind is TurnKind.LAST_WORDS:
                break
            await story.pilot.press("f4")
            await story.pilot.pause()
        await story.until(lambda: "last words" in story.visible().splitlines()[0])
        head = story.visible().splitlines()[0]
        assert " min" not in head
        assert head.rstrip().endswith("in all")
        assert "Hint" not in story.visible().splitlines()[-1]
        await story.pilot.press("ctrl+s")
        await story.until(lambda: conductor.state.phase is Phase.FINISHED)
        assert conductor.state.turns[-1].outcome is Outcome.SKIPPED


async def test_while_an_answer_is_read_its_question_is_not_asked_again_and_a_sign_moves(
    services: Services, engine: ScriptedEngine, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    pinned: list[str] = []
    monkeypatch.setattr(PinnedQuestion, "show_question", lambda self, prompt: pinned.append(prompt))
    engine.holding = True
    conductor = begin()
    async with tell(services, conductor) as story:
        await story.type("a long answer of many words " * 40)
        await story.pilot.press("ctrl+s")
        await story.until(lambda: "Reading your answer" in story.visible())
        await story.until(lambda: "answer ⠙ · saved" in story.visible())
        await story.until(lambda: "answer ⠹ · saved" in story.visible())
        assert not pinned
        screen_of(story, InterviewScreen)._reading_since -= 12
        await story.until(lambda: bool(re.search(r" 1\d s · saved", story.visible())))
        monkeypatch.setattr(services.model, "is_loading", lambda: True)
        await story.until(lambda: "The judge's model is being loaded" in story.visible())
        assert re.search(r" 1\d s · saved · \S+ goes on", story.visible())
        engine.release()
        await story.until(lambda: conductor.turn.id == 1 and conductor.state.phase is Phase.ANSWERING)
        prompt = " ".join(conductor.turn.prompt.split())[:40]
        await story.until(lambda: prompt in " ".join(story.visible().split()))
        await story.pilot.pause()
        assert not pinned, "what was said is to be seen"
