"""What the interviewer says when: decided here for every front end, which only finds a way to show it.

The greeting comes once, before the first question; that question is read out as it was written, so that it waits
for no model. An answer to a question is acknowledged once, while it is graded, and a reply to a follow-up not at all;
a turn that was passed on, before the next one is asked. A fact of a scenario comes before a follow-up to it, or at its
end, before anything else is asked. No stock line comes twice. The last words come once.
"""

from __future__ import annotations

from collections.abc import Iterator

from interviewer.core.bank.rubric import KeyPoint
from interviewer.core.interview import authored
from interviewer.core.interview.authored import Speech
from interviewer.core.interview.effects import Ask, Effect, Finish, GradeTurn, ShowHint
from interviewer.core.interview.reveals import due_reveals, next_reveal
from interviewer.core.interview.session import Outcome, State, Turn, TurnKind
from interviewer.core.interview.utterance import Act
from interviewer.sessions.session_view import SessionView


def speeches_for(effect: Effect, view: SessionView) -> tuple[Speech, ...]:
    """What is to be said with an effect, in this order; a question comes last, and nothing that was said before.

    Pass each to `Conductor.word`, and what that finds to `Conductor.keep`.
    """
    state = view.state
    if isinstance(effect, Ask):
        return tuple(_asking(view, effect.turn_id))
    if isinstance(effect, GradeTurn):
        return tuple(_reaction(view, state.find(effect.turn_id)))
    if isinstance(effect, ShowHint):
        return (authored.hint(view.turn, view.items[effect.question_id], effect.number),)
    if isinstance(effect, Finish) and state.turns and not any(each.act is Act.CLOSING for each in state.said):
        return (*_last_facts(view, state.turns[-1]), authored.close(state))
    return ()


def _asking(view: SessionView, turn_id: int) -> Iterator[Speech]:
    state, turn = view.state, view.state.find(turn_id)
    assert turn is not None
    if turn_id == 0:
        if not state.words(Act.GREETING, 0):
            yield authored.greet(state)
        return
    before = state.find(turn_id - 1)
    reaction = list(_reaction(view, before)) if before is not None and not before.answer else []
    yield from reaction
    follows_up = turn.kind not in (TurnKind.QUESTION, TurnKind.LAST_WORDS)
    if follows_up and not state.words(Act.REVEAL, turn_id):
        yield from _fact(view, turn)
    if state.words(Act.ASK, turn_id):
        return
    facts = [] if follows_up or before is None else list(_last_facts(view, before))
    yield from facts
    answered = bool(reaction or state.words(Act.REACTION, turn_id - 1))
    yield authored.ask(state, turn, view.items[turn.question_id], lead=bool(facts) or not answered)


def _fact(view: SessionView, turn: Turn) -> Iterator[Speech]:
    """What a scenario tells before its next follow-up."""
    item, state = view.items[turn.question_id], view.state
    about = [each for each in state.turns_of(turn.question_id) if each.id < turn.id]
    fact = next_reveal(item, state.config.level, about, _told(state, turn)) if item.question.reveals else None
    if fact is not None:
        yield authored.reveal(turn, item, fact)


def _last_facts(view: SessionView, turn: Turn) -> Iterator[Speech]:
    """What a scenario tells when its last turn has ended, since it belongs behind no other question."""
    item, state = view.items[turn.question_id], view.state
    if item.question.reveals and turn.kind is not TurnKind.LAST_WORDS and turn.outcome is not Outcome.NOT_REACHED:
        about = state.turns_of(turn.question_id)
        yield from authored.reveal_at_end(turn, item, due_reveals(item, state.config.level, about, _told(state, turn)))


def _told(state: State, turn: Turn) -> set[str]:
    """Stages of the turn's question whose facts were told."""
    ids = {each.id for each in state.turns_of(turn.question_id)}
    return {each.about for each in state.said if each.act is Act.REVEAL and each.turn_id in ids}


def _reaction(view: SessionView, turn: Turn | None) -> Iterator[Speech]:
    """What is said to an answer to a question, and to a turn that was passed on; a reply to a follow-up speaks for
    itself."""
    if turn is None or view.state.words(Act.REACTION, turn.id) or (turn.answer and turn.kind is not TurnKind.QUESTION):
        return
    speech = authored.react(view.state, turn, view.items[turn.question_id])
    if speech.words.text:
        yield speech


def question_text(state: State, turn: Turn) -> str:
    """How a turn was asked: in the words that were found for it, else as it was written."""
    return next((each.text for each in state.words(Act.ASK, turn.id)), turn.prompt)


def clarification(view: SessionView, asked: str) -> Speech:
    """The reply to what the candidate asks about the question that is open."""
    return authored.clarify(view.state, view.turn, view.item, asked)


def explanation(view: SessionView, question_id: str, point: KeyPoint) -> Speech:
    """What there is to say about a key point of a question whose verdict was shown."""
    turn = view.state.turns_of(question_id)[0]
    return authored.explain(turn, view.items[question_id], point, turn.answer)
