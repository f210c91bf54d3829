"""An interview in the interface, told as stories."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from rich.console import RenderableType
from textual.events import Key, Paste
from textual.screen import Screen
from textual.widgets import TextArea

from interviewer.core.bank.kinds import Level
from interviewer.core.interview.session import Mode, Outcome, Phase
from interviewer.core.interview.utterance import Act
from interviewer.core.text import clean
from interviewer.services import Services
from interviewer.sessions.conductor import Conductor
from interviewer.tui.app import MockdlApp
from interviewer.tui.overlays.help import HelpScreen
from interviewer.tui.screens.clarify import ClarifyScreen
from interviewer.tui.screens.confidence import ConfidenceScreen
from interviewer.tui.screens.confirm import LeaveScreen
from interviewer.tui.screens.home import HomeScreen
from interviewer.tui.screens.interview import InterviewScreen
from interviewer.tui.screens.question_verdict import ResultScreen
from interviewer.tui.screens.report import ReportScreen
from interviewer.tui.widgets.pinned_question import PinnedQuestion
from interviewer.tui.widgets.status import describe_progress
from tests.support.scripted import ScriptedEngine, breaks, covers_everything
from tests.tui.conftest import Story, screen_of, tell
from tests.tui.nasty import NASTY, shown

Begin = Callable[..., Conductor]
SIZES = [(80, 24), (120, 40)]


@pytest.mark.parametrize("size", SIZES)
async def test_a_whole_interview_ends_in_a_saved_report(
    services: Services, engine: ScriptedEngine, begin: Begin, size: tuple[int, int]
) -> None:
    engine.script = covers_everything
    conductor = begin(level=Level.STAFF)
    async with tell(services, conductor, size) as story:
        for _ in range(8):
            if isinstance(story.app.screen, ReportScreen):
                break
            turn = conductor.turn.id
            await story.type("a good answer")
            await story.pilot.press("ctrl+s")
            await story.until(lambda t=turn: conductor.turn.id > t or conductor.state.phase is Phase.FINISHED)
            await story.pilot.pause()
        await story.until(lambda: isinstance(story.app.screen, ReportScreen))
        await story.until(lambda: list(services.places.reports.glob("*.md")) != [])
        assert "Score:" in story.visible()
        await story.pilot.press("h")
        await story.until(lambda: isinstance(story.app.screen, HomeScreen))


async def test_the_first_question_is_drawn_once_and_whole_and_then_the_line_of_keys(
    services: Services, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[tuple[bool, str]] = []
    display = MockdlApp._display

    def note(app: MockdlApp, screen: Screen[Any], drawing: RenderableType | None) -> None:
        if isinstance(screen, InterviewScreen) and drawing is not None:
            strips = screen._compositor.render_strips()
            drawn.append((app._batch_count == 0, "\n".join(strip.text for strip in strips)))
        display(app, screen, drawing)

    monkeypatch.setattr(MockdlApp, "_display", note)
    conductor = begin()
    async with tell(services, conductor) as story:
        shown, text = drawn[0]
        assert shown, "Textual threw it away"
        asked = conductor.turn.prompt[:40]
        for part in ("Question 1 of 2", "Interviewer", asked, "Type your answer here", "0 words"):
            assert part in text, text
        assert "Submit" not in text
        await story.until(lambda: "Submit" in story.visible())


async def test_messages_come_in_the_order_of_what_happened(services: Services, begin: Begin) -> None:
    async with tell(services, begin()) as story:
        await story.type("an answer")
        await story.pilot.press("ctrl+s")
        await story.until(lambda: story.heard_names().count("TurnAsked") == 2)
        names = [name for name in story.heard_names() if name != "EncoderChanged"]
        assert names == ["TurnAsked", "GradingStarted", "GradeReady", "TurnAsked"]


def legible(story: Story) -> str:
    """What is on the screen, without what shows nothing."""
    return clean(story.visible())


async def test_what_is_typed_is_kept_and_appears_as_typed(
    services: Services, engine: ScriptedEngine, begin: Begin
) -> None:
    engine.script = covers_everything
    conductor = begin(count=len(NASTY))
    async with tell(services, conductor, (120, 40)) as story:
        for number, text in enumerate(NASTY.values()):
            turn = len(conductor.state.turns) - 1
            engine.holding = True
            await story.type(text)
            assert "\x1b" not in story.visible()
            await story.pilot.press("ctrl+s")
            await story.until(lambda n=turn: conductor.state.turns[n].outcome is Outcome.ANSWERED)
            assert conductor.state.turns[turn].answer == text.replace("\r\n", "\n").replace("\ud800", "\ufffd")
            await story.until(lambda t=text: shown(t)[:20] in legible(story))
            assert "\x1b" not in story.visible()
            engine.holding = False
            engine.release()
            while conductor.state.position == number and conductor.state.phase is not Phase.FINISHED:
                await story.until(lambda: conductor.state.phase is not Phase.GRADING)
                if conductor.state.position == number and conductor.state.phase is Phase.ANSWERING:
                    await story.pilot.press("f4")
                await story.pilot.pause()
    assert conductor.state.phase is Phase.FINISHED


async def test_twenty_thousand_characters_are_kept(services: Services, begin: Begin) -> None:
    conductor = begin()
    text = "word [x] " * 2_300
    async with tell(services, conductor) as story:
        await story.type(text)
        await story.pilot.press("ctrl+s")
        await story.until(lambda: conductor.state.turns[0].outcome is Outcome.ANSWERED)
    assert conductor.state.turns[0].answer == text


async def test_an_empty_answer_is_refused_with_a_word(services: Services, begin: Begin) -> None:
    conductor = begin()
    async with tell(services, conductor) as story:
        await story.pilot.press("ctrl+s")
        await story.until(lambda: "Nothing is typed yet." in story.toasts())
        assert conductor.state.phase is Phase.ANSWERING


async def test_pressing_submit_twice_submits_once(services: Services, engine: ScriptedEngine, begin: Begin) -> None:
    engine.holding = True
    conductor = begin()
    async with tell(services, conductor) as story:
        await story.type("once")
        await story.pilot.press("ctrl+s", "ctrl+s", "ctrl+s")
        await story.pilot.pause(0.05)
        assert len(engine.asked) == 1
        engine.release()


async def test_escape_goes_on_without_the_grade_which_is_kept_when_it_comes(
    services: Services, engine: ScriptedEngine, begin: Begin
) -> None:
    engine.holding = True
    conductor = begin()
    async with tell(services, conductor) as story:
        await story.type("an answer")
        await story.pilot.press("ctrl+s")
        await story.until(lambda: "goes on without waiting" in story.visible())
        await story.pilot.press("escape")
        await story.until(lambda: conductor.state.position == 1)
        engine.release()
        await story.until(lambda: conductor.state.turns[0].result is not None)


async def test_a_grade_that_fails_is_said_and_the_session_goes_on(
    services: Services, engine: ScriptedEngine, begin: Begin
) -> None:
    engine.script = breaks
    conductor = begin()
    async with tell(services, conductor) as story:
        await story.type("an answer")
        await story.pilot.press("ctrl+s")
        await story.until(lambda: "on fire" in story.toasts())
        await story.until(lambda: conductor.state.position == 1)


async def test_practice_shows_the_verdict_and_goes_on(services: Services, begin: Begin) -> None:
    conductor = begin(mode=Mode.PRACTICE)
    async with tell(services, conductor) as story:
        await story.pilot.press("f3")
        await story.until(lambda: isinstance(story.app.screen, ResultScreen))
        await story.pilot.press("enter")
        await story.until(lambda: conductor.state.position == 1)
        assert isinstance(story.app.screen, InterviewScreen)


async def test_hints_show_their_price_in_the_transcript(services: Services, begin: Begin) -> None:
    conductor = begin()
    price = conductor.items[conductor.row.plan[0].question_id].question.hints[0].price
    async with tell(services, conductor, (120, 40)) as story:
        await story.pilot.press("f2")
        await story.until(lambda: f"Hint (costs {price:g} points)" in story.visible())


async def test_pause_stops_the_clock_and_hides_the_question(services: Services, begin: Begin) -> None:
    conductor = begin()
    async with tell(services, conductor) as story:
        await story.type("before the pause")
        await story.pilot.press("f5")
        await story.until(lambda: conductor.state.phase is Phase.PAUSED)
        assert story.app.screen.query_one(TextArea).disabled
        stopped = conductor.state.answering_time(conductor.clock())
        await story.pilot.pause(0.1)
        assert conductor.state.answering_time(conductor.clock()) == stopped
        await story.pilot.press("f5")
        await story.until(lambda: conductor.state.phase is Phase.ANSWERING)
        assert story.app.screen.query_one(TextArea).text == "before the pause"


async def test_the_draft_and_the_cursor_survive_a_crash(services: Services, begin: Begin) -> None:
    conductor = begin()
    async with tell(services, conductor) as story:
        await story.type("first line\nsecond line")
        story.app.screen.query_one(TextArea).move_cursor((0, 5))
        screen_of(story, InterviewScreen).save_draft()
    again = services.sessions.resume()
    async with tell(services, again) as story:
        editor = story.app.screen.query_one(TextArea)
        await story.until(lambda: editor.text == "first line\nsecond line")
        assert editor.cursor_location == (0, 5)


async def test_leaving_asks_once_and_saves(services: Services, begin: Begin) -> None:
    conductor = begin()
    async with tell(services, conductor) as story:
        await story.type("half an answer")
        await story.pilot.press("ctrl+q", "ctrl+q")
        await story.until(lambda: isinstance(story.app.screen, LeaveScreen))
        assert sum(isinstance(screen, LeaveScreen) for screen in story.app.screen_stack) == 1
        await story.pilot.press("escape")
        await story.until(lambda: isinstance(story.app.screen, InterviewScreen))
        await story.pilot.press("ctrl+q", "y")
        await story.until(lambda: conductor.state.phase is Phase.PAUSED)
        assert "`mockdl start --resume` takes it up again" in str(story.app._exit_renderables)
    draft = services.sessions.resume().draft()
    assert draft is not None
    assert draft.text == "half an answer"


async def test_ctrl_c_says_how_to_leave_and_keeps_what_was_typed(services: Services, begin: Begin) -> None:
    async with tell(services, begin()) as story:
        await story.type("half an answer")
        await story.pilot.press("ctrl+c")
        await story.until(lambda: "ctrl+q saves and leaves" in story.toasts())
        assert story.app.screen.query_one(TextArea).text == "half an answer"


async def test_the_key_that_submits_asks_back_too(services: Services, begin: Begin) -> None:
    conductor = begin()
    async with tell(services, conductor) as story:
        await story.pilot.press("f6")
        await story.until(lambda: isinstance(story.app.screen, ClarifyScreen))
        await story.pilot.press(*"repeat", "ctrl+s")
        await story.until(lambda: bool(conductor.state.words(Act.CLARIFICATION, 0)))
        assert conductor.state.words(Act.CLARIFICATION, 0)[0].text == conductor.turn.prompt.strip()
        assert conductor.state.phase is Phase.ANSWERING


async def test_topic_and_level_stay_in_sight_on_follow_ups(services: Services, begin: Begin) -> None:
    conductor = begin()
    async with tell(services, conductor) as story:
        await story.type("an answer")
        await story.pilot.press("ctrl+s")
        await story.until(lambda: len(conductor.state.turns) == 2 and conductor.state.phase is Phase.ANSWERING)
        question = conductor.item.question
        about = f"· {question.topic} · {question.level}"
        await story.until(lambda: f"Question 1 of 2, follow-up 1 {about}" in story.visible())
        assert describe_progress(conductor, 72).plain.startswith(f"1/2, follow-up 1 {about}")
        assert "encoder" not in story.visible()


@pytest.mark.parametrize("typed", ["what I had so far", ""])
async def test_time_up_takes_the_draft_and_ends(services: Services, begin: Begin, typed: str) -> None:
    conductor = begin(minutes=5)
    real = conductor.clock
    async with tell(services, conductor) as story:
        await story.type(typed)
        conductor.clock = lambda: real() + 400
        screen_of(story, InterviewScreen)._tick()
        await story.until(lambda: isinstance(story.app.screen, ReportScreen))
        assert "Time is up." in story.toasts()
        assert ("What you had typed was taken as your answer." in story.toasts()) is bool(typed)
    assert conductor.state.turns[0].answer == typed


async def test_a_full_disk_keeps_the_text_in_the_editor(services: Services, begin: Begin) -> None:
    conductor = begin()
    async with tell(services, conductor) as story:
        await story.type("precious words")
        services.journal._connection.execute("PRAGMA query_only=ON")
        await story.pilot.press("ctrl+s")
        await story.until(lambda: "still in the editor" in story.toasts())
        assert story.app.screen.query_one(TextArea).text == "precious words"
        services.journal._connection.execute("PRAGMA query_only=OFF")
        await story.pilot.press("ctrl+s")
        await story.until(lambda: conductor.state.turns[0].outcome is Outcome.ANSWERED)


async def test_a_worker_that_raises_is_shown_and_the_session_goes_on(services: Services, begin: Begin) -> None:
    conductor = begin()

    async def fails() -> None:
        raise RuntimeError("[/b] something odd")

    async with tell(services, conductor) as story:
        story.workers_may_fail = True
        story.app.run_worker(fails(), name="odd job", exit_on_error=False)
        await story.until(lambda: "[/b] something odd" in story.toasts())
        assert isinstance(story.app.screen, InterviewScreen)


async def test_a_terminal_that_is_too_small_says_so_and_loses_nothing(services: Services, begin: Begin) -> None:
    async with tell(services, begin()) as story:
        await story.type("typed before shrinking")
        await story.pilot.resize_terminal(40, 10)
        await story.until(lambda: "too small" in story.visible())
        await story.pilot.resize_terminal(80, 24)
        await story.until(lambda: "too small" not in story.visible())
        assert story.app.screen.query_one(TextArea).text == "typed before shrinking"


@pytest.mark.parametrize("size", [(41, 30), (41, 8), (80, 10)])
@pytest.mark.parametrize("at_home", [True, False])
async def test_beside_the_word_that_it_is_too_small_there_is_nothing(
    services: Services, begin: Begin, size: tuple[int, int], at_home: bool
) -> None:
    async with tell(services, None if at_home else begin(), size) as story:
        await story.until(lambda: "too small" in story.visible())
        shown = " ".join(story.visible().split())
        assert shown == "This terminal is too small (42 x 14 is the least). Nothing is lost: make it larger."
        assert not story.app.screen.show_vertical_scrollbar


@pytest.mark.parametrize("size", [(42, 30), (42, 14), (50, 24)])
async def test_a_phone_shows_what_an_interview_needs(services: Services, begin: Begin, size: tuple[int, int]) -> None:
    async with tell(services, None, size) as story:
        await story.until(lambda: "Level" in story.visible())
        for value in ("mid", "interview", "no time limit"):
            assert value in story.visible()
    conductor = begin()
    async with tell(services, conductor, size) as story:
        assert "too small" not in story.visible()
        await story.type("typed on a phone")
        await story.until(lambda: "typed on a phone" in story.visible())
        await story.pilot.press("ctrl+s")
        await story.until(lambda: conductor.state.turns[0].answer == "typed on a phone")


async def test_help_opens_once(services: Services, begin: Begin) -> None:
    async with tell(services, begin()) as story:
        await story.pilot.press("f1", "f1")
        await story.until(lambda: isinstance(story.app.screen, HelpScreen))
        assert sum(isinstance(screen, HelpScreen) for screen in story.app.screen_stack) == 1
        await story.pilot.press("escape")
        await story.until(lambda: isinstance(story.app.screen, InterviewScreen))


@pytest.mark.parametrize("size", SIZES)
async def test_home_explains_itself_and_starts_an_interview(services: Services, size: tuple[int, int]) -> None:
    async with tell(services, None, size) as story:
        assert "Everything runs on this machine" in story.visible()
        await story.pilot.press("ctrl+s")
        await story.until(lambda: isinstance(story.app.screen, InterviewScreen))
        await story.until(lambda: "Question 1 of 6" in story.visible())


async def test_home_offers_to_go_on_with_what_was_left(services: Services, begin: Begin) -> None:
    conductor = begin()
    conductor.open()
    conductor.save_draft("left here")
    async with tell(services, None) as story:
        assert "Unfinished, F5 goes on" in story.visible()
        assert "Resume (F5)" in story.visible()
        await story.pilot.press("f5")
        await story.until(lambda: isinstance(story.app.screen, InterviewScreen))
        await story.until(lambda: story.app.screen.query_one(TextArea).text == "left here")


def with_prompt(conductor: Conductor, prompt: str) -> None:
    """Let the first question of the plan be asked in these words."""
    name = conductor.row.plan[0].question_id
    item = conductor.items[name]
    question = item.question.model_copy(update={"prompt": prompt, "alternatives": (prompt, prompt)})
    conductor.items = {**conductor.items, name: item.model_copy(update={"question": question})}


@pytest.mark.parametrize("size", SIZES)
async def test_code_and_formulas_of_a_question_are_readable(
    services: Services, begin: Begin, size: tuple[int, int]
) -> None:
    conductor = begin()
    with_prompt(
        conductor, "What is `x[0]` here, and $\\frac{a}{b^2}$?\n\n```python\nfor i in List[int]:\n    y[i] = 1\n```"
    )
    async with tell(services, conductor, size) as story:
        await story.until(lambda: "y[i] = 1" in story.visible())
        assert "x[0]" in story.visible()
        assert "a/b²" in story.visible()
        assert "```" not in story.visible()


async def test_a_plain_question_needs_no_markdown_widget(services: Services, begin: Begin) -> None:
    conductor = begin()
    async with tell(services, conductor) as story:
        await story.pilot.pause()
        assert not [each for each in story.app.screen.walk_children() if type(each).__name__ == "Markdown"]


async def test_the_price_of_the_next_hint_is_known_before_it_is_bought(services: Services, begin: Begin) -> None:
    conductor = begin()
    hints = conductor.items[conductor.row.plan[0].question_id].question.hints
    async with tell(services, conductor, (120, 40)) as story:
        await story.until(lambda: f"next hint (1 of {len(hints)}) costs {hints[0].price:g}" in story.visible())
        await story.pilot.press("f2")
        await story.until(lambda: f"next hint (2 of {len(hints)}) costs {hints[1].price:g}" in story.visible())
        await story.pilot.press(*["f2"] * (len(hints) - 1))
        await story.until(lambda: "no hint left" in story.visible())


async def test_the_clock_says_in_words_when_time_runs_over_and_can_be_hidden(services: Services, begin: Begin) -> None:
    conductor = begin()
    real = conductor.clock
    minutes = conductor.items[conductor.row.plan[0].question_id].question.minutes
    async with tell(services, conductor, (120, 40)) as story:
        await story.until(lambda: f" of {minutes} min" in story.visible())
        conductor.clock = lambda: real() + 50 * minutes
        screen_of(story, InterviewScreen)._tick()
        await story.until(lambda: "! " in story.visible().splitlines()[0])
        conductor.clock = lambda: real() + 61 * minutes
        screen_of(story, InterviewScreen)._tick()
        await story.until(lambda: "!! over" in story.visible())
        await story.pilot.press("f12")
        await story.until(lambda: "clock hidden" in story.visible())
        assert "over" not in story.visible().splitlines()[0]
        await story.pilot.press("f12")
        await story.until(lambda: "!! over" in story.visible())


async def test_a_pause_hides_what_was_typed_and_gives_the_focus_back(services: Services, begin: Begin) -> None:
    conductor = begin()
    async with tell(services, conductor) as story:
        await story.type("secret words")
        await story.pilot.press("f5")
        await story.until(lambda: "secret words" not in story.visible())
        await story.pilot.press("f5")
        await story.until(lambda: "secret words" in story.visible())
        await story.pilot.press("!")
        await story.until(lambda: "!" in story.app.screen.query_one(TextArea).text)


def editor_that(monkeypatch: pytest.MonkeyPatch, folder: Path, body: str) -> None:
    """Set EDITOR to a script, and let the app give the terminal away, which it can't in a test."""
    script = folder / "editor.py"
    script.write_text(f"import sys\npath = sys.argv[1]\n{body}\n", encoding="utf-8")
    monkeypatch.setenv("EDITOR", f"{sys.executable} {script}")
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setattr("textual.app.App.suspend", lambda self: nullcontext())


