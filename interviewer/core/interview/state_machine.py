"""The interview itself: a pure function from (state, event) to (state, effects).

The engine decides when a turn ends and what comes next. Neither a candidate's text nor a
model's words can: text only ever arrives inside `AnswerSubmitted` and `Spoke` and is never
inspected here. Events that make no sense in a phase are answered with `Rejected` and change nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from interviewer.core.bank.content import Item
from interviewer.core.grade.grade import Grade
from interviewer.core.interview.contest_tries import problem_of_try, tries_of
from interviewer.core.interview.effects import Ask, Effect, Finish, GradeTurn, Leave, Rejected, Review, ShowHint
from interviewer.core.interview.followup import is_strong, pick_follow_up
from interviewer.core.interview.last_words import LAST_WORDS, copies_of, is_wanted, open_questions
from interviewer.core.interview.session import (
    AnswerSubmitted,
    Claimed,
    Contested,
    Continued,
    DontKnow,
    Ended,
    Event,
    Graded,
    GradeDeferred,
    HintRequested,
    Mode,
    ModelAsked,
    OfTurn,
    Outcome,
    Paused,
    Phase,
    Planned,
    Quit,
    Rated,
    Resumed,
    SessionConfig,
    Skipped,
    Spoke,
    Started,
    State,
    TimeUp,
    Turn,
    TurnKind,
)
from interviewer.core.interview.utterance import Act

Items = Mapping[str, Item]


class Step(NamedTuple):
    """The new state and what the outside must do."""

    state: State
    effects: tuple[Effect, ...] = ()


def begin(config: SessionConfig, plan: Iterable[Planned]) -> State:
    """The state before `Started`. The plan must hold at least one question, none twice."""
    questions = tuple(plan)
    if not questions:
        raise ValueError("an interview needs at least one question")
    if len({each.question_id for each in questions}) != len(questions):
        raise ValueError("the plan asks a question twice")
    Turn.model_rebuild()  # where it is not built yet; a state then takes its schema over, and does not make another
    return State(config=config, plan=questions)


def replay(state: State, events: Iterable[Event], items: Items) -> Step:
    """Apply stored events in order; returns the last step."""
    result = Step(state)
    for event in events:
        result = step(result.state, event, items)
    return result


def step(state: State, event: Event, items: Items) -> Step:
    """Apply one event.

    Args:
        state: the interview so far.
        event: what happened.
        items: the questions of the plan (and any question a `Graded` event brings).
    """
    if state.phase is Phase.FINISHED and not isinstance(event, Graded | ModelAsked | Spoke | Contested | Claimed):
        return Step(state, (Rejected("The interview is over."),))
    if isinstance(event, OfTurn) and event.turn_id not in (None, state.turn.id if state.turn is not None else None):
        return Step(state, (Rejected("This was meant for another question."),))
    handler = _HANDLERS[type(event)]
    return handler(state, event, items)


def _start(state: State, event: Started, items: Items) -> Step:
    if state.phase is not Phase.NEW:
        return Step(state, (Rejected("The interview has already started."),))
    return _next_question(state, event.at, items)


def _submit(state: State, event: AnswerSubmitted, items: Items) -> Step:
    turn = state.turn
    if state.phase is not Phase.ANSWERING or turn is None:
        return Step(state, (Rejected("No question is open."),))
    if not event.text.strip():
        return Step(state, (Rejected("Nothing is typed yet."),))
    return _take_answer(state, turn, event.text, event.at, items)


def _take_answer(state: State, turn: Turn, text: str, at: float, items: Items) -> Step:
    closed = _close_turn(state, at, Outcome.ANSWERED, text).model_copy(update={"phase": Phase.GRADING})
    if turn.kind is not TurnKind.LAST_WORDS:
        return Step(closed, (GradeTurn(turn.id),))
    copies = copies_of(closed.turns[-1], closed, items)
    closed = closed.model_copy(update={"turns": (*closed.turns, *copies)})
    return Step(closed, (GradeTurn(turn.id), *(GradeTurn(each.id) for each in copies)))


def _hint(state: State, event: HintRequested, items: Items) -> Step:
    turn = state.turn
    if state.phase is not Phase.ANSWERING or turn is None:
        return Step(state, (Rejected("No question is open."),))
    if turn.kind is TurnKind.LAST_WORDS:
        return Step(state, (Rejected("There is no hint to this."),))
    used = max(each.hints for each in state.turns_of(turn.question_id))
    if used >= len(items[turn.question_id].question.hints):
        return Step(state, (Rejected("There is no further hint."),))
    changed = _put(state, turn.model_copy(update={"hints": used + 1}))
    return Step(changed, (ShowHint(turn.question_id, used),))


def _pass_on(state: State, event: Skipped | DontKnow, items: Items) -> Step:
    if state.phase is not Phase.ANSWERING or state.turn is None:
        return Step(state, (Rejected("No question is open."),))
    outcome = Outcome.SKIPPED if isinstance(event, Skipped) else Outcome.DONT_KNOW
    closed = _close_turn(state, event.at, outcome, "", draft=event.draft.strip())
    main = state.turn.kind is TurnKind.QUESTION
    return _after_question(closed, event.at, items) if main else _after_turn(closed, event.at, items)


def _graded(state: State, event: Graded, items: Items) -> Step:
    turn = state.find(event.turn_id)
    if turn is None or turn.outcome is not Outcome.ANSWERED:
        return Step(state, (Rejected("There is no such answer to grade."),))
    state = _put(state, turn.model_copy(update={"result": event.result}))
    current = state.turn
    if current is None or current.id != event.turn_id:
        return Step(state)
    state = _swap_in_deeper(state, event.deeper, items)
    if state.phase is Phase.PAUSED and state.before_pause is Phase.GRADING:
        return Step(state)  # what follows is decided when the candidate is back
    return _after_turn(state, event.at, items) if state.phase is Phase.GRADING else Step(state)


def _swap_in_deeper(state: State, deeper: str | None, items: Items) -> State:
    """Replace the next planned question by the deeper one after a strong, unaided answer."""
    turn = state.turn
    following = state.position + 1
    if deeper is None or turn is None or turn.kind is not TurnKind.QUESTION or deeper not in items:
        return state
    if following >= len(state.plan) or any(each.question_id == deeper for each in state.plan):
        return state
    now, then = items[turn.question_id].question, items[deeper].question
    if then.id in now.avoid_after or now.id in then.avoid_after:
        return state
    if not is_strong(items[turn.question_id], state.config.level, state.turns_of(turn.question_id)):
        return state
    plan = list(state.plan)
    plan[following] = Planned(question_id=deeper)
    return state.model_copy(update={"plan": tuple(plan)})


def _ignore(state: State, event: ModelAsked, items: Items) -> Step:
    return Step(state)


def _rate(state: State, event: Rated, items: Items) -> Step:
    turn = state.find(event.turn_id)
    if turn is None or turn.outcome is not Outcome.ANSWERED or turn.result is not None or turn.confidence is not None:
        return Step(state, (Rejected("How sure you were is asked once, before the verdict."),))
    return Step(_put(state, turn.model_copy(update={"confidence": event.confidence})))


def _contest(state: State, event: Contested, items: Items) -> Step:
    turn, name = state.find(event.turn_id), event.ruling.point_id
    if turn is None or not isinstance(turn.result, Grade) or name not in _point_ids(items[turn.question_id]):
        return Step(state, (Rejected("There is no such verdict to contest."),))
    turns = state.turns_of(turn.question_id)
    tries = tries_of(turns, name)
    if tries and event.ruling.edition == 1:  # the rule of then knew one try, so it was refused when it was stored
        return Step(state, (Rejected("This point has been contested before."),))
    problem = problem_of_try(turns, name, turn, event.ruling.span)
    if problem:
        return Step(state, (Rejected(f"{problem[0].upper()}{problem[1:]}."),))
    ruling = event.ruling.model_copy(update={"attempt": len(tries) + 1})
    return Step(_put(state, turn.model_copy(update={"rulings": (*turn.rulings, ruling)})))


def _claim(state: State, event: Claimed, items: Items) -> Step:
    """Keep a mark of the candidate's own, beside the verdict."""
    if state.config.mode is not Mode.PRACTICE:
        return Step(state, (Rejected("Marks of your own are for practice."),))
    turn = next((each for each in state.turns_of(event.question_id) if each.kind is TurnKind.QUESTION), None)
    if turn is None or not isinstance(turn.result, Grade) or event.point_id not in _point_ids(items[turn.question_id]):
        return Step(state, (Rejected("There is no such verdict to mark a point of."),))
    if (event.point_id in turn.claimed) is event.said:
        return Step(state, (Rejected("The point is marked." if event.said else "The point is not marked."),))
    others = tuple(each for each in turn.claimed if each != event.point_id)
    claimed = (*others, event.point_id) if event.said else others
    return Step(_put(state, turn.model_copy(update={"claimed": claimed})))


