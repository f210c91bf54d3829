"""Packs: what is valid loads, what is not is named with file, line, field and the nearest name."""

from __future__ import annotations

import shutil
from itertools import combinations
from pathlib import Path
from unittest.mock import Mock

import pytest

from interviewer.audit.natural_answers import MOST_LENGTH, natural_findings, tally_natural
from interviewer.bank import check_bank, load_bank, read_natural, read_pack
from interviewer.core.bank.content import Bank, Item
from interviewer.core.bank.kinds import Level
from interviewer.core.english import content_stems
from interviewer.core.interview import authored
from interviewer.core.interview.study import rank_references
from interviewer.errors import BankError
from interviewer.paths import built_in_pack
from tests.support.builders import make_item
from tests.support.packs import edit, write_pack
from tests.unit.test_voice import state_after

ROOT = built_in_pack()


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A pack with one good question, `dropout`."""
    for kind in ("corpus", "rubrics"):
        folder = tmp_path / "pack" / kind / "regularisation"
        folder.mkdir(parents=True)
        shutil.copy(ROOT / kind / "regularisation" / "dropout.yaml", folder)
    return tmp_path / "pack"


def question(pack: Path) -> Path:
    return pack / "corpus" / "regularisation" / "dropout.yaml"


def rubric(pack: Path) -> Path:
    return pack / "rubrics" / "regularisation" / "dropout.yaml"


def problems(pack: Path) -> str:
    with pytest.raises(BankError) as caught:
        load_bank([pack])
    return str(caught.value)


def test_the_built_in_bank_is_free_of_errors_and_warnings() -> None:
    reading = read_pack(ROOT)
    assert [str(finding) for finding in [*reading.findings, *check_bank(reading)]] == []


def test_every_question_has_natural_answers_with_a_verdict_for_each_point(bank: Bank) -> None:
    reading = read_pack(ROOT)
    natural, findings = read_natural(reading)
    assert [str(each) for each in [*findings, *natural_findings(reading, natural)]] == []
    tally = tally_natural(natural)
    assert tally.answers >= 632
    assert tally.twice * 5 >= tally.answers
    assert tally.kappa >= 0.85
    assert abs(tally.length_r) < MOST_LENGTH


def test_the_built_in_bank_has_every_level(bank: Bank) -> None:
    assert {item.question.level for item in bank.items.values()} == set(Level)


def test_every_question_explains_some_of_its_terms_and_none_of_them_hides_another(bank: Bank) -> None:
    """The first line whose words are all asked about is the one told, so "deep RL" has to stand before "RL"."""
    for item in bank.items.values():
        terms = [frozenset(content_stems(each.term)) for each in item.question.glossary]
        assert 2 <= len(terms) <= 5, item.question.id
        assert all(terms), item.question.id
        assert not any(earlier <= later for earlier, later in combinations(terms, 2)), item.question.id


@pytest.mark.parametrize(
    ("question", "asked", "told"),
    [
        ("adversarial-attacks", "does threat model mean what the attacker knows?", "A threat model is a set"),
        ("attention-mechanism", "What do you mean by costs, flops or memory?", "Costs means both"),
        ("reinforcement-learning-basics", "what is deep RL?", "Deep RL is"),
        ("cnn-architecture", "what counts as a stage?", "A stage is a section"),
        ("kv-cache-sizing", "what do you call the KV cache?", "The KV cache is"),
        ("weight-initialisation", "what is the scale of the signal?", "The scale of the signal is"),
    ],
)
def test_who_asks_what_a_term_means_is_told_about_that_term(bank: Bank, question: str, asked: str, told: str) -> None:
    state = state_after()
    assert authored.clarify(state, state.turns[0], bank[question], asked).words.text.startswith(told)


@pytest.mark.parametrize(
    ("question", "point", "first"),
    [
        ("dl-limitations", "opaque-decisions", "Rudin"),
        ("attention-beyond-nlp", "audio-frames", "Gulati"),
        ("attention-mechanism", "quadratic-cost", "Vaswani"),
        ("bias-variance", "decomposition", "Geman"),
        ("knowledge-distillation", "dark-knowledge", "Hinton"),
        ("zero-fsdp", "gather-before-use", "Zhao"),
        ("lstm-gru", "input-gate", "Hochreiter"),
        ("adversarial-attacks", "adaptive-evaluation", "Athalye"),
    ],
)
def test_the_reference_told_for_a_point_is_one_that_carries_it(
    bank: Bank, question: str, point: str, first: str
) -> None:
    item = bank[question]
    assert rank_references(item, item.rubric.point(point))[0].authors.startswith(first)


def test_a_point_that_no_reference_carries_is_told_none(pack: Path) -> None:
    edit(question(pack), "points: [random-zeroing, ", "points: [")
    item = load_bank([pack]).items["dropout"]
    assert rank_references(item, item.rubric.point("co-adaptation"))
    assert rank_references(item, item.rubric.point("random-zeroing")) == []


def test_a_reference_for_an_unknown_point_is_named(pack: Path) -> None:
    edit(question(pack), "points: [random-zeroing", "points: [random-zeroign")
    assert "references[0].points: 'random-zeroign' is no key point; did you mean 'random-zeroing'?" in problems(pack)


def test_a_good_pack_loads(pack: Path) -> None:
    assert list(load_bank([pack]).items) == ["dropout"]


def test_an_unknown_field_is_named_with_line_and_nearest_name(pack: Path) -> None:
    edit(rubric(pack), "    weight: 3", "    wieght: 3")
    text = problems(pack)
    line = 1 + rubric(pack).read_text(encoding="utf-8").splitlines().index("    wieght: 3")
    assert f"{rubric(pack)}:{line}: key_points[0].wieght: is not a field of the format; did you mean 'weight'?" in text


def test_an_unknown_level_names_the_nearest(pack: Path) -> None:
    edit(question(pack), "level: junior", "level: juniro")
    assert "did you mean 'junior'?" in problems(pack)


@pytest.mark.parametrize("weight", ["0", "-1", "9", "heavy"])
def test_a_wrong_weight_is_named(pack: Path, weight: str) -> None:
    edit(rubric(pack), "weight: 3", f"weight: {weight}")
    assert "key_points[0].weight" in problems(pack)


def test_all_errors_are_listed_at_once(pack: Path) -> None:
    edit(question(pack), "level: junior", "level: boss")
    edit(question(pack), "minutes: 6", "minutes: 0")
    edit(rubric(pack), "weight: 3", "weight: 0")
    text = problems(pack)
    assert all(field in text for field in ("level", "minutes", "key_points[0].weight"))
    assert "3 errors" in text


def test_a_question_without_rubric_and_a_rubric_without_question(pack: Path) -> None:
    shutil.copy(rubric(pack), rubric(pack).with_name("stray.yaml"))
    assert "has no question" in problems(pack)
    rubric(pack).unlink()
    assert "has no rubric" in problems(pack)


def test_a_duplicate_id_is_named(pack: Path) -> None:
    shutil.copy(question(pack), question(pack).with_name("copy.yaml"))
    shutil.copy(rubric(pack), rubric(pack).with_name("copy.yaml"))
    assert "is 'dropout' but the file is named 'copy.yaml'" in problems(pack)


def test_a_pack_that_redefines_a_question_is_left_out(pack: Path) -> None:
    bank = load_bank([ROOT, pack])
    assert len(bank) == len(load_bank([ROOT]))
    assert "already in another pack" in bank.notices[0]


def test_a_broken_user_pack_is_left_out_and_said_also_from_the_cache(pack: Path, tmp_path: Path) -> None:
    good = write_pack(tmp_path / "good", make_item("mine", topic="cooking"))
    edit(question(pack), "level: junior", "level: boss")
    for _ in range(2):
        bank = load_bank([good, pack], cache=tmp_path / "bank.json")
        assert list(bank.items) == ["mine"]
        (notice,) = bank.notices
        assert "was left out" in notice
        assert "dropout.yaml:3" in notice
        assert f"mockdl pack check {pack}" in notice


def test_the_first_pack_may_not_be_broken(pack: Path) -> None:
    edit(question(pack), "level: junior", "level: boss")
    with pytest.raises(BankError, match="level"):
        load_bank([pack, ROOT])


def test_a_doubled_key_is_an_error(pack: Path) -> None:
    edit(question(pack), "topic: regularisation", "topic: regularisation\ntopic: maths")
    assert "stands here twice" in problems(pack)


def test_broken_yaml_names_the_line(pack: Path) -> None:
    edit(question(pack), "kind: concept", "kind: [concept")
    assert "is not valid YAML" in problems(pack)


def test_a_file_that_is_not_utf8_names_the_line(pack: Path) -> None:
    question(pack).write_bytes(b"id: dropout\ntopic: caf\xe9\n")
    assert f"{question(pack)}:2: is not UTF-8 text" in problems(pack)


def test_a_dangling_key_point_in_an_example_suggests_the_right_one(pack: Path) -> None:
    edit(rubric(pack), "      random-zeroing: covered", "      random-zeroign: covered")
    assert "'random-zeroign' is no key point; did you mean 'random-zeroing'?" in problems(pack)


def test_a_reference_must_say_where_it_stands(pack: Path) -> None:
    text = question(pack).read_text(encoding="utf-8")
    places = [line for line in text.splitlines(keepends=True) if line.lstrip("- ").startswith(("arxiv:", "venue:"))]
    assert places
    for line in places:
        text = text.replace(line, "")
    question(pack).write_text(text, encoding="utf-8")
    assert "a reference needs an arXiv id or a venue" in problems(pack)


def test_a_numeric_question_is_worked_out(pack: Path) -> None:
    edit(question(pack), "kind: concept", "kind: numeric")
    assert "a numeric question needs a worked_solution" in problems(pack)


def test_a_rubric_knows_its_points_and_misconceptions_and_no_others() -> None:
    rubric = make_item().rubric
    assert rubric.point("p3").id == "p3"
    assert rubric.misconception("wrong").id == "wrong"
    for find in (rubric.point, rubric.misconception):
        with pytest.raises(KeyError, match="nothing"):
            find("nothing")


def test_a_folder_that_is_no_pack_is_said(tmp_path: Path) -> None:
    assert "is not a question pack" in problems(tmp_path)


def test_the_cache_is_used_until_the_content_changes(pack: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache" / "bank.json"
    first = load_bank([pack], cache=cache)
    assert dict(load_bank([pack], cache=cache).items) == dict(first.items)
    edit(question(pack), "minutes: 6", "minutes: 7")
    assert load_bank([pack], cache=cache)["dropout"].question.minutes == 7


def test_a_corrupt_cache_is_ignored(pack: Path, tmp_path: Path) -> None:
    cache = tmp_path / "bank.json"
    fresh = load_bank([pack], cache=cache)
    cache.write_bytes(cache.read_bytes()[: cache.stat().st_size // 2])
    assert dict(load_bank([pack], cache=cache).items) == dict(fresh.items)


@pytest.mark.parametrize("part", range(8))
def test_a_damaged_cache_of_the_same_length_is_noticed_and_written_anew(pack: Path, tmp_path: Path, part: int) -> None:
    cache = tmp_path / "bank.json"
    fresh, whole = load_bank([pack], cache=cache), cache.read_bytes()
    begin = part * len(whole) // 8
    cache.write_bytes(whole[:begin] + b"0" * 20 + whole[begin + 20 :])
    assert dict(load_bank([pack], cache=cache).items) == dict(fresh.items)
    assert cache.read_bytes() == whole


def test_the_cache_parses_only_what_is_asked_for(pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = tmp_path / "bank.json"
    load_bank([pack], cache=cache)
    parse = Mock(wraps=Item.model_validate_json)
    monkeypatch.setattr(Item, "model_validate_json", parse)
    bank = load_bank([pack], cache=cache)
    assert [head.id for head in bank.heads] == list(bank.items) == ["dropout"]
    assert bank.topics == ("regularisation",)
    parse.assert_not_called()
    assert bank["dropout"] is bank["dropout"]
    parse.assert_called_once()


def test_a_touched_file_with_the_same_contents_needs_no_new_cache(pack: Path, tmp_path: Path) -> None:
    cache = tmp_path / "bank.json"
    first = load_bank([pack], cache=cache)
    written = cache.stat().st_mtime_ns
    question(pack).touch()
    assert load_bank([pack], cache=cache).content_hash == first.content_hash
    assert cache.stat().st_mtime_ns == written


def test_editing_a_rubric_changes_its_hash_but_not_its_ids(pack: Path) -> None:
    before = load_bank([pack])["dropout"]
    edit(rubric(pack), "by chance", "at random")
    after = load_bank([pack])["dropout"]
    assert before.rubric_hash != after.rubric_hash
    assert [p.id for p in before.rubric.key_points] == [p.id for p in after.rubric.key_points]
