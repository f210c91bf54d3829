"""What is kept between starts: every kind of damage to every kind of file is noticed by whoever reads it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from interviewer.audit.golden_cache import KeptGrade, KeptGrades
from interviewer.bank.bank_cache import read_cache, write_cache
from interviewer.cli.common import open_services
from interviewer.core.bank.content import Bank
from interviewer.core.bank.kinds import Level
from interviewer.core.grade.judge_weight import JudgeWorth
from interviewer.core.interview.session import SessionConfig
from interviewer.core.ports import Neighbour
from interviewer.embedding.weights import verify_weights
from interviewer.errors import EncoderError
from interviewer.kept_json import DamagedFileError, keep, read_kept, recall
from interviewer.llm.chat import ChatMessage, ChatReply, ChatRequest, Rung
from interviewer.llm.json_modes import Habit, Ladder
from interviewer.llm.reply_cache import ReplyCache
from interviewer.services import build_services
from interviewer.services.judge_checks import JudgeCheck
from interviewer.worker.neighbours import read_neighbours, write_neighbours
from tests.support.builders import make_item

WORTH = JudgeWorth(400, 6, 0.94, 0.95, 0.86)
ASKED = ChatRequest((ChatMessage("user", "Judge."),))
TABLE = {"alpha": [Neighbour(question_id="beta", similarity=0.75)]}
HABIT = Habit(Rung.TEXT, frozenset({"stream"}), 4)
GRADE = KeptGrade(71.5, {"p0": "covered"}, ())


class Store(NamedTuple):
    """One kind of file: what writes it, and what reads it, which says whether that is what was written."""

    write: Callable[[Path], None]
    holds: Callable[[Path], bool]


def write_grades(folder: Path) -> None:
    kept = KeptGrades(folder / "golden.json", "words")
    kept.put(make_item(), "answer", GRADE)
    kept.save()


def judge_check(folder: Path) -> JudgeCheck:
    return JudgeCheck(folder / "judge-checks.json", "http://one", "m")


def replies(folder: Path) -> ReplyCache:
    return ReplyCache(folder, "m", "http://one")


def note_weights(folder: Path) -> None:
    """Note weights as verified that are not: only a note that is believed makes them pass."""
    (folder / "model").mkdir(exist_ok=True)
    (folder / "model" / "model.safetensors").write_bytes(b"weights")
    with pytest.raises(EncoderError) as caught:
        verify_weights(folder / "model", folder / "weights.json")
    assert "are not those of" in str(caught.value)
    status = (folder / "model" / "model.safetensors").stat()
    times = {"mtime_ns": status.st_mtime_ns, "ctime_ns": status.st_ctime_ns}
    path = str(folder / "model" / "model.safetensors")
    note = {"path": path, "size": 7, "inode": status.st_ino, **times, "sha256": "a" * 64}
    keep(folder / "weights.json", note)


def believes_note(folder: Path) -> bool:
    try:
        verify_weights(folder / "model", folder / "weights.json", expected="a" * 64)
    except EncoderError:
        return False
    return True


STORES = {
    "neighbours": Store(
        lambda folder: write_neighbours(folder, "bank", TABLE),
        lambda folder: read_neighbours(folder, "bank") == TABLE,
    ),
    "judge's worth": Store(
        lambda folder: judge_check(folder).keep(WORTH), lambda folder: judge_check(folder).find() == WORTH
    ),
    "reply": Store(
        lambda folder: replies(folder).put(ASKED, "h", 0, ChatReply("71", "m", Rung.TEXT, None, None, 1.0, 1)),
        lambda folder: getattr(replies(folder).get(ASKED, "h", 0), "text", "") == "71",
    ),
    "what a server takes": Store(
        lambda folder: Ladder(folder).remember("http://one", "m", HABIT),
        lambda folder: Ladder(folder).habit("http://one", "m") == HABIT,
    ),
    "golden grades": Store(
        write_grades, lambda folder: KeptGrades(folder / "golden.json", "words").get(make_item(), "answer") == GRADE
    ),
    "verified weights": Store(note_weights, believes_note),
    "bank": Store(
        lambda folder: write_cache(folder / "bank.json", Bank({"alpha": make_item()}, "key"), "stamp"),
        lambda folder: read_cache(folder / "bank.json", "stamp", lambda: "key") is not None,
    ),
}


def flip_last_digit(raw: bytes) -> bytes:
    at = [found.start() for found in re.finditer(rb"[0-9]", raw)][-1]
    return raw[:at] + (b"1" if raw[at : at + 1] != b"1" else b"2") + raw[at + 1 :]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "cut": lambda raw: raw[: len(raw) // 2],
    "nested": lambda _: b"[" * 200_000,
    "another type": lambda _: b"[1, 2]",
    "one digit": flip_last_digit,
    "a word of its head": lambda raw: raw.replace(b"body", b"bady").replace(b"stamp", b"stomp"),
    "not UTF-8": lambda raw: raw.replace(b"e", b"\xff"),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("kind", STORES)
def test_damage_is_noticed_and_what_is_written_next_holds(kind: str, damage: str, tmp_path: Path) -> None:
    store = STORES[kind]
    store.write(tmp_path)
    assert store.holds(tmp_path)
    (file,) = (each for each in tmp_path.iterdir() if each.is_file())
    file.write_bytes(DAMAGES[damage](file.read_bytes()))
    assert not store.holds(tmp_path)
    store.write(tmp_path)
    assert store.holds(tmp_path)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "neighbours.json")
    assert read_neighbours(tmp_path, "bank") == {}
    with pytest.raises(DamagedFileError, match="no plain file"):
        read_kept(tmp_path / "neighbours.json")


def test_what_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interviewer.kept_json._MOST_BYTES", 1024 * 1024)
    keep(tmp_path / "a.json", "x" * 1024 * 1024)
    with pytest.raises(DamagedFileError, match="larger than 1 MB"):
        read_kept(tmp_path / "a.json")


def test_a_file_is_its_users_alone_also_when_it_was_not(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    keep(file, {"a": 1})
    assert json.loads(file.read_text()) == {"checksum": "fba18e97", "body": {"a": 1}}
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o644)
    assert recall(file) == {"a": 1}
    assert file.stat().st_mode & 0o777 == 0o600


def test_damaged_measurements_are_set_aside_and_never_deleted(tmp_path: Path) -> None:
    file = tmp_path / "judge-checks.json"
    for number, rubbish in enumerate(("[" * 200_000, "{damaged")):
        judge_check(tmp_path).keep(WORTH)
        file.write_text(rubbish)
        check = judge_check(tmp_path)
        assert check.find() is None
        aside = file.with_name(f"{file.name}.damaged{number or ''}")
        assert aside.read_text() == rubbish
        assert f"it was set aside as {aside}" in check.told
        assert not file.exists()
    check.keep(WORTH)
    assert judge_check(tmp_path).find() == WORTH
    assert len(list(tmp_path.iterdir())) == 3


def test_damaged_measurements_that_cannot_be_moved_are_not_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "judge-checks.json"
    file.write_text("{damaged")

    def refuse(*_: Any) -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "rename", refuse)
    check = judge_check(tmp_path)
    with pytest.raises(OSError, match="cannot be moved away"):
        check.keep(WORTH)
    assert "could not be set aside (Permission denied)" in check.told
    assert file.read_text() == "{damaged"


def test_measurements_of_earlier_versions_hold(tmp_path: Path) -> None:
    judge_check(tmp_path).keep(WORTH)
    file = tmp_path / "judge-checks.json"
    file.write_text(json.dumps(json.loads(file.read_text())["body"], indent=1))
    assert judge_check(tmp_path).find() == WORTH


def test_an_interview_begins_beside_damaged_files_and_the_damage_is_said(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOCKDL_JUDGE", "auto")
    monkeypatch.setenv("MOCKDL_JUDGE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("MOCKDL_JUDGE_MODEL", "m")
    places = build_services().places
    for file in (places.cache / "neighbours.json", places.judge_checks):
        file.parent.mkdir(parents=True)
        file.write_text("[" * 200_000)
    with open_services() as services:
        conductor = services.sessions.create(SessionConfig(level=Level.MID, count=2, seed=1))
        assert "was not measured here" in "".join(conductor.row.notes)
    assert capsys.readouterr().err.count("judges were measured to be worth is damaged") == 1
    assert (home / "data" / "judge-checks.json.damaged").exists()