def _point_ids(item: Item) -> set[str]:
    return {point.id for point in item.rubric.key_points}


def _defer(state: State, event: GradeDeferred, items: Items) -> Step:
    if state.phase is not Phase.GRADING:
        return Step(state, (Rejected("No answer is being graded."),))
    return _after_question(state, event.at, items)


def _continue(state: State, event: Continued, items: Items) -> Step:
    if state.phase is not Phase.REVIEWING:
        return Step(state, (Rejected("There is no verdict on screen."),))
    return _next_question(state, event.at, items)


def _time_up(state: State, event: TimeUp, items: Items) -> Step:
    if state.phase in (Phase.NEW, Phase.PAUSED):
        return Step(state, (Rejected("The clock is not running."),))
    state = state.model_copy(update={"time_is_up": True})
    if state.phase is not Phase.ANSWERING or state.turn is None:
        return Step(state)
    if event.draft.strip():
        return _take_answer(state, state.turn, event.draft, event.at, items)
    return _finish(_close_turn(state, event.at, Outcome.NOT_REACHED, ""), event.at)


def _pause(state: State, event: Paused | Quit, items: Items) -> Step:
    leave = (Leave(),) if isinstance(event, Quit) else ()
    if state.phase is Phase.PAUSED:
        return Step(state, leave or (Rejected("The interview is already paused."),))
    if state.phase is Phase.NEW:
        return Step(state, leave or (Rejected("The interview has not started."),))
    paused = _stop_clock(state, event.at)
    return Step(paused.model_copy(update={"phase": Phase.PAUSED, "before_pause": state.phase}), leave)


