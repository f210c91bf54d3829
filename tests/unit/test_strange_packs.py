"""A pack is data from a stranger: whatever is in it is a finding with file and line, at once, and nothing worse."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from interviewer.bank import load_bank, locate_findings, read_known_hard, read_natural, read_pack
from interviewer.bank.file_reading import MOST_BYTES, FileFaultError
from interviewer.bank.yaml_building import MOST_DEPTH, MOST_VALUES
from interviewer.bank.yaml_reading import read_yaml
from interviewer.core.bank.finding import Finding
from interviewer.core.bank.pack_files import natural_file
from interviewer.paths import built_in_pack
from interviewer.services import build_services
from interviewer.services.health import check_services
from tests.support.builders import make_item
from tests.support.fuzzing import examples
from tests.support.packs import edit, write_pack

AT_ONCE = 5.0
"""Seconds; a second and what a busy machine adds."""


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "pack", make_item("mine", topic="cooking"))


def question(pack: Path) -> Path:
    return pack / "corpus" / "cooking" / "mine.yaml"


def rubric(pack: Path) -> Path:
    return pack / "rubrics" / "cooking" / "mine.yaml"


def findings(pack: Path) -> list[str]:
    """What is found in a pack that has to be read at once, without the folder's name."""
    begun = time.monotonic()
    found = read_pack(pack).findings
    assert time.monotonic() - begun < AT_ONCE
    return [str(each).replace(f"{pack}/", "") for each in found]


def only(pack: Path) -> str:
    (found,) = findings(pack)
    return found


def laughs(deep: int) -> str:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, deep)]
    return "\n".join(lines)


HERE = "corpus/cooking/mine.yaml"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x: " + "[" * 30_000, f":1: is nested more than {MOST_DEPTH} deep"),
        ("x:\n  " + "[" * 400 + "]" * 400, f":2: is nested more than {MOST_DEPTH} deep"),
        ("\n".join(" " * n + "a:" for n in range(1000)), f":41: is nested more than {MOST_DEPTH} deep"),
        ("- " * 1000 + "a", f":1: is nested more than {MOST_DEPTH} deep"),
        ("id: mine\n? [a]\n: 1\n", ":2: has a list or mapping for the name of a field"),
        ("id: mine\ntitle: {{ title }}\n", ":2: has a list or mapping for the name of a field"),
        ('id: mine\nx: !!bool "maybe"\n', ":2: the tag !!bool is not read; leave it out"),
        ('id: mine\nx: !!timestamp "maybe"\n', ":2: the tag !!timestamp is not read; leave it out"),
        ("x: !!python/object/apply:os.system [ls]\n", ":1: the tag !!python/object/apply:os.system is not read"),
        ("x: !mine {a: b}\n", ":1: the tag !mine is not read"),
        (laughs(10) + "\nlevel: *a9\n", f"holds more than {MOST_VALUES:,} values"),
        ("x: [" + "a, " * (MOST_VALUES + 1) + "]", f":1: holds more than {MOST_VALUES:,} values"),
        ("x: &x [*x]\n", ":1: *x stands for nothing that ends before it"),
        ("id: mine\nid: mine\n", ":2: the key 'id' stands here twice"),
        ("id: mine\nno: 1\n", ":2: no is no name of a field; put it in quotes"),
        ("id: mine\ntitle: 2024-02-30\n", ":2: 2024-02-30 is a date to YAML; put it in quotes"),
        ("id: mine\nminutes: 012\n", ":2: 012 is the octal number 10 to YAML; put it in quotes"),
        ("id: mine\nminutes: 1:30\n", ":2: 1:30 is a number to base 60 in YAML; put it in quotes"),
        ("id: mine\n---\nid: mine\n", ":2: holds a second document"),
        ("id: mine\ntitle: 'x", ":2: is not valid YAML"),
        ("id: mine\ntitle: \x1b\n", ":2: is not valid YAML"),
        ("", ":1: must hold a mapping of fields"),
        ("[]", ":1: must hold a mapping of fields"),
        ("x: " + "a" * MOST_BYTES, ": is larger than 2 MB"),
    ],
)
def test_a_file_that_no_author_means_is_a_finding_with_its_line(pack: Path, text: str, told: str) -> None:
    question(pack).write_text(text, encoding="utf-8")
    assert HERE in only(pack)
    assert told in only(pack)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("no", "title: no is read as false; put it in quotes"),
        ("On", "title: On is read as true; put it in quotes"),
        ("0.05", "title: 0.05 is read as a number; put it in quotes"),
        ("1.0e+3", "title: 1.0e+3 is read as a number; put it in quotes"),
        ("~", "title: ~ is read as nothing; put it in quotes"),
        ("", "title: is empty"),
        ("[draft] title", None),
        ("[draft]", "title: a list stands where a text is due; put a text that begins so in quotes"),
        ("{a: b}", "title: a mapping stands where a text is due; put a text that begins so in quotes"),
        ("'no no'", ""),
        ('"2024-01-01"', ""),
        ("1e3", ""),
        ("none", ""),
    ],
)
def test_what_yaml_takes_for_no_text_is_told_with_the_remedy(pack: Path, written: str, told: str | None) -> None:
    body = json.loads(question(pack).read_text(encoding="utf-8"))
    title = f"title: {written}\n"
    del body["title"]
    lines = "".join(f"{name}: {json.dumps(value)}\n" for name, value in body.items())
    question(pack).write_text(title + lines, encoding="utf-8")
    if told == "":
        assert findings(pack) == []
    elif told is None:
        assert "is not valid YAML" in only(pack)
    else:
        assert f"{HERE}:1: {told}" in findings(pack)


