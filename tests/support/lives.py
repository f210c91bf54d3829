"""A candidate whose program is killed again and again, and what must be on disk each time.

One `Career` is one home. Each of its lives starts the program, answers for a while as a person would, and is ended by a
signal or a terminal that closes; `Career.examine` then holds the disk against what had been on the screen.
"""

from __future__ import annotations

import random
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import NamedTuple

import psutil

from interviewer.core.bank.content import Bank
from interviewer.core.interview.session import AnswerSubmitted, Event
from interviewer.sessions.session_view import SessionView
from interviewer.storage import open_journal
from tests.support.program import STUB_PROGRAM, Program

__all__ = ["DRAFT_BOUND", "END_BOUND", "KINDS", "Career", "Death"]

KINDS = ("SIGKILL", "SIGTERM", "SIGHUP", "terminal closed", "Ctrl-C")
DRAFT_BOUND = 2.0
"""Seconds after which what stands in the editor survives everything; it is saved once a second."""
END_BOUND = 10.0
"""Seconds after which neither the program, where it is told to end, nor its worker may run."""
_LONGEST = 6.0
"""Seconds of a life, once the question is on screen."""
_PATIENCE = 60.0
_STARTING = 1.5
"""Seconds within which it is killed while it starts."""
_QUESTIONS = ("--seed", "3", "--count", "40", "--minutes", "1000")


class Death(NamedTuple):
    """One kill, and what was found then."""

    front: str
    kind: str
    during: str
    """"starting", "typing" or "reading"."""
    ended: float
    """Seconds until the program had gone."""
    orphaned: float
    """Seconds for which a worker outlived it."""
    answers: int
    """Submitted in this life and found."""
    kept: int
    """Pieces of the draft that had to be there, and were."""


class _Found(NamedTuple):
    """What a journal holds of the newest session."""

    events: list[Event]
    answers: list[str]
    question: str
    """The question that waits for an answer; "" for none."""
    draft: str


class Career:
    """One candidate.

    Args:
        front: "interface" or "line mode".
        home: MOCKDL_HOME, set in the environment too.
        chance: decides everything that is not the machine's doing.
        module: what is run; the program itself to have the real worker.
        submits: whether they send anything; to the real grader they would have to give real answers.
    """

    def __init__(
        self,
        front: str,
        home: Path,
        bank: Bank,
        chance: random.Random,
        *,
        module: str = STUB_PROGRAM,
        submits: bool = True,
    ) -> None:
        self.front = front
        self._home = home
        self._bank = bank
        self._chance = chance
        self._module = module
        self.submits = submits
        self._words = (f"w{number}q" for number in count())
        self._last: _Found | None = None
        self._answers: list[str] = []
        """Acknowledged."""

    def live(self, kind: str, *, early: bool | None = None) -> Death:
        """Start or take up the session, work until a moment comes, be killed, and look at what is left.

        Args:
            kind: of `KINDS`.
            early: whether the moment may come before the question is on screen; None leaves it to chance.
        """
        arguments = ["start", "--plain"] if self.front == "line mode" else ["start"]
        arguments += ["--resume"] if self._last is not None else _QUESTIONS
        early = self._chance.random() < 0.25 if early is None else early
        moment = self._chance.uniform(0.1, _STARTING if early else _LONGEST)
        with Program(*arguments, module=self._module) as program:
            life = _Life(self, program, self._chance, self._words)
            life.run(moment, early=early)
            ended, orphaned = self._kill(program, kind)
        before = len(self._answers)
        kept = self.examine(life, kind)
        return Death(self.front, kind, life.during, ended, orphaned, len(self._answers) - before, kept)

    @property
    def draft(self) -> str:
        """What must stand in the editor when the session is taken up."""
        return self._last.draft if self._last is not None else ""

    @property
    def number(self) -> int:
        """Of the question that must be asked when the session is taken up."""
        return len(self._answers) + 1

    def _kill(self, program: Program, kind: str) -> tuple[float, float]:
        """End it so; returns how long it took, and for how long anything of it lived on."""
        began = time.monotonic()
        if kind == "terminal closed":
            program.hang_up()
        elif kind == "Ctrl-C" and self.front == "line mode":
            program.type("\x03")
        else:
            program.signal(signal.SIGINT if kind == "Ctrl-C" else getattr(signal, kind))
        while program.is_running:
            assert time.monotonic() < began + END_BOUND, f"it runs on after {kind}:\n{program.plain()[-2000:]}"
            program.listen(0.01)
        ended = time.monotonic()
        while left := self._living():
            assert time.monotonic() < ended + END_BOUND, f"outlived it: {left}"
            time.sleep(0.02)
        if kind not in ("SIGKILL", "terminal closed"):
            assert program.settings() == program.settings_before, f"{kind} left the terminal as the program had it"
        return ended - began, time.monotonic() - ended

    def _living(self) -> list[str]:
        """Processes that have this home."""
        found = []
        for each in psutil.process_iter():
            try:
                ours = each.environ().get("MOCKDL_HOME") == str(self._home)
                if ours and each.status() != psutil.STATUS_ZOMBIE and each.pid != psutil.Process().pid:
                    found.append(" ".join(each.cmdline()))
            except psutil.Error:
                continue
        return found

    def examine(self, life: _Life, kind: str) -> int:
        """Hold the disk against what had been seen; returns how many pieces of a draft had to be there."""
        found = self._look()
        if found is None:
            assert self._last is None, "the session is gone"
            assert not life.seen, "the session was never stored"
            return 0
        before = self._last.events if self._last is not None else []
        assert found.events[: len(before)] == before, "what had been stored has changed"
        sent = [*self._answers, *life.answers]
        assert found.answers[: len(sent)] == sent, "an answer that was acknowledged is not there"
        more = found.answers[len(sent) :]
        assert more in ([], life.pending), "there is an answer that was never given"
        told = kind != "SIGKILL"
        due = life.due(0.0 if told else DRAFT_BOUND, pending=not more)
        assert found.draft.startswith(due), f"of the draft {due!r} only {found.draft!r} is there"
        if self._last is not None and self._last.question and not life.answers and not more:
            assert found.question == self._last.question, "another question is asked"
        self._answers, self._last = found.answers, found
        return len(due.split())

    def _look(self) -> _Found | None:
        """Read a copy, so that the next life finds what the kill has left."""
        copy = self._home.parent / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        if not (self._home / "data").exists():
            return None
        shutil.copytree(self._home / "data", copy)
        with closing(open_journal(copy / "journal.sqlite3")) as journal:
            assert journal.check() == "ok"
            assert journal.damaged() == []
            rows = journal.sessions()
            if not rows:
                return None
            (row,) = rows
            view = SessionView(row, journal, self._bank, time.time)
            events = journal.events(row.id)
            turn = view.state.turn
            is_open = turn is not None and turn.outcome is None
            draft = journal.draft(row.id, turn.id if turn is not None and is_open else len(view.state.turns))
            answers = [event.text for event in events if isinstance(event, AnswerSubmitted)]
            question = turn.question_id if turn is not None and is_open else ""
            return _Found(events, answers, question, draft.text if draft else "")


