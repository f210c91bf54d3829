"""Make the files beside this one, from the root of a checkout of commit 10eab4d:

    PYTHONPATH=. python -m tests.data.stored.make

Kept as a record. Any other commit would write what that commit does, which is the very thing the files are to be
held against, so this refuses to run over a journal that is there.
"""

from __future__ import annotations

import itertools
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from unittest import mock

from pytest_httpserver import HTTPServer

from interviewer.cli.grade_session import Wish, grade_session
from interviewer.conduct import Conductor
from interviewer.core.content import Level
from interviewer.core.grade import Span, Ungraded
from interviewer.core.session import (
    AnswerSubmitted,
    Ended,
    Graded,
    GradeDeferred,
    Mode,
    Phase,
    SessionConfig,
    Turn,
    TurnKind,
)
from interviewer.paths import find_places
from interviewer.plain import Console, run_plain
from interviewer.services import Services
from interviewer.settings import load_settings
from tests.support import stored
from tests.support.chat_server import ChatStage, error
from tests.support.judging import says, write_settings
from tests.support.stored import DATA, PACK

DAY, FIRST = 86_400.0, 1_740_992_400.0  # 2025-03-03 09:00 UTC
NASTY = (
    "And [bold]brackets[/bold], [/] \x1b[31mred\x1b[0m, \x1b]0;title\x07, a\ttab, 日本語 🙂, C:\\temp, $x_i^2$, ```."
)
GERMAN = (
    "Beim Durchschreiben wird jeder Wert sofort in den Cache und auf die Platte geschrieben, erst dann geht es weiter."
)
HALF = "With write-through the disk is written at the same time as the cache, I think that is slow."
MIXED = (
    "With write-through each write goes to the cache and to the disk, and the caller hears back once both have it. "
    "With write-back the entry is marked dirty and reaches the disk later."
)
Script = Callable[[Turn], Iterable[str]]


class Typing:
    """Standard input that is written while the interview goes on: each turn has its own lines."""

    def __init__(self, conductor: Conductor, script: Script) -> None:
        self._lines = self._type(conductor, script)

    def _type(self, conductor: Conductor, script: Script) -> Iterator[str]:
        while conductor.state.phase is not Phase.FINISHED:
            yield from script(conductor.turn)

    def readline(self) -> bytes:
        return next(self._lines, "/quit").encode() + b"\n"


def by_question(*scripts: list[str], follow_up: Iterable[str] = ("/idk",)) -> Script:
    """Lines for the first, second, ... question; each follow-up takes the next of `follow_up`, then is skipped."""
    rest, more = iter(scripts), iter(follow_up)

    def script(turn: Turn) -> list[str]:
        if turn.kind is TurnKind.QUESTION:
            return next(rest, ["/end"])
        said = next(more, "/skip")
        return [said] if said.startswith("/") else [said, "."]

    return script


def play(services: Services, conductor: Conductor, script: Script) -> None:
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        console = Console(stdin=Typing(conductor, script), out=nowhere)  # type: ignore[arg-type]
        run_plain(conductor, console, services.engine().status)


def example(services: Services, question_id: str, kind: str) -> str:
    return next(each.text for each in services.bank[question_id].rubric.examples if each.kind == kind).strip()


def hold_interview(services: Services) -> None:
    """Finished: hint, clarification, confidence, follow-ups, escape sequences, don't know, skip."""
    config = SessionConfig(level=Level.MID, topics=("caching", "inference"), count=4, seed=7)
    conductor = services.start_session(config)
    first, second = (each.question_id for each in conductor.row.plan[:2])
    said, wrong = example(services, first, "partial"), example(services, second, "strong")
    scripts = (
        ["/ask what do you mean by that?", "/hint", "/hint", said, "/sure 4", "."],
        [*wrong.split("\n"), NASTY, "/sure 2", "."],
        ["/idk"],
        ["/skip"],
    )
    play(services, conductor, by_question(*scripts, follow_up=["Only 2.5% may miss, so 97.5% must hit.", "/idk"]))


def hold_practice(services: Services) -> None:
    """Finished: contests, an explanation, an answer in another language, a pause."""
    ids = ["write-policies", "dropout", "average-latency"]
    conductor = services.start_from(ids, SessionConfig(level=Level.MID, mode=Mode.PRACTICE, count=3))
    dropout = example(services, "dropout", "fluent-wrong")
    contests = ['/contest 3 "marked dirty and reaches the disk later"', '/contest 4 "reaches the disk later"']
    scripts = (
        [MIXED, "/sure 5", "."],
        [*contests, "/explain 4", *dropout.split("\n"), "/sure 3", "."],
        ["/explain", "/pause", "", GERMAN, "."],
    )
    play(services, conductor, by_question(*scripts, follow_up=["A crash loses what is dirty.", "/idk", "/skip"]))
    services.journal.rename_session(conductor.row.id, "Caches [evening] ✓")