def test_what_an_alias_stands_for_is_not_misnamed(pack: Path) -> None:
    edit(question(pack), '"alternatives": [', '"x": &x [5], "alternatives": *x, "y": [')
    assert f"{HERE}:9: alternatives[0]: Input should be a valid string" in findings(pack)


@pytest.mark.parametrize("number", [".inf", "-.inf", ".nan", "1e400", '"nan"', "1.0e+400"])
def test_a_number_that_json_cannot_keep_is_refused(pack: Path, number: str) -> None:
    edit(rubric(pack), '"value": null', f'"value": {{"number": {number}}}')
    assert "key_points[0].value.number: Input should be a finite number" in only(pack)
    edit(rubric(pack), f'"number": {number}', f'"number": 1, "also": [[{number}, GB]]')
    assert "key_points[0].value.also[0][0]: Input should be a finite number" in only(pack)


def test_thousands_of_errors_are_told_by_the_first_twenty(pack: Path) -> None:
    body = json.loads(question(pack).read_text(encoding="utf-8"))
    body["alternatives"] = [1] * 50_000
    question(pack).write_text(json.dumps(body, indent=0), encoding="utf-8")
    found = findings(pack)
    assert len(found) == 21
    assert "alternatives[19]: 1 is read as a number" in found[19]
    assert found[20] == f"{HERE}: has 49980 more errors"


@pytest.mark.parametrize("field", ["related", "avoid_after"])
def test_thousands_of_names_that_do_not_exist_are_not_all_compared(pack: Path, field: str) -> None:
    edit(question(pack), f'"{field}": []', f'"{field}": {json.dumps([f"mine-{n}" for n in range(50_000)])}')
    assert findings(pack)[20] == "corpus: has more of this kind"


def test_thousands_of_unknown_points_are_not_all_compared(pack: Path) -> None:
    verdicts = {f"p{n}": "covered" for n in range(10, 40_000)}
    body = json.loads(rubric(pack).read_text(encoding="utf-8"))
    body["examples"] = [{"kind": "strong", "text": "All of it.", "verdicts": verdicts}]
    rubric(pack).write_text(json.dumps(body), encoding="utf-8")
    assert len(findings(pack)) == 21


def test_a_message_quotes_no_more_than_a_line_of_a_file(pack: Path) -> None:
    edit(question(pack), "{", '{"' + "x" * 100_000 + '": 1,')
    edit(question(pack), '"level": "', '"level": "' + "y" * 100_000)
    assert max(map(len, findings(pack))) < 300


