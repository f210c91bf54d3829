""" "I don't know" and "pass", in the words people use, and what stood in the box beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from interviewer.core.interview.passing import asks_back, read_passing
from interviewer.core.interview.session import (
    AskConfidence,
    DontKnow,
    Ended,
    Outcome,
    Phase,
    Skipped,
    Turn,
    TurnKind,
    event_adapter,
)
from interviewer.plain import run_plain
from interviewer.report.html_report import render_html
from interviewer.report.markdown_report import render_markdown
from interviewer.report.terminal_report import render_terminal
from interviewer.services import Services
from interviewer.wording.replies import describe_reply
from tests.support.terminal import Terminal
from tests.unit.test_plain import play
from tests.unit.test_plain_confidence import services, start, terminal

__all__ = ["services", "terminal"]

NOT_KNOWN = """idk|IDK.|dont know|I don't know|i don’t know|I do not know that one, sorry!|no idea|No idea tbh|?|??
not sure|Not sure at all.|honestly, I'm not sure|i have no clue|sorry, no clue|well, i can't remember it anymore|dunno
I've never heard of this|haven't heard of it|beats me|i couldnt tell you|um, I really don't know about this
I have no idea what this is|I don't know how to answer this|I don't know the answer to this one|no idea what that is
absolutely no idea|idk man|not a clue|I give up|unsure|i can't recall|I don't recall|haven't the foggiest|I'm stumped
I'm really sorry but I have absolutely no idea how to even begin answering this question|No, I don't know|I forget
I don't know, can we skip this?|my mind went blank|I don't know what it is called"""
PASSED = """skip|Skip this one please|pass|I'll pass|let's skip that|next question, please|pass on this one|can I skip?
can we skip this?|skip this question|I'd like to skip|let's move on|next|may I pass?|moving on|can we go on?|I'll skip
could we move on to the next question?|I have to pass on that one, sorry|would it be okay to skip this one?
I think I'll pass|I would rather skip this|let's go to the next one"""
ANSWERS = """not sure, but the variance grows|I don't know why, it just converges|no|none|nothing|the forward pass
a skip|idk maybe the gradient|the next one|one pass|...|it is unknown|we do not know the test labels|skip connections
no idea is needed|forgot gate|I can't say it always converges|skip connections let gradients through
next token prediction|pass the gradient back|unsure about the name, but it is the one with momentum|forget|not sure, 2
I give up some bias for variance|skip the bias|pass it on to the next layer|we skip the padding|next we normalise
let's skip the batch norm here|can we skip the bias?|pass by reference|let it pass|move on to the next layer|go on
skip-gram|I would pass the scores through a softmax|Not sure, no|I don't know what you mean|it passes
I don't know how dropout behaves at test time|no idea why momentum averages past gradients|who knows the label?"""


@pytest.mark.parametrize("text", NOT_KNOWN.replace("\n", "|").split("|"))
def test_i_dont_know_is_heard_in_any_words(text: str) -> None:
    assert read_passing(text) is Outcome.DONT_KNOW


@pytest.mark.parametrize("text", PASSED.replace("\n", "|").split("|"))
def test_passing_is_heard_and_is_no_question_back(text: str) -> None:
    assert read_passing(text) is Outcome.SKIPPED
    assert not asks_back(text)


@pytest.mark.parametrize("text", ["", "  \n", *ANSWERS.replace("\n", "|").split("|")])
def test_what_may_be_an_answer_is_one(text: str) -> None:
    assert read_passing(text) is None


@pytest.mark.parametrize("kind", ["skipped", "dont-know", "ended"])
def test_a_journal_of_before_kept_no_words(kind: str) -> None:
    event = event_adapter.validate_python({"kind": kind, "at": 1.0})
    assert isinstance(event, Skipped | DontKnow | Ended)
    assert event.draft == ""
    assert "draft" not in event.model_dump()


def test_a_pipe_is_taken_at_its_word(services: Services) -> None:
    conductor = start(services, count=2, mode="interview")
    play(services, conductor, "idk\n.\nhalf a thought\n/skip\n")
    known, skipped = conductor.state.turns
    assert (known.outcome, known.answer, known.draft) == (Outcome.DONT_KNOW, "", "idk")
    assert (skipped.outcome, skipped.answer, skipped.draft) == (Outcome.SKIPPED, "", "half a thought")
    assert conductor.state.phase is Phase.FINISHED


def test_the_end_of_the_input_is_no_answer_either(services: Services) -> None:
    conductor = start(services, count=1, mode="interview")
    play(services, conductor, "no idea")
    assert conductor.state.turns[0].outcome is Outcome.DONT_KNOW


