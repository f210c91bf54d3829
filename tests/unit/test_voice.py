"""The interviewer's authored words, what must never be said, and that no words move the interview."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from interviewer.core.bank.content import Bank, Item
from interviewer.core.bank.kinds import Level
from interviewer.core.bank.question import Term
from interviewer.core.interview import authored, clarifying
from interviewer.core.interview.effects import Rejected
from interviewer.core.interview.leaks import given_away, judgement_in
from interviewer.core.interview.session import (
    AnswerSubmitted,
    DontKnow,
    Ended,
    Event,
    Graded,
    Mode,
    Phase,
    Planned,
    SessionConfig,
    Skipped,
    Spoke,
    Started,
    State,
    TimeUp,
    event_adapter,
)
from interviewer.core.interview.state_machine import begin, step
from interviewer.core.interview.utterance import Act, Utterance
from tests.support.builders import all_points, make_grade, make_item

ITEMS = {name: make_item(name) for name in ("alpha", "beta")}


def state_after(*events: Event, seed: int = 1, mode: Mode = Mode.INTERVIEW) -> State:
    config = SessionConfig(level=Level.SENIOR, seed=seed, mode=mode, count=2)
    state = begin(config, [Planned(question_id=name) for name in ITEMS])
    for event in (Started(at=0), *events):
        state = step(state, event, ITEMS).state
    return state


def answered(verdict: str, *, mode: Mode = Mode.INTERVIEW, seed: int = 1) -> State:
    grade = make_grade(all_points(verdict))
    events = (AnswerSubmitted(at=5, text="It is this."), Graded(at=6, turn_id=0, result=grade))
    return state_after(*events, seed=seed, mode=mode)


def first_reaction(state: State) -> str:
    return authored.react(state, state.turns[0], ITEMS["alpha"]).words.text


def everything_said(state: State) -> Iterable[str]:
    for turn in state.turns:
        item = ITEMS[turn.question_id]
        yield authored.react(state, turn, item).words.text
        yield authored.ask(state, turn, item).words.text
    yield authored.greet(state).words.text
    yield authored.close(state).words.text


def test_the_same_seed_says_the_same_and_another_seed_varies() -> None:
    assert list(everything_said(answered("missing"))) == list(everything_said(answered("missing")))
    assert len({authored.greet(state_after(seed=seed)).words.text for seed in range(20)}) > 2
    reactions = {first_reaction(answered("covered", seed=seed)) for seed in range(20)}
    assert len(reactions) > 2


def test_no_line_is_said_twice_and_then_nothing_is_said() -> None:
    state, said = answered("missing"), []
    for _ in range(20):
        words = authored.react(state, state.turns[0], ITEMS["alpha"]).words
        said.append(words.text)
        state = step(state, Spoke(at=9, words=words), ITEMS).state
    spoken = [each for each in said if each]
    assert len(spoken) == len(set(spoken)) < 20
    assert said[len(spoken) :] == [""] * (20 - len(spoken))


def test_what_is_said_to_an_answer_is_the_same_whatever_it_was_worth() -> None:
    for seed in range(10):
        states = [answered(verdict, seed=seed) for verdict in ("covered", "missing", "contradicted")]
        said = {first_reaction(state) for state in states}
        assert len(said) == 1


def test_no_words_lead_to_a_follow_up_and_tell_why_it_is_asked() -> None:
    probe, deeper = answered("missing"), answered("covered")
    assert authored.ask(probe, probe.turns[1], ITEMS["alpha"]).words.text == probe.turns[1].prompt.strip()
    assert deeper.turns[1].question_id == "beta"
    texts = list(everything_said(probe))
    assert not any(judgement_in(text, [probe.turns[1].prompt]) for text in texts)


def test_a_passed_turn_is_taken_without_a_word_of_blame() -> None:
    for event in (Skipped(at=3), DontKnow(at=3)):
        state = state_after(event)
        text = authored.react(state, state.turns[0], ITEMS["alpha"]).words.text
        assert "Thank you, I have that" not in text
        assert not judgement_in(text, [])


def test_a_clarification_offers_each_other_wording_once_and_then_an_assumption() -> None:
    state, item = state_after(), ITEMS["alpha"]
    texts = []
    for _ in range(3):
        words = authored.clarify(state, state.turns[0], item, "What do you mean?").words
        texts.append(words.text)
        state = step(state, Spoke(at=9, words=words), ITEMS).state
    assert "Explain alpha." in texts[0]
    assert "Tell me about alpha." in texts[1]
    assert "would not give it away. I can repeat the question" in texts[2]
    assert ["assume" in text for text in texts] == [True, False, False]


AGAIN = """please repeat|Can you repeat?|what was the question again?|say the question again|pardon?|come again?|Repeat?
can you read the question again?|can you repeat the question please|Say that again?|once more|What did you ask?|again?
Could you please repeat that one more time?|Sorry, I didn\u2019t catch that|would you mind repeating the question?"""
OTHER = """What do you mean by alpha?|Does the pattern repeat in each layer?|should I repeat the question in my answer?
can you repeat it in other words?|can you ask it differently?|what is the question asking?|does it run again?"""


@pytest.mark.parametrize("asked", AGAIN.replace("\n", "|").split("|"))
def test_who_asks_to_hear_it_again_hears_it_again(asked: str) -> None:
    state, item = state_after(), ITEMS["alpha"]
    speech = authored.clarify(state, state.turns[0], item, asked)
    assert speech.words.text == state.turns[0].prompt.strip()
    assert speech.is_authored


@pytest.mark.parametrize("asked", OTHER.replace("\n", "|").split("|"))
def test_who_asks_for_something_else_hears_something_else(asked: str) -> None:
    state, item = state_after(), ITEMS["alpha"]
    speech = authored.clarify(state, state.turns[0], item, asked)
    assert speech.words.text != state.turns[0].prompt.strip()
    assert not speech.is_authored


def clarified(state: State, asked: str, times: int) -> tuple[State, list[str]]:
    """What is replied to one who asks this so often, and the state after that."""
    texts = []
    for _ in range(times):
        turn = state.turns[-1]
        words = authored.clarify(state, turn, ITEMS[turn.question_id], asked).words
        texts.append(words.text)
        state = step(state, Spoke(at=9, words=words), ITEMS).state
    return state, texts


@pytest.mark.parametrize("asked", ["What do you mean?", "At training or at inference?"])
def test_no_line_of_a_reply_comes_twice_in_a_session_but_as_before(asked: str) -> None:
    state, lines = state_after(), list[str]()
    for number in (5, 3, 3):
        state, texts = clarified(state, asked, number)
        said = [line for text in texts for line in text.split("\n\n") if not line.startswith(clarifying.AS_BEFORE)]
        lines += [part for line in said for part in line.split(". ")]
        grade = make_grade(all_points("missing"))
        turn = state.turns[-1]
        answer = AnswerSubmitted(at=10, text="It is this."), Graded(at=11, turn_id=turn.id, result=grade)
        for event in answer:
            state = step(state, event, ITEMS).state
    assert len(state.turns) == 4
    assert len(lines) == len(set(lines))


def test_the_question_is_left_when_there_are_no_other_words() -> None:
    _, texts = clarified(state_after(), "What do you mean?", 6)
    assert len(set(texts[:5])) == 5
    assert texts[5] == f"{clarifying.AS_BEFORE}What is alpha?"


@pytest.mark.parametrize("events", [[Skipped(at=3), Skipped(at=4)], [Skipped(at=3), Ended(at=4)], [TimeUp(at=3)]])
def test_the_last_words_say_what_comes_next_and_where_it_is_found_again(events: list[Event]) -> None:
    for seed in range(6):
        state = state_after(*events, seed=seed)
        assert state.phase is Phase.FINISHED
        text = authored.close(state).words.text
        assert "Now comes the report" in text
        assert "`mockdl report last`" in text
        assert len(text) < 140
        assert not judgement_in(text, [])


def test_an_explanation_holds_the_point_the_answer_and_the_source(bank: Bank) -> None:
    item = bank["activation-functions"]
    turn = state_after().turns[0]
    text = authored.explain(turn, item, item.rubric.point("why-nonlinear"), "").words.text
    assert text.startswith(item.rubric.point("why-nonlinear").statement)
    assert "In a strong answer: " in text
    assert "linear layer" in text
    assert "Read on: " in text


@pytest.mark.parametrize("mode", list(Mode))
def test_points_are_explained_after_the_verdict_and_in_an_interview_when_it_is_over(mode: Mode) -> None:
    grade = make_grade(all_points("covered") | {"p1": "missing", "p2": "partial"})
    state = state_after(AnswerSubmitted(at=5, text="Something."), Graded(at=6, turn_id=0, result=grade), mode=mode)
    assert state.phase is Phase.ANSWERING
    assert authored.missed_points(state, ITEMS["alpha"]) == []
    found = []
    while state.phase is Phase.ANSWERING and state.position == 0:
        state = step(state, Skipped(at=7), ITEMS).state
        found.append([point.id for point in authored.missed_points(state, ITEMS["alpha"])])
    assert found[-1] == (["p1", "p2"] if mode is Mode.PRACTICE else [])
    over = step(state, Ended(at=8), ITEMS).state
    assert [point.id for point in authored.missed_points(over, ITEMS["alpha"])] == ["p1", "p2"]


@pytest.mark.parametrize("act", list(Act))
@pytest.mark.parametrize(
    "text", ["The interview is over.", '{"kind": "ended"}', "/end", "Score: 100. Next question, please.", "\x1b[2J"]
)
def test_no_words_end_a_turn_or_count_as_an_answer(act: Act, text: str) -> None:
    for state in (state_after(), answered("missing"), state_after(Ended(at=4))):
        words = Utterance(act=act, turn_id=0, text=text, asked=text)
        result = step(state, Spoke(at=9 if state.running_since is None else state.running_since, words=words), ITEMS)
        assert result.effects == ()
        assert result.state.model_copy(update={"said": state.said}) == state
        assert result.state.said == (*state.said, words)


def test_waiting_for_the_words_of_a_question_is_not_answering_time() -> None:
    state = step(state_after(), Spoke(at=8, words=Utterance(act=Act.ASK, turn_id=0, text="So?")), ITEMS).state
    assert state.answering_time(10) == 2
    again = step(state, Spoke(at=9, words=Utterance(act=Act.ASK, turn_id=0, text="So?")), ITEMS).state
    assert again.answering_time(10) == 2


def test_what_was_said_comes_back_from_the_journal_as_it_was() -> None:
    event = Spoke(at=3, words=Utterance(act=Act.CLARIFICATION, turn_id=0, text="日本語 [/b]", asked="x[0]?"))
    assert event_adapter.validate_json(event_adapter.dump_json(event)) == event


def test_words_before_the_first_question_need_a_started_session() -> None:
    state = begin(SessionConfig(level=Level.MID), [Planned(question_id="alpha")])
    assert not any(isinstance(each, Rejected) for each in step(state, Started(at=0), ITEMS).effects)
    assert "1 question " in authored.greet(state).words.text


def secret_item(bank: Bank) -> Item:
    return bank["activation-functions"]


@pytest.mark.parametrize(
    "text",
    [
        "Remember that without a non-linear activation a stack of layers is nothing.",
        "Could it be that a stack of linear layers collapses to a single linear map if nothing non-linear activates?",
        "Sigmoid and tanh saturate, so their gradients come close to zero for inputs of large magnitude.",
    ],
)
def test_a_key_point_is_given_away_by_its_words_and_by_most_of_them(bank: Bank, text: str) -> None:
    item = secret_item(bank)
    assert given_away(text, item, [item.question.prompt])


def test_the_authored_questions_and_probes_give_nothing_away(bank: Bank) -> None:
    """Otherwise a model that repeats the question could never be let through."""
    for item in bank.items.values():
        for prompt in item.question.prompts:
            assert not given_away(prompt, item, item.question.prompts)
        for point in item.rubric.key_points:
            assert not given_away(point.probe, item, [point.probe])


def test_a_number_that_is_the_answer_is_given_away(bank: Bank) -> None:
    item = next(i for i in bank.items.values() if any(p.value is not None for p in i.rubric.key_points))
    point = next(p for p in item.rubric.key_points if p.value is not None)
    assert point.value is not None
    assert given_away(f"Think of {point.value.number:g}.", item, ["nothing"]) == point.id


@pytest.mark.parametrize("text", ["Great answer!", "That is right.", "Yes, go on.", "You missed one.", "I agree."])
def test_praise_and_blame_are_noticed(text: str) -> None:
    assert judgement_in(text, [])


def test_a_word_of_the_question_is_no_judgement() -> None:
    assert judgement_in("So the strong baseline comes first.", ["What is a strong baseline?"]) == ""
    assert judgement_in("You spoke about momentum. Noted.", []) == ""


def test_a_term_of_the_question_is_explained_once_in_authored_words() -> None:
    term = Term(term="adaptive attack", text="One that knows the defence.")
    plain = ITEMS["alpha"]
    item = plain.model_copy(update={"question": plain.question.model_copy(update={"glossary": (term,)})})
    state = state_after()
    speech = authored.clarify(state, state.turns[0], item, "what do you mean by adaptive attacks?")
    assert speech.words.text == "One that knows the defence."
    assert speech.is_authored
    again = step(state, Spoke(at=9, words=speech.words), ITEMS).state
    assert authored.clarify(again, state.turns[0], item, "and adaptive attacks?").words.text != speech.words.text
    follow_up = state.turns[0].model_copy(update={"id": 1})
    later = authored.clarify(again, follow_up, item, "what do you mean by adaptive attacks?")
    assert (later.words.text, later.is_authored) == ("As before: One that knows the defence.", True)
    assert "put it differently" in authored.clarify(state, state.turns[0], item, "what is an attack?").words.text
