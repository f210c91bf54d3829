"""A journal on any disk, at any place and of any earlier version; one damaged session hides no other."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from interviewer.core.interview.session import Started
from interviewer.errors import StorageError
from interviewer.paths import tighten
from interviewer.services import build_services
from interviewer.storage import open_journal
from interviewer.storage.migrations import MIGRATIONS
from tests.support.builders import make_item
from tests.support.program import STUB_PROGRAM
from tests.support.stored import DATA, restore_journal
from tests.unit.test_cli import mockdl
from tests.unit.test_storage import ROW

posix = pytest.mark.skipif(os.name != "posix", reason="rights as POSIX has them")

STATES = json.loads((DATA / "states.json").read_text(encoding="utf-8"))


# One damaged session


DAMAGE = {
    "config": "UPDATE sessions SET config = '[[' WHERE id = ?",
    "time": "UPDATE sessions SET created_at = 'when' WHERE id = ?",
    "notes": "UPDATE sessions SET notes = x'00ff' WHERE id = ?",
    "an event": "UPDATE events SET body = 'no JSON' WHERE seq = 2 AND session_id = ?",
    "a lost event": "DELETE FROM events WHERE seq = 1 AND session_id = ?",
    "the questions": "DELETE FROM session_items WHERE session_id = ?",
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_session_is_named_and_all_others_are_listed_and_read(home: Path, damage: str) -> None:
    restore_journal(home)
    newest, second = sorted(STATES, reverse=True)[:2]
    hurt = "20250315-0900-a005" if "session_items" in damage else newest
    with closing(sqlite3.connect(home / "data" / "journal.sqlite3")) as other:
        assert other.execute(damage, (hurt,)).rowcount
        other.commit()
    listed = mockdl("history", "--json")
    assert listed.returncode == 1
    assert f"Session {hurt} is damaged" in listed.stderr
    assert {row["session"] for row in json.loads(listed.stdout)} == set(STATES) - {hurt}
    assert mockdl("report", second).returncode == 0
    own = mockdl("report", hurt)
    assert own.returncode == 5
    assert f"Session {hurt} is damaged" in own.stderr
    assert "Traceback" not in listed.stderr + own.stderr
    checked = mockdl("doctor", "--quick")
    assert f"of {len(STATES)} sessions 1 cannot be read ({hurt})" in checked.stdout
    with closing(open_journal(home / "data" / "journal.sqlite3")) as journal:
        assert journal.times_asked(), "which a new interview is planned by"


def test_a_byte_that_is_no_text_costs_a_letter(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    with closing(open_journal(path)) as journal:
        journal.create_session(ROW, [make_item()])
    with closing(sqlite3.connect(path)) as other:
        other.execute("UPDATE sessions SET name = CAST(x'41ff42' AS TEXT)")
        other.commit()
    with closing(open_journal(path)) as journal:
        assert journal.session("last").name == "A\ufffdB"


# What stands in its place


def a_folder(path: Path) -> None:
    path.mkdir(parents=True)


def a_link_to_itself(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(path.name)


def a_link_into_nowhere(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to("no/folder")


def a_pipe(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(path)


def a_device(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to("/dev/full")


def a_foreign_database(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE mails (body TEXT)")
        other.commit()


def a_journal_without_a_table(path: Path) -> None:
    open_journal(path).close()
    with closing(sqlite3.connect(path)) as other:
        other.execute("DROP TABLE drafts")
        other.commit()


@pytest.mark.parametrize(
    ("make", "wanted"),
    [
        (a_folder, "it is a folder"),
        (a_link_to_itself, "it is a link that leads nowhere"),
        (a_link_into_nowhere, "it is a link that leads nowhere"),
        pytest.param(a_pipe, "it is a pipe or a device", marks=posix),
        pytest.param(a_device, "it is a pipe or a device", marks=posix),
        (a_foreign_database, "it is a database of another program"),
        (a_journal_without_a_table, "is damaged: no such table: drafts"),
    ],
)
def test_what_stands_in_the_journals_place_is_said_and_left(
    home: Path, make: Callable[[Path], None], wanted: str
) -> None:
    path = home / "data" / "journal.sqlite3"
    make(path)
    before = path.read_bytes() if path.is_file() else b""
    for command in (("history",), ("start", "--plain", "--resume"), ("report",)):
        result = mockdl(*command)
        assert result.returncode == 5
        assert wanted in result.stderr
        assert "writable" not in result.stderr, "that would help nothing"
        assert "network" not in result.stderr
        assert "Traceback" not in result.stderr
    checked = mockdl("doctor", "--quick")
    assert checked.returncode == 1
    assert wanted in checked.stdout
    assert not path.is_file() or path.read_bytes() == before


def a_file(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("mine")


@pytest.mark.parametrize("make", [a_file, a_link_to_itself, a_link_into_nowhere])
def test_what_stands_in_the_place_of_its_folder_is_no_journal_that_was_not_made_yet(
    home: Path, make: Callable[[Path], None]
) -> None:
    make(home / "data")
    assert mockdl("history").returncode == 5
    checked = mockdl("doctor", "--quick")
    assert checked.returncode == 1
    assert "data is no folder" in checked.stdout
    assert "data cannot be used for the journal" in checked.stdout
    assert "not made yet" not in checked.stdout.replace("config.toml (not made yet)", "")


def test_a_journal_that_was_not_made_yet_is_well(home: Path) -> None:
    checked = mockdl("doctor", "--quick")
    assert checked.returncode == 0
    assert "journal.sqlite3 (not made yet)" in checked.stdout
    assert not (home / "data").exists()


# Where it lies


@pytest.fixture(scope="session")
def odd_disk(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A library that has SQLite meet a disk without shared memory or without locks."""
    if sys.platform != "linux" or not shutil.which("cc"):
        pytest.skip("needs Linux and a C compiler")
    source = Path(__file__).parents[1] / "support" / "no_shared_memory.c"
    library = tmp_path_factory.mktemp("odd") / "odd.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"], check=True)
    return str(library)