def _resume(state: State, event: Resumed, items: Items) -> Step:
    if state.phase is Phase.NEW:
        return _next_question(state, event.at, items)
    if state.phase is Phase.PAUSED:
        state = state.model_copy(update={"phase": state.before_pause, "before_pause": None})
    elif state.running_since is not None:
        state = _stop_clock(state, event.last_seen if event.last_seen is not None else event.at)
    turn = state.turn
    assert turn is not None, "a started interview has a turn"
    if state.phase is Phase.ANSWERING:
        return Step(state.model_copy(update={"running_since": event.at}), (Ask(turn.id),))
    if state.phase is Phase.REVIEWING:
        return Step(state, (Review(turn.question_id),))
    if turn.result is not None:
        return _after_turn(state, event.at, items)
    return Step(state, (GradeTurn(turn.id),))


def _end(state: State, event: Ended, items: Items) -> Step:
    if state.phase is Phase.NEW:
        return _finish(state, event.at)
    open_turn = state.turn is not None and state.turn.outcome is None
    if open_turn:
        state = _close_turn(state, event.at, Outcome.NOT_REACHED, "", draft=event.draft.strip())
    return _finish(state, event.at)


def _speak(state: State, event: Spoke, items: Items) -> Step:
    """Keep what was said. Waiting for the words of a question is not answering time."""
    words = event.words
    first = words.act is Act.ASK and not state.words(Act.ASK, words.turn_id)
    asked_now = first and state.phase is Phase.ANSWERING and state.turn is not None and state.turn.id == words.turn_id
    state = state.model_copy(update={"said": (*state.said, words)})
    if asked_now and state.running_since is not None:
        state = state.model_copy(update={"running_since": max(state.running_since, event.at)})
    return Step(state)


