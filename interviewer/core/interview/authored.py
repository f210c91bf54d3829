"""What the interviewer says in authored words, and what a model must know to say it in its own.

The words vary from turn to turn and are the same for the same seed and turn, so that a replay
reads as it did. What is said about an answer depends on nothing but whether there was one: it is
chosen without a look at the grade, and so cannot give it away, nor praise by rote.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import NamedTuple, Protocol

from interviewer.core.bank.content import Item
from interviewer.core.bank.question import Reveal
from interviewer.core.bank.rubric import KeyPoint
from interviewer.core.interview.clarifying import AS_BEFORE, clarification
from interviewer.core.interview.scoring import score_question
from interviewer.core.interview.session import Mode, Outcome, Phase, State, Turn, TurnKind
from interviewer.core.interview.utterance import Act, Utterance

OnWords = Callable[[str], None]
"""Called with all that may be shown so far, each time it grows, from any thread."""


class Speech(NamedTuple):
    """Something the interviewer is about to say."""

    act: Act
    turn: Turn | None
    """The turn it belongs to; None for what is about the interview as a whole."""
    item: Item | None
    words: Utterance
    """As it is said without a model."""
    answer: str = ""
    """What the candidate said, if it is about that."""
    point: KeyPoint | None = None
    """What is explained."""

    @property
    def is_authored(self) -> bool:
        """Whether no model is asked for words: for the first and the last ones, to repeat, to say what a term means."""
        if self.turn is not None and self.turn.kind is TurnKind.LAST_WORDS:
            return True
        if self.act is not Act.CLARIFICATION or self.turn is None or self.item is None:
            return self.act in (Act.GREETING, Act.CLOSING)
        fixed = (self.turn.prompt, *(each.text for each in self.item.question.glossary))
        return self.words.text.removeprefix(AS_BEFORE) in [each.strip() for each in fixed]


class Voice(Protocol):
    """Whoever finds the words."""

    def prepare(self) -> None:
        """Make the first words quick; returns at once."""

    def speak(self, speech: Speech, on_words: OnWords) -> Future[Utterance]:
        """Word a speech. Never raises; cancelling the future settles it at once, with authored words."""


_GREETINGS = (
    "Hello, and thank you for coming. I have {questions} for you, at {level} level. Take your time before you write.",
    "Welcome. We have {questions} ahead of us, at {level} level. Think first, then write as you would speak.",
    "Good to meet you. I would like to go through {questions} with you, at {level} level.",
)
_UNCLEAR = (
    "If a question is unclear, ask me; that costs nothing.",
    "You may ask me what a question means at any time; that costs nothing.",
)
_THANKS = (
    "Thank you, I have that.",
    "Thank you. Let me take that in.",
    "All right, noted.",
    "I see.",
    "Thanks. I have written that down.",
    "Noted.",
    "Thank you.",
)
_NOT_KNOWN = ("Thank you for saying so.", "It is better to say so than to guess.", "Fair enough.", "That is all right.")
_PASSED = ("All right, we leave that one.", "We can leave that.", "Then we pass over this one.")
_ON = ("Let us go on.", "Here is the next question.", "On to something else.", "Let us turn to another question.")
_LAST = ("This is the last question.", "One question is left.", "Let us come to the last question.")
_LATE_FACT = "Before we leave “{title}”, here is what I have not told you about it; it needs no reply. "
_CLOSINGS = (
    "That was the last question. Thank you.",
    "We are through. Thank you for the conversation.",
    "That is all from my side. Thank you.",
)
_NOW = "Now comes the report: how it went, and what to study. `mockdl report last` shows it again."


def greet(state: State) -> Speech:
    """The words before the first question."""
    config, count = state.config, len(state.plan)
    questions = f"{count} question{'s' * (count != 1)}"
    parts = [_pick(_GREETINGS, state, "greeting").format(questions=questions, level=config.level)]
    if config.minutes is not None:
        parts.append(f"There are {config.minutes:g} minutes of answering time.")
    parts.append(_pick(_UNCLEAR, state, "unclear"))
    after = config.mode is Mode.PRACTICE
    parts.append(
        "After each one we look at your answer together." if after else "We will look at how it went at the end."
    )
    return _speech(Act.GREETING, None, None, " ".join(parts))


def react(state: State, turn: Turn, item: Item) -> Speech:
    """What is said to the end of a turn, before it is known what the answer was worth; "" once all has been said."""
    pool = {Outcome.DONT_KNOW: _NOT_KNOWN, Outcome.SKIPPED: _PASSED}.get(turn.outcome or Outcome.ANSWERED, _THANKS)
    return _speech(Act.REACTION, turn, item, _unsaid(pool, state, "reaction"), answer=turn.answer)


def ask(state: State, turn: Turn, item: Item, *, lead: bool = True) -> Speech:
    """What the engine decided to ask. No words lead to a follow-up, which would tell why it is asked.

    Args:
        state: the interview so far.
        turn: which is asked.
        item: its question.
        lead: False right after what was said to the answer before: one line is enough.
    """
    before = next((each.answer for each in reversed(state.turns) if each.id < turn.id), "")
    on = _LAST if state.position + 1 == len(state.plan) else _ON
    words = _unsaid(on, state, "ask") if lead and turn.id > 0 and turn.kind is TurnKind.QUESTION else ""
    return _speech(Act.ASK, turn, item, f"{words}\n\n{turn.prompt.strip()}".strip(), answer=before)


def hint(turn: Turn, item: Item, number: int) -> Speech:
    """A hint of the ladder, counted from 0."""
    return _speech(Act.HINT, turn, item, item.question.hints[number].text.strip(), about=str(number))


def reveal(turn: Turn, item: Item, fact: Reveal) -> Speech:
    """A fact of the case, as it was written; it belongs to the turn before which it is told."""
    return _speech(Act.REVEAL, turn, item, fact.text.strip(), about=fact.after)


def reveal_at_end(turn: Turn, item: Item, facts: Sequence[Reveal]) -> Iterator[Speech]:
    """The facts of a case that are due when its last turn has ended, the first with the name of the case, so that
    nobody takes them for a part of what comes next."""
    for number, fact in enumerate(facts):
        lead = "" if number else _LATE_FACT.format(title=item.question.title)
        speech = _speech(Act.REVEAL, turn, item, f"{lead}{fact.text.strip()}", about=fact.after)
        yield speech._replace(words=speech.words.model_copy(update={"at_end": True}))


def clarify(state: State, turn: Turn, item: Item, asked: str) -> Speech:
    """The reply to what the candidate asks about the question; it says nothing that was not in the question."""
    return _speech(Act.CLARIFICATION, turn, item, clarification(state, turn, item, asked), asked=asked)


def explain(turn: Turn, item: Item, point: KeyPoint, answer: str) -> Speech:
    """A key point, with what the model answer says about it and where to read on."""
    parts = [point.statement]
    if detail := _detail(item, point):
        parts.append(f"In a strong answer: {detail}")
    if sources := _sources(item, point):
        parts.append(f"Read on: {'; '.join(sources)}")
    return _speech(Act.EXPLANATION, turn, item, "\n\n".join(parts), answer=answer, about=point.id, point=point)


def missed_points(state: State, item: Item) -> list[KeyPoint]:
    """What can be explained about a question: points that were not said in full, heaviest first.

    None while the question is open: an explanation must not come before the last answer to it. In an interview none
    before it is over.
    """
    question_id = item.question.id
    is_open = state.turn is not None and state.turn.question_id == question_id
    if is_open and state.phase not in (Phase.REVIEWING, Phase.FINISHED):
        return []
    told = state.config.mode is Mode.PRACTICE or state.phase is Phase.FINISHED
    if not told or not state.turns_of(question_id):
        return []
    score = score_question(item, state.config.level, state.turns_of(question_id), state.config.mode)
    if not score.points:  # there is no grade
        return sorted(item.rubric.key_points, key=lambda each: -each.weight)
    missed = [each for each in score.points if not each.is_said]
    return [each.point for each in sorted(missed, key=lambda each: (not each.expected, -each.point.weight))]


def close(state: State) -> Speech:
    """The last words, with what comes next."""
    through = all(turn.outcome is not Outcome.NOT_REACHED for turn in state.turns)
    if state.time_is_up:
        text = "Our time is up. Thank you."
    elif through and state.position + 1 == len(state.plan):
        text = _pick(_CLOSINGS, state, "closing")
    else:
        text = "Then we stop here. Thank you."
    return _speech(Act.CLOSING, state.turn, None, f"{text} {_NOW}")


def _speech(
    act: Act,
    turn: Turn | None,
    item: Item | None,
    text: str,
    *,
    answer: str = "",
    asked: str = "",
    about: str = "",
    point: KeyPoint | None = None,
) -> Speech:
    words = Utterance(act=act, turn_id=turn.id if turn else 0, text=text, asked=asked, about=about)
    return Speech(act, turn, item, words, answer, point)


def _pick(pool: Sequence[str], state: State, purpose: str) -> str:
    """One of the pool, by the seed."""
    return pool[hashlib.sha256(f"{state.config.seed}/{purpose}".encode()).digest()[0] % len(pool)]


def _unsaid(pool: Sequence[str], state: State, purpose: str) -> str:
    """One of the pool that was not said in this session yet, beginning at one by the seed; "" when all were."""
    first = pool.index(_pick(pool, state, purpose))
    said = {each.text.split("\n\n")[0] for each in state.said}
    return next((each for each in (*pool[first:], *pool[:first]) if each not in said), "")


def _detail(item: Item, point: KeyPoint) -> str:
    """The two neighbouring sentences of the model answer that say most of the key point; "" when none do."""
    from interviewer.core.english import sentences
    from interviewer.core.interview.leaks import overlap

    wanted = " ".join((point.statement, *point.wordings))
    best, found = 0.0, ""
    for paragraph in item.question.model_answer.strip().split("\n\n"):
        line = " ".join(paragraph.split())
        cut = sentences(line)
        for at in range(len(cut)):
            pair = line[cut[at][0] : cut[min(at + 1, len(cut) - 1)][1]]
            share = overlap(point.statement, pair) + 0.2 * overlap(wanted, pair)
            if share > best:
                best, found = share, pair
    return found if best >= 0.3 else ""


def _sources(item: Item, point: KeyPoint, most: int = 2) -> list[str]:
    """References, those that back this very point first."""
    from interviewer.core.interview.study import rank_references  # here: the first question need not wait for it

    ranked = rank_references(item, point)[:most]
    places = ((each, f"arXiv:{each.arxiv}" if each.arxiv else each.venue or "") for each in ranked)
    return [f"{each.authors} ({each.year}), {each.title}, {place}" for each, place in places]
