"""Settings from where they are kept: flags, then environment (`MOCKDL_*`), then the TOML file, then defaults.

Unknown keys are errors, because a typo that is silently ignored is a setting that does
not work.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from interviewer.errors import SettingsError, nearest_names
from interviewer.paths import WORKER_SOCKET, make_private
from interviewer.settings.schema import MAY_HOLD_A_KEY, Settings

_ENV_PREFIX = "MOCKDL_"
_MOST_BYTES = 4 * 1024 * 1024
_OTHER_VARIABLES = {"MOCKDL_HOME", WORKER_SOCKET}


def _with_environment(values: dict[str, Any]) -> Settings:
    """Lay `MOCKDL_*` variables over the values of the file.

    pydantic-settings is imported here because it takes a tenth of the time to the first
    question, and most people set no variable.
    """
    from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

    class FromEnvironment(Settings, BaseSettings):
        model_config = SettingsConfigDict(
            env_prefix=_ENV_PREFIX, extra="forbid", frozen=True, hide_input_in_errors=True
        )

        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return (env_settings, init_settings)

    return FromEnvironment(**values)


def load_settings(path: Path) -> Settings:
    """Read the settings file (if there is one) and the environment.

    Raises:
        SettingsError: naming the file, line, key and the nearest valid key.
    """
    values = _read_file(path)
    for key in values:
        if key not in Settings.model_fields:
            raise _unknown_key(key, f"{path}:{_line_of(path, key)}")
    for_key = os.environ.get("MOCKDL_JUDGE_KEY_VARIABLE", values.get("judge_key_variable"))
    others = {*_OTHER_VARIABLES, str(for_key)}
    variables = [name for name in os.environ if name.startswith(_ENV_PREFIX) and name not in others]
    for name in variables:
        key = name.removeprefix(_ENV_PREFIX).lower()
        if key not in Settings.model_fields:
            raise _unknown_key(key, f"The environment variable {name}")
    if not values and not variables:
        return Settings.model_construct()
    try:
        return _with_environment(values) if variables else Settings(**values)
    except ValidationError as error:
        raise _invalid(error, path) from error
    except Exception as error:  # pydantic-settings wraps JSON errors of the environment in its own type
        raise SettingsError(f"The environment holds a setting that cannot be read: {error}") from error


def _read_file(path: Path) -> dict[str, Any]:
    try:
        text = _read_text(path)
        import tomllib  # here, because most people have no such file, and the first question need not wait for it

        return tomllib.loads(text)
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError) as error:  # TOML's own errors, bytes that are no UTF-8, nesting without end
        problem = "it is nested too deeply" if isinstance(error, RecursionError) else error
        raise SettingsError(
            f"{path} is not valid TOML: {problem}",
            kept="The file was left as it is.",
            todo="Mend it in an editor, or delete it to go back to the defaults.",
        ) from error
    except OSError as error:
        raise SettingsError(f"{path} could not be read: {error.strerror}") from error


def _read_text(path: Path) -> str:
    """The file without the mark that Windows editors put before it; of a size that settings have."""
    with path.open("rb") as file:
        raw = file.read(_MOST_BYTES + 1)
    if len(raw) > _MOST_BYTES:
        raise ValueError(f"it is larger than {_MOST_BYTES >> 20} MB")
    return raw.decode("utf-8-sig").replace("\r\n", "\n")


def _line_of(path: Path, key: str) -> int:
    try:
        lines = _read_text(path).splitlines()
    except OSError:
        return 0
    return next((n for n, line in enumerate(lines, 1) if line.split("=")[0].strip().strip('[]"') == key), 0)


def _unknown_key(key: str, where: str) -> SettingsError:
    near = nearest_names(key, Settings.model_fields, most=1)
    hint = f"Did you mean {near[0]!r}?" if near else f"Known settings: {', '.join(Settings.model_fields)}."
    return SettingsError(f"{where}: {key!r} is not a setting of mockdl.", todo=hint)


def _invalid(error: ValidationError, path: Path) -> SettingsError:
    first = error.errors(include_url=False)[0]
    key = str(first["loc"][0]) if first["loc"] else "?"
    variable = _ENV_PREFIX + key.upper()
    where = f"The environment variable {variable}" if variable in os.environ else f"{path}:{_line_of(path, key)}"
    shown = "(not shown)" if key in MAY_HOLD_A_KEY else repr(first["input"])
    return SettingsError(
        f"{where}: {key} = {shown} cannot be used: {_message_of(error)}.",
        kept="Nothing was changed.",
        todo=f"`mockdl config set {key} VALUE` writes a new one.",
    )


def _message_of(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    if first["type"] == "string_type":
        return "it must be text, in quotes"
    return first["msg"].removeprefix("Value error, ").rstrip(".")


def parse_value(text: str) -> Any:
    """Read a value as typed on the command line: TOML when it parses, else plain text."""
    try:
        from tomllib import loads

        return loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):
        return text


def _typed_value(key: str, text: str) -> Any:
    """The value that was typed for a setting; where that is text, what reads as a number or a date is text too."""
    value = parse_value(text)
    if Settings.model_fields[key].annotation is str:
        return value if isinstance(value, str) else text
    if key == "packs":  # absolute, since a session may begin in another folder
        return [_absolute(str(folder)) for folder in (value if isinstance(value, list) else [value])]
    return value


def write_setting(path: Path, key: str, text: str, known: Collection[str] = ()) -> Any:
    """Set one key in the settings file, keeping comments and order; returns the value as it may be shown.

    Args:
        path: the settings file.
        key: the setting.
        text: its value as typed.
        known: the values that there are, where only another part of the program knows them.

    Raises:
        SettingsError: unknown key, bad value, or a file that cannot be written. The file
            is only replaced once the new contents are valid.
    """
    if key not in Settings.model_fields:
        raise _unknown_key(key, "config set")
    value = _typed_value(key, text)
    values = {**_read_file(path), key: value}
    try:
        shown = Settings.model_validate(values).model_dump(mode="json")[key]
    except ValidationError as error:
        typed = "(not shown)" if key in MAY_HOLD_A_KEY else text
        raise SettingsError(
            f"{key} = {typed} cannot be used: {_message_of(error)}.", kept="Nothing was changed."
        ) from error
    if known and value not in known:
        near = nearest_names(value, known, most=1)
        hint = f"Did you mean {near[0]!r}? " if near else ""
        raise SettingsError(
            f"{key} = {text} cannot be used: there is none of that name.",
            kept="Nothing was changed.",
            todo=f"{hint}Valid: {', '.join(sorted(known))}.",
        )
    document = _open_document(path)
    document[key] = value
    _save_document(path, document)
    return shown


def _absolute(folder: str) -> str:
    try:
        return str(Path(folder).expanduser().absolute())
    except (RuntimeError, ValueError):
        return folder  # the check says what is wrong with it


def clear_setting(path: Path, key: str) -> None:
    """Take one key out of the settings file, so that its default holds again.

    Raises:
        SettingsError: a file that cannot be read or written.
    """
    document = _open_document(path)
    if key in document:
        del document[key]
        _save_document(path, document)


def names_in_file(path: Path) -> set[str]:
    """The settings that the file sets."""
    return set(_read_file(path))


def names_in_environment() -> set[str]:
    """The settings that environment variables set."""
    return {name for name in Settings.model_fields if _ENV_PREFIX + name.upper() in os.environ}


def _open_document(path: Path) -> Any:
    import tomlkit

    try:
        return tomlkit.parse(_read_text(path)) if path.exists() else tomlkit.document()
    except OSError as error:
        raise SettingsError(f"{path} could not be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}", kept="The file was left as it is.") from error


def _save_document(path: Path, document: Any) -> None:
    import tomlkit

    partial = path.with_suffix(".partial")
    try:
        body = tomlkit.dumps(document).encode()
    except UnicodeEncodeError as error:
        raise SettingsError(
            "The value holds half a character, which no file can.", kept="Nothing was changed."
        ) from error
    try:
        make_private(path.parent)
        partial.unlink(missing_ok=True)
        with open(partial, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(body)
        partial.replace(path)
    except OSError as error:
        raise SettingsError(
            f"{path} could not be written: {error.strerror}", kept="The old settings are unchanged."
        ) from error
