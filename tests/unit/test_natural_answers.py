"""Natural answers in a pack's check: enough of them, none copied, told apart rightly, two readers compared."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from interviewer.audit.golden import (
    HINT,
    NATURAL,
    GoldenGrade,
    grade_golden,
    hint_findings,
    natural_order_findings,
)
from interviewer.audit.golden_cache import KeptGrade, KeptGrades
from interviewer.audit.natural_answers import (
    copied_findings,
    length_findings,
    natural_findings,
    tally_natural,
)
from interviewer.audit.near_texts import level_findings, text_findings
from interviewer.audit.quality_card import render_card
from interviewer.audit.survey import build_survey
from interviewer.bank import read_pack
from interviewer.core.bank.kinds import Level
from interviewer.core.bank.natural import NaturalAnswer
from interviewer.core.bank.pack_files import PackReading
from tests.support.packs import write_pack
from tests.unit.test_audit import WordEngine
from tests.unit.test_second_edition import item_of, point

ITEM = item_of()


def answer(text: str = "water boils then", score: float = 50, **changes: object) -> NaturalAnswer:
    verdicts = {each.id: "missing" for each in ITEM.rubric.key_points}
    body = {"kind": "plain", "writer": "a", "text": text, "score": score, "verdicts": {**verdicts, "p0": "covered"}}
    return NaturalAnswer.model_validate({**body, **changes})


@pytest.fixture
def reading(tmp_path: Path) -> PackReading:
    return read_pack(write_pack(tmp_path, ITEM))


def test_too_few_and_too_long_ones_are_found(reading: PackReading) -> None:
    (few,) = natural_findings(reading, {})
    assert few.message == "has 0 natural answers; 8 are wanted"
    found = natural_findings(reading, {"alpha": [answer()] * 7 + [answer("so it boils " * 90)]})
    assert [(each.line, each.message) for each in found] == [(8, "has 270 words; 3 to 250 are wanted")]


def test_a_wording_that_stands_in_a_natural_answer_is_found(reading: PackReading) -> None:
    said = f"well. {ITEM.rubric.key_points[2].wordings[2]} That is all I know about kettles and water."
    answers = [answer("no idea at all, honestly, about it"), answer(said)]
    found = copied_findings(reading, ITEM, answers, WordEngine())
    assert "key_points[2].phrasings.spoken[0]" in [each.field for each in found]
    assert all("line 2" in each.message for each in found)


def test_two_readers_are_compared_over_every_key_point() -> None:
    own = answer(score=40)
    other = {**own.verdicts, "p1": "covered"}
    natural = {
        "alpha": [
            answer("a b c d", second={"verdicts": other, "score": 60}),
            answer("a b", 80, writer="b", second={"verdicts": own.verdicts, "score": 80}),
            answer("a b c d e f"),
        ]
    }
    found = tally_natural(natural)
    assert (found.answers, found.writers, found.verdicts, found.twice) == (3, 2, 30, 2)
    # 20 cells, 2 against 3 of them covered, one apart: observed .95, by chance .78
    assert found.kappa == pytest.approx((0.95 - 0.78) / 0.22)
    assert found.score_gap == pytest.approx(5)
    assert math.isnan(tally_natural({}).kappa)
    assert tally_natural({}).as_dict()["kappa"] is None


def test_length_that_gives_quality_away_is_found(reading: PackReading) -> None:
    telling = tally_natural({"alpha": [answer("so " * n, score=n) for n in range(3, 90)]})
    assert "r = 1.00" in length_findings(reading, telling)[0].message
    assert length_findings(reading, tally_natural({"alpha": [answer()] * 9})) == []


def grade(kind: str, number: int | None, score: float, **verdicts: str) -> GoldenGrade:
    return GoldenGrade(kind, number, KeptGrade(score, verdicts, ()))


def test_answers_that_readers_tell_apart_and_the_grader_does_not_are_noted(reading: PackReading) -> None:
    natural = {"alpha": [answer(score=80), answer(score=10, kind="swapped"), answer(score=60)]}
    golden = {"alpha": [grade(NATURAL, 0, 30), grade(NATURAL, 1, 50), grade(NATURAL, 2, 90), grade("strong", 0, 0)]}
    (found,) = natural_order_findings(reading, golden, natural)
    assert (found.line, found.severity) == (1, "note")
    assert "scores 30, below the swapped answer of line 2 with 50; readers gave 80 and 10" in found.message


def test_a_last_hint_that_covers_more_than_two_points_is_noted(reading: PackReading) -> None:
    two, three = {"p0": "covered", "p1": "covered", "p2": "partial"}, dict.fromkeys(("p0", "p1", "p2"), "covered")
    assert hint_findings(reading, {"alpha": [grade(HINT, None, 9, **two)]}) == []
    (found,) = hint_findings(reading, {"alpha": [grade(HINT, None, 9, **three), grade("strong", 0, 9, **three)]})
    assert found.field == "hints[1].text"
    assert "covers 3 key points (p0, p1, p2)" in found.message


def test_natural_answers_and_the_last_hint_are_graded_and_kept(tmp_path: Path) -> None:
    engine, kept = WordEngine(), KeptGrades(tmp_path / "golden.json", "one")
    for _ in range(2):
        found = grade_golden(ITEM, engine, kept, [answer(), answer("salt helps a bit")])
        assert [each.kind for each in found] == ["echo", "noise", "shuffled", NATURAL, NATURAL, HINT]
        assert len(engine.asked) == 6


def test_a_sentence_of_the_model_answer_that_no_point_pays_is_noted(tmp_path: Path) -> None:
    paid = f"As everybody knows, {ITEM.rubric.key_points[0].statement}"
    item = item_of({"model_answer": f"{paid} Kettles were invented by somebody in Mesopotamia already. So there."})
    reading = read_pack(write_pack(tmp_path, item))
    found = [each for each in text_findings(reading, item, WordEngine()) if each.field == "model_answer"]
    assert [each.severity for each in found] == ["note"]
    assert "Mesopotamia" in found[0].message


def test_the_same_fact_at_two_levels_is_noted_once(tmp_path: Path) -> None:
    other = item_of(
        {"id": "beta"}, {"id": "beta", "key_points": [point(n, expected_at=Level.STAFF) for n in range(10)]}
    )
    reading = read_pack(write_pack(tmp_path, ITEM, other))
    found = level_findings(reading, WordEngine())
    assert len(found) == 10
    assert {each.severity for each in found} == {"note"}
    assert "is expected at mid; beta/p0 says the same (cosine 1.00) at staff" in [each.message for each in found]


def test_the_card_shows_tiers_registers_kinds_and_agreement(reading: PackReading) -> None:
    own = answer()
    natural = {"alpha": [answer(second={"verdicts": own.verdicts, "score": 45}), answer(kind="terse")]}
    right = {name: str(verdict) for name, verdict in own.verdicts.items()}
    golden = {"alpha": [grade(NATURAL, 0, 9, **right), grade(NATURAL, 1, 9, **{**right, "p0": "missing"})]}
    card = render_card(build_survey(reading, golden, [], natural), grader="the grader", broken=0)
    assert "| Topic | junior | mid | senior | staff | Core | Depth |" in card
    assert "| foundations | 0 | 1 | 0 | 0 | 4 | 6 | 80 |" in card
    assert "| Wordings | terse | spoken | item | natural |" in card
    assert "| Natural answers | terse | plain |" in card
    assert "A second reader labelled 1 of them" in card
    assert "kappa 1.00" in card
    assert "gives the first reader's verdict in 95%" in card
