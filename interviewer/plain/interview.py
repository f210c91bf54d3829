"""One interview in line mode.

An answer ends with a line that holds a single dot. Lines that `commands.py` does not know are part of the answer,
whatever they begin with.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, wait
from contextlib import ExitStack, closing

from interviewer.core.grade.grade import Ungraded
from interviewer.core.interview.effects import Ask, Effect, Finish, GradeTurn, Leave, Rejected, Review, ShowHint
from interviewer.core.interview.session import (
    AskConfidence,
    Continued,
    Event,
    Graded,
    HintRequested,
    Paused,
    Phase,
    Quit,
    Resumed,
)
from interviewer.core.ports import EncoderStatus
from interviewer.core.text import clean_line, plain_newlines
from interviewer.errors import ElsewhereError, StorageError
from interviewer.plain.commands import COMMANDS, SUBMIT, Command, help_lines, parse_command
from interviewer.plain.confidence import Confidence
from interviewer.plain.console import Console, GoOn
from interviewer.plain.contest import Contests
from interviewer.plain.pass_on import COMMANDS as PASSING
from interviewer.plain.pass_on import END, PassOn
from interviewer.plain.speaker import LineSpeaker
from interviewer.report.terminal_report import render_question
from interviewer.sessions.conductor import SEVERAL_DRAFTS, Conductor
from interviewer.sessions.question_back import TAKEN_AS_ASKED, AskingBack
from interviewer.sessions.session_view import describe_time_up
from interviewer.wording.waiting import FIRST_READING, IS_LOADED

_STILL_HERE = ", and the lines you typed are still here"
INPUT_ENDED = 7
"""Exit code when the input ended before the interview did."""


class _PlainInterview:
    def __init__(
        self,
        conductor: Conductor,
        console: Console,
        status: Callable[[], EncoderStatus],
        asks: AskConfidence,
        loads: Callable[[], bool],
    ) -> None:
        self._conductor = conductor
        self._console = console
        self._status = status
        self._loads = loads
        self._lines: list[str] = []
        self._input_ended = False
        self._just_submitted = False
        self._speaker = LineSpeaker(conductor, console)
        self._confidence = Confidence(conductor, console, asks)
        self._contests = Contests(conductor, console)
        self._pass_on = PassOn(conductor, console)
        self._asking_back = AskingBack()

    def run(self) -> int:
        """Conduct the session; returns the exit code."""
        self._introduce()
        queue = list(self._conductor.open())
        while queue:
            effect = queue.pop(0)
            if isinstance(effect, Leave):
                return self._leave()
            if isinstance(effect, Finish):
                self._contests.settle(last=True)
                self._speaker.say(effect)
                return 0
            if isinstance(effect, GradeTurn):  # last words are graded for each open question, and read as one reply
                together = [effect]
                while queue and isinstance(following := queue[0], GradeTurn):
                    together.append(following)
                    del queue[0]
                queue += self._grade(together)
            else:
                queue += self._perform(effect)
        return self._leave()

    def _perform(self, effect: Effect) -> tuple[Effect, ...]:
        if isinstance(effect, Ask):
            return self._ask(effect)
        if isinstance(effect, ShowHint):
            self._speaker.say(effect)
            return self._listen()
        if isinstance(effect, Review):
            return self._review(effect)
        if isinstance(effect, Rejected):
            self._console.narrate(effect.reason)
            return self._listen() if self._conductor.state.phase is Phase.ANSWERING else ()
        return ()

    def _introduce(self) -> None:
        row = self._conductor.row
        config = row.config
        self._console.say(f"mockdl: {config.level} level {config.mode}, session {row.id}")
        for note in row.notes:
            self._speaker.say_block(f"Note: {note}")
        self._speaker.say_block("Finish an answer with a line that holds a single dot. /help lists the commands.")

    def _ask(self, effect: Ask) -> tuple[Effect, ...]:
        conductor = self._conductor
        conductor.prepare()
        self._speaker.ask(effect)
        draft = conductor.draft()
        self._lines = plain_newlines(draft.text).split("\n") if draft and draft.text else []
        if self._lines:
            self._console.say("", "Your draft so far:", *(f"  {line}" for line in self._lines))
        if draft is not None and draft.windows > 1:
            self._console.narrate(SEVERAL_DRAFTS)
        return self._listen()

    def _listen(self, *, failed: bool = False) -> tuple[Effect, ...]:
        """Read lines until they make an event, then send it; after one that could not be stored not without a line."""
        conductor, self._just_submitted = self._conductor, False
        while True:
            if not failed and (time_up := conductor.time_up(self._text())):
                self._console.narrate(describe_time_up(time_up))
                return self._send(time_up)
            line, failed = self._next_line(), False
            if line is None:
                return self._end_of_input()
            self._contests.settle()
            command = parse_command(line)
            if command is None:
                self._lines.append(line)
                self._keep_draft()
            elif command.name == SUBMIT:
                if self._asking_back.takes(conductor.turn, self._text()):
                    self._ask_back()
                elif submitted := self._pass_on.submitted(self._text()):
                    self._just_submitted = True
                    return self._send(submitted)
            elif command.name in PASSING:
                if chosen := self._pass_on.chosen(command.name, self._text()):
                    return self._send(chosen)
            elif command.name == END:
                if ended := self._pass_on.ended(self._text()):
                    return self._send(ended)
            elif not self._tell(command):
                return self._command(command.name)

    def _keep_draft(self, *, leaving: bool = False) -> None:
        """Save what was typed; where somebody can still send it, or leaves, that it cannot be saved is only said."""
        last = self._lines[-1] if self._lines else ""
        try:
            self._conductor.save_draft(self._text(), max(0, len(self._lines) - 1), len(last))
        except StorageError as error:
            if leaving:
                self._console.narrate(str(error))
            else:
                self._tell_or_end(error)

    def _tell_or_end(self, error: StorageError) -> None:
        """Say why nothing was saved, with what was typed kept for another try; input from a pipe has none."""
        can_try = self._console.interactive and not self._input_ended
        if not isinstance(error, ElsewhereError):
            error.kept = f"What was saved before is safe{_STILL_HERE if can_try else ''}."
        if not can_try:
            raise error
        self._console.narrate(str(error))

    def _next_line(self) -> str | None:
        """A line of the answer, or a command; one that Ctrl-C breaks off belongs to the draft."""
        try:
            return self._console.read_line("> ")
        except KeyboardInterrupt:
            begun = self._console.unfinished.rstrip()
            if begun and not any(each.startswith(begun) for each in (SUBMIT, *COMMANDS)):
                self._lines.append(begun)
            raise

    def _ask_back(self) -> None:
        """Put what was typed to the interviewer; the answer begins anew."""
        self._speaker.clarify(clean_line(self._text()))
        self._lines = []
        self._keep_draft()
        self._console.narrate(TAKEN_AS_ASKED)

    def _tell(self, command: Command) -> bool:
        """Carry out a command that moves the interview nowhere; False for any other."""
        if command.name == "/help":
            self._console.say(*help_lines(self._console.width))
        elif command.name == "/ask":
            self._speaker.clarify(command.words)
        elif command.name == "/explain":
            self._speaker.explain(command.words)
        elif command.name == "/contest":
            self._contests.contest(command.words)
        elif command.name == "/said":
            self._contests.mark(command.words)
        elif command.name == "/sure":
            self._confidence.note(command.words)
        else:
            return False
        return True

    def _text(self) -> str:
        return "\n".join(self._lines)

    def _command(self, command: str) -> tuple[Effect, ...]:
        now = self._conductor.clock()
        if command == "/pause":
            self._send(Paused(at=now))
            self._console.say("Paused; the clock has stopped. Press Enter to go on.")
            if self._console.read_line("") is None:
                return self._send(Quit(at=self._conductor.clock()))
            return self._send(Resumed(at=self._conductor.clock()))
        events: dict[str, Event] = {
            "/hint": HintRequested(at=now),
            "/quit": Quit(at=now),
        }
        return self._send(events[command])

    def _end_of_input(self) -> tuple[Effect, ...]:
        """What was typed before the end of input is an answer; after that there is nothing to wait for."""
        if self._text().strip() and not self._input_ended:
            self._input_ended = True
            event = self._pass_on.submitted(self._text(), sure=True)
            assert event is not None, "nobody can be asked"
            return self._send(event)
        self._input_ended = True
        return self._send(Quit(at=self._conductor.clock()))

    def _send(self, event: Event) -> tuple[Effect, ...]:
        try:
            return self._conductor.send(event)
        except StorageError as error:
            self._tell_or_end(error)
            return self._listen(failed=True)

    def _grade(self, effects: Sequence[GradeTurn]) -> tuple[Effect, ...]:
        """Grade one reply, for as many questions as it is read for."""
        turn = self._conductor.state.find(effects[0].turn_id)
        gradings = [self._conductor.grade(each) for each in effects]
        self._speaker.begin(effects[0])
        if turn is not None:
            self._confidence.keep(turn, ask=self._just_submitted)
            self._just_submitted = False
        self._speaker.finish()
        follow: tuple[Effect, ...] = ()
        problems: dict[str, None] = {}
        with closing(self._wait(gradings)) as grades:
            for graded in grades:
                if isinstance(graded.result, Ungraded):
                    problems[graded.result.reason] = None
                follow += self._conductor.send_grade(graded)
        for reason in problems:
            self._console.narrate(f"This answer could not be graded: {reason}. Your answer is saved.")
        return follow

    def _wait(self, gradings: Iterable[Future[Graded]]) -> Generator[Graded, None, None]:
        """Wait for the grades of a reply, one after the other; said once, when it takes a second or more."""
        with ExitStack() as shown:
            go_on: GoOn | None = None
            told = False
            for future in gradings:
                while not (done := wait([future], timeout=0.5 if go_on else 1.0).done):
                    if go_on is None:
                        first = FIRST_READING if self._status().state == "starting" else ""
                        go_on = shown.enter_context(self._console.waiting(f"Reading your answer{first}"))
                        continue
                    loads = not told and self._loads()
                    go_on(IS_LOADED if loads else "")
                    told = told or loads
                yield done.pop().result()

    def _review(self, effect: Review) -> tuple[Effect, ...]:
        summary = self._conductor.summary()
        number = next(n for n, q in enumerate(summary.questions, 1) if q.item.question.id == effect.question_id)
        self._console.say("", *render_question(summary.questions[number - 1], self._console.width, number=number))
        self._speaker.reviewed(effect.question_id)
        self._contests.offer(number)
        while self._console.interactive:
            line = self._console.read_line("\nPress Enter to go on. ")
            self._contests.settle()
            if line is None:
                return self._send(Quit(at=self._conductor.clock()))
            command = parse_command(line)
            if command is not None and command.name == "/quit":
                return self._command(command.name)
            if command is not None and command.name == END and (ended := self._pass_on.ended("")):
                return self._send(ended)
            if command is None or not self._tell(command):
                break
        return self._send(Continued(at=self._conductor.clock()))

    def _leave(self) -> int:
        self._contests.settle(last=True)
        row = self._conductor.row
        self._console.narrate(
            f"Session {row.id} is saved. `mockdl start --resume {row.id}` takes it up where it stopped."
        )
        return INPUT_ENDED if self._input_ended else 0

    def interrupted(self) -> int:
        """Ctrl-C: keep the draft, stop the clock, say how to come back."""
        if self._conductor.state.turns and self._lines and self._conductor.state.phase is Phase.ANSWERING:
            self._keep_draft(leaving=True)
        if self._conductor.state.phase is not Phase.FINISHED:
            self._conductor.send(Quit(at=self._conductor.clock()))
        self._console.say("")
        self._leave()
        return 130


def run_plain(
    conductor: Conductor,
    console: Console,
    status: Callable[[], EncoderStatus],
    asks: AskConfidence = AskConfidence.PRACTICE,
    loads: Callable[[], bool] = lambda: False,
) -> int:
    """Conduct one session in line mode.

    Args:
        conductor: of the session.
        console: the candidate's side.
        status: what the encoder is doing.
        asks: when a candidate at a terminal is asked how sure they are.
        loads: whether a judge's server has to load its model first.

    Returns:
        0 when it ended or was left on purpose, `INPUT_ENDED` when the input ran out, 130
        after Ctrl-C. In each case everything submitted is on disk.
    """
    interview = _PlainInterview(conductor, console, status, asks, loads)
    try:
        return interview.run()
    except KeyboardInterrupt:
        return interview.interrupted()