async def test_an_editor_of_ones_own_brings_its_text_back(
    services: Services, begin: Begin, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    editor_that(monkeypatch, tmp_path, "open(path, 'a').write(' and [more] 日本\\nlines\\n')")
    conductor = begin()
    async with tell(services, conductor) as story:
        await story.type("typed here")
        await story.pilot.press("ctrl+o")
        editor = story.app.screen.query_one(TextArea)
        await story.until(lambda: editor.text == "typed here and [more] 日本\nlines")
        await story.pilot.press("ctrl+z")
        await story.until(lambda: editor.text == "typed here")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("sys.exit(3)", "ended with an error (3)"),
        ("open(path, 'w').write('half done'); sys.exit(1)", "What was written is at"),
        ("open(path, 'wb').write(b'\\xff\\xfe')", "not UTF-8"),
        ("import os; os.remove(path)", "The file is gone"),
    ],
)
async def test_an_editor_that_fails_loses_nothing(
    services: Services, begin: Begin, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, body: str, said: str
) -> None:
    editor_that(monkeypatch, tmp_path, body)
    async with tell(services, begin()) as story:
        await story.type("precious words")
        await story.pilot.press("ctrl+o")
        await story.until(lambda: said in story.toasts())
        assert story.app.screen.query_one(TextArea).text == "precious words"