@pytest.mark.usefixtures("shared_worker")
def test_without_shared_memory_a_journal_is_read_and_written(home: Path, odd_disk: str) -> None:
    restore_journal(home)
    path = home / "data" / "journal.sqlite3"
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA journal_mode=WAL")  # as it comes from another disk
    odd = {"LD_PRELOAD": odd_disk, "NO_SHM": "1"}
    for _ in range(2):
        listed = mockdl("history", "--json", env=odd)
        assert listed.returncode == 0, listed.stderr
        assert {row["session"] for row in json.loads(listed.stdout)} == set(STATES)
    assert mockdl("start", "--plain", "--count", "1", typed="/quit\n", env=odd).returncode == 0
    assert len(open_journal(path).sessions()) == len(STATES) + 1


@pytest.mark.usefixtures("shared_worker")
def test_a_journal_begun_without_shared_memory_goes_on_without_it(home: Path, odd_disk: str) -> None:
    odd = {"LD_PRELOAD": odd_disk, "NO_SHM": "1"}
    assert mockdl("start", "--plain", "--count", "1", typed="/quit\n", env=odd).returncode == 0
    with closing(open_journal(home / "data" / "journal.sqlite3")) as journal:
        assert len(journal.sessions()) == 1
        assert journal._connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_without_locks_the_cause_and_the_way_out_are_named(home: Path, odd_disk: str) -> None:
    restore_journal(home)
    result = mockdl("history", env={"LD_PRELOAD": odd_disk, "NO_LOCKS": "1"})
    assert result.returncode == 5
    assert "its folder has no file locks" in result.stderr
    assert "MOCKDL_HOME" in result.stderr
    assert "Another mockdl" not in result.stderr


# Leaving, privacy


