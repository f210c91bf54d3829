"""Contesting a verdict in line mode: name a point by its number, quote the words that make it, hear the ruling.

In practice a point can be marked as said, too, which nobody rules on.

The rule is that of `core/grade/contest.py`, and the ruling is kept as the interface keeps it.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from typing import NamedTuple

from interviewer.core.interview.session import Contested, Mode, Phase
from interviewer.core.interview.summary import QuestionSummary
from interviewer.core.text import shorten
from interviewer.errors import MockdlError
from interviewer.plain.commands import parse_command
from interviewer.plain.console import Console
from interviewer.plain.contest_target import (
    Pointed,
    RefusedError,
    describe_answer,
    find_point,
    find_pointed,
    list_numbers,
    open_numbers,
    split_mark,
    split_number,
)
from interviewer.report.terminal_report import wrap_text
from interviewer.sessions.conductor import Conductor
from interviewer.sessions.contests import (
    FOR_PRACTICE,
    keep_ruling,
    may_contest,
    request_ruling,
    turn_mark,
)
from interviewer.wording.verdicts import MARKED_AS_SAID, OWN_MARK_COUNTS, describe_outcome, describe_score


class _Asked(NamedTuple):
    """A contest whose ruling is on its way."""

    question: str
    point: str
    future: Future[Contested]


class Contests:
    """The contests of one session."""

    def __init__(self, conductor: Conductor, console: Console) -> None:
        self._conductor = conductor
        self._console = console
        self._asked: list[_Asked] = []

    def offer(self, number: int) -> None:
        """Below the verdict on a question (counted from 1): say which points can be contested, if any."""
        numbers = open_numbers(self._conductor.summary().questions[number - 1])
        if numbers and may_contest(self._conductor):
            text = (
                f'/contest {numbers[0]} "these words of mine" has your words read again for point {numbers[0]}. '
                f"It can be done for {list_numbers(numbers)}. If it is refused, "
                "you have one more try, with other words."
            )
            self._console.say("", *wrap_text(text, self._console.width))
        if numbers and self._conductor.state.config.mode is Mode.PRACTICE:
            text = f"/said {numbers[0]} marks point {numbers[0]} as said, for yourself. {OWN_MARK_COUNTS}"
            self._console.say(*wrap_text(text, self._console.width))

    def mark(self, words: str) -> None:
        """Mark a point as said, or take that back, and tell it.

        Args:
            words: what stands behind /said, e.g. `2`.
        """
        conductor, told = self._conductor, self._console.narrate
        try:
            if conductor.state.config.mode is not Mode.PRACTICE:
                raise RefusedError(FOR_PRACTICE)
            question, number = split_mark(words)
            if not self._with_verdict():
                raise RefusedError("There is no verdict yet of which a point could be marked.")
            summary = self._question(question)
            score = find_point(summary, number)
            refused = turn_mark(conductor, summary.item.question.id, score)
        except (RefusedError, MockdlError) as reason:
            told(str(reason))
            return
        done = f"{MARKED_AS_SAID}. {OWN_MARK_COUNTS} /said {words} takes it back."
        told(refused or f"Point {number}: {'your mark was taken back.' if score.claimed else done}")

    def contest(self, words: str) -> bool:
        """Have words read and tell the ruling. Returns whether there is a new one, which is kept.

        Args:
            words: what stands behind /contest, e.g. `2 "these words of mine"`.
        """
        earlier = self.settle()
        try:
            pointed = self._point(words)
        except RefusedError as reason:
            self._console.narrate(str(reason))
            return earlier
        turn, point, span = pointed
        future = request_ruling(self._conductor, turn.id, point.id, span)
        self._asked.append(_Asked(turn.question_id, point.id, future))
        self._await(pointed, future)
        return self.settle() or earlier

    def settle(self, *, last: bool = False) -> bool:
        """Keep and tell the rulings that have come. Returns whether there was one.

        Args:
            last: whether nobody will look again, so that what is still on its way is given up.
        """
        ready = [each for each in self._asked if each.future.done()]
        self._asked = [each for each in self._asked if each not in ready]
        kept = [self._keep(each) for each in ready]
        if last and self._asked:
            self._asked = []
            self._console.narrate("A ruling did not come in time. The verdict stays and can still be contested.")
        return any(kept)

    def _await(self, pointed: Pointed, future: Future[Contested]) -> None:
        """Wait for the ruling in short turns, or Ctrl-C would not be heard everywhere."""
        quoted = shorten(pointed.span.cut(pointed.turn.answer), 60)
        way_out = " Ctrl-C goes on without waiting." if self._console.interactive else ""
        reads = f'A second method reads these words of {describe_answer(pointed.turn)}: "{quoted}".{way_out}'
        try:
            with self._console.waiting(reads) as go_on:
                while not future.done():
                    try:
                        future.exception(timeout=0.5)
                    except NotYet:
                        go_on()
        except KeyboardInterrupt:
            self._console.narrate("The ruling is told and kept when it comes. Ctrl-C once more leaves the session.")

    def _keep(self, asked: _Asked) -> bool:
        conductor = self._conductor
        try:
            refused = keep_ruling(conductor, asked.future.result())
        except MockdlError as error:
            self._console.narrate(f"{error} The point can still be contested.")
            return False
        if refused:
            self._console.narrate(refused)
            return False
        summary = next(each for each in conductor.summary().questions if each.item.question.id == asked.question)
        score = next(each for each in summary.score.points if each.point.id == asked.point)
        width = self._console.width
        self._console.say("", *wrap_text(describe_outcome(score), width))
        if score.contested:
            self._console.say(*wrap_text(f"Score of this question: {describe_score(summary.score)}", width))
        return True

    def _point(self, words: str) -> Pointed:
        """What is contested.

        Raises:
            RefusedError: nothing that could be.
        """
        if not may_contest(self._conductor):
            raise RefusedError("Nobody is there to rule on a contest. The verdict stays.")
        if not self._with_verdict():
            raise RefusedError("There is no verdict to contest yet.")
        question, number, quoted = split_number(words)
        summary = self._question(question)
        pointed = find_pointed(summary, number, quoted)
        if (pointed.turn.question_id, pointed.point.id) in {(each.question, each.point) for each in self._asked}:
            raise RefusedError("The ruling on this point is on its way.")
        return pointed

    def _question(self, number: int | None) -> QuestionSummary:
        """The question that was named, else the one whose verdict came last."""
        questions = self._with_verdict()
        if number is None and len(questions) > 1 and self._conductor.state.phase is Phase.FINISHED:
            raise RefusedError('Say which question, too: /contest 1.2 "..." is about point 2 of question 1.')
        if not 1 <= (number or 1) <= len(questions):
            raise RefusedError(f"Questions with a verdict are numbered 1 to {len(questions)}.")
        return questions[number - 1] if number else questions[-1]

    def _with_verdict(self) -> Sequence[QuestionSummary]:
        """The questions whose verdict the candidate has seen, in the order in which they were asked."""
        state, questions = self._conductor.state, self._conductor.summary().questions
        if state.phase is Phase.FINISHED:
            return questions
        if state.config.mode is Mode.INTERVIEW:
            return ()
        return questions if state.phase is Phase.REVIEWING else questions[:-1]


def offer_contests(conductor: Conductor, console: Console) -> bool:
    """Below the report of an interview: let its verdicts be contested. Returns whether there is a new ruling.

    Only in a terminal: a program that pipes answers in may wait for the end without closing its side.
    """
    contests, ruled = Contests(conductor, console), False
    questions = conductor.summary().questions
    if not console.interactive or not may_contest(conductor) or not any(map(open_numbers, questions)):
        return False
    example = '/contest 1.2 "these words of mine" has your words read again for point 2 of question 1'
    console.say("", *wrap_text(f"Points that are not covered can be contested: {example}.", console.width))
    try:
        while line := (console.read_line("Press Enter to leave. ") or "").strip():
            command = parse_command(line)
            if command is not None and command.name == "/contest":
                ruled |= contests.contest(command.words)
            elif command is not None and command.name == "/said":
                contests.mark(command.words)
            else:
                console.narrate("Only /contest is understood here; Enter leaves.")
    except KeyboardInterrupt:
        console.say("")
    return contests.settle(last=True) or ruled