async def test_a_missing_editor_is_explained(services: Services, begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "no-such-editor-anywhere")
    monkeypatch.setattr("textual.app.App.suspend", lambda self: nullcontext())
    async with tell(services, begin()) as story:
        await story.type("precious words")
        await story.pilot.press("ctrl+o")
        await story.until(lambda: "could not be started" in story.toasts())
        assert story.app.screen.query_one(TextArea).text == "precious words"


async def test_where_no_terminal_can_be_given_away_that_is_said(services: Services, begin: Begin) -> None:
    async with tell(services, begin()) as story:
        await story.pilot.press("ctrl+o")
        await story.until(lambda: "can't be opened here" in story.toasts())


async def test_submit_overtakes_no_key_that_was_pressed_before(services: Services, begin: Begin) -> None:
    conductor = begin()
    text = "typed faster than it is drawn"
    async with tell(services, conductor) as story:
        for char in text:
            story.app.post_message(Key("space" if char == " " else char, char))
        story.app.post_message(Key("ctrl+s", None))
        await story.until(lambda: conductor.state.turns[0].outcome is Outcome.ANSWERED)
    assert conductor.state.turns[0].answer == text


@pytest.mark.parametrize("pasted", ["one\r\ntwo", "one\rtwo", "one\ntwo"])
async def test_a_paste_from_any_system_is_stored_with_plain_new_lines(
    services: Services, engine: ScriptedEngine, begin: Begin, pasted: str
) -> None:
    conductor = begin()
    conductor.open()
    conductor.save_draft("zero\r\n", 1, 0)
    async with tell(services, services.sessions.resume(conductor.row.id)) as story:
        await story.until(lambda: "zero" in story.visible())
        await story.until(lambda: isinstance(story.app.screen.focused, TextArea))
        story.app.post_message(Paste(pasted))
        await story.pilot.pause()
        await story.pilot.press("ctrl+s")
        await story.until(lambda: bool(engine.asked))
    answer = services.sessions.resume(conductor.row.id).state.turns[0].answer
    assert answer == "zero\none\ntwo"
    assert engine.asked[0].answer == answer, "evidence is counted in the text that is kept"


