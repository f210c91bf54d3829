"""How sure the candidate is, in line mode: asked at a terminal, said with /sure anywhere, never taken from a pipe."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from interviewer.core.bank.kinds import Level
from interviewer.core.interview.calibration import CONFIDENCE
from interviewer.core.interview.session import AskConfidence, Graded, Mode, Phase, Rated, SessionConfig
from interviewer.plain import run_plain
from interviewer.plain.interview import INPUT_ENDED
from interviewer.report.terminal_report import render_terminal
from interviewer.services import Services, build_services
from interviewer.sessions.conductor import Conductor
from tests.support.builders import make_item
from tests.support.packs import write_pack
from tests.support.scripted import ScriptedEngine
from tests.support.terminal import Terminal, press_ctrl_c
from tests.unit.test_plain import play

ASKED = "How sure are you"


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    pack = write_pack(tmp_path / "pack", make_item("alpha"), make_item("beta"))
    built = build_services(alone=pack, engine=ScriptedEngine())
    yield built
    built.close()


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    opened = Terminal()
    yield opened
    opened.close()


def start(services: Services, count: int = 1, mode: str = "practice") -> Conductor:
    return services.sessions.create(SessionConfig(level=Level.MID, count=count, seed=3, mode=Mode(mode)))


def practise(
    services: Services, terminal: Terminal, typed: str, asks: str = "practice", mode: str = "practice"
) -> tuple[Conductor, int]:
    conductor = start(services, mode=mode)
    terminal.type(typed)
    with terminal.open() as console:
        return conductor, run_plain(conductor, console, services.engine().status, AskConfidence(asks))


def test_it_is_asked_once_the_answer_is_on_disk_and_before_the_verdict(services: Services, terminal: Terminal) -> None:
    conductor, code = practise(services, terminal, "answer\n.\n4\n/idk\n/idk\n\n")
    assert code == 0
    assert terminal.text.index("Your answer is saved") < terminal.text.index(ASKED) < terminal.text.index("Key points:")
    kinds = [event.kind for event in services.journal.events(conductor.row.id)]
    assert kinds.index("answer-submitted") < kinds.index("rated") < kinds.index("graded")
    assert services.sessions.read(services.journal.session(conductor.row.id)).state.turns[0].confidence == 4
    report = render_terminal(conductor.summary())
    assert "How sure you were:" in report
    assert "4 of 5, scored 0" in report


def test_enter_skips_and_a_follow_up_is_not_asked_about(services: Services, terminal: Terminal) -> None:
    conductor, _ = practise(services, terminal, "answer\n.\n\nmore\n.\nmore\n.\n\n")
    assert conductor.state.phase is Phase.FINISHED
    assert [turn.answer for turn in conductor.state.turns] == ["answer", "more", "more"]
    assert terminal.text.count(ASKED) == 1
    assert conductor.state.turns[0].confidence is None


def test_a_wrong_value_is_said_and_asked_again_once(services: Services, terminal: Terminal) -> None:
    conductor, _ = practise(services, terminal, "answer\n.\nsix [/b]\n/sure 2\n/idk\n/idk\n\n")
    assert '"six [/b]" is no number from 1 to 5. Once more' in terminal.text
    assert conductor.state.turns[0].confidence == 2


def test_two_wrong_values_skip_it(services: Services, terminal: Terminal) -> None:
    conductor, _ = practise(services, terminal, "answer\n.\n0\n6\n/idk\n/idk\n\n")
    assert terminal.text.count(ASKED) == 2
    assert conductor.state.turns[0].confidence is None
    assert conductor.state.phase is Phase.FINISHED


def test_the_end_of_input_there_loses_nothing(services: Services, terminal: Terminal) -> None:
    conductor, code = practise(services, terminal, "answer\n.\n\x04\x04")
    assert code == INPUT_ENDED
    again = services.sessions.resume(conductor.row.id)
    assert again.state.turns[0].answer == "answer"
    assert again.state.turns[0].result is not None


def test_ctrl_c_there_loses_nothing(services: Services, terminal: Terminal) -> None:
    terminal.follow((ASKED, press_ctrl_c))
    conductor, code = practise(services, terminal, "answer\n.\n")
    assert code == 130
    assert f"--resume {conductor.row.id}" in terminal.text
    again = services.sessions.resume(conductor.row.id)
    assert again.state.turns[0].answer == "answer"
    play(services, again, "/idk\n/idk\n")
    assert again.state.turns[0].result is not None


@pytest.mark.parametrize(
    ("asks", "mode", "times"),
    [("practice", "interview", 0), ("always", "interview", 1), ("never", "practice", 0), ("practice", "practice", 1)],
)
def test_the_setting_decides(services: Services, terminal: Terminal, asks: str, mode: str, times: int) -> None:
    conductor, _ = practise(services, terminal, "answer\n.\n" + "5\n" * times + "/idk\n/idk\n\n", asks, mode)
    assert terminal.text.count(ASKED) == times
    assert conductor.state.turns[0].confidence == (5 if times else None)


def test_a_pipe_is_never_asked_and_its_lines_are_answers(services: Services) -> None:
    conductor = start(services)
    code, out, _ = play(services, conductor, "answer\n.\n4\n.\n5\n.\n")
    assert code == 0
    assert ASKED not in out
    assert [turn.answer for turn in conductor.state.turns] == ["answer", "4", "5"]
    assert all(turn.confidence is None for turn in conductor.state.turns)


def test_sure_says_it_in_a_pipe_and_is_no_part_of_the_answer(services: Services) -> None:
    conductor = start(services)
    _, _, err = play(services, conductor, "one\n/sure 9\n/sure 4\n/sure 5\ntwo\n.\n/sure 1\n/idk\n/idk\n")
    assert conductor.state.turns[0].answer == "one\ntwo"
    assert '"9" is no number from 1 to 5' in err
    assert CONFIDENCE[5] in err
    events = services.journal.events(conductor.row.id)
    assert [event.confidence for event in events if isinstance(event, Rated)] == [5]
    assert "before you send it" in err
    rated = next(at for at, event in enumerate(events) if isinstance(event, Rated))
    assert rated < next(at for at, event in enumerate(events) if isinstance(event, Graded))


def test_what_was_said_with_sure_is_not_asked_again(services: Services, terminal: Terminal) -> None:
    conductor, _ = practise(services, terminal, "/sure 3\nanswer\n.\n/idk\n/idk\n\n")
    assert ASKED not in terminal.text
    assert conductor.state.turns[0].confidence == 3


def test_what_was_said_about_a_question_that_was_skipped_goes_with_it(services: Services) -> None:
    conductor = start(services, count=2)
    play(services, conductor, "/sure 3\n/skip\nanswer\n.\n/idk\n/idk\n")
    assert [turn.confidence for turn in conductor.state.turns] == [None] * len(conductor.state.turns)


def test_a_sentence_that_begins_like_the_command_is_part_of_the_answer(services: Services) -> None:
    conductor = start(services)
    play(services, conductor, "/sure thing, it is dropout\n.\n/end\n")
    assert conductor.state.turns[0].answer == "/sure thing, it is dropout"
