"""Disks that are full, read-only or held, and clocks that are set back, while a real session runs."""

from __future__ import annotations

import ctypes
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from interviewer.core.bank.kinds import Level
from interviewer.core.interview.session import AnswerSubmitted, Paused, Quit, Resumed, SessionConfig
from interviewer.paths import find_places
from interviewer.services import Services
from interviewer.settings.schema import Settings
from interviewer.storage import open_journal
from tests.support.builders import make_item
from tests.support.packs import write_pack
from tests.support.scripted import ScriptedEngine, covers_everything
from tests.support.stored import restore_journal

if os.name != "posix":
    pytest.skip("limits and rights as POSIX has them", allow_module_level=True)

import resource

from tests.support.program import STUB_PROGRAM, Program

SUBMIT = "\x13"


def answers_on_disk(home: Path) -> list[str]:
    """Of the newest session, from a journal that is whole."""
    with closing(open_journal(home / "data" / "journal.sqlite3")) as journal:
        assert journal.check() == "ok"
        events = journal.events(journal.session("last").id)
        return [event.text for event in events if isinstance(event, AnswerSubmitted)]


# A disk that is full


@pytest.fixture
def disk(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file whose presence fills the disk under every program that is started."""
    if sys.platform != "linux" or not shutil.which("cc"):
        pytest.skip("needs Linux and a C compiler")
    source = Path(__file__).parents[1] / "support" / "full_disk.c"
    library = tmp_path_factory.mktemp("disk") / "full.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"], check=True)
    monkeypatch.setenv("LD_PRELOAD", str(library))
    monkeypatch.setenv("DISK_FULL", str(tmp_path / "full"))
    return tmp_path / "full"


def test_line_mode_goes_on_once_a_full_disk_has_room_again(home: Path, disk: Path) -> None:
    with Program("start", "--plain", "--seed", "3", module=STUB_PROGRAM) as program:
        program.wait_for("> ")
        program.type("the first line\n")
        program.wait_for("> ")
        disk.touch()
        program.type("the second line\n")
        program.wait_for("disk is full")
        program.wait_for("still here")
        program.type(".\n")
        program.wait_for("Free some disk space, then submit again.")
        program.wait_for("> ")
        disk.unlink()
        program.type(".\n")
        program.wait_for("written that down")
    assert answers_on_disk(home) == ["the first line\nthe second line"]


def test_the_interface_goes_on_once_a_full_disk_has_room_again(home: Path, disk: Path) -> None:
    with Program("start", "--seed", "3", module=STUB_PROGRAM) as program:
        program.wait_for("Question 1 of")
        program.type("words")
        program.wait_for("words")
        disk.touch()
        program.type(SUBMIT)
        program.wait_for("disk is full")
        disk.unlink()
        program.type(" kept" + SUBMIT)
        program.wait_for("Reading your answer")
    assert answers_on_disk(home) == ["words kept"]


def test_a_limit_of_files_in_the_middle_of_an_interview_ends_it_with_what_was_saved(home: Path) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_200_000, 1_200_000))

    typed = "".join(f"answer {number} {'x' * 90_000}\n.\n" for number in range(10))
    done = run("start", "--plain", "--seed", "3", "--count", "10", typed=typed, before=limit, module=STUB_PROGRAM)
    assert done.returncode == 5, done.stderr
    assert "The journal" in done.stderr
    assert "What was saved before is safe" in done.stderr
    assert "Traceback" not in done.stderr
    kept = answers_on_disk(home)
    assert kept == [f"answer {number} {'x' * 90_000}" for number in range(len(kept))]
    assert len(kept) >= done.stdout.count("written that down") > 0


# What may only be read


def run(
    *arguments: str, typed: str = "", before: Callable[[], None] | None = None, module: str = "interviewer"
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        input=typed,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        preexec_fn=before,
    )


def give_up_privileges() -> None:
    """Have root keep to the rights of files, as others must: no CAP_DAC_OVERRIDE, no CAP_DAC_READ_SEARCH."""
    libc = ctypes.CDLL(None)
    for capability in (1, 2):
        libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP; fails without effect for who has none


@pytest.mark.skipif(sys.platform != "linux", reason="capabilities as Linux has them")
@pytest.mark.parametrize("rights", [(0o500, 0o400), (0o500, 0o600), (0o700, 0o400)], ids=["both", "folder", "file"])
def test_a_folder_or_a_file_that_may_only_be_read_is_said_and_left(home: Path, rights: tuple[int, int]) -> None:
    restore_journal(home)
    data = home / "data"
    file = data / "journal.sqlite3"
    before = file.read_bytes()
    file.chmod(rights[1])
    data.chmod(rights[0])
    try:
        for arguments in (("start", "--plain", "--count", "1"), ("start", "--plain", "--resume"), ("history",)):
            done = run(*arguments, typed="words\n.\n", before=give_up_privileges, module=STUB_PROGRAM)
            assert "Traceback" not in done.stderr
            assert done.returncode in (0, 5), done.stderr
            if done.returncode:
                assert "journal.sqlite3" in done.stderr
                assert "writable" in done.stderr
        assert done.returncode == 0 or "read" in done.stderr
    finally:
        data.chmod(0o700)
    if rights[1] == 0o400:
        assert file.read_bytes() == before


# What another program holds


def test_line_mode_goes_on_once_another_program_lets_go_of_the_journal(home: Path) -> None:
    with Program("start", "--plain", "--seed", "3", module=STUB_PROGRAM) as program:
        program.wait_for("> ")
        with closing(sqlite3.connect(home / "data" / "journal.sqlite3", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            program.type("a line that waits\n")
            program.wait_for("database is locked")
            program.wait_for("still here")
            program.wait_for("> ")
            other.execute("ROLLBACK")
        program.type(".\n")
        program.wait_for("written that down")
    assert answers_on_disk(home) == ["a line that waits"]


# A clock that is set back


def test_a_clock_that_is_set_back_takes_no_time_away(home: Path, tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack", make_item("alpha"), make_item("beta"))
    now = [1_800_000_000.0]
    engine = ScriptedEngine()
    engine.script = covers_everything
    services = Services(find_places(), Settings(), (pack,), clock=lambda: now[0], engine=engine)
    conductor = services.sessions.create(SessionConfig(level=Level.MID, count=2, seed=3, minutes=5))
    conductor.open()
    now[0] += 20
    conductor.save_draft("so far")
    now[0] -= 86_400
    conductor.send(Paused(at=conductor.clock()))
    now[0] += 10
    conductor.send(Resumed(at=conductor.clock()))
    now[0] += 30
    conductor.send(AnswerSubmitted(at=conductor.clock(), text="an answer"))
    assert conductor.state.turns[0].seconds == 50
    left = conductor.seconds_left()
    assert left is not None
    assert left == 5 * 60 - 50
    conductor.send(Quit(at=conductor.clock()))
    now[0] -= 10 * 365 * 86_400
    again = services.sessions.resume()
    again.open()
    now[0] += 5
    again.send(Quit(at=again.clock()))
    times = [event.at for event in services.journal.events(again.row.id)]
    assert times == sorted(times)
    assert times[0] == 1_800_000_000.0
    assert services.sessions.summary(again.row.id).questions[0].turns[0].seconds == 50
    services.close()
