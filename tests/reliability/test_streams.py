"""Standard output that is full, closed, left by its reader or unable to say a sign; a terminal that goes away."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.stored import restore_journal
from tests.unit.test_cli import mockdl

ROOT = Path(__file__).resolve().parents[2]
posix = pytest.mark.skipif(os.name != "posix", reason="streams as POSIX has them")


def _name(arguments: tuple[str, ...]) -> str:
    return " ".join(arguments)


COMMANDS = [
    ("--help",),
    ("history",),
    ("history", "--json"),
    ("report",),
    ("report", "--format", "json"),
    ("config", "show"),
    ("pack", "show", "dropout"),
    ("pack", "schema", "question"),
    pytest.param(("start", "--plain", "--count", "1"), marks=pytest.mark.encoder),
]


def run_into(
    shell: str, *arguments: str, env: dict[str, str] | None = None, folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """A command with a redirection of its own; standard error is kept."""
    return subprocess.run(
        ["sh", "-c", f'"$@" {shell}', "sh", sys.executable, "-m", "interviewer", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**os.environ, **(env or {})},
        cwd=folder,
        timeout=120,
        check=False,
    )


@posix
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", COMMANDS, ids=_name)
def test_a_full_standard_output_is_said_in_one_sentence(
    home: Path, arguments: tuple[str, ...], unbuffered: str
) -> None:
    restore_journal(home)
    result = run_into("> /dev/full", *arguments, env={"PYTHONUNBUFFERED": unbuffered})
    assert result.returncode == 5, result.stderr
    assert "standard output could not be written: No space left on device" in result.stderr
    assert "Traceback" not in result.stderr
    assert "Exception ignored" not in result.stderr


@posix
@pytest.mark.parametrize("arguments", COMMANDS, ids=_name)
def test_a_closed_standard_output_is_said_in_one_sentence(home: Path, arguments: tuple[str, ...]) -> None:
    restore_journal(home)
    result = run_into(">&-", *arguments)
    assert result.returncode == 5, result.stderr
    assert "standard output could not be written: it is closed" in result.stderr
    assert "Traceback" not in result.stderr


@posix
def test_a_closed_standard_error_does_not_speak_on_standard_output(home: Path) -> None:
    restore_journal(home)
    result = run_into("2>&-", "grade", "--session", "20250303-0900-a001", "--level", "mid", "--json")
    assert result.returncode == 0
    json.loads(result.stdout)


@posix
def test_a_reader_that_has_had_enough_ends_it_without_a_word(home: Path) -> None:
    restore_journal(home)
    for arguments in (("report", "--full"), ("pack", "schema", "rubric")):
        result = run_into("| head -1", *arguments, env={"PYTHONUNBUFFERED": "1"})
        assert result.stderr == ""


ENCODINGS = pytest.mark.parametrize("encoding", ["cp1252", "ascii", "cp437"])


@ENCODINGS
def test_signs_that_an_encoding_lacks_are_written_in_ascii(home: Path, encoding: str) -> None:
    restore_journal(home)
    env = {"PYTHONIOENCODING": encoding}
    for arguments in (
        ("report",),
        ("report", "--full"),
        ("report", "--format", "md"),
        ("pack", "show", "attention-mechanism"),
    ):
        done = run_into("| cat > out", *arguments, env=env, folder=home)
        assert done.stderr == ""
        assert (home / "out").read_bytes().decode(encoding)
    result = run_into("> out", "start", "--plain", "--replay", "20250306-0900-a002", env=env, folder=home)
    assert result.returncode == 0, result.stderr
    known = mockdl("start", "--plain", "--replay", "20250306-0900-a002", env={"PYTHONIOENCODING": "utf-8"}).stdout
    assert (home / "out").read_bytes().decode(encoding).count("?") == known.count("?")


@ENCODINGS
def test_json_keeps_every_sign_in_any_encoding(home: Path, encoding: str) -> None:
    restore_journal(home)
    for arguments in (("report", "20250306", "--format", "json"), ("history", "--json"), ("pack", "schema", "rubric")):
        known, found = (
            mockdl(*arguments, env=env) for env in ({"PYTHONIOENCODING": "utf-8"}, {"PYTHONIOENCODING": encoding})
        )
        assert json.loads(found.stdout) == json.loads(known.stdout)


@posix
@pytest.mark.encoder
def test_what_is_written_for_the_user_has_the_rights_they_set_and_ours_is_private(home: Path, tmp_path: Path) -> None:
    restore_journal(home)
    before = os.umask(0o022)
    try:
        mockdl("report", "-o", str(tmp_path / "report.md"), "--format", "md")
        mockdl("pack", "new", "a-question", "--pack", str(tmp_path / "pack"), "--topic", "caching")
        mockdl("config", "set", "level", "senior")
        mockdl("search", "gradients")
    finally:
        os.umask(before)
    assert (tmp_path / "report.md").stat().st_mode & 0o777 == 0o644
    written = list((tmp_path / "pack").rglob("*.yaml"))
    assert written
    assert {each.stat().st_mode & 0o777 for each in written} == {0o644}
    ours = list(home.rglob("*"))
    assert {each.stat().st_mode & 0o777 for each in ours if each.is_file()} == {0o600}
    assert {each.stat().st_mode & 0o777 for each in ours if each.is_dir()} == {0o700}


@posix
def test_the_interface_ends_with_its_terminal_also_where_hang_ups_are_ignored(home: Path) -> None:
    pid, master = pty.fork()
    if not pid:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        os.execve(sys.executable, [sys.executable, "-m", "interviewer"], {**os.environ, "TERM": "xterm"})  # noqa: S606
    said = b""
    while b"\x1b[?1049h" not in said:
        said += os.read(master, 65536)
    os.close(master)
    for _ in range(200):
        if os.waitpid(pid, os.WNOHANG)[0]:
            return
        time.sleep(0.1)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    pytest.fail("it outlived its terminal")


SERVE = [sys.executable, "-m", "tests.support.stub_program", "serve", "--port", "0"]


@posix
def test_a_server_whose_terminal_is_gone_before_it_has_said_all_ends_in_order(home: Path) -> None:
    pytest.importorskip("textual_serve")
    ours, terminal = pty.openpty()
    os.close(ours)
    server = subprocess.Popen(SERVE, cwd=ROOT, stdout=subprocess.PIPE, stderr=terminal, text=True)
    os.close(terminal)
    assert server.stdout is not None
    with server.stdout:
        assert server.stdout.readline().startswith("http://")
        server.send_signal(signal.SIGTERM)
        assert server.wait(60) == 0


@posix
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_server_that_cannot_say_its_address_does_not_blame_the_address(home: Path) -> None:
    pytest.importorskip("textual_serve")
    with open("/dev/full", "w", encoding="utf-8") as full:
        server = subprocess.Popen(SERVE, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True)
        _, said = server.communicate(timeout=60)
    assert server.returncode == 5, said
    assert said == (
        "mockdl: standard output could not be written: No space left on device. What was saved before is safe.\n"
    )
