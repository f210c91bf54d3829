"""Offline mode opens no socket of the internet, by what the system was asked for and by what Python was."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from interviewer.core.grade.grade import Grade
from interviewer.core.interview.session import Graded
from interviewer.storage import open_journal

pytestmark = pytest.mark.timeout(900)
ROOT = Path(__file__).resolve().parents[2]
GUARD = ROOT / "tests" / "support" / "without_network"
ANSWER = "Dropout turns off random units while training, so that no unit can lean on another, and none at test time."

Watch = Callable[..., tuple[subprocess.CompletedProcess[str], list[str]]]
"""Runs a Python command with this input; returns how it ended, and every socket of the internet that was wanted."""


def traces() -> bool:
    """Whether system calls can be watched here."""
    return (
        shutil.which("strace") is not None
        and not subprocess.run(["strace", "-f", "-o", os.devnull, "true"], capture_output=True, check=False).returncode
    )


@pytest.fixture(params=["sockets", "strace"] if traces() else ["sockets"])
def watch(request: pytest.FixtureRequest, tmp_path: Path) -> Watch:
    found = tmp_path / "found"

    def run(*arguments: str, typed: str = "") -> tuple[subprocess.CompletedProcess[str], list[str]]:
        found.unlink(missing_ok=True)
        env = {name: each for name, each in os.environ.items() if not name.endswith("_OFFLINE")}
        env |= {"PYTHONPATH": str(ROOT)}
        command = [sys.executable, *arguments]
        if request.param == "strace":
            command = ["strace", "-f", "-e", "trace=network", "-o", str(found), *command]
        else:
            env |= {"PYTHONPATH": f"{GUARD}{os.pathsep}{ROOT}", "SOCKETS_WANTED": str(found)}
        done = subprocess.run(
            command, input=typed, capture_output=True, text=True, env=env, cwd=tmp_path, timeout=600, check=False
        )
        lines = found.read_text(encoding="utf-8", errors="replace").splitlines() if found.exists() else []
        return done, [each for each in lines if "AF_INET" in each or request.param == "sockets"]

    return run


def test_a_socket_of_a_child_is_seen(watch: Watch) -> None:
    child = "import socket; socket.socket().connect_ex(('127.0.0.1', 9))"
    _, wanted = watch("-c", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])")
    assert wanted


@pytest.mark.encoder
def test_a_whole_session_opens_no_socket_of_the_internet(watch: Watch, home: Path) -> None:
    done, wanted = watch(
        *("-m", "interviewer", "start", "--plain", "--count", "1", "--seed", "3"), typed=f"{ANSWER}\n.\n" * 8
    )
    assert done.returncode == 0, done.stderr
    assert wanted == []
    with closing(open_journal(home / "data" / "journal.sqlite3")) as journal:
        events = journal.events(journal.session("last").id)
    assert any(isinstance(each.result, Grade) for each in events if isinstance(each, Graded)), "nothing was graded"


@pytest.mark.encoder
def test_grading_a_file_opens_no_socket_of_the_internet(watch: Watch, tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text(json.dumps({"question_id": "dropout", "answer": ANSWER}) + "\n", encoding="utf-8")
    done, wanted = watch("-m", "interviewer", "grade", str(rows))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["score"] > 0
    assert wanted == []