@pytest.mark.parametrize(
    ("title", "read", "severity"),
    [
        ("What is C # and why", "What is C", "warning"),
        ("Ärger mit C\t# why", "Ärger mit C", "warning"),
        ("Dropout # and why", "Dropout", "warning"),
        ("Being ranked #1 in retrieval", "Being ranked", "error"),
        ("It goes on\n  over two lines # and is cut", "It goes on over two lines", "warning"),
        ("Is it C#, or F#?", None, None),
        ("'What is C # and why'", None, None),
        ('"What is C" # said so by the author', None, None),
        (">-\n  What is C # and why", None, None),
        ("What is C?\n# A comment on a line of its own", None, None),
    ],
)
def test_a_text_that_a_comment_cuts_short_is_said(
    pack: Path, title: str, read: str | None, severity: str | None
) -> None:
    body = json.loads(question(pack).read_text(encoding="utf-8"))
    del body["title"]
    rest = yaml.safe_dump(body).replace("level: mid", "level: mid # of all words this is none to be cut")
    question(pack).write_text(f"title: {title}\n{rest}", encoding="utf-8")
    found = read_pack(pack).findings
    assert [each.severity for each in found] == ([severity] if severity else [])
    if read is not None:
        assert str(found[0]).startswith(f"{question(pack)}:1: title: is read as {read!r}, and what follows it as a")
        assert "put the text in quotes" in found[0].message


# Kinds of files


@pytest.mark.parametrize("where", [question, rubric], ids=["question", "rubric"])
@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero"), Path.mkdir])
def test_what_is_no_file_is_neither_waited_for_nor_read(
    pack: Path, where: Callable[[Path], Path], make: Callable[[Path], None]
) -> None:
    where(pack).unlink()
    make(where(pack))
    assert only(pack).endswith("mine.yaml: is no regular file")
    good = write_pack(pack.parent / "good", make_item("other", topic="cooking"))
    assert list(load_bank([good, pack], cache=pack.parent / "bank.json").items) == ["other"]


def test_a_link_to_a_file_of_another_kind_is_not_followed(pack: Path, tmp_path: Path) -> None:
    secret = tmp_path / "credentials"
    shutil.copy(question(pack), secret)
    question(pack).unlink()
    question(pack).symlink_to(secret)
    assert only(pack) == f"{HERE}: is a link to a file of another kind"


def test_a_link_to_another_yaml_file_is_read(pack: Path, tmp_path: Path) -> None:
    question(pack).rename(tmp_path / "stored.yaml")
    question(pack).symlink_to(tmp_path / "stored.yaml")
    assert findings(pack) == []


def test_a_link_that_leads_nowhere_is_a_finding(pack: Path) -> None:
    question(pack).with_name("lost.yaml").symlink_to("nowhere.yaml")
    assert f"{HERE.replace('mine', 'lost')}: could not be read: No such file or directory" in findings(pack)


def test_a_file_name_that_is_not_utf8_is_a_finding(pack: Path, tmp_path: Path) -> None:
    name = os.fsencode(question(pack).parent) + b"/\xff\x1b[31m.yaml"
    try:
        with open(name, "w", encoding="utf-8") as file:
            file.write("{}")
    except OSError:
        pytest.skip("this file system takes no such name")
    assert findings(pack)
    good = write_pack(tmp_path / "good", make_item("other", topic="cooking"))
    for _ in range(2):
        (notice,) = load_bank([good, pack], cache=tmp_path / "bank.json").notices
        assert "was left out" in notice


