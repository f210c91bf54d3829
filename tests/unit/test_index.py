"""The bank's index: what is in it, and what it finds."""

from __future__ import annotations

import numpy as np
import pytest

from interviewer.core.bank.kinds import Level
from interviewer.errors import IndexStoreError
from interviewer.index import BankIndex, Entry, bank_entries, build_index
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


def test_a_missing_faiss_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "faiss", None)
    with pytest.raises(IndexStoreError, match="needs faiss") as caught:
        build_index(ENTRIES, WordEncoder())
    assert caught.value.todo == "pip install faiss-cpu"