async def test_help_works_above_every_dialog_and_gives_it_back(services: Services, begin: Begin) -> None:
    async with tell(services, begin(mode=Mode.PRACTICE)) as story:
        await story.type("an answer")
        for key, kind, told in (
            ("f6", ClarifyScreen, "Ask nothing"),
            ("ctrl+q", LeaveScreen, "Go on with the interview"),
            ("ctrl+s", ConfidenceScreen, "Say nothing"),
        ):
            await story.pilot.press(key)
            await story.until(lambda kind=kind: isinstance(story.app.screen, kind))
            await story.pilot.press("f1")
            await story.until(lambda told=told: isinstance(story.app.screen, HelpScreen) and told in story.visible())
            await story.pilot.press("escape")
            await story.until(lambda kind=kind: isinstance(story.app.screen, kind))
            await story.pilot.press("escape")
            await story.until(lambda kind=kind: not isinstance(story.app.screen, kind))


async def test_the_interview_names_the_keys_in_force(services: Services, begin: Begin) -> None:
    keys = {"submit": "f9", "editor": "ctrl+t", "pause": "f8", "clock": "ctrl+b"}
    services.apply_settings(services.settings.model_copy(update={"keys": keys}))
    async with tell(services, begin()) as story:
        await story.until(lambda: "F9 submits it, ctrl+t opens it" in story.visible())
        await story.pilot.press("f8")
        await story.until(lambda: "has stopped. F8 goes on" in story.visible())
        await story.pilot.press("f8", "ctrl+b")
        await story.until(lambda: "clock hidden" in story.visible())
        titles = [each.title for each in story.app.get_system_commands(story.app.screen)]
        assert {"Hide or show the clock", "Jump to a field", "Pause or go on"} <= set(titles)


