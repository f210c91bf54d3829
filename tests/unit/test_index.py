"""The bank's index: what it finds, and that a stored one is used only when it fits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from interviewer.core.bank.content import Level
from interviewer.errors import IndexStoreError
from interviewer.index import BankIndex, Entry, Manifest, Stale, bank_entries, build_index, load_index, save_index
from tests.support.builders import make_bank, make_item
from tests.support.encoders import WordEncoder

ENTRIES = (
    Entry("cache", None, Level.MID, "key value cache memory"),
    Entry("cache", "size", Level.MID, "cache grows with sequence length"),
    Entry("paging", None, Level.SENIOR, "paged key value cache memory blocks"),
    Entry("serving", None, Level.STAFF, "key value cache memory of a serving fleet"),
    Entry("dropout", None, Level.JUNIOR, "dropout switches units off"),
    Entry("dropout", "scale", Level.JUNIOR, "activations are scaled by the keep probability"),
)
WANTED = Manifest(model="words@1", dimension=64, content_hash="abc", entries=len(ENTRIES))


@pytest.fixture
def index() -> BankIndex:
    return build_index(ENTRIES, WordEncoder())


def vector(text: str) -> np.ndarray:
    first: np.ndarray = WordEncoder().encode([text])[0]
    return first


# What is indexed


def test_every_wording_and_every_key_point_has_a_row() -> None:
    rows = bank_entries(make_bank(make_item("alpha"), make_item("beta", level=Level.STAFF)))
    alpha = [(row.point_id, row.text) for row in rows if row.question_id == "alpha"]
    assert alpha == [
        (None, "Title of alpha. What is alpha?"),
        (None, "Explain alpha."),
        (None, "Tell me about alpha."),
        *((f"p{n}", f"Statement {n} of alpha.") for n in range(4)),
    ]
    assert {row.level for row in rows if row.question_id == "beta"} == {Level.STAFF}


def test_building_reports_progress() -> None:
    heard: list[tuple[str, int, int]] = []
    build_index(ENTRIES, WordEncoder(), lambda *step: heard.append(step))
    assert heard[-1] == ("embedding", len(ENTRIES), len(ENTRIES))


# What is found


def test_search_gives_one_hit_a_question_best_first(index: BankIndex) -> None:
    hits = index.search(vector("key value cache memory"), 10)
    assert [hit.question_id for hit in hits][:2] == ["cache", "paging"]
    assert len({hit.question_id for hit in hits}) == len(hits) == 4
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert hits[0].score == pytest.approx(1.0, abs=1e-6)


def test_a_hit_names_the_key_point_that_matched_best(index: BankIndex) -> None:
    assert index.search(vector("scaled by the keep probability"), 1)[0].point_id == "scale"
    assert index.search(vector("dropout switches units off"), 1)[0].point_id is None


@pytest.mark.parametrize(("most", "found"), [(0, 0), (1, 1), (3, 3), (100, 4)])
def test_search_gives_at_most_what_was_asked_for(index: BankIndex, most: int, found: int) -> None:
    assert len(index.search(vector("cache"), most)) == found


def test_an_empty_index_finds_nothing() -> None:
    empty = build_index((), WordEncoder())
    assert empty.search(vector("cache"), 5) == []
    assert empty.neighbours() == {}
    assert empty.deeper("cache", Level.MID, []) is None


def test_neighbours_are_others_nearest_first(index: BankIndex) -> None:
    table = index.neighbours()
    assert set(table) == {"cache", "paging", "serving", "dropout"}
    assert all(name not in [near.question_id for near in nearest] for name, nearest in table.items())
    assert table["cache"][0].question_id == "paging"
    assert table["cache"][0].similarity == pytest.approx(float(vector(ENTRIES[0].text) @ vector(ENTRIES[2].text)))
    assert len(index.neighbours(most=1)["cache"]) == 1


def test_other_wordings_of_a_question_are_no_neighbours_of_it() -> None:
    rows = (*ENTRIES, Entry("cache", None, Level.MID, "another wording about memory"))
    table = build_index(rows, WordEncoder()).neighbours()
    assert sorted(near.question_id for near in table["cache"]) == ["dropout", "paging", "serving"]


@pytest.mark.parametrize(
    ("question", "level", "exclude", "deeper"),
    [
        ("cache", Level.MID, (), "paging"),
        ("cache", Level.MID, ("paging",), None),  # serving is two levels above the one asked
        ("cache", Level.SENIOR, ("paging",), "serving"),
        ("cache", Level.JUNIOR, (), None),
        ("serving", Level.STAFF, (), None),  # nothing is higher
        ("dropout", Level.STAFF, (), None),  # what is higher is about something else
        ("unknown", Level.STAFF, (), None),
    ],
)
def test_deeper_is_the_nearest_related_question_of_a_higher_level(
    index: BankIndex, question: str, level: Level, exclude: tuple[str, ...], deeper: str | None
) -> None:
    assert index.deeper(question, level, exclude) == deeper


# What is stored


def test_a_stored_index_answers_like_the_one_that_was_built(index: BankIndex, tmp_path: Path) -> None:
    save_index(index, tmp_path / "deep" / "index", WANTED)
    loaded = load_index(tmp_path / "deep" / "index", WANTED, ENTRIES)
    assert isinstance(loaded, BankIndex)
    assert loaded.search(vector("cache"), 4) == index.search(vector("cache"), 4)
    assert sorted(path.name for path in (tmp_path / "deep" / "index").iterdir()) == ["bank.faiss", "manifest.json"]


def test_none_yet_is_no_complaint(tmp_path: Path) -> None:
    stale = load_index(tmp_path / "index", WANTED, ENTRIES)
    assert isinstance(stale, Stale)
    assert stale.missing


def truncate(folder: Path) -> None:
    file = folder / "bank.faiss"
    file.write_bytes(file.read_bytes()[:-100])


def flip(folder: Path) -> None:
    file = folder / "bank.faiss"
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 1
    file.write_bytes(raw)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (truncate, "damaged or truncated"),
        (flip, "damaged or truncated"),
        (lambda folder: (folder / "bank.faiss").unlink(), "cannot be read"),
        (lambda folder: (folder / "manifest.json").write_text('{"format": 2'), "manifest is damaged"),
        (lambda folder: (folder / "manifest.json").write_bytes(b"\xff\xfe"), "manifest is damaged"),
        (lambda folder: (folder / "manifest.json").write_text("[]"), "manifest is damaged"),
    ],
)
def test_a_damaged_index_is_not_used(
    index: BankIndex, tmp_path: Path, spoil: Callable[[Path], object], reason: str
) -> None:
    save_index(index, tmp_path, WANTED)
    spoil(tmp_path)
    stale = load_index(tmp_path, WANTED, ENTRIES)
    assert isinstance(stale, Stale)
    assert reason in stale.reason
    assert not stale.missing


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"format": 0}, "another version of mockdl"),
        ({"model": "other@1"}, "built with the encoder words"),
        ({"model": "words@2"}, "the encoder words has changed"),
        ({"dimension": 32}, "64 dimensions and the encoder's 32"),
        ({"content_hash": "def"}, "the questions have changed"),
        ({"entries": 5}, "the questions have changed"),
    ],
)
def test_an_index_of_something_else_is_not_used(
    index: BankIndex, tmp_path: Path, change: dict[str, object], reason: str
) -> None:
    save_index(index, tmp_path, WANTED)
    stale = load_index(tmp_path, WANTED.model_copy(update=change), ENTRIES)
    assert isinstance(stale, Stale)
    assert reason in stale.reason


def test_a_file_that_its_manifest_vouches_for_must_still_fit(index: BankIndex, tmp_path: Path) -> None:
    save_index(index, tmp_path, WANTED.model_copy(update={"entries": 5}))
    stale = load_index(tmp_path, WANTED.model_copy(update={"entries": 5}), ENTRIES[:5])
    assert isinstance(stale, Stale)
    assert "does not fit its manifest" in stale.reason


def test_a_crash_between_the_two_files_is_noticed(
    index: BankIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_index(index, tmp_path, WANTED)
    replace = Path.replace

    def crash_at_manifest(self: Path, target: Path) -> Path:
        if target.name == "manifest.json":
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", crash_at_manifest)
    with pytest.raises(KeyboardInterrupt):
        save_index(build_index(ENTRIES[::-1], WordEncoder()), tmp_path, WANTED)
    stale = load_index(tmp_path, WANTED, ENTRIES)
    assert isinstance(stale, Stale)
    assert "damaged" in stale.reason


def test_saving_where_one_cannot_is_explained_and_leaves_nothing(index: BankIndex, tmp_path: Path) -> None:
    (tmp_path / "index").write_text("a file")
    with pytest.raises(IndexStoreError, match="could not be saved") as caught:
        save_index(index, tmp_path / "index", WANTED)
    assert "kept in memory" in caught.value.kept
    assert [path.name for path in tmp_path.iterdir()] == ["index"]


def test_a_missing_faiss_is_explained(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(__import__("sys").modules, "faiss", None)
    with pytest.raises(IndexStoreError, match="needs faiss") as caught:
        build_index(ENTRIES, WordEncoder())
    assert caught.value.todo == "pip install faiss-cpu"
    with pytest.raises(IndexStoreError):
        load_index(tmp_path, WANTED, ENTRIES)
