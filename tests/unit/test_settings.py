"""Settings: flags beat the environment beats the file; mistakes are named with their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from interviewer.core.bank.kinds import Level
from interviewer.errors import SettingsError
from interviewer.settings.file import load_settings, write_setting


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