@pytest.mark.parametrize("long", ["a hint", "an answer"])
async def test_the_question_stays_in_sight_after_hints_and_beside_a_long_answer(
    services: Services, begin: Begin, long: str
) -> None:
    conductor = begin()
    hints = len(conductor.items[conductor.row.plan[0].question_id].question.hints)
    async with tell(services, conductor, (80, 24)) as story:
        pinned = story.app.screen.query_one(PinnedQuestion)
        first = " ".join(conductor.turn.prompt.split())[:30]
        if long == "a hint":
            await story.pilot.press(*["f2"] * hints)
            await story.until(lambda: conductor.turn.hints == hints)
            await story.until(lambda: pinned.display)
        else:
            await story.type("A line of a long answer.\n" * 40)
        await story.until(lambda: first in " ".join(story.visible().split()))
        await story.pilot.pause(1.1)
        assert first in " ".join(story.visible().split())
        if long == "an answer":
            await story.pilot.press("ctrl+s")
            await story.until(lambda: conductor.turn.id == 1 and conductor.state.phase is Phase.ANSWERING)
            follow_up = " ".join(conductor.turn.prompt.split())[:30]
            await story.until(lambda: follow_up in " ".join(story.visible().split()))


async def test_the_question_stays_in_sight(services: Services, begin: Begin) -> None:
    conductor = begin()
    async with tell(services, conductor) as story:
        pinned = story.app.screen.query_one(PinnedQuestion)
        await story.pilot.pause()
        assert not pinned.display, "it is there to be read"
        for _ in range(3):
            await story.pilot.press("f6")
            await story.until(lambda: isinstance(story.app.screen, ClarifyScreen))
            await story.pilot.press(*"why", "enter")
            await story.until(lambda: isinstance(story.app.screen, InterviewScreen))
        await story.until(lambda: pinned.display)
        first = " ".join(conductor.turn.prompt.split())[:30]
        await story.until(lambda: first in story.visible())
        screen_of(story, InterviewScreen).transcript.scroll_home(animate=False)
        await story.until(lambda: not pinned.display)
