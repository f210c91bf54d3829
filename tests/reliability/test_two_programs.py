"""Two programs of one user on one session, each a process at a terminal of its own: the second asks first, the first is
told, and nothing typed in either is lost."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from interviewer.core.interview.session import AnswerSubmitted
from interviewer.paths import find_places
from interviewer.storage import open_journal

if os.name != "posix":
    pytest.skip("terminals as POSIX has them", allow_module_level=True)

from tests.support.program import STUB_PROGRAM, Program

ROOT = Path(__file__).resolve().parents[2]
BEGIN = ("start", "--plain", "--seed", "3", "--count", "2")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    command = [sys.executable, "-m", STUB_PROGRAM, *arguments]
    return subprocess.run(command, cwd=ROOT, input="", capture_output=True, text=True, check=False, timeout=120)


def begin(program: Program, line: str) -> str:
    """Type the first line of an answer; returns the session's id."""
    program.wait_for("Question 1 of")
    program.wait_for("> ")
    program.type(f"{line}\n")
    program.wait_for("> ")
    with closing(open_journal(find_places().journal)) as journal:
        (row,) = journal.sessions()
        return row.id


def stored(session: str) -> tuple[list[str], set[str]]:
    """The answers and the drafts that are on disk."""
    with closing(open_journal(find_places().journal)) as journal:
        answers = [each.text for each in journal.events(session) if isinstance(each, AnswerSubmitted)]
        return answers, {body for (body,) in journal._read("SELECT body FROM drafts")}


def test_who_takes_a_session_over_goes_on_with_it_and_the_first_loses_no_word() -> None:
    with Program(*BEGIN, module=STUB_PROGRAM) as first:
        session = begin(first, "typed in the first")
        told = run("start", "--plain", "--resume", session)
        assert told.returncode == 5
        assert f"Session {session} is open in another window. Nothing was changed." in " ".join(told.stderr.split())
        assert f"mockdl start --replay {session}" in told.stderr
        assert f"mockdl start --resume {session} --take-over" in told.stderr
        assert "begin another with `mockdl start`" in told.stderr
        with Program("start", "--plain", "--resume", session, "--take-over", module=STUB_PROGRAM) as second:
            second.wait_for("Question 1 of")
            second.wait_for("typed in the first")
            second.wait_for("> ")
            first.type("and one more line there\n")
            for _ in range(2):  # as soon as it types, and when it submits all the same
                first.wait_for("has gone on in another window")
                first.wait_for("still here")
                first.wait_for("> ")
                first.type(".\n")
            assert stored(session) == ([], {"typed in the first", "typed in the first\nand one more line there"})
            second.type("and on in the second\n.\n")
            second.wait_for("Question 2 of")
            second.wait_for("> ")
            second.type("/quit\n")
            assert second.end() == 0
        first.type("/quit\n")
        assert first.end() == 0
    answers, drafts = stored(session)
    assert answers == ["typed in the first\nand on in the second"]
    assert "typed in the first\nand one more line there" in drafts


@pytest.mark.parametrize("front", [(), ("--plain",)], ids=["interface", "line mode"])
def test_a_session_that_another_program_holds_can_be_watched(front: tuple[str, ...]) -> None:
    with Program(*BEGIN, module=STUB_PROGRAM) as first:
        session = begin(first, "a line of the answer")
        first.type(".\n")
        first.wait_for("Question 2 of")
        first.wait_for("> ")
        before = dump()
        with Program("start", "--replay", session, *front, module=STUB_PROGRAM) as watching:
            if front:
                watching.wait_for("a line of the answer")
            else:
                watching.wait_for("Replay 1 of")
                watching.type("q")
            assert watching.end() == 0
        assert dump() == before, "who watches writes nothing"
        first.type("another\n.\n")
        until = time.monotonic() + 60
        while len(stored(session)[0]) < 2:
            assert time.monotonic() < until, first.plain()
            first.listen(0.1)
    assert stored(session)[0] == ["a line of the answer", "another"]


def dump() -> list[str]:
    with closing(open_journal(find_places().journal)) as journal:
        return list(journal._connection.iterdump())
