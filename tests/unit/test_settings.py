"""Settings: flags beat the environment beats the file; mistakes are named with their place."""

from __future__ import annotations

import json
import os
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from interviewer.core.bank.kinds import Level
from interviewer.errors import SettingsError
from interviewer.settings.file import clear_setting, load_settings, write_setting
from interviewer.settings.schema import Settings
from tests.support.fuzzing import examples
from tests.unit.test_cli import mockdl


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "conf" / "config.toml"


def test_defaults_need_no_file(file: Path) -> None:
    settings = load_settings(file)
    assert (settings.level, settings.count, settings.encoder) == (Level.MID, 6, "default")
    assert not file.parent.exists()


def test_the_environment_beats_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_setting(file, "level", "staff")
    write_setting(file, "count", "3")
    monkeypatch.setenv("MOCKDL_LEVEL", "junior")
    settings = load_settings(file)
    assert (settings.level, settings.count) == (Level.JUNIOR, 3)


def test_an_unknown_key_names_file_line_and_nearest_key(file: Path) -> None:
    file.parent.mkdir()
    file.write_text('# mine\nlevel = "mid"\ncuont = 4\n')
    with pytest.raises(SettingsError, match=r"config\.toml:3: 'cuont'") as caught:
        load_settings(file)
    assert "'count'" in caught.value.todo


def test_an_unknown_variable_is_named(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCKDL_LEVLE", "mid")
    with pytest.raises(SettingsError, match="MOCKDL_LEVLE"):
        load_settings(file)


def test_a_bad_value_is_named_with_its_place(file: Path) -> None:
    file.parent.mkdir()
    file.write_text('level = "boss"\n')
    with pytest.raises(SettingsError, match=r"config\.toml:1: level = 'boss'"):
        load_settings(file)


def test_a_bad_variable_is_named(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCKDL_COUNT", "many")
    with pytest.raises(SettingsError, match="MOCKDL_COUNT"):
        load_settings(file)


def test_broken_toml_is_said_and_left_alone(file: Path) -> None:
    file.parent.mkdir()
    file.write_text("level = ")
    with pytest.raises(SettingsError, match="not valid TOML"):
        load_settings(file)
    assert file.read_text() == "level = "


def test_setting_a_value_keeps_comments_and_is_private(file: Path) -> None:
    file.parent.mkdir()
    file.write_text("# my notes\ncount = 4\n")
    write_setting(file, "level", "senior")
    assert "# my notes" in file.read_text()
    assert load_settings(file).level is Level.SENIOR
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_bad_value_is_never_written(file: Path) -> None:
    write_setting(file, "count", "4")
    with pytest.raises(SettingsError):
        write_setting(file, "count", "many")
    with pytest.raises(SettingsError, match="not a setting"):
        write_setting(file, "colour", "red")
    assert load_settings(file).count == 4


# Bounds


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("count", each) for each in ("0", "-3", "51", "100000", "1e30", "nan", "[]")),
        *(("minutes", each) for each in ("nan", "inf", "-5", "0", "0.01", "1e6", "'soon'")),
        *(("packs", each) for each in ("['~nosuchuser/x']", "['a\\u0000b']")),
        *(("encoder", each) for each in ("'a\\nb'", "''", "' '")),
        *(("device", each) for each in ("'foo'", "''", "'cuda:0'")),
        ("theme", "'a\\u001bb'"),
        *(("judge_extra", each) for each in ("{a = nan}", "{a = 2020-01-01}", "[]")),
        *(("judge_timeout", each) for each in ("0", "nan", "1e300")),
        *((f"judge_price_{way}", each) for way in ("in", "out") for each in ("inf", "-1", "1000001", "1e300")),
        ("interviewer_patience", "0"),
    ],
)
def test_a_value_out_of_bounds_is_named_in_the_file_and_never_written(file: Path, key: str, value: str) -> None:
    with pytest.raises(SettingsError, match=key):
        write_setting(file, key, value.replace("'", '"'))
    assert not file.exists()
    file.parent.mkdir()
    file.write_text(f"\n{key} = {value.replace(chr(39), chr(34))}\n")
    with pytest.raises(SettingsError, match=rf"config\.toml:2: {key}"):
        load_settings(file)


OTHER_TEXTS = {("judge_currency", "[]"), ("judge_currency", "true"), ("judge_key_variable", "true")}
"""Texts that happen to be the sign of a currency, or the name of a variable."""


@pytest.mark.parametrize("key", [key for key, field in Settings.model_fields.items() if field.annotation is str])
@pytest.mark.parametrize("value", ["1.5", "true", "2024-01-01", "[]"])
def test_what_is_typed_for_a_text_is_text(file: Path, key: str, value: str) -> None:
    free = key in {"encoder", "theme", "judge_model"} or (key, value) in OTHER_TEXTS
    if free:
        assert write_setting(file, key, value) == value
        assert getattr(load_settings(file), key) == value
    else:
        with pytest.raises(SettingsError, match=f"^{key} = .* cannot be used: (?!Input should be a valid string)"):
            write_setting(file, key, value)
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"{key} = {value}\n")
    with pytest.raises(SettingsError, match="it must be text, in quotes"):
        load_settings(file)


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("device", "cudaa", "auto, cpu, cuda or mps; did you mean 'cuda'?"),
        ("encoder", "", '"default" is the bundled one'),
        ("judge_price_out", "2e6", "less than or equal to 1000000"),
        ("theme", "nrod", "Did you mean 'nord'?"),
        ("theme", "nope", "high-contrast, high-contrast-light"),
    ],
)
def test_what_can_be_used_is_said_at_once(home: Path, key: str, value: str, told: str) -> None:
    result = mockdl("config", "set", key, value)
    assert result.returncode == 3
    assert told in result.stderr
    assert not (home / "config" / "config.toml").exists()


