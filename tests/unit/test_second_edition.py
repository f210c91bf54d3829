"""The second edition of the standard: what its rules find, and that a first-edition pack is not held to them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from interviewer.bank import check_bank, read_pack
from interviewer.bank.natural_reading import read_natural
from interviewer.bank.pack_loading import rubric_hash
from interviewer.core.bank.content import Item
from interviewer.core.bank.finding import Finding
from interviewer.core.bank.question import Question
from interviewer.core.bank.rubric import Rubric
from tests.support.builders import make_item
from tests.support.packs import write_pack

CLAIMS = (
    "water boils at a hundred degrees",
    "salt raises that temperature",
    "height lowers it",
    "lids keep the steam inside",
    "wide pans lose more heat",
    "gas heats faster than a plate",
    "old kettles carry lime",
    "bubbles form on the wall first",
    "cold water holds more air",
    "pressure cookers are hotter",
)


TELLING = ({"text": "Heat.", "price": 1}, {"text": "Steam.", "price": 2})


def sorted_wordings(claim: str) -> dict[str, list[str]]:
    return {
        "terse": [f"{claim.split(maxsplit=1)[0]} yes", f"{claim.rsplit(maxsplit=1)[-1]} that is"],
        "spoken": [f"What I have seen at home is that {claim}.", f"As far as I can tell from cooking, {claim}."],
        "item": [f"first thing: {claim}", f"another one, {claim}"],
        "natural": [f"my grandmother knew that {claim}", f"like on a mountain where {claim}"],
    }


def point(number: int, **changes: Any) -> dict[str, Any]:
    claim = CLAIMS[number]
    return {
        "id": f"p{number}",
        "statement": f"{claim}.",
        "weight": 1,
        "expected_at": "mid",
        "depth": number > 3,
        "phrasings": sorted_wordings(claim),
        "contradictions": [f"never is it so that {claim}", f"only in summer {claim}", f"in no way {claim}"],
        "probe": f"What about number {number}?",
        **changes,
    }


def item_of(question: dict[str, Any] | None = None, rubric: dict[str, Any] | None = None, **first: Any) -> Item:
    """An item in order but for what is changed: fields of the question, of the rubric, of its first key point."""
    base = make_item()
    asked = {
        **base.question.model_dump(),
        "prompt": "How would you explain to a child what goes on in a kettle?",
        "alternatives": (
            "What goes on in a kettle, in the words of a child, please?",
            "Tell me, as you would tell a child, what goes on in a kettle.",
        ),
        "hints": ({"text": "Think of heat.", "price": 3}, {"text": "And what changes it?", "price": 6}),
        "model_answer": "Water boils. " * 80,
        **(question or {}),
    }
    points = [point(n) for n in range(10)]
    points[0] |= first
    body = {
        "id": "alpha",
        "edition": 2,
        "key_points": points,
        "misconceptions": base.rubric.model_dump()["misconceptions"],
        **(rubric or {}),
    }
    made = Rubric.model_validate(body)
    return Item(question=Question.model_validate(asked), rubric=made, rubric_hash=rubric_hash(made))


def findings(tmp_path: Path, item: Item) -> list[Finding]:
    reading = read_pack(write_pack(tmp_path, item))
    assert not reading.findings, reading.findings
    return [each for each in check_bank(reading) if each.field != "examples"]


def test_a_question_of_the_second_edition_in_order_has_no_finding(tmp_path: Path) -> None:
    glossary = ({"term": "Kettle", "text": "The thing on the stove that whistles."},)
    assert findings(tmp_path, item_of(question={"glossary": glossary})) == []


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"question": {"prompt": "Why?"}}, "prompt", "has 1 words; a question asked aloud has 10"),
        ({"question": {"hints": TELLING}}, "hints[1].text", "does not ask"),
        ({"question": {"reveals": ({"after": "act", "text": "It boils."},)}}, "reveals", "belong to a scenario"),
        ({"question": {"glossary": ({"term": "teapot", "text": "A pot."},)}}, "glossary[0].term", "in no wording"),
        ({"question": {"glossary": ({"term": "kettle", "text": "A " * 31},)}}, "glossary[0].text", "31 words"),
        (
            {"question": {"glossary": ({"term": "kettle", "text": "Where water boils, at a hundred degrees."},)}},
            "glossary[0].text",
            "gives away p0",
        ),
        ({"rubric": {"key_points": [point(n) for n in range(4)]}}, "key_points", "has 0 points beyond the core"),
        ({"rubric": {"key_points": [point(n, depth=False) for n in range(10)]}}, "key_points", "has 10 core"),
        ({"phrasings": ["one", "two", "three"]}, "key_points[0].phrasings", "sort the wordings by register"),
        (
            {"phrasings": {**sorted_wordings(CLAIMS[0]), "terse": ["far too many words for hurried people", "boils"]}},
            "key_points[0].phrasings.terse[0]",
            "has 7 words; 1 to 6",
        ),
        ({"phrasings": {**sorted_wordings(CLAIMS[0]), "natural": []}}, "key_points[0].phrasings.natural", "has 0"),
        ({"contradictions": ["one wrong thing", "another"]}, "key_points[0].contradictions", "has 2; 3 are wanted"),
        ({"statement": "water boils and it steams."}, "key_points[0].partial", "says two things"),
        ({"probe": "Does it boil?"}, "key_points[0].probe", "yes or no"),
        ({"probe": "So tell me: is it hot?"}, "key_points[0].probe", "yes or no"),
        *(
            ({"probe": probe}, "key_points[0].probe", "read alone")
            for probe in (
                "What comes of such a thing?",
                "What happens to the output of one such layer?",
                "What is the goal that all these methods share?",
                "How do you make sure that nobody repeats this?",
            )
        ),
        ({"bonus": True}, "key_points[0].bonus", "first edition"),
        ({"phrasings": {**sorted_wordings(CLAIMS[0]), "item": [CLAIMS[1]]}}, "key_points[1].statement", "the words of"),
    ],
)
def test_what_the_standard_does_not_want_is_an_error_with_its_place(
    tmp_path: Path, changes: dict[str, Any], field: str, message: str
) -> None:
    found = [each for each in findings(tmp_path, item_of(**changes)) if each.field == field]
    assert any(message in each.message for each in found), findings(tmp_path / "again", item_of(**changes))
    assert {each.severity for each in found} == {"error"}


@pytest.mark.parametrize(
    "probe",
    [
        "What boils?",
        "Why is steam hot?",
        "Would water boil or freeze?",
        "Describe the kettle.",
        "Gases such as steam expand. By how much?",
        "A kettle and a pot stand on the stove. Which of these boils first?",
        "What do people heat water with these days?",
    ],
)
def test_open_probes_are_left_alone(tmp_path: Path, probe: str) -> None:
    assert findings(tmp_path, item_of(probe=probe)) == []


def test_a_broken_line_in_prose_is_found_and_code_is_not(tmp_path: Path) -> None:
    broken = (
        "The water in the kettle gets hotter and hotter until it begins\nto boil\nand from then on its temperature "
        "stays where it is, whatever the flame.\nThat is all there is."
    )
    example = {"kind": "strong", "text": broken, "verdicts": {}}
    (found,) = findings(tmp_path, item_of(rubric={"examples": [example]}))
    assert (found.field, found.message) == ("examples[0].text", "is broken in mid-sentence at 'to boil'")


def test_a_basic_rubric_needs_no_registers_no_pool_and_no_examples(tmp_path: Path) -> None:
    points = [point(n, phrasings=["one thing", f"two {n}", f"three {n}"], contradictions=["no"]) for n in range(3)]
    points = [{**each, "phrasings": [f"{word} {each['id']}" for word in ("some", "more", "other")]} for each in points]
    reading = read_pack(
        write_pack(tmp_path, item_of({"model_answer": "Short."}, {"standard": "basic", "key_points": points}))
    )
    assert check_bank(reading) == []


def test_a_first_edition_rubric_is_held_to_its_own_rules(tmp_path: Path) -> None:
    found = check_bank(read_pack(write_pack(tmp_path, make_item())))
    assert found
    assert {each.severity for each in found} == {"warning"}


def test_an_unfinished_template_is_one_finding_a_file(tmp_path: Path) -> None:
    item = item_of({"prompt": "TODO ask"}, probe="TODO is it?", contradictions=["TODO"])
    assert [each.message for each in check_bank(read_pack(write_pack(tmp_path, item)))] == [
        "still says TODO",
        "still says TODO, as do 1 more fields",
    ]


def test_a_wrong_field_among_the_registers_is_named_with_the_nearest(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, item_of())
    (path,) = (pack / "rubrics").glob("*/*.yaml")
    path.write_text(path.read_text(encoding="utf-8").replace('"terse"', '"tense"', 1), encoding="utf-8")
    (found,) = read_pack(pack).findings
    assert found.field == "key_points[0].phrasings.tense"
    assert "did you mean 'terse'?" in found.message
    assert "tense" in path.read_text(encoding="utf-8").splitlines()[found.line - 1]


def test_the_hash_of_a_first_edition_rubric_is_what_it_was(tmp_path: Path) -> None:
    """Grades of before name it in their passports."""
    plain = make_item().rubric
    assert rubric_hash(plain) == "b7fea0fd7b24a37d"
    assert rubric_hash(plain.model_copy(update={"edition": 2})) != rubric_hash(plain)


def test_what_was_stored_about_a_merged_point_counts_for_the_one_it_became() -> None:
    rubric = item_of(formerly=("boils", "bubbles")).rubric
    assert rubric.point("bubbles").id == "p0"
    with pytest.raises(KeyError):
        rubric.point("nothing")


def test_natural_answers_are_read_and_their_faults_named(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, item_of())
    (rubric,) = (pack / "rubrics").glob("*/*.yaml")
    every = ", ".join(f'"p{n}": "missing"' for n in range(1, 10))
    begin = '{"kind": "terse", "writer": "a", "score": 20, "text": '
    lines = [
        f'{begin}"boils at 100", "verdicts": {{"p0": "covered", {every}}}}}',
        f'{begin}"boils", "verdicts": {{"p0": "covered", "p11": "missing"}}}}',
        '{"kind": "tense", "writer": "a", "text": "boils", "score": 120, "verdicts": {}}',
        "{",
    ]
    rubric.with_name("alpha.natural.jsonl").write_text("\n".join(lines), encoding="utf-8")
    rubric.with_name("other.natural.jsonl").write_text("", encoding="utf-8")
    answers, found = read_natural(read_pack(pack))
    assert [each.text for each in answers["alpha"]] == ["boils at 100", "boils"]
    assert answers["alpha"][0].verdicts["p0"] == "covered"
    assert [(each.path.name, each.line, each.field) for each in found] == [
        ("alpha.natural.jsonl", 2, "verdicts"),
        ("alpha.natural.jsonl", 2, "verdicts"),
        ("alpha.natural.jsonl", 3, "score"),
        ("alpha.natural.jsonl", 3, "kind"),
        ("alpha.natural.jsonl", 4, ""),
        ("other.natural.jsonl", 0, ""),
    ]
    assert "has none for p1, p2" in found[0].message
    assert "did you mean 'p1'?" in found[1].message
