"""Leaving while something is under way: nothing submitted is lost, and nothing is left on the terminal but words."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from interviewer.core.interview.session import AnswerSubmitted, Event, Quit
from interviewer.services import build_services

if os.name != "posix":
    pytest.skip("terminals as POSIX has them", allow_module_level=True)

from tests.support.program import STUB_PROGRAM, Program

encoder = pytest.mark.encoder

SUBMIT, LEAVE = "\x13", "\x11"
ANSWER = "because of the gradient"


def events_on_disk() -> list[Event]:
    """Of the only session there is."""
    services = build_services()
    try:
        (row,) = services.journal.sessions()
        return services.journal.events(row.id)
    finally:
        services.close()


def answers_on_disk() -> list[str]:
    return [event.text for event in events_on_disk() if isinstance(event, AnswerSubmitted)]


@encoder
@pytest.mark.parametrize("judge", [(), ("--demo",)], ids=["offline", "judged"])
def test_quitting_the_interface_while_an_answer_is_read_ends_quietly(judge: tuple[str, ...]) -> None:
    with Program("start", "--seed", "3", "--count", "2", *judge) as program:
        program.wait_for("Submit")
        program.type(ANSWER)
        program.wait_for(ANSWER)
        program.type(SUBMIT)
        program.wait_for("Reading your answer")
        program.type(LEAVE)
        program.wait_for("Stay (Esc)")
        program.type("y")
        assert (program.end(), program.plain().strip()) == (0, "Saved. `mockdl start --resume` takes it up again.")
    assert answers_on_disk() == [ANSWER]


@encoder
def test_ctrl_c_in_line_mode_while_an_answer_is_read_says_how_to_come_back() -> None:
    with Program("start", "--plain", "--seed", "3", "--count", "2") as program:
        program.wait_for("> ")
        program.type(f"{ANSWER}\n.\n")
        program.wait_for("Reading your answer")
        program.interrupt()
        assert program.end() == 130
        words = " ".join(program.plain().split())
    assert words.endswith("takes it up where it stopped.")
    assert "Traceback" not in words
    assert "exception" not in words
    assert answers_on_disk() == [ANSWER]
    assert isinstance(events_on_disk()[-1], Quit)


@pytest.mark.parametrize("front", [("start",), ("start", "--plain")], ids=["interface", "line mode"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_saves_what_was_being_typed_and_gives_the_terminal_back(
    front: tuple[str, ...], number: signal.Signals
) -> None:
    with Program(*front, "--seed", "3", module=STUB_PROGRAM) as program:
        program.wait_for("Question 1 of")
        program.wait_for("> " if "--plain" in front else "Submit")
        program.type("half a line")
        program.wait_for("half a line")
        assert program.settings() != program.settings_before
        time.sleep(0.5)  # line editing sees a signal that comes between a letter and the wait for the next only then
        program.signal(number)
        assert program.end() == 130
        assert program.settings() == program.settings_before
        assert "saved" in program.plain().lower()
        assert "Traceback" not in program.plain()
    services = build_services()
    (row,) = services.journal.sessions()
    kept = services.journal.draft(row.id, 0)
    assert kept is not None
    assert kept.text == "half a line"
    assert isinstance(services.journal.events(row.id)[-1], Quit)
    services.close()


@encoder
def test_a_pipe_that_is_closed_while_an_answer_is_read_costs_nothing() -> None:
    command = [sys.executable, "-m", "interviewer", "start", "--plain", "--seed", "3", "--count", "2"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        assert program.stderr is not None
        program.stdin.write(f"{ANSWER}\n.\n".encode())
        program.stdin.flush()
        said = program.stderr.readline()
        program.stdout.close()
        rest = program.stderr.read()
        assert program.wait(60) == 1
    assert said.startswith(b"Reading your answer")
    assert b"Traceback" not in rest
    assert b"exception" not in rest
    assert answers_on_disk() == [ANSWER]
