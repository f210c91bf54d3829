"""A question to the interviewer that is typed where the answer goes: asked, free, and an answer when sent again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.core.bank.kinds import Level
from interviewer.core.interview.passing import asks_back
from interviewer.core.interview.session import Phase, SessionConfig
from interviewer.core.interview.utterance import Act
from interviewer.plain import run_plain
from interviewer.services import Services, build_services
from interviewer.sessions.conductor import Conductor
from tests.support.builders import make_item
from tests.support.packs import write_pack
from tests.support.scripted import ScriptedEngine
from tests.support.terminal import Terminal
from tests.unit.test_plain import play

ASKED = """what do you mean by stage?
repeat
Repeat please.
can you rephrase?
do you mean at training or at inference?
what do you mean by costs, flops or memory?
is the target about time to first token or the whole answer?
does threat model mean what the attacker knows?
what does "stage" mean here?
come again?
pardon?
Sorry, could you repeat the question?
could you clarify that please
are you asking about the forward pass?
should I assume bf16?
may i assume a single GPU?
By stage, do you mean a block of layers?
I don't understand the question.
Sorry, I don't follow. Could you rephrase?
Which stage do you mean?
how detailed should I be?
what is GQA?
hm, what do you mean by “nature”?
you mean the conv stages?
wdym?
what do u mean by stage?
whats a stage?
I dont understand the question
Is it okay if I assume a batch of one?
what do you mean by costs, the number of floating point operations or the bytes that are moved?
can you explain the question in other words?"""
ANSWERED = """why? because the variance grows
the variance shrinks, right?
is it memory bound or compute bound?
What if the learning rate is too high?
repeat the steps until it converges
What do you mean by stage? A stage is a block of layers with the same resolution.
memory?
is it about 16 GiB?
L1 or L2?
Is it because the mean shifts?
explain it with attention maps
clarify the labels first
I repeat the measurement three times
should I normalise? yes, always before the first layer
What is attention? It is a weighted sum.
it depends what you mean by stage, but normally it is a block
I would ask: what is the target metric?
what do you mean by stage i think a stage is a block of layers
repeat it for every layer
define the loss, then minimise it
idk
?
"""
SAID = (
    "the network has a stem that halves the image twice",
    "dropout only runs while you train and never afterwards",
    "softmax turns the scores into weights that sum to one",
    "or you could use a smaller batch and warm up longer",
    "and it is about the loss that we want to shrink",
    "you mean more capacity when you add layers to a net",
)


@pytest.mark.parametrize("text", ASKED.split("\n"))
def test_a_question_to_the_interviewer_is_heard(text: str) -> None:
    assert asks_back(text)
    assert asks_back(f"  {text.upper()}\n")


@pytest.mark.parametrize("text", ANSWERED.split("\n"))
def test_what_may_be_an_answer_is_none(text: str) -> None:
    assert not asks_back(text)


@given(
    st.sampled_from(ASKED.split("\n")),
    st.sampled_from(SAID),
    st.sampled_from(
        ["{q} {s}.", "{s}. {q}", "{q}\n{s}", "{s}\n{q}", "{q} - {s}", "{s}, {q}", "{b}, {s}", "{b} {s}", "{b} ({s})"]
    ),
)
def test_a_question_with_a_statement_beside_it_is_an_answer(question: str, said: str, together: str) -> None:
    assert not asks_back(together.format(q=question, s=said, b=question.rstrip("?.")))


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    pack = write_pack(tmp_path / "pack", make_item("alpha"), make_item("beta"))
    built = build_services(alone=pack, engine=ScriptedEngine())
    yield built
    built.close()


def start(services: Services) -> Conductor:
    return services.sessions.create(SessionConfig(level=Level.STAFF, count=1, seed=3))


def test_it_is_put_to_the_interviewer_ends_no_turn_and_costs_nothing(services: Services) -> None:
    conductor = start(services)
    _, out, err = play(services, conductor, "what do you mean\nby stage?\n.\nthe answer\n.\n/end\n")
    first = conductor.state.turns[0]
    assert (first.answer, first.hints) == ("the answer", 0)
    (words,) = conductor.state.words(Act.CLARIFICATION, 0)
    assert words.asked == "what do you mean by stage?"
    assert " ".join(words.text.split()) in " ".join(out.split())
    assert "The same words once more are taken as your answer." in err


def test_the_same_words_once_more_are_the_answer(services: Services) -> None:
    conductor = start(services)
    play(services, conductor, "should I assume bf16?\n.\nShould I assume bf16\n.\n/end\n")
    assert conductor.state.turns[0].answer == "Should I assume bf16"
    assert len(conductor.state.words(Act.CLARIFICATION, 0)) == 1


def test_at_the_end_of_input_it_is_the_answer(services: Services) -> None:
    conductor = start(services)
    play(services, conductor, "what do you mean by stage?")
    assert conductor.state.turns[0].answer == "what do you mean by stage?"
    assert not conductor.state.words(Act.CLARIFICATION, 0)


def test_a_question_asked_back_is_no_draft_any_more(services: Services) -> None:
    conductor = start(services)
    terminal = Terminal()
    terminal.type("what do you mean by stage?\n.\n/quit\n")
    with terminal.open() as console:
        run_plain(conductor, console, services.engine().status)
    terminal.close()
    again = services.sessions.resume()
    assert again.state.phase is Phase.PAUSED
    draft = again.draft()
    assert draft is None or not draft.text


@pytest.mark.parametrize("asked", ["at training or at inference?", "may I assume one GPU?"])
def test_who_asks_which_is_meant_hears_no_question_again(services: Services, asked: str) -> None:
    conductor = start(services)
    play(services, conductor, f"/ask {asked}\n/ask {asked}\n/end\n")
    first, second = (each.text for each in conductor.state.words(Act.CLARIFICATION, 0))
    assert first == "Where the question leaves that open, say which you take and go on from there."
    assert second != first
