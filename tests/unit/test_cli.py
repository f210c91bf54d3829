"""The command line as a user meets it: real processes, exit codes, streams."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import interviewer
from interviewer.core.bank.kinds import Level
from interviewer.core.interview.session import Ended, SessionConfig, Skipped
from interviewer.services import build_services
from tests.support.program import Program


def mockdl(
    *arguments: str, typed: str | None = "", env: dict[str, str] | None = None, timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "interviewer", *arguments],
        input=typed,
        capture_output=True,
        text=True,
        env={**os.environ, **(env or {})},
        timeout=timeout,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "code", "wanted"),
    [
        (["--version"], 0, "mockdl "),
        (["-h"], 0, "Exit codes"),
        ([], 0, "Practise:"),
        (["start", "--level", "senoir"], 2, "Did you mean 'senior'?"),
        (["start", "--topic", "vison"], 2, "Did you mean"),
        (["start", "--mode", "practise"], 2, "Did you mean 'practice'?"),
        (["start", "--count", "0"], 2, "--count"),
        (["start", "--resume"], 2, "no unfinished session"),
        (["report", "nope"], 2, "There is no session yet"),
        (["report", "--format", "pdf"], 2, "There is no session yet"),
        (["pack", "show", "dropuot"], 2, "Did you mean dropout"),
        (["pack", "check", "/nowhere"], 4, "is not a question pack"),
        (["pack", "schema", "hint"], 2, "Valid: question, rubric"),
        (["config", "set", "levle", "mid"], 3, "Did you mean 'level'?"),
        (["nonsense"], 2, "nonsense"),
    ],
)
def test_exit_codes_and_messages(arguments: list[str], code: int, wanted: str) -> None:
    result = mockdl(*arguments)
    assert result.returncode == code, result.stderr
    assert wanted in result.stdout + result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.encoder
def test_a_broken_pack_is_left_out_aloud(tmp_path: Path) -> None:
    folder = tmp_path / "pack" / "corpus" / "maths"
    folder.mkdir(parents=True)
    (folder / "broken.yaml").write_text("id: broken\nlevel: boss\n")
    result = mockdl("start", "--plain", "--pack", str(tmp_path / "pack"), "--pack", "/nowhere", typed="/quit\n")
    said = " ".join((result.stdout + result.stderr).split())
    assert "Question 1 of" in said
    assert "was left out" in said
    assert "broken.yaml" in said
    assert "/nowhere" in said
    assert "Traceback" not in said


def test_packs_are_set_as_absolute_folders(home: Path, tmp_path: Path) -> None:
    assert mockdl("config", "set", "packs", "my-pack").returncode == 0
    assert json.loads(mockdl("config", "show", "--json").stdout)["packs"] == [str(Path("my-pack").absolute())]


@pytest.mark.parametrize("standard", ["basic", "full"])
def test_a_new_question_is_written_once_and_its_gaps_are_found(tmp_path: Path, standard: str) -> None:
    pack = tmp_path / "mine"
    for kind in ("numeric", "design", "concept"):
        where = ("--topic", "databases", "--pack", str(pack), "--kind", kind, "--standard", standard)
        made = mockdl("pack", "new", f"my-{kind}", *where)
        assert made.returncode == 0, made.stderr
    again = mockdl("pack", "new", "my-concept", "--topic", "databases", "--pack", str(pack))
    assert again.returncode == 2
    assert "already there" in again.stderr
    assert "'my-name'" in mockdl("pack", "new", "My Name!", "--topic", "databases", "--pack", str(pack)).stderr
    checked = mockdl("pack", "check", str(pack), "--json", "--strict")
    body = json.loads(checked.stdout)
    assert checked.returncode == 4
    assert body["questions"] == 3
    unfilled = [found for found in body["findings"] if "TODO" in found["message"]]
    assert len(unfilled) == 6
    assert all(found["line"] > 1 for found in unfilled)


@pytest.mark.encoder
def test_the_example_of_the_pack_guide_passes_its_own_check() -> None:
    checked = mockdl("pack", "check", "docs/example-pack", "--strict")
    assert checked.returncode == 0, checked.stdout
    assert "databases" in checked.stdout
    assert "1 question, 0 errors, 0 warnings." in checked.stderr


def test_a_broken_settings_file_is_named(home: Path) -> None:
    (home / "config").mkdir(parents=True)
    (home / "config" / "config.toml").write_text("cuont = 3\n")
    result = mockdl("history")
    assert result.returncode == 3
    assert "config.toml:1" in result.stderr


def test_a_damaged_journal_is_named_and_left_alone(home: Path) -> None:
    (home / "data").mkdir(parents=True)
    (home / "data" / "journal.sqlite3").write_bytes(b"garbage" * 1000)
    result = mockdl("history")
    assert result.returncode == 5
    assert "damaged" in result.stderr
    assert (home / "data" / "journal.sqlite3").read_bytes() == b"garbage" * 1000


def test_closed_standard_input_is_explained() -> None:
    script = f"exec {sys.executable} -m interviewer start --plain <&-"
    result = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode in (2, 7)
    assert "Traceback" not in result.stderr


def test_a_reader_that_goes_away_leaves_no_traceback() -> None:
    script = f"{sys.executable} -m interviewer pack show dropout | head -1; exit ${{PIPESTATUS[0]}}"
    result = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert result.stdout.startswith("dropout")
    assert result.stderr == ""


def test_settings_are_set_shown_and_used() -> None:
    assert mockdl("config", "set", "level", "staff").returncode == 0
    assert json.loads(mockdl("config", "show", "--json").stdout)["level"] == "staff"
    assert mockdl("config", "path").stdout.strip().endswith("config.toml")


def test_reports_are_written_where_asked(tmp_path: Path) -> None:
    services = build_services()
    conductor = services.sessions.create(SessionConfig(level=Level.MID, count=1, seed=1))
    conductor.open()
    target = tmp_path / "report.md"
    unfinished = mockdl("report", "last")
    assert unfinished.returncode == 2
    assert f"No session is finished yet. `mockdl report {conductor.row.id}`" in " ".join(unfinished.stderr.split())
    result = mockdl("report", conductor.row.id, "--format", "md", "-o", str(target))
    assert result.returncode == 0
    assert "not finished" in target.read_text()
    assert "A strong answer" not in target.read_text()
    conductor.send(Ended(at=conductor.clock()))
    services.close()
    refused = mockdl("report", "last", "-o", str(tmp_path / "no" / "folder"))
    assert refused.returncode == 2
    assert "The session itself is in the journal." in refused.stderr
    assert json.loads(mockdl("report", "--format", "json").stdout)["session"] == conductor.row.id


@pytest.fixture
def paged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a pager of one's own, a real program, leaves what it was given."""
    found, pager = tmp_path / "paged.txt", tmp_path / "pager"
    pager.write_text(f"#!/bin/sh\ncat > '{found}'\necho was paged\n")
    pager.chmod(0o755)
    monkeypatch.setenv("PAGER", str(pager))
    monkeypatch.delenv("MANPAGER", raising=False)
    return found


