"""What the interviewer says in line mode: whole utterances, because a screen reader cannot read a half one."""

from __future__ import annotations

from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet

from interviewer.core.bank.content import KeyPoint
from interviewer.core.interview import authored
from interviewer.core.interview.effects import Ask, ShowHint
from interviewer.core.interview.scoring import QuestionScore
from interviewer.core.interview.session import Turn, TurnKind
from interviewer.core.interview.utterance import Act, Utterance
from interviewer.plain.console import Console
from interviewer.plain.contest_target import list_numbers
from interviewer.report.terminal_report import wrap_text
from interviewer.sessions.conductor import Conductor
from interviewer.wording.verdicts import sort_points

__all__ = ["Talk"]

_QUIET = 1.5
"""Seconds of waiting for words before the waiting is explained."""


class Talk:
    """Says what there is to say, in a model's words or in authored ones, and has it kept."""

    def __init__(self, conductor: Conductor, console: Console) -> None:
        self._conductor = conductor
        self._console = console
        self._reaction: Future[Utterance] | None = None
        self._reviewed = ""

    def say_block(self, text: str) -> None:
        """Paragraphs, wrapped."""
        for paragraph in text.strip().split("\n\n"):
            self._console.say(*wrap_text(paragraph, self._console.width))

    def greet(self) -> None:
        """The first words, at once."""
        state = self._conductor.state
        if not state.words(Act.GREETING, 0):
            words = authored.greet(state).words
            self.say_block(words.text)
            self._keep(words)

    def begin_reaction(self, turn: Turn) -> None:
        """Let the words be found while the answer is graded: they do not depend on the grade."""
        if not self._conductor.state.words(Act.REACTION, turn.id):
            item = self._conductor.items[turn.question_id]
            self._reaction = self._conductor.word(authored.react(self._conductor.state, turn, item))

    def react(self) -> None:
        """Say what was begun."""
        if self._reaction is not None:
            future, self._reaction = self._reaction, None
            self._console.say("")
            self._say(future)

    def ask(self, effect: Ask) -> None:
        """The question, below a line that says where the interview stands."""
        conductor = self._conductor
        turn, state, item = conductor.turn, conductor.state, conductor.item
        before = state.find(turn.id - 1)
        if before is not None and not before.answer:
            self.begin_reaction(before)
        self.react()
        self._console.say("")
        if turn.kind is TurnKind.QUESTION:
            question = item.question
            place = f"Question {state.position + 1} of {len(state.plan)}"
            self._console.say(f"{place} ({question.topic}, {question.level})")
        else:
            self._console.say("Follow-up")
        known = state.words(Act.ASK, turn.id)
        if known:
            self.say_block(known[0].text)
        elif turn.id == 0:
            self.say_block(turn.prompt)
        else:
            self._say(conductor.word(authored.ask(state, turn, item)))

    def hint(self, effect: ShowHint) -> None:
        """A hint, after its price."""
        item = self._conductor.items[effect.question_id]
        price = item.question.hints[effect.number].price
        turn = self._conductor.turn
        self._say(self._conductor.word(authored.hint(turn, item, effect.number)), f"ShowHint ({price:g} points): ")

    def clarify(self, asked: str) -> None:
        """Reply to what the candidate asks about the question."""
        conductor = self._conductor
        if not asked:
            self._console.narrate("Say what is unclear, e.g. /ask what do you mean by memory?")
            return
        self._console.say("")
        self._say(conductor.word(authored.clarify(conductor.state, conductor.turn, conductor.item, asked)))

    def reviewed(self, question_id: str) -> None:
        """The verdict on this question was shown; its points can be explained."""
        self._reviewed = question_id
        missed = self._missed()
        if not missed:
            return
        text = f"/explain N explains a point that was missed: {list_numbers(list(missed))}."
        self._console.say("", *wrap_text(text, self._console.width))
        if not self._score().points:  # no verdict has named them
            for number, point in missed.items():
                self._console.say(*wrap_text(f"{number}. {point.statement}", self._console.width, indent="  "))

    def explain(self, which: str) -> None:
        """Explain a point that was missed in the question last reviewed, the first one when it is not said which."""
        missed = self._missed()
        if not missed:
            self._console.narrate("There is nothing to explain; this needs practice mode and a verdict.")
            return
        number = int(which) if which.isdecimal() and len(which) < 4 else 0
        if which and number not in missed:
            full = 0 < number <= len(self._score().points)
            why = f"Point {number} was not missed" if full else "Say which"
            self._console.narrate(f"{why}; /explain N takes one of {list_numbers(list(missed))}.")
            return
        state, point = self._conductor.state, missed[number or min(missed)]
        turn = state.turns_of(self._reviewed)[0]
        item = self._conductor.items[self._reviewed]
        self._console.say("")
        self._say(self._conductor.word(authored.explain(turn, item, point, turn.answer)))

    def close(self) -> None:
        """The last words, at once."""
        if self._conductor.state.turns and not any(each.act is Act.CLOSING for each in self._conductor.state.said):
            self.react()
            words = authored.close(self._conductor.state).words
            self._console.say("")
            self.say_block(words.text)
            self._keep(words)

    def _score(self) -> QuestionScore:
        """Of the question last reviewed."""
        questions = self._conductor.summary().questions
        return next(each.score for each in questions if each.item.question.id == self._reviewed)

    def _missed(self) -> dict[int, KeyPoint]:
        """What can be explained, by the numbers with which the verdict lists the points, or in order without one."""
        if not self._reviewed:
            return {}
        missed = authored.missed_points(self._conductor.state, self._conductor.items[self._reviewed])
        order = [each.point.id for each in sort_points(self._score())] or [point.id for point in missed]
        return {number: point for number, name in enumerate(order, 1) for point in missed if point.id == name}

    def _say(self, future: Future[Utterance], before: str = "") -> None:
        words = self._wait(future)
        self.say_block(before + words.text)
        self._keep(words)

    def _wait(self, future: Future[Utterance]) -> Utterance:
        try:
            return future.result(timeout=_QUIET)
        except NotYet:
            self._console.narrate("The interviewer's model is looking for words.")
            return future.result()

    def _keep(self, words: Utterance) -> None:
        notice = self._conductor.keep(words)
        if notice:
            self._console.narrate(notice)
