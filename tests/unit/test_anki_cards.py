"""Missed core points as cards, imported by Anki's own library."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from anki.collection import Collection, ImportCsvRequest

from interviewer.core.bank.kinds import Level
from interviewer.report import render_report
from tests.support.builders import make_grade
from tests.unit.test_brief_report import ASKED, summary_of

GRADE = {"p0": "covered", "p1": "missing", "p2": "partial", "p3": "contradicted"}


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Collection]:
    opened = Collection(str(tmp_path / "collection.anki2"))
    yield opened
    opened.close()


def bring_in(collection: Collection, folder: Path, verdicts: dict[str, str]) -> None:
    turn = ASKED(id=0, question_id="alpha", answer="words and more words", result=make_grade(verdicts))
    file = folder / "cards.txt"
    file.write_text(render_report(summary_of(turn, level=Level.STAFF), "anki"), encoding="utf-8")
    metadata = collection.get_csv_metadata(str(file), None)
    collection.import_csv(ImportCsvRequest(path=str(file), metadata=metadata))


def test_missed_core_points_become_cards_with_ids_of_their_own(collection: Collection, tmp_path: Path) -> None:
    bring_in(collection, tmp_path, GRADE)
    notes = [collection.get_note(note) for note in collection.find_notes("")]
    assert sorted(note.guid for note in notes) == ["mockdl:alpha:p1", "mockdl:alpha:p2", "mockdl:alpha:p3"]
    (item,) = (each.item for each in summary_of(ASKED(id=0, question_id="alpha", answer="x")).questions)
    for note in notes:
        point = item.rubric.point(note.guid.rpartition(":")[2])
        front, back = note.fields
        assert point.probe in front
        assert back.startswith(point.statement)
        assert "mockdl" in note.tags
        assert collection.decks.name(note.cards()[0].did) == "mockdl"


def test_a_later_report_doubles_no_card(collection: Collection, tmp_path: Path) -> None:
    bring_in(collection, tmp_path, GRADE)
    bring_in(collection, tmp_path, {**GRADE, "p0": "missing"})
    assert collection.note_count() == 4