def test_a_report_that_is_longer_than_the_terminal_is_paged_and_no_other(paged: Path) -> None:
    services = build_services()
    conductor = services.sessions.create(SessionConfig(level=Level.MID, count=1, seed=1))
    conductor.open()
    conductor.send(Skipped(at=conductor.clock()))
    services.close()
    piped = mockdl("report", "last", "--full")
    assert "A strong answer:" in piped.stdout
    assert piped.stdout.count("\n") > 24
    assert not paged.exists(), "nobody sees a pipe"
    with Program("report", "last", "--full") as program:
        program.wait_for("was paged")
    assert "A strong answer:" in paged.read_text()
    assert "was paged" not in piped.stdout
    paged.unlink()
    target = paged.with_name("report.txt")
    with Program("report", "last", "--full", "-o", str(target)) as program:
        program.wait_for(target.name)
    assert not paged.exists()


def test_doctor_says_where_the_program_is() -> None:
    assert mockdl("doctor", "--quick").stdout.splitlines()[0].endswith(f" in {Path(interviewer.__file__).parent}")


def test_schema_is_json_schema() -> None:
    body = json.loads(mockdl("pack", "schema", "rubric").stdout)
    assert "key_points" in body["properties"]


@pytest.mark.encoder
def test_ctrl_c_saves_and_says_how_to_come_back() -> None:
    """A real Ctrl-C to a real process that is waiting for an answer."""
    import signal
    import time

    child = subprocess.Popen(
        [sys.executable, "-m", "interviewer", "start", "--plain", "--count", "1"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    while "Question 1" not in child.stdout.readline():
        pass
    child.stdin.write("my half answer\n")
    child.stdin.flush()
    time.sleep(1.0)
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=30)
    assert child.returncode == 130
    assert "--resume" in err
    services = build_services()
    resumed = services.sessions.resume()
    draft = resumed.draft()
    services.close()
    assert draft is not None
    assert draft.text == "my half answer"


@pytest.mark.usefixtures("shared_worker")
def test_a_topic_in_free_text_is_looked_up_in_the_index() -> None:
    result = mockdl("start", "--plain", "--topic", "memory of the key value cache", "--count", "1", typed="/quit\n")
    assert "Question 1 of 1 (transformers-llms" in result.stdout


def test_help_lists_every_command_by_what_one_wants_to_do() -> None:
    shown = mockdl("--help").stdout
    groups = shown[shown.index("Practise:") : shown.index("Exit codes")]
    listed = re.findall(r"^  ([a-z-]+)  ", groups, re.MULTILINE)
    modules = {path.stem for path in (Path(interviewer.__file__).parent / "cli").glob("*.py")}
    assert len(listed) == len(set(listed))
    for name in ("start", "report", "history", "review", "grade", "eval", "search", "pack", "serve", "doctor"):
        assert name in listed
        assert name in modules | {"report", "eval"}
    assert {"judge-check", "config"} < set(listed)