def leave_unfinished(services: Services) -> None:
    """A draft stands in the editor."""
    config = SessionConfig(level=Level.SENIOR, count=2, minutes=45.0, seed=3)
    conductor = services.start_from(["average-latency", "write-policies"], config)
    play(services, conductor, by_question([HALF, "."], ["A first line", NASTY, "half a wo", "/quit"]))


def run_out_of_time(services: Services) -> None:
    """What stood in the editor was taken as the answer; the second question is never reached."""
    conductor = services.start_from(
        ["write-policies", "average-latency"], SessionConfig(level=Level.JUNIOR, count=2, minutes=1.0)
    )
    play(services, conductor, by_question(["/hint", *[f"line {n} says that dirty entries go" for n in range(9)]]))


def demonstrate(services: Services) -> None:
    """A scripted model judges and speaks."""
    services.model.demo = True
    conductor = services.start_from(
        ["write-policies", "average-latency"], SessionConfig(level=Level.MID, mode=Mode.PRACTICE, count=2)
    )
    strong = example(services, "average-latency", "strong")
    scripts = (["/ask what is a write?", "/hint", MIXED, "."], ["/explain", *strong.split("\n"), "."])
    play(services, conductor, by_question(*scripts, follow_up=["A crash loses what is dirty.", "/skip"]))


def owe_a_grade(services: Services) -> None:
    """Of two answers one was never graded, the other could not be."""
    conductor = services.start_from(
        ["average-latency", "write-policies"], SessionConfig(level=Level.MID, count=2, seed=5)
    )
    clock = services.clock
    conductor.open()
    answers = example(services, "average-latency", "partial"), MIXED
    conductor.send(AnswerSubmitted(at=clock(), text=answers[0]))
    conductor.send(GradeDeferred(at=clock()))
    conductor.send(AnswerSubmitted(at=clock(), text=answers[1]))
    reason = "the encoder is not running: the worker ended with code 1"
    conductor.send(Graded(at=clock(), turn_id=conductor.turn.id, result=Ungraded(reason=reason)))
    if conductor.state.phase is not Phase.FINISHED:
        conductor.send(Ended(at=clock()))


def grade_again(services: Services, http: HTTPServer) -> None:
    """Graded offline twice, then with a judge, who fails before and after that and rules on a contest."""
    conductor = services.start_from(["write-policies"], SessionConfig(level=Level.SENIOR, count=1))
    play(services, conductor, by_question([MIXED, "."], follow_up=["A crash loses what is dirty.", "/skip"]))
    name = conductor.row.id
    grade_session(services, name, Wish(again=True))
    stage = ChatStage(http)
    write_settings(services.places.data.parent, stage.url, interviewer_voice="authored")
    services.apply_settings(load_settings(services.places.settings_file))
    stage.act = lambda body: error(500, "out of memory")
    grade_session(services, name, Wish(again=True))
    stage.act = says(
        {
            "through-both": ("partial", "each write goes to the cache and to the disk"),
            "back-later": ("covered", "the entry is marked dirty"),
            "coalescing": ("covered", "these words are nowhere in the answer"),
        }
    )
    grade_session(services, name, Wish(again=True))
    shutil.rmtree(services.places.cache / "replies")
    stage.act = lambda body: error(500, "out of memory")
    grade_session(services, name, Wish(again=True))
    stage.act = says({"battery": ("covered", "reaches the disk later")})
    conductor = services.open_session(name)
    answer, words = conductor.state.turns[0].answer, "reaches the disk later"
    span = Span(start=answer.index(words), end=answer.index(words) + len(words))
    conductor.send(conductor.contest(0, "battery", span).result(), running=False)
    services.places.settings_file.unlink()


def make_journal(home: Path) -> None:
    """Hold the sessions, a few days apart, each with a clock that goes on by some seconds whenever it is read."""
    names = itertools.count(0xA001)
    with mock.patch("secrets.token_hex", side_effect=lambda _: f"{next(names):x}"), HTTPServer(port=18080) as http:
        sessions: list[Callable[[Services], None]] = [
            hold_interview,
            hold_practice,
            leave_unfinished,
            run_out_of_time,
            demonstrate,
            owe_a_grade,
            lambda services: grade_again(services, http),
        ]
        for number, hold in enumerate(sessions):
            ticks = itertools.count(FIRST + number * 3 * DAY, 4.25)
            places = find_places()
            services = Services(
                places, load_settings(places.settings_file), packs=[PACK], clock=lambda ticks=ticks: next(ticks)
            )
            hold(services)
            services.close()
    with sqlite3.connect(home / "data" / "journal.sqlite3") as connection:
        (DATA / "journal.sql").write_text("\n".join(connection.iterdump()) + "\n", encoding="utf-8")


def main() -> None:
    """Write the journal, then what the commands print about it."""
    if (DATA / "journal.sql").exists():
        raise SystemExit("The journal is there already; see the top of this file.")
    with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ):
        stored.prepare_environment(Path(folder))
        make_journal(Path(folder))
    with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ):
        stored.prepare_environment(Path(folder))
        stored.restore_journal(Path(folder))
        stored.write_outputs(Path(folder))


if __name__ == "__main__":
    main()