class _Life:
    """From the start of the program to its end."""

    def __init__(self, career: Career, program: Program, chance: random.Random, words: Iterator[str]) -> None:
        self._career = career
        self._program = program
        self._until = time.monotonic()
        """When the moment comes."""
        self._chance = chance
        self._words = words
        self._plain = career.front == "line mode"
        self._submits = career.submits
        self._number = career.number
        self._text = career.draft
        """What stood in the editor before what was typed now."""
        self._typed: list[tuple[str, float]] = []
        """What was typed, and when it was seen to be there."""
        self.answers: list[str] = []
        """Acknowledged in this life."""
        self.pending: list[str] = []
        """Submitted and not acknowledged."""
        self.seen = False
        self.during = "starting"

    def run(self, moment: float, *, early: bool) -> None:
        """Take the session up, then type and submit until the moment comes.

        Args:
            moment: seconds from the start, or from where the question and the draft are seen.
            early: whether it comes from the start.
        """
        self._until += moment if early else _PATIENCE
        self.seen = self._takes_up()
        assert self.seen or early, f"question {self._number} with {self._text!r} was waited for in vain"
        if self.seen and not early:
            self._until = time.monotonic() + moment
        while self.seen and self._type() and (not self._submits or self._chance.random() > 0.15 or self._submit()):
            pass

    def _takes_up(self) -> bool:
        """Wait for the question that was open and the end of what had been typed."""
        if not self._sees(f"Question {self._number} of"):
            return False
        drafted = all(word in self._program.said or self._sees(word) for word in self._text.split()[-1:])
        return drafted and (not self._plain or self._sees("> "))

    def due(self, bound: float, *, pending: bool) -> str:
        """What the draft must begin with, if what is pending was not submitted or nothing is."""
        if self.pending and not pending:
            return ""
        seen = [text for text, when in self._typed if when <= self._until - bound]
        return self._text + "".join(seen) if self.seen else self._career.draft

    def _type(self) -> bool:
        """Type a few words; False when the moment came before they were seen."""
        self.during = "typing"
        slow = not self._typed and not self._text and self._chance.random() < 0.3
        words = f"sleep {self._chance.uniform(0.3, 2):.6f}" if slow else " ".join(self._some_words())
        if not self._plain:
            words += "" if slow else " "
        self._program.type(words + "\n" if self._plain else words)
        if not self._sees(words.split()[-1]) or (self._plain and not self._sees("> ")):
            return False
        before = "\n" if self._plain and (self._typed or self._text) else ""
        self._typed.append((before + words, time.monotonic()))
        self._program.listen(self._chance.uniform(0, 0.4))
        return time.monotonic() < self._until

    def _some_words(self) -> list[str]:
        return [next(self._words) for _ in range(self._chance.randint(1, 4))]

    def _submit(self) -> bool:
        """Submit, and go on to the next question; False when the moment came before that."""
        self.pending = [self._text + "".join(text for text, _ in self._typed)]
        self._program.type(".\n" if self._plain else "\x13")
        self.during = "reading"
        if not self._sees("written that down" if self._plain else "Reading your answer"):
            return False
        self.answers += self.pending
        self.pending, self._text, self._typed = [], "", []
        self._number += 1
        return self._sees(f"Question {self._number} of") and (not self._plain or self._sees("> "))

    def _sees(self, text: str) -> bool:
        """Wait for this to be written; False when the moment comes first."""
        return self._program.wait_until(text, self._until)
