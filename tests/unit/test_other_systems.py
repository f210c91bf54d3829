"""What Windows lacks and where macOS puts things, as far as either can be had on this system."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

from interviewer import paths
from tests.support.program import STUB_PROGRAM

ROOT = Path(__file__).resolve().parents[2]
LACKING = """
import sys
LACK = ("fcntl", "termios", "resource", "readline", "pty", "tty", "grp", "pwd")
class Lacking:
    def find_spec(self, name, path=None, target=None):
        if name in LACK:
            raise ImportError(f"no module named {name!r} on this system")
for name in LACK:
    sys.modules.pop(name, None)
sys.meta_path.insert(0, Lacking())
"""
"""Takes away, for all modules from here on, what the standard library has on POSIX alone."""


def run(code: str, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """Run Python in which these modules are lacking."""
    command = [sys.executable, "-c", LACKING + code, *arguments]
    return subprocess.run(
        command, input=typed, capture_output=True, encoding="utf-8", check=False, cwd=ROOT, timeout=120
    )


def mockdl(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """The program with the stub worker, where line mode has a plain input."""
    code = f"import runpy; runpy.run_module({STUB_PROGRAM!r}, run_name='__main__')"
    return run(code, *arguments, typed=typed)


def test_line_mode_holds_an_interview_and_reports_it_without_what_posix_alone_has(home: Path) -> None:
    held = mockdl("start", "--plain", "--seed", "3", "--count", "1", typed="An answer.\n.\n")
    assert held.returncode == 0, held.stderr
    assert "Question 1 of 1" in held.stdout
    assert (home / "data" / "journal.sqlite3").exists()
    reported = mockdl("report", "--full")
    assert reported.returncode == 0, reported.stderr
    assert "An answer." in reported.stdout
    for each in (held, reported):
        assert "Traceback" not in each.stderr
        assert "no module" not in each.stderr


FALLBACKS = {
    "locks of the journal's folder": """
from pathlib import Path
from interviewer.storage.troubles import has_locks
assert has_locks(Path(sys.argv[1])), "what cannot be found out is not blamed"
assert list(Path(sys.argv[1]).iterdir()) == [], "nothing is left of the look"
""",
    "appending to the vectors": """
import os
from pathlib import Path
from interviewer.embedding.vector_cache import _locked
for _ in range(2):
    with _locked(Path(sys.argv[1], "vectors"), os.O_CREAT | os.O_WRONLY | os.O_APPEND) as descriptor:
        os.write(descriptor, b"record")
assert Path(sys.argv[1], "vectors").read_bytes() == b"recordrecord"
""",
    "the line that Ctrl-C breaks off": """
from interviewer.plain import broken_line
with broken_line.kept_when_broken(0):
    pass
assert broken_line.take_unfinished(0) == ""
""",
    "the worker's memory": """
from interviewer.worker.host import _peak_mb
assert _peak_mb() == 0.0
""",
}


@pytest.mark.parametrize("code", FALLBACKS.values(), ids=FALLBACKS)
def test_what_stands_in_for_what_is_lacking_works(code: str, tmp_path: Path) -> None:
    done = run(code, str(tmp_path))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("system", "parts"),
    [
        ("windows", ("AppData", "Local", "mockdl")),
        ("macos", ("Library", "Application Support", "mockdl")),
    ],
)
def test_without_a_home_of_our_own_the_system_says_where_things_lie(
    system: str, parts: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import platformdirs

    module = pytest.importorskip(f"platformdirs.{system}")
    made = {"windows": "Windows", "macos": "MacOS"}[system]
    monkeypatch.delenv("MOCKDL_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    if system == "windows":
        local = str(PurePosixPath(tmp_path, *parts[:-1]))
        monkeypatch.setattr(module, "get_win_folder", lambda _: local)
    for kind in ("data", "config", "cache"):

        def where(name: str, appauthor: object = None, kind: str = kind) -> str:
            return str(getattr(getattr(module, made)(name, appauthor), f"user_{kind}_dir"))

        monkeypatch.setattr(platformdirs, f"user_{kind}_dir", where)
    places = paths.find_places()
    everything = (places.data, places.config, places.cache)
    assert all(each.is_relative_to(tmp_path) for each in everything)
    assert tuple(places.data.relative_to(tmp_path).parts[: len(parts)]) == parts
    assert places.journal.parent.is_relative_to(places.data)
    assert not places.journal.is_relative_to(places.cache), "what may be deleted holds no session"


def test_rights_are_left_alone_where_there_are_no_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "getuid")
    file = tmp_path / "journal.sqlite3"
    file.touch(0o644)
    before = file.stat().st_mode
    paths.tighten(file, 0o600)
    assert file.stat().st_mode == before
    paths.make_private(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()


@pytest.mark.parametrize("path", [r"C:\Users\Ada Lovelace\reports\today.md", r"\\server\share\reports\today.md"])
def test_a_path_of_windows_is_cut_at_a_folder(path: str) -> None:
    from interviewer.core.text import shorten_path

    assert shorten_path(str(PureWindowsPath(path)), 20) == "…\\reports\\today.md"
