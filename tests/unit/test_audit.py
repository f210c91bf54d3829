"""What is checked of a pack beyond its format: texts too near, golden order, numbers, the card."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path

import pytest

from interviewer.audit.golden import GoldenGrade, grade_golden, grader_name, order_findings
from interviewer.audit.golden_cache import GRADER_FILES, KeptGrade, KeptGrades, fingerprint
from interviewer.audit.near_texts import duplicate_findings, text_findings
from interviewer.audit.quality_card import CARD_BEGIN, CARD_END, place_card, render_card
from interviewer.audit.survey import build_survey
from interviewer.bank import locate_findings, read_known_hard, read_pack
from interviewer.core.bank.content import Bank
from interviewer.core.bank.kinds import Level
from interviewer.core.bank.pack_files import PackReading
from interviewer.core.bank.rubric import Rubric
from interviewer.core.futures import settled
from interviewer.core.grade.grade import Grade
from interviewer.core.ports import Close
from interviewer.errors import EncoderError
from interviewer.index.near_duplicates import close_questions, close_texts, nearest_texts
from interviewer.paths import built_in_pack
from tests.support.builders import make_grade, make_item
from tests.support.encoders import WordEncoder
from tests.support.packs import write_pack
from tests.support.scripted import ScriptedEngine, breaks

PACKAGE = Path(__file__).parents[2] / "interviewer"
SAID = "gates let the gradient pass over many steps"


def rubric_with(**changes: object) -> Rubric:
    """The rubric of `dropout`, its second key point changed."""
    item = read_pack(built_in_pack()).items["dropout"]
    body = item.rubric.model_dump()
    body["key_points"][1].update(changes)
    return Rubric.model_validate(body)


def kinds(rubric: Rubric) -> set[tuple[str, str]]:
    return {(close.kind, close.field) for close in close_texts(rubric, WordEncoder())}


def test_a_good_rubric_has_no_texts_too_near() -> None:
    assert not {kind for kind, _ in kinds(rubric_with())} - {"elsewhere", "stray"}


def test_key_points_that_ask_the_same_overlap() -> None:
    first = rubric_with().key_points[0].statement
    assert ("overlap", "key_points[1].statement") in kinds(rubric_with(statement=first + " Always."))


def test_a_phrasing_that_copies_its_statement_is_found() -> None:
    phrasings = ("one thing", "another thing", SAID)
    assert ("copied", "key_points[1].phrasings[2]") in kinds(rubric_with(statement=SAID, phrasings=phrasings))


def test_a_probe_that_tells_is_found() -> None:
    assert ("leak", "key_points[1].probe") in kinds(rubric_with(statement=SAID, probe=f"do {SAID}?"))


def test_a_contradiction_that_says_the_truth_is_found() -> None:
    contradictions = ("no gates at all", SAID)
    assert ("truth", "key_points[1].contradictions[1]") in kinds(
        rubric_with(statement=SAID, contradictions=contradictions)
    )


def test_a_contradiction_of_another_point_is_found() -> None:
    rubric = rubric_with()
    other = rubric.key_points[3]
    contradictions = (*rubric.key_points[1].contradictions, other.wordings[2])
    assert ("elsewhere", f"key_points[1].contradictions[{len(contradictions) - 1}]") in kinds(
        rubric_with(contradictions=contradictions)
    )


def test_questions_that_ask_the_same_are_paired() -> None:
    texts = {"a": "what is a gate", "b": "what is a gate then", "c": "name three kinds of pooling"}
    assert [pair[:2] for pair in close_questions(texts, WordEncoder(), 0.8)] == [("a", "b")]


class WordEngine(ScriptedEngine):
    """Compares texts by their words, and covers nothing."""

    def close_texts(self, rubric: Rubric) -> Future[list[Close]]:
        return settled(close_texts(rubric, WordEncoder()))

    def close_questions(self, texts: Mapping[str, str], bound: float) -> Future[list[tuple[str, str, float]]]:
        return settled(close_questions(texts, WordEncoder(), bound))

    def nearest_texts(self, texts: Sequence[str], others: Sequence[str]) -> Future[list[tuple[int, float]]]:
        return settled(nearest_texts(texts, others, WordEncoder()))


@pytest.fixture
def reading(tmp_path: Path) -> PackReading:
    """A pack on disk: `dropout`, and a question with another id that asks the same."""
    for room in ("corpus", "rubrics"):
        (tmp_path / room / "regularisation").mkdir(parents=True)
        source = built_in_pack() / room / "regularisation" / "dropout.yaml"
        shutil.copy(source, tmp_path / room / "regularisation")
        twin = source.read_text(encoding="utf-8").replace("id: dropout\n", "id: twin\n", 1)
        (tmp_path / room / "regularisation" / "twin.yaml").write_text(twin, encoding="utf-8")
    return read_pack(tmp_path)


def test_findings_name_file_and_line(reading: PackReading) -> None:
    (found,) = locate_findings(duplicate_findings(reading, WordEngine()))
    assert "asks nearly what 'twin' asks" in found.message
    assert found.path.read_text(encoding="utf-8").splitlines()[found.line - 1].startswith("prompt:")


def test_a_probe_that_names_the_answers_words_is_found(reading: PackReading) -> None:
    path = reading.sources["dropout"][1]
    text = path.read_text(encoding="utf-8")
    number, point = next(
        each for each in enumerate(reading.items["dropout"].rubric.key_points) if each[1].id == "co-adaptation"
    )
    assert point.probe in text
    leaking = "Is it that units cannot rely on particular other units being present?"
    path.write_text(text.replace(point.probe, leaking), encoding="utf-8")
    again = read_pack(reading.root)
    findings = text_findings(again, again.items["dropout"], WordEngine())
    (found,) = [each for each in locate_findings(findings) if each.field == f"key_points[{number}].probe"]
    assert leaking in path.read_text(encoding="utf-8").splitlines()[found.line - 1]


def test_kept_grades_are_good_until_anything_changes(tmp_path: Path) -> None:
    item, engine = read_pack(built_in_pack()).items["dropout"], WordEngine()
    for encoder, asked in (("one", 14), ("one", 14), ("other", 28)):
        kept = KeptGrades(tmp_path / "golden.json", encoder)
        assert len(grade_golden(item, engine, kept)) == 14  # ten examples, three generated ones, the last hint
        kept.save()
        assert len(engine.asked) == asked
    kept = KeptGrades(tmp_path / "golden.json", "other")
    text = item.rubric.examples[0].text
    assert kept.get(item, text) is not None
    first, *rest = item.rubric.key_points
    lighter = item.rubric.model_copy(update={"key_points": (first.model_copy(update={"weight": 0.5}), *rest)})
    assert kept.get(item.model_copy(update={"rubric": lighter, "rubric_hash": "f" * 16}), text) is None


def test_a_copied_question_has_the_grades_of_its_original(tmp_path: Path) -> None:
    item, engine = read_pack(built_in_pack()).items["dropout"], WordEngine()
    kept = KeptGrades(tmp_path / "golden.json", "one")
    grade_golden(item, engine, kept)
    asked = len(engine.asked)
    copy = item.model_copy(
        update={
            "question": item.question.model_copy(update={"id": "copy"}),
            "rubric": item.rubric.model_copy(update={"id": "copy"}),
            "rubric_hash": "c" * 16,
        }
    )
    grade_golden(copy, engine, kept)
    assert len(engine.asked) == asked


def test_kept_grades_that_cannot_be_read_count_as_none(tmp_path: Path) -> None:
    (tmp_path / "golden.json").write_bytes(b'{"grader": 3, "ro')
    assert KeptGrades(tmp_path / "golden.json", "one").get(make_item(), "answer") is None


def test_a_damaged_file_of_grades_counts_as_empty(tmp_path: Path) -> None:
    path, item = tmp_path / "golden.json", make_item()
    kept = KeptGrades(path, "one")
    kept.put(item, "answer", KeptGrade(71.5, {"p0": "covered"}, ()))
    kept.save()
    assert KeptGrades(path, "one").get(item, "answer") == KeptGrade(71.5, {"p0": "covered"}, ())
    whole = path.read_bytes()
    for damaged in (whole.replace(b"71.5", b"17.5"), whole.replace(b'"rows"', b'"rose"'), b"[]", b'{"grader": 1}'):
        path.write_bytes(damaged)
        assert KeptGrades(path, "one").get(item, "answer") is None


def grades(**scores: float) -> list[GoldenGrade]:
    places = {"strong": 0, "partial": 1, "fluent_wrong": 2, "off_topic": 3}
    return [
        GoldenGrade(kind.replace("_", "-"), places.get(kind), KeptGrade(score, {}, ()))
        for kind, score in scores.items()
    ]


@pytest.mark.parametrize(
    ("scores", "wanted"),
    [
        ({"strong": 80, "partial": 40, "fluent_wrong": 10, "off_topic": 0, "echo": 0}, None),
        ({"strong": 39, "partial": 40}, None),
        ({"strong": 30, "partial": 40}, "the strong answer scores 30, below the partial answer with 40"),
        ({"partial": 10, "off_topic": 20}, "the partial answer scores 10, below the off-topic answer with 20"),
        ({"partial": 10, "noise": 20}, "below the noise answer"),
        ({"strong": 30, "fluent_wrong": 40}, "the fluent-wrong answer scores 40, above the strong answer"),
    ],
)
def test_golden_answers_must_come_out_in_order(
    reading: PackReading, scores: dict[str, float], wanted: str | None
) -> None:
    findings = order_findings(reading, {"dropout": grades(**scores)}, {})
    assert [finding.path for finding in findings] == ([reading.sources["dropout"][1]] if wanted else [])
    if wanted:
        assert wanted in findings[0].message
        assert locate_findings(findings)[0].line > 100


def test_the_list_of_hard_questions_only_shrinks(reading: PackReading) -> None:
    (reading.root / "rubrics" / "known_hard.yaml").write_text("dropout: hard\nnobody: gone\n", encoding="utf-8")
    excused, _ = read_known_hard(reading.root)
    wrong = order_findings(reading, {"dropout": grades(strong=1, partial=9), "twin": grades(strong=9)}, excused)
    assert [finding.message for finding in wrong] == [
        "is no question of this pack",
        "lists more than 5% of the questions",
    ]
    right = order_findings(reading, {"dropout": grades(strong=9, partial=1)}, excused)
    assert "passes now; take it off the list" in [finding.message for finding in right]


def test_the_survey_counts_verdicts_and_names_gaps(reading: PackReading) -> None:
    item = reading.items["dropout"]
    authored = dict(item.rubric.examples[0].verdicts)
    first = next(iter(authored))
    said = {point.id: str(authored.get(point.id, "missing")) for point in item.rubric.key_points}
    golden = {"dropout": [GoldenGrade("strong", 0, KeptGrade(90.0, {**said, first: "partial"}, ("always-helps",)))]}
    survey = build_survey(reading, golden, [])
    (row,) = survey.topics
    assert row.questions["junior"] == 2
    assert (row.right, row.verdicts) == (len(said) - 1, len(said))
    assert survey.held == (0, 0, 1)
    assert "regularisation: none at mid, senior, staff" in survey.gaps
    assert "maths: no questions" in survey.gaps
    card = render_card(survey, grader="the grader", broken=1)
    assert "| regularisation | 2 | 0 | 0 | 0 |" in card
    assert f"| strong | 1 | {len(said)} |" in card
    assert "1 false alarms" in card


def test_the_card_names_who_graded() -> None:
    item, engine = make_item(), ScriptedEngine()
    passport = make_grade({}).passport
    assert grader_name(item, engine) == f"{passport.name} {passport.version} with {passport.encoder}"
    engine.script = breaks
    with pytest.raises(EncoderError, match="the encoder is on fire"):
        grader_name(item, engine)


def test_the_card_goes_between_its_marks_only() -> None:
    readme = f"before\n{CARD_BEGIN}\nold\n{CARD_END}\nafter\n"
    placed = place_card(readme, "new\n")
    assert placed == f"before\n{CARD_BEGIN}\nnew\n{CARD_END}\nafter\n"
    assert place_card("no place", "new\n") is None


def test_a_pack_of_other_topics_has_no_gaps(tmp_path: Path) -> None:
    pack = read_pack(write_pack(tmp_path, make_item("mine", topic="cooking", level=Level.MID)))
    assert build_survey(pack, {}, []).gaps == ()


def test_the_card_counts_the_bank_as_it_is(bank: Bank) -> None:
    card = (built_in_pack() / "docs" / "quality.md").read_text(encoding="utf-8")
    assert f"**{len(bank)} questions**" in card
    items = bank.items.values()
    core = [point for item in items for point in item.rubric.key_points if point.is_core(item.question.level)]
    assert f"| {len(core)} |" in card


def test_an_ungraded_example_is_no_zero(reading: PackReading) -> None:
    golden = {"dropout": [GoldenGrade("strong", 0, KeptGrade(None, {}, ()))]}
    assert build_survey(reading, golden, []).topics[0].verdicts == 0
    assert isinstance(make_grade({}), Grade)


def modules_behind(*names: str) -> set[Path]:
    """Files of the package that these modules are made of, themselves included."""
    found: set[Path] = set()
    waiting = [PACKAGE / f"{name}.py" for name in names]
    while waiting:
        path = waiting.pop()
        if path in found or not path.is_file():
            continue
        found.add(path)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("interviewer."):
                waiting.append(PACKAGE / f"{'/'.join(node.module.split('.')[1:])}.py")
    return found


def test_kept_grades_go_with_any_file_that_the_grader_is_made_of() -> None:
    counted = {path for pattern in GRADER_FILES for path in PACKAGE.glob(pattern)}
    missing = modules_behind("grading/offline_grader", "embedding/reader", "core/interview/scoring") - counted
    assert missing <= {PACKAGE / "errors.py", PACKAGE / "embedding" / "load_failures.py"}  # what is said of failures


def test_a_pattern_that_matches_no_file_of_the_grader_is_an_error() -> None:
    with pytest.raises(FileNotFoundError, match="no_such"):
        fingerprint("default", (*GRADER_FILES, "grading/no_such.py"))