def test_a_second_dot_takes_it_and_more_words_make_it_an_answer(services: Services, terminal: Terminal) -> None:
    conductor = start(services, count=2, mode="interview")
    terminal.type("not sure\n.\nbut the variance grows\n.\n/idk\n/idk\nidk\n.\n.\n")
    with terminal.open() as console:
        run_plain(conductor, console, services.engine().status)
    first, last = conductor.state.turns[0], conductor.state.turns[-1]
    assert (first.outcome, first.answer) == (Outcome.ANSWERED, "not sure\nbut the variance grows")
    assert (last.outcome, last.draft) == (Outcome.DONT_KNOW, "idk")
    assert terminal.text.count("That reads as") == 2


def test_words_are_left_only_when_that_is_said_twice(services: Services, terminal: Terminal) -> None:
    conductor = start(services, count=1, mode="interview")
    terminal.type("three typed words\n/skip\n/skip\n")
    with terminal.open() as console:
        run_plain(conductor, console, services.engine().status)
    assert "You have 3 words typed. /skip once more goes on" in " ".join(terminal.text.split())
    assert conductor.state.turns[0].draft == "three typed words"


@pytest.mark.parametrize("mode", ["interview", "practice"])
def test_ending_keeps_the_words_that_were_not_sent(services: Services, mode: str) -> None:
    conductor = start(services, count=2, mode=mode)
    play(services, conductor, "half a thought about caches\n/end\n")
    again = services.sessions.open(conductor.row.id)
    (turn,) = again.state.turns
    assert (turn.outcome, turn.draft) == (Outcome.NOT_REACHED, "half a thought about caches")
    told = "(ended, with 5 words typed and not sent)\nhalf a thought about caches"
    assert describe_reply(turn) == told
    for shown in (
        render_terminal(again.summary(), 100),
        render_markdown(again.summary()),
        render_html(again.summary()),
    ):
        assert "ended, with 5 words typed and not sent" in shown
        assert "half a thought about caches" in shown


def test_ending_is_asked_about_once_at_a_terminal(services: Services, terminal: Terminal) -> None:
    conductor = start(services, count=2, mode="interview")
    terminal.type("three typed words\n/end\nand more\n/end\n/end\n")
    with terminal.open() as console:
        run_plain(conductor, console, services.engine().status)
    assert "You have 3 words typed. /end once more ends the interview" in terminal.text
    assert "You have 5 words typed. /end once more ends the interview" in terminal.text
    assert conductor.state.turns[0].draft == "three typed words\nand more"
    assert conductor.state.phase is Phase.FINISHED


def test_an_answer_that_was_sent_is_no_draft_of_what_ends_the_practice(services: Services, terminal: Terminal) -> None:
    conductor = start(services, count=2, mode="practice")
    terminal.follow((">", "an answer\n.\n"), (">", "/skip\n"), (">", "/skip\n"), ("Enter to go on.", "/end\n"))
    with terminal.open() as console:
        run_plain(conductor, console, services.engine().status, AskConfidence.NEVER)
    assert conductor.state.phase is Phase.FINISHED
    assert "once more ends" not in terminal.text
    assert not any(turn.draft for turn in conductor.state.turns)


@pytest.mark.parametrize(("outcome", "told"), [(Outcome.SKIPPED, False), (Outcome.NOT_REACHED, True)])
def test_last_words_that_add_nothing_read_as_they_were_sent(outcome: Outcome, told: bool) -> None:
    kind, said = TurnKind.LAST_WORDS, "No, thank you."
    turn = Turn(id=0, question_id="q", kind=kind, prompt="?", started=0.0, outcome=outcome, draft=said)
    assert describe_reply(turn) == ("(ended, with 3 words typed and not sent)\n" if told else "") + said


def test_it_reads_in_every_report_as_people_say_it(services: Services, tmp_path: Path) -> None:
    conductor = start(services, count=2, mode="interview")
    play(services, conductor, "# half a [thought]\n/skip\n/idk\n")
    again = services.sessions.open(conductor.row.id)
    assert [describe_reply(turn) for turn in again.state.turns] == [
        "(skipped, with 4 words typed and not sent)\n# half a [thought]",
        '(said "I don\'t know")',
    ]
    for shown in (render_terminal(again.summary(), 100), render_markdown(again.summary())):
        assert "skipped, with 4 words typed and not sent" in shown
        assert "# half a [thought]" in shown
        assert "dont-know" not in shown