def test_on_leaving_all_is_in_the_file_though_another_program_has_it_open(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    journal = open_journal(path)
    with closing(sqlite3.connect(path)) as other:
        journal.create_session(ROW, [make_item()])
        other.execute("SELECT COUNT(*) FROM sessions").fetchone()
        journal.append(ROW.id, Started(at=1.0))
        journal.close()
        (tmp_path / "copy").mkdir()
        shutil.copy(path, tmp_path / "copy")
    with closing(open_journal(tmp_path / "copy" / path.name)) as copy:
        assert len(copy.events(ROW.id)) == 1


def rights(path: Path) -> int:
    return path.stat().st_mode & 0o777


@posix
def test_journal_and_folder_are_their_users_alone_and_older_ones_become_so(tmp_path: Path) -> None:
    path = tmp_path / "home" / "data" / "journal.sqlite3"
    with closing(open_journal(path)) as journal:
        journal.create_session(ROW, [make_item()])
        assert {rights(each) for each in path.parent.iterdir()} == {0o600}
        assert rights(path.parent) == rights(tmp_path / "home") == 0o700
        for each in path.parent.iterdir():
            each.chmod(0o644)
        path.parent.chmod(0o755)
        open_journal(path).close()
        assert {rights(each) for each in path.parent.iterdir()} == {0o600}
        assert rights(path.parent) == 0o700


@posix
def test_rights_are_taken_from_files_and_folders_alone(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "pipe").chmod(0o666)
    (tmp_path / "link").symlink_to("pipe")
    tighten(tmp_path / "link", 0o600)
    assert rights(tmp_path / "pipe") == 0o666


@posix
def test_caches_of_earlier_versions_are_closed_at_the_next_start_and_what_is_linked_to_is_not(
    home: Path, tmp_path: Path
) -> None:
    (tmp_path / "dotfile").write_text("")
    (tmp_path / "dotfile").chmod(0o644)
    for name in ("data", "config", "cache/checked"):
        (home / name).mkdir(parents=True)
    (home / "config" / "config.toml").symlink_to(tmp_path / "dotfile")
    for name in ("cache/worker.log", "cache/vectors-1-384.bin", "data/home.json"):
        (home / name).write_text("")
        (home / name).chmod(0o644)
    (home / "cache" / "checked").chmod(0o755)
    build_services()
    assert {rights(each) for each in home.rglob("*") if each.is_file() and not each.is_symlink()} == {0o600}
    assert {rights(each) for each in home.rglob("*") if each.is_dir()} == {0o700}
    assert rights(tmp_path / "dotfile") == 0o644


# Every earlier version


JOURNALS = DATA.parent / "journals"
"""Written by the program as it was then; `tests/support/earlier_journal.py` makes them."""
VERSIONS = sorted(path.stem for path in JOURNALS.glob("*.sqlite3"))
versions = pytest.mark.parametrize("version", [*VERSIONS, "stored"])


def restore_version(home: Path, version: str) -> Path:
    """A journal whose newest migration is this one; "stored" for that of `tests/data/stored`, which is longer."""
    path = home / "data" / "journal.sqlite3"
    if version == "stored":
        restore_journal(home)
        return path
    path.parent.mkdir(parents=True)
    shutil.copyfile(JOURNALS / f"{version}.sqlite3", path)
    with closing(sqlite3.connect(path)) as old:
        assert old.execute("SELECT MAX(name) FROM migrations").fetchone() == (version,)
    return path


def count_events(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as other:
        return dict(other.execute("SELECT session_id, COUNT(*) FROM events GROUP BY session_id"))


def test_there_is_a_journal_of_every_version_before_this_one() -> None:
    assert [name for name, _ in MIGRATIONS[:-1]] == VERSIONS


@versions
def test_a_journal_of_any_version_is_brought_up_to_date_and_reads_the_same(home: Path, version: str) -> None:
    path = restore_version(home, version)
    before = count_events(path)
    with closing(open_journal(path)) as journal:
        assert {row.id: row.events for row in journal.sessions()} == before
        applied = journal._read("SELECT name FROM migrations ORDER BY name")
        assert applied == [(name,) for name, _ in MIGRATIONS]
        assert journal.check() == "ok"


def contains(found: object, wanted: object) -> bool:
    """Whether all that an earlier version read is read today; there may be more."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        return all(name in found and contains(found[name], each) for name, each in wanted.items())
    if isinstance(wanted, list) and isinstance(found, list):
        return len(found) >= len(wanted) and all(map(contains, found, wanted))
    return found == wanted


@pytest.mark.parametrize("version", VERSIONS)
def test_what_an_earlier_version_read_in_its_journal_is_read_today(home: Path, version: str) -> None:
    read = json.loads((JOURNALS / f"{version}.json").read_text(encoding="utf-8"))
    restore_version(home, version)
    assert contains(json.loads(mockdl("history", "--json").stdout), read["history"])
    for report in read["reports"]:
        assert contains(json.loads(mockdl("report", report["session"], "--format", "json").stdout), report)
    with closing(open_journal(home / "data" / "journal.sqlite3")) as journal:
        drafts = journal._read("SELECT session_id, turn_id, body, row, column FROM drafts ORDER BY session_id")
        names = {row.name for row in journal.sessions()}
    assert names == ({"", "the [last] one"} if version == "0002_session_names" else {""})
    assert drafts == sorted(tuple(each) for each in read["drafts"])


@pytest.mark.parametrize("version", VERSIONS)
def test_a_session_that_an_earlier_version_left_is_taken_up_with_its_draft(home: Path, version: str) -> None:
    read = json.loads((JOURNALS / f"{version}.json").read_text(encoding="utf-8"))
    restore_version(home, version)
    (left,) = (each["session"] for each in read["reports"] if not each["finished"])
    (draft,) = (body for session, _, body, *_ in read["drafts"] if session == left)
    command = [sys.executable, "-m", STUB_PROGRAM, "start", "--plain", "--resume", left]
    typed = "and a third line\n/quit\n"
    taken_up = subprocess.run(command, input=typed, capture_output=True, text=True, check=False, cwd=DATA.parents[2])
    assert taken_up.returncode == 0, taken_up.stderr
    assert all(line in taken_up.stdout + taken_up.stderr for line in draft.splitlines())
    with closing(open_journal(home / "data" / "journal.sqlite3")) as journal:
        bodies = [body for (body,) in journal._read("SELECT body FROM drafts WHERE session_id = ?", (left,))]
    assert bodies == [f"{draft}\nand a third line"]


@versions
def test_a_session_is_deleted_from_a_journal_of_any_version_without_a_trace(home: Path, version: str) -> None:
    path = restore_version(home, version)
    sessions = sorted(count_events(path))
    texts = {each: _texts(path, each) for each in sessions}
    gone = max(sessions, key=lambda each: len(texts[each]))
    others = "".join(text for each in sessions if each != gone for text in texts[each])
    only_here = [text for text in texts[gone] if text not in others]
    assert only_here
    with closing(open_journal(path)) as journal:
        assert journal.delete_session(gone)
        assert sorted(row.id for row in journal.sessions()) == [each for each in sessions if each != gone]
        assert all(journal.items(each) for each in sessions if each != gone)
    raw = b"".join(each.read_bytes() for each in path.parent.iterdir() if each.is_file())
    assert not [text for text in only_here if text.encode() in raw]


def _texts(path: Path, session_id: str) -> list[str]:
    """What was typed and said in a session, and its draft, as the file holds them."""
    with closing(sqlite3.connect(path)) as other:
        bodies = other.execute("SELECT body FROM events WHERE session_id = ?", (session_id,)).fetchall()
        drafts = other.execute("SELECT body FROM drafts WHERE session_id = ?", (session_id,)).fetchall()
    told = (json.loads(body).get("text", "") for (body,) in bodies)
    escaped = (json.dumps(text, ensure_ascii=False)[1:-1] for text in told)
    return [text for text in (*escaped, *(body for (body,) in drafts)) if text]


@versions
def test_a_journal_of_any_version_goes_on_at_another_place(
    home: Path, tmp_path: Path, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = restore_version(home, version)
    before = count_events(path)
    moved = tmp_path / "another disk" / "home"
    moved.parent.mkdir()
    shutil.move(home, moved)
    monkeypatch.setenv("MOCKDL_HOME", str(moved))
    assert {row["session"] for row in json.loads(mockdl("history", "--json").stdout)} == set(before)
    assert mockdl("report", max(before)).returncode == 0


def test_a_record_that_is_no_text_at_all_is_damaged_and_not_fatal(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    with closing(open_journal(path)) as journal:
        journal.create_session(ROW, [make_item()])
        journal._connection.execute("UPDATE sessions SET plan = 3")
        assert journal.sessions() == []
        assert [row.id for row in journal.damaged()] == [ROW.id]
        with pytest.raises(StorageError, match="is damaged"):
            journal.session("last")
