"""What the interviewer says in line mode: whole utterances, because a screen reader cannot read a half one."""

from __future__ import annotations

from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet

from interviewer.core.bank.rubric import KeyPoint
from interviewer.core.interview.authored import Speech, missed_points
from interviewer.core.interview.effects import Ask, Effect, GradeTurn
from interviewer.core.interview.scoring import QuestionScore
from interviewer.core.interview.session import TurnKind
from interviewer.core.interview.utterance import Act, Utterance
from interviewer.plain.console import Console
from interviewer.plain.contest_target import list_numbers
from interviewer.report.terminal_report import wrap_text
from interviewer.sessions.conductor import Conductor
from interviewer.sessions.speaking import clarification, explanation, question_text, speeches_for
from interviewer.wording.verdicts import sort_points

_QUIET = 1.5
"""Seconds of waiting for words before the waiting is explained."""
_APART = (Act.REACTION, Act.REVEAL, Act.CLARIFICATION, Act.EXPLANATION, Act.CLOSING)
"""What begins below an empty line."""


class LineSpeaker:
    """Says what there is to say, in a model's words or in authored ones, and has it kept."""

    def __init__(self, conductor: Conductor, console: Console) -> None:
        self._conductor = conductor
        self._console = console
        self._begun: list[tuple[Speech, Future[Utterance]]] = []
        self._reviewed = ""

    def say_block(self, text: str) -> None:
        """Paragraphs, wrapped."""
        for paragraph in text.strip().split("\n\n"):
            self._console.say(*wrap_text(paragraph, self._console.width))

    def begin(self, effect: GradeTurn) -> None:
        """Let the words to an answer be found while it is graded; `finish` says them."""
        speeches = speeches_for(effect, self._conductor)
        self._begun = [(each, self._conductor.word(each)) for each in speeches]

    def finish(self) -> None:
        """Say what was begun."""
        begun, self._begun = self._begun, []
        for speech, words in begun:
            self._say(speech, words)

    def say(self, effect: Effect) -> None:
        """Say what goes with an effect that is no question."""
        for speech in speeches_for(effect, self._conductor):
            self._say(speech)

    def ask(self, effect: Ask) -> None:
        """The question, below a line that says where the interview stands."""
        conductor, wording = self._conductor, None
        for speech in speeches_for(effect, conductor):
            if speech.act is Act.ASK:
                wording = speech
            else:
                self._say(speech)
        self._console.say("")
        turn, state, question = conductor.turn, conductor.state, conductor.item.question
        if turn.kind is TurnKind.QUESTION:
            place = f"Question {state.position + 1} of {len(state.plan)}"
            self._console.say(f"{place} ({question.topic}, {question.level})")
        else:
            self._console.say("Last words" if turn.kind is TurnKind.LAST_WORDS else "Follow-up")
        if wording is not None:
            self._say(wording)
        else:
            self.say_block(question_text(state, turn))

    def clarify(self, asked: str) -> None:
        """Reply to what the candidate asks about the question."""
        if asked:
            self._say(clarification(self._conductor, asked))
        else:
            self._console.narrate("Say what is unclear, e.g. /ask what do you mean by memory?")

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
            self._console.narrate("There is nothing to explain yet; an interview shows its verdicts when it is over.")
            return
        number = int(which) if which.isdecimal() and len(which) < 4 else 0
        if which and number not in missed:
            full = 0 < number <= len(self._score().points)
            why = f"Point {number} was not missed" if full else "Say which"
            self._console.narrate(f"{why}; /explain N takes one of {list_numbers(list(missed))}.")
            return
        self._say(explanation(self._conductor, self._reviewed, missed[number or min(missed)]))

    def _score(self) -> QuestionScore:
        """Of the question last reviewed."""
        questions = self._conductor.summary().questions
        return next(each.score for each in questions if each.item.question.id == self._reviewed)

    def _missed(self) -> dict[int, KeyPoint]:
        """What can be explained, by the numbers with which the verdict lists the points, or in order without one."""
        if not self._reviewed:
            return {}
        missed = missed_points(self._conductor.state, self._conductor.items[self._reviewed])
        order = [each.point.id for each in sort_points(self._score())] or [point.id for point in missed]
        return {number: point for number, name in enumerate(order, 1) for point in missed if point.id == name}

    def _say(self, speech: Speech, begun: Future[Utterance] | None = None) -> None:
        if speech.act in _APART:
            self._console.say("")
        words = self._wait(begun or self._conductor.word(speech))
        self.say_block(_price(speech) + words.text)
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


def _price(speech: Speech) -> str:
    """What stands before a hint."""
    if speech.act is not Act.HINT or speech.item is None:
        return ""
    return f"Hint ({speech.item.question.hints[int(speech.words.about)].price:g} points): "
