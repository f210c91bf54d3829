"""Settings of the judge: checked when they are written, shown without secrets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from interviewer.core.server_address import is_loopback
from interviewer.errors import SettingsError
from interviewer.settings.file import load_settings, write_setting
from interviewer.settings.schema import JudgeMode, describe_settings
from tests.unit.test_cli import mockdl


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def test_the_judge_is_off_until_it_is_set(file: Path) -> None:
    settings = load_settings(file)
    assert (settings.judge, settings.judge_url, settings.judge_model) == (JudgeMode.OFF, "", "")
    assert (settings.judge_timeout, settings.judge_retries, settings.judge_concurrency) == (60, 2, 4)


@pytest.mark.parametrize(
    ("key", "value", "wanted"),
    [
        ("judge", "lmm", "did you mean 'llm'"),
        ("judge", "always", "off, auto or llm"),
        ("judge_url", "localhost:11434/v1", "http://"),
        ("judge_url", "ftp://models.example", "http://"),
        ("judge_url", "http://", "name a host"),
        ("judge_url", "http://models.example:port/v1", "not a URL"),
        ("judge_url", "http://models.example/v1?a=b", "must end with its path"),
        ("judge_key_variable", "MY KEY", "name of an environment variable"),
        ("judge_timeout", "0", "greater than 0"),
        ("judge_timeout", "inf", "finite"),
        ("judge_retries", "-1", "greater than or equal to 0"),
        ("judge_concurrency", "0", "greater than or equal to 1"),
        ("judge_price_in", "-0.1", "greater than or equal to 0"),
        ("judge_headers", "blue", "dictionary"),
    ],
)
def test_what_cannot_be_used_is_said_and_not_written(file: Path, key: str, value: str, wanted: str) -> None:
    with pytest.raises(SettingsError, match=wanted):
        write_setting(file, key, value)
    assert not file.exists()


def test_headers_are_a_table_and_leave_room_for_more(file: Path) -> None:
    shown = write_setting(file, "judge_headers", '{ "X-Team" = "blue-team", api-key = "0123456789" }')
    assert "blue" not in str(shown)
    write_setting(file, "count", "4")
    write_setting(file, "judge_headers", '{ "X-Team" = "green-team" }')
    settings = load_settings(file)
    assert settings.count == 4
    assert {name: value.get_secret_value() for name, value in settings.judge_headers.items()} == {
        "X-Team": "green-team"
    }


def test_the_environment_may_hold_them_and_the_key(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCKDL_JUDGE", "auto")
    monkeypatch.setenv("MOCKDL_JUDGE_HEADERS", '{"X-Team": "blue"}')
    monkeypatch.setenv("MOCKDL_JUDGE_KEY_VARIABLE", "MOCKDL_HOUSE_KEY")
    monkeypatch.setenv("MOCKDL_HOUSE_KEY", "0123")
    settings = load_settings(file)
    assert settings.judge is JudgeMode.AUTO
    assert settings.judge_headers["X-Team"].get_secret_value() == "blue"


def test_every_setting_is_described() -> None:
    described = describe_settings()
    assert {"judge", "judge_price_out"} <= set(described)
    assert all("\n" not in text for text in described.values())


def test_the_command_sets_and_shows_them() -> None:
    assert mockdl("config", "set", "judge", "auto").returncode == 0
    written = mockdl("config", "set", "judge_headers", '{ "X-Team" = "secret-blue" }')
    assert written.returncode == 0
    plain, scripts = mockdl("config", "show"), mockdl("config", "show", "--json")
    assert "judge = auto" in plain.stdout
    assert "judge_headers = X-Team" in plain.stdout
    assert list(json.loads(scripts.stdout)["judge_headers"]) == ["X-Team"]
    assert "secret-blue" not in written.stderr + plain.stdout + scripts.stdout


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:11434/v1", True),
        ("http://localhost/v1", True),
        ("http://[::1]:8000/v1", True),
        ("http://127.0.0.1.example.com/v1", False),
        ("http://localhost.example.com/v1", False),
        ("http://10.0.0.1/v1", False),
        ("http://0.0.0.0:8000/v1", False),
    ],
)
def test_this_machine_is_told_from_others(url: str, local: bool) -> None:
    assert is_loopback(url) is local
