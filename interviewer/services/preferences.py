"""The settings as a front end lists and changes them: what is in force, and where it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from interviewer.errors import SettingsError
from interviewer.settings.file import clear_setting, load_settings, names_in_environment, names_in_file, write_setting
from interviewer.settings.schema import Settings, describe_settings

if TYPE_CHECKING:
    from collections.abc import Collection

    from interviewer.services import Services

Origin = Literal["flag", "environment", "file", "default"]
_AT_START = {"encoder", "device", "packs"}
"""Settings that are read once, when the program starts."""


class Preference(NamedTuple):
    """One setting."""

    name: str
    shown: str
    """Its value as it may be shown: of a table with secrets only the names."""
    text: str
    """Its value as it would be typed; "" for a secret."""
    origin: Origin
    meaning: str
    secret: bool


def list_preferences(services: Services) -> list[Preference]:
    """All settings, in the order of the settings file's documentation.

    Raises:
        SettingsError: the settings file has become unreadable.
    """
    path, now = services.places.settings_file, services.settings
    in_file, in_environment, stored = names_in_file(path), names_in_environment(), load_settings(path)
    listed = []
    for name, meaning in describe_settings().items():
        value = getattr(now, name)
        origin: Origin = "default"
        if value != getattr(stored, name):
            origin = "flag"
        elif name in in_environment:
            origin = "environment"
        elif name in in_file:
            origin = "file"
        secret = name == "judge_headers"
        listed.append(Preference(name, _shown(value, secret), "" if secret else _typed(value), origin, meaning, secret))
    return listed


def save_preference(services: Services, name: str, text: str, known: Collection[str] = ()) -> str:
    """Write one setting and put it in force; returns what must be said about it.

    Args:
        services: whose settings they are.
        name: the setting.
        text: its value as typed.
        known: the values that there are, where only another part of the program knows them.

    Raises:
        SettingsError: the value cannot be used, or the file cannot be written. Nothing was changed.
    """
    path = services.places.settings_file
    write_setting(path, name, text, known)
    return _take_effect(services, name, f"Written to {path}.")


def clear_preference(services: Services, name: str) -> str:
    """Take one setting out of the file; returns what must be said about it.

    Raises:
        SettingsError: the file cannot be written.
    """
    if name not in Settings.model_fields:
        raise SettingsError(f"{name!r} is not a setting of mockdl.")
    path = services.places.settings_file
    clear_setting(path, name)
    return _take_effect(services, name, f"Taken out of {path}; the default holds.")


def _take_effect(services: Services, name: str, done: str) -> str:
    fresh = load_settings(services.places.settings_file)
    services.apply_settings(services.settings.model_copy(update={name: getattr(fresh, name)}))
    if name in names_in_environment():
        return f"{done} The environment variable MOCKDL_{name.upper()} stands above it."
    return f"{done} It takes effect when mockdl starts again." if name in _AT_START else done


def _shown(value: Any, secret: bool) -> str:
    if secret:
        return ", ".join(f"{name}: ***" for name in value) or "(none)"
    text = _typed(value)
    return text if text else "(unset)"


def _typed(value: Any) -> str:
    """As TOML where the value is more than a word."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "[" + ", ".join(_quoted(str(each)) for each in value) + "]" if value else ""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_quoted(str(text))}" for key, text in value.items()) + "}" if value else ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