def test_too_large_a_pack_is_left_out_unread(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interviewer.bank.file_reading.MOST_PACK_BYTES", 1000)
    assert only(pack).endswith("a pack may have 0 MB")


def test_too_many_files_are_not_all_listed(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interviewer.bank.file_reading.MOST_FILES", 5)
    for number in range(20):
        (question(pack).parent / f"file-{number}").touch()
    assert "corpus: holds more than 5 files" in findings(pack)


@pytest.mark.parametrize(
    "name", ["._mine.yaml", ".#mine.yaml", "~$mine.yaml", "#mine.yaml#", ".mine.yaml.swp", "mine.yaml~"]
)
def test_what_editors_and_systems_leave_behind_is_skipped(pack: Path, name: str) -> None:
    question(pack).with_name(name).write_bytes(b"\0\5\x16\7\0")
    hidden = pack / "corpus" / ".git"
    hidden.mkdir()
    (hidden / "mine.yaml").write_text("[", encoding="utf-8")
    assert findings(pack) == []


@pytest.mark.parametrize("ending", [".yml", ".YAML", ".Yml"])
def test_another_ending_is_told_also_at_the_start(pack: Path, tmp_path: Path, ending: str) -> None:
    shutil.copy(question(pack), question(pack).with_name(f"other{ending}"))
    told = "is not read; rename it to other.yaml"
    assert told in only(pack)
    good = write_pack(tmp_path / "good", make_item("other", topic="cooking"))
    for _ in range(2):
        bank = load_bank([good, pack], cache=tmp_path / "bank.json")
        assert list(bank.items) == ["other", "mine"]
        assert told in bank.notices[0]


def test_a_pack_with_that_ending_only_has_no_questions(pack: Path) -> None:
    for path in (question(pack), rubric(pack)):
        path.rename(path.with_suffix(".yml"))
    assert "corpus: holds no question files (`<topic>/<id>.yaml`)" in findings(pack)
    question(pack).with_suffix(".yml").rename(question(pack))
    found = findings(pack)
    assert any("has no rubric" in each for each in found)
    assert any("rename it to mine.yaml" in each for each in found)


@pytest.mark.parametrize("name", ["nowhere", "x" * 5000, "pack/corpus/cooking/mine.yaml"])
def test_a_pack_that_is_not_there_is_left_out_and_the_doctor_says_so(
    pack: Path, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (home / "config").mkdir(parents=True)
    (home / "config" / "config.toml").write_text(f"packs = {json.dumps([str(pack), name])}", encoding="utf-8")
    services = build_services()
    try:
        assert "mine" in services.bank
        (told,) = [check for check in check_services(services, None) if not check.good]
    finally:
        services.close()
    assert told.name == "question pack"
    assert "was left out" in told.found


# The other files of a pack


def test_natural_answers_are_guarded_like_the_rest(pack: Path) -> None:
    path = natural_file(rubric(pack))
    begin = '{"kind": "terse", "writer": "a", "verdicts": {}, "text": '
    for text, told in (
        ("[" * 100_000, "1: is not valid JSON"),
        (f'{begin} "a", "score": NaN}}', "1: score: Input should be a finite number"),
        (f'{begin} "\\ud800", "score": 1}}', "1: text: "),
        ("x\n" * 100_000, "has more of this kind"),
        ("x" * MOST_BYTES * 2, "is larger than 2 MB"),
    ):
        path.write_text(text, encoding="utf-8")
        begun = time.monotonic()
        _, found = read_natural(read_pack(pack))
        assert time.monotonic() - begun < AT_ONCE
        assert any(told in str(each) for each in found), found[:2]
        assert len(found) <= 21
    path.unlink()
    os.mkfifo(path)
    _, found = read_natural(read_pack(pack))
    assert "is no regular file" in str(found[0])


def test_the_list_of_hard_questions_is_guarded_like_the_rest(pack: Path) -> None:
    path = pack / "rubrics" / "known_hard.yaml"
    for text, told in (("[" * 1000, "deep"), ("mine: [a]", "must be a text"), ("? [a]", "name of a field")):
        path.write_text(text, encoding="utf-8")
        excused, found = read_known_hard(pack)
        assert excused == {}
        assert told in str(found[0])
    path.unlink()
    os.mkfifo(path)
    assert "is no regular file" in str(read_known_hard(pack)[1][0])


def test_many_findings_of_a_file_are_located_in_one_reading(pack: Path) -> None:
    body = json.loads(question(pack).read_text(encoding="utf-8"))
    body["alternatives"] = ["an other one"] * 20_000
    question(pack).write_text(json.dumps(body, indent=0), encoding="utf-8")
    begun = time.monotonic()
    located = locate_findings(Finding(question(pack), 0, f"alternatives[{n}]", "x") for n in range(20_000))
    assert time.monotonic() - begun < AT_ONCE
    assert [each.line for each in located] == list(range(located[0].line, located[0].line + 20_000))


# What is read


def test_the_built_in_pack_is_read_as_the_safe_loader_reads_it() -> None:
    paths = [*built_in_pack().glob("corpus/*/*.yaml"), *built_in_pack().glob("rubrics/*/*.yaml")]
    assert len(paths) > 100
    for path in paths[::4]:
        raw = path.read_bytes()
        assert read_yaml(path, raw) == yaml.load(raw, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506


def test_aliases_and_the_tag_of_text_are_read() -> None:
    raw = b"a: &x {b: [1, -2, 0x1F, 1_000, 1.5, yes, ~, '']}\nc: *x\nd: !!str 012\ne: '012'\n"
    inner = {"b": [1, -2, 31, 1000, 1.5, True, None, ""]}
    assert read_yaml(Path("x"), raw) == {"a": inner, "c": inner, "d": "012", "e": "012"}


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    assert read_yaml(Path("x"), b"\xef\xbb\xbfid: a\r\nb: c\r\n") == {"id": "a", "b": "c"}


SCALARS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["no", "012", "1:30", ".inf", "0b_", "0x_", "0_", "<<", "=", "*a", "&a x", "!!binary x", "? ", "- "]
    ),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.none(),
)
STRUCTURES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(SCALARS, inner, max_size=4), max_leaves=12
)


def raises_nothing_but_findings(folder: Path, raw: bytes) -> None:
    """Read bytes as question and as rubric of a pack."""
    for path in (question(folder), rubric(folder)):
        kept = path.read_bytes()
        path.write_bytes(raw)
        begun = time.monotonic()
        reading = read_pack(folder)
        assert time.monotonic() - begun < AT_ONCE
        path.write_bytes(kept)
        assert reading.findings
        assert not [each for each in reading.findings if "could not be read" in each.message]


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pack(tmp_path_factory.mktemp("fuzzed"), make_item("mine", topic="cooking"))


FUZZ = examples(150)


@FUZZ
@given(st.binary(max_size=300))
@example(b"\xff\xfe[\x00")
@example(b"%YAML 9.9\n--- a")
@example(b"%TAG ! tag:x,2000:\n--- !a b")
def test_no_bytes_end_the_reading_otherwise(fuzzed: Path, raw: bytes) -> None:
    raises_nothing_but_findings(fuzzed, raw)


@FUZZ
@given(st.text(alphabet="[]{}&*!|>%@?:-,#'\"\\ \n\tab01.<=~x_", max_size=200))
def test_no_text_of_yaml_signs_ends_the_reading_otherwise(fuzzed: Path, text: str) -> None:
    raises_nothing_but_findings(fuzzed, text.encode())


@FUZZ
@given(STRUCTURES, st.sampled_from(["id", "level", "title", "alternatives", "key_points", "examples", "minutes"]))
def test_no_structure_ends_the_reading_otherwise(fuzzed: Path, value: object, field: str) -> None:
    raises_nothing_but_findings(fuzzed, yaml.safe_dump({field: value}, allow_unicode=True).encode())


@pytest.mark.parametrize(
    "unit",
    ["[", "{", "- ", "? ", "a: ", "&a ", "*a ", "!", '"', "'", "|\n", ">\n ", "#", ":", "\t", "\n", "a\n", " ", "[a,",
     "{a: b},", "a,", "- a\n", "\\", "%", "---\n", "0", "1:", "&a [*a,", "? a\n", "{? a,", "a: 'b\n", "\r", "é"],
)  # fmt: skip
def test_two_megabytes_of_anything_are_read_at_once(unit: str) -> None:
    raw = ("x: [" + unit * (MOST_BYTES // len(unit.encode()))).encode()[: MOST_BYTES - 4]
    for text in (raw, raw[4:]):
        begun = time.monotonic()
        with suppress(FileFaultError):
            read_yaml(Path("x"), text.decode(errors="ignore").encode())
        assert time.monotonic() - begun < AT_ONCE