def _after_turn(state: State, at: float, items: Items) -> Step:
    """After an answered, graded or passed-on turn: follow up, or close the question."""
    turn = state.turn
    assert turn is not None
    if not state.time_is_up and turn.kind is not TurnKind.LAST_WORDS:
        item = items[turn.question_id]
        about = state.turns_of(turn.question_id)
        follow = pick_follow_up(item, state.config.level, about, edition=state.config.edition)
        if follow is not None:
            return _ask(state, at, turn.question_id, follow.kind, follow.target, follow.prompt)
    return _after_question(state, at, items)


def _after_question(state: State, at: float, items: Items) -> Step:
    if state.turn is not None and state.turn.kind is TurnKind.LAST_WORDS:
        return _finish(state, at)
    if state.config.mode is Mode.PRACTICE and state.turn is not None:
        return Step(state.model_copy(update={"phase": Phase.REVIEWING}), (Review(state.turn.question_id),))
    return _next_question(state, at, items)


def _next_question(state: State, at: float, items: Items) -> Step:
    following = state.position + 1
    if state.time_is_up or following >= len(state.plan):
        if is_wanted(state, items):
            return _ask(state, at, open_questions(state, items)[-1], TurnKind.LAST_WORDS, None, LAST_WORDS)
        return _finish(state, at)
    planned = state.plan[following]
    prompts = items[planned.question_id].question.prompts
    state = state.model_copy(update={"position": following})
    prompt = prompts[planned.wording % len(prompts)]
    return _ask(state, at, planned.question_id, TurnKind.QUESTION, None, prompt)


def _ask(state: State, at: float, question_id: str, kind: TurnKind, target: str | None, prompt: str) -> Step:
    turn = Turn(
        id=len(state.turns),
        question_id=question_id,
        kind=kind,
        target=target,
        prompt=prompt,
        started=state.answering_time(at),
        rules=state.config.edition,
    )
    update = {"turns": (*state.turns, turn), "phase": Phase.ANSWERING, "running_since": at}
    return Step(state.model_copy(update=update), (Ask(turn.id),))


def _close_turn(state: State, at: float, outcome: Outcome, text: str, *, draft: str = "") -> State:
    turn = state.turn
    assert turn is not None
    state = _stop_clock(state, at)
    seconds = max(0.0, state.active - turn.started)
    closed = {"outcome": outcome, "answer": text, "draft": draft, "seconds": seconds, "ended": at}
    return _put(state, turn.model_copy(update=closed))


def _stop_clock(state: State, at: float) -> State:
    return state.model_copy(update={"active": state.answering_time(at), "running_since": None})


def _finish(state: State, at: float) -> Step:
    state = _stop_clock(state, at).model_copy(update={"phase": Phase.FINISHED, "before_pause": None})
    return Step(state, (Finish(),))


def _put(state: State, turn: Turn) -> State:
    turns = tuple(turn if each.id == turn.id else each for each in state.turns)
    return state.model_copy(update={"turns": turns})


_HANDLERS: dict[type, Callable[..., Step]] = {
    Started: _start,
    AnswerSubmitted: _submit,
    HintRequested: _hint,
    Skipped: _pass_on,
    DontKnow: _pass_on,
    Graded: _graded,
    ModelAsked: _ignore,
    GradeDeferred: _defer,
    Continued: _continue,
    TimeUp: _time_up,
    Paused: _pause,
    Resumed: _resume,
    Quit: _pause,
    Ended: _end,
    Spoke: _speak,
    Rated: _rate,
    Contested: _contest,
    Claimed: _claim,
}