def test_a_theme_of_our_own_or_of_the_interface_can_be_set(home: Path) -> None:
    for name in ("high-contrast", "nord"):
        assert mockdl("config", "set", "theme", name).returncode == 0
        assert load_settings(home / "config" / "config.toml").theme == name


@pytest.mark.parametrize("name", ["MOCKDL_COUNT", "MOCKDL_MINUTES", "MOCKDL_PACKS", "MOCKDL_KEYS"])
@pytest.mark.parametrize("value", ["", "0", "nan", "[" * 50_000, '["~nosuchuser/x"]', "\udcff"])
def test_a_variable_out_of_bounds_is_named(file: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError):
        load_settings(file)


def test_the_bounds_are_those_of_an_interview(home: Path) -> None:
    for value in ("nan", "inf", "0", "1e6"):
        result = mockdl("start", "--plain", "--minutes", value)
        assert result.returncode == 2
        assert "Traceback" not in result.stderr


@pytest.mark.parametrize("value", ["['']", "[3]", "3.5", "[['a']]"])
def test_packs_that_name_no_folder_are_refused(file: Path, value: str) -> None:
    file.parent.mkdir()
    file.write_text(f"packs = {value}\n")
    with pytest.raises(SettingsError, match=r"config\.toml:1: packs"):
        load_settings(file)


# Files of other programs and systems


def test_a_file_as_windows_writes_it_is_read_and_kept(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b'\xef\xbb\xbflevel = "senior"\r\n# mine\r\ncount = 4\r\n')
    assert load_settings(file).level is Level.SENIOR
    write_setting(file, "count", "5")
    assert (load_settings(file).count, load_settings(file).level) == (5, Level.SENIOR)
    assert "# mine" in file.read_text(encoding="utf-8")
    clear_setting(file, "count")
    assert load_settings(file).count == 6


@pytest.mark.parametrize(
    "raw",
    [b"keys = " + b"[" * 20_000, b"a = {b = " * 5_000, b"level = \xff", b"\xff\xfel\0", b"#" * 5_000_000, b"\0"],
)
def test_a_file_that_is_no_toml_is_said_and_left(file: Path, raw: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(raw)
    for use in (
        load_settings,
        lambda path: write_setting(path, "count", "3"),
        lambda path: clear_setting(path, "count"),
    ):
        with pytest.raises(SettingsError, match="not valid TOML"):
            use(file)
    assert file.read_bytes() == raw


@pytest.mark.skipif(os.name != "posix", reason="homes as POSIX has them")
def test_a_home_of_nobody_is_named() -> None:
    for arguments in (("history",), ("config", "show"), ("doctor", "--quick"), ("start", "--plain")):
        result = mockdl(*arguments, env={"MOCKDL_HOME": "~nosuchuser/x"})
        assert "MOCKDL_HOME" in result.stdout + result.stderr
        assert result.returncode in (1, 3)
        assert "Traceback" not in result.stderr
    packs = mockdl("start", "--plain", env={"MOCKDL_PACKS": json.dumps(["~nosuchuser/x"])})
    assert packs.returncode == 3
    assert "there is no user" in packs.stderr


@pytest.mark.skipif(os.name != "posix", reason="rights as POSIX has them")
def test_settings_are_private_from_the_first_moment(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    replace = Path.replace

    def watched(self: Path, target: Path) -> Path:
        seen.append(self.stat().st_mode & 0o777)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", watched)
    monkeypatch.setattr(Path, "chmod", lambda *_: pytest.fail("it was made open to others"))
    before = os.umask(0)
    try:
        write_setting(file, "count", "4")
    finally:
        os.umask(before)
    assert seen == [0o600]
    assert file.parent.stat().st_mode & 0o777 == 0o700


# Anything at all


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1, max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)


@examples(300)
@given(st.dictionaries(st.sampled_from(list(Settings.model_fields)), VALUES, max_size=3))
def test_any_settings_are_taken_or_refused_by_name(tmp_path: Path, values: dict[str, Any]) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(tomlkit.dumps(values).encode())
    try:
        assert load_settings(path).model_dump_json()
    except SettingsError as error:
        said = error.what
    else:
        return
    assert any(key in said for key in values) or "TOML" in said


@examples(300)
@given(st.binary(max_size=60) | st.text("[]{}=\"'\n#.abc0é", max_size=60).map(str.encode))
def test_any_file_is_read_or_refused(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(raw)
    with suppress(SettingsError):
        load_settings(path)
        tomllib.loads(raw.decode("utf-8-sig"))
